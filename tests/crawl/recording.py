"""What was answered, kept compactly: each different line once, and for each answer the numbers of its lines."""

import difflib
import gzip
import json
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from tests.crawl.normal import certain

CONTEXT, MOST_LINES, MOST_NAMES = 2, 60, 12


@dataclass
class Recording:
    """The answers by name; each is a list of lines: the status, the headers, an empty line, the body."""

    answers: dict[str, list[str]] = field(default_factory=dict)

    def save(self, path: Path) -> None:
        """Write it as compressed JSON, the same bytes for the same answers."""
        numbers: dict[str, int] = {}
        rows = {
            name: [numbers.setdefault(line, len(numbers)) for line in lines]
            for name, lines in sorted(self.answers.items())
        }
        text = json.dumps({"lines": list(numbers), "answers": rows}, ensure_ascii=False, separators=(",", ":"))
        path.write_bytes(gzip.compress(text.encode(), mtime=0))

    @classmethod
    def load(cls, path: Path) -> "Recording":
        """Read what was written; what has become known as drawn by lot since then becomes a placeholder here too."""
        kept = json.loads(gzip.decompress(path.read_bytes()))
        lines = kept["lines"]
        return cls({name: certain([lines[number] for number in row]) for name, row in kept["answers"].items()})

    def differences(self, later: "Recording") -> tuple[list[str], int]:
        """Tell what differs, the same difference once with all the answers that have it; and how many answers do."""
        told: dict[str, list[str]] = defaultdict(list)
        for name in sorted(self.answers.keys() | later.answers.keys()):
            before, after = self.answers.get(name), later.answers.get(name)
            if before != after:
                told[_difference(before, after)].append(name)
        texts = [f"{_names(names)}\n{text}" for text, names in sorted(told.items(), key=lambda row: -len(row[1]))]
        return texts, sum(map(len, told.values()))


def _difference(before: list[str] | None, after: list[str] | None) -> str:
    if before is None:
        return "is new"
    if after is None:
        return "is gone"
    rows = [row for row in difflib.unified_diff(before, after, lineterm="", n=CONTEXT) if row[:3] not in ("---", "+++")]
    # Where it stands differs from page to page, what it is does not.
    rows = ["@@" if row.startswith("@@") else row for row in rows]
    left = len(rows) - MOST_LINES
    return "\n".join(rows[:MOST_LINES] + [f"… {left} lines more"] * (left > 0))


def _names(names: list[str]) -> str:
    left = len(names) - MOST_NAMES
    return "\n".join(["═" * 60, *names[:MOST_NAMES], *[f"… {left} more"] * (left > 0)])
