"""`python -m tests.crawl record FILE`, then `python -m tests.crawl compare BEFORE AFTER`; an error when they differ."""

import argparse
import sys
import time
from pathlib import Path

from tests.crawl.recording import Recording


def record(path: Path) -> int:
    """Crawl the portal of this tree and keep what it answered."""
    from tests.apart import portal_apart

    started = time.monotonic()
    with portal_apart("crawl"):
        # This reads the settings.
        from tests.crawl.walk import crawl

        recording = crawl()
    recording.save(path)
    broken = [name for name, lines in recording.answers.items() if lines[0].startswith("5")]
    print(f"{len(recording.answers)} answers in {time.monotonic() - started:.0f} s, {path.stat().st_size / 1e6:.1f} MB")
    print("\n".join(f"broken: {name}" for name in broken) or "no page is broken")
    return 1 if broken else 0


def compare(before: Path, after: Path) -> int:
    """Print what differs."""
    told, count = Recording.load(before).differences(Recording.load(after))
    print("\n\n".join([*told, f"{count} differences"]))
    return 1 if count else 0


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m tests.crawl", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("record").add_argument("files", nargs=1, type=Path)
    commands.add_parser("compare").add_argument("files", nargs=2, type=Path)
    asked = parser.parse_args()
    return {"record": record, "compare": compare}[asked.command](*asked.files)


if __name__ == "__main__":
    sys.exit(main())
