"""Which tests pass through which lines: measured once, kept in a file, renewed where a test file changed."""

import ast
import hashlib
import json
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from tests.mutation.operators import Mutation, functions

ROOT = Path(__file__).resolve().parents[2]


def digest(text: str) -> str:
    """A short name of a text's present content."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


@dataclass
class Outline:
    """The functions of the files that may be mutated: where each starts and what it says."""

    starts: dict[str, dict[str, tuple[int, int, str]]] = field(default_factory=dict)

    def add(self, path: str, text: str) -> None:
        """Read the functions of a file."""
        self.starts[path] = {
            name: (node.lineno, node.end_lineno or node.lineno, digest(ast.dump(node)))
            for name, node in functions(ast.parse(text))
        }

    def locate(self, path: str, line: int) -> tuple[str, int] | None:
        """The function around a line, with its digest, and the line counted from where the function starts."""
        for name, (start, end, content) in self.starts[path].items():
            if start <= line <= end:
                return f"{path}::{name}::{content}", line - start
        return None


class Tracer:
    """Notes the lines of some files that run, in every thread."""

    def __init__(self, paths: Iterator[str]) -> None:
        self._paths = {str(ROOT / path): path for path in paths}
        self.seen: set[tuple[str, int]] = set()

    def __enter__(self) -> "Tracer":
        self.seen.clear()
        threading.settrace(self._enter)
        sys.settrace(self._enter)
        return self

    def __exit__(self, *_error: object) -> None:
        sys.settrace(None)
        threading.settrace(None)  # type: ignore[arg-type]

    def _enter(self, frame: FrameType, _event: str, _arg: Any) -> Any:
        code: CodeType = frame.f_code
        path = self._paths.get(code.co_filename)
        if path is None:
            return None

        def line(frame: FrameType, _event: str, _arg: Any) -> Any:
            self.seen.add((path, frame.f_lineno))
            return line

        return line


@dataclass
class Table:
    """The measured table, and which test noticed each change last time."""

    path: Path
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    killers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> "Table":
        """Read what an earlier run measured."""
        kept = json.loads(path.read_text()) if path.exists() else {}
        return cls(path, kept.get("files", {}), kept.get("killers", {}))

    def save(self) -> None:
        """Keep it for the next run."""
        self.path.parent.mkdir(exist_ok=True)
        self.path.write_text(json.dumps({"files": self.files, "killers": self.killers}))

    def stale(self, test_file: str) -> bool:
        """Tell whether a test file has to be measured (again)."""
        known = self.files.get(test_file)
        return known is None or known["digest"] != digest((ROOT / test_file).read_text())

    def note(self, nodeid: str, outline: Outline, seen: set[tuple[str, int]], seconds: float) -> None:
        """Keep what one test passed through."""
        test_file = nodeid.split("::", maxsplit=1)[0]
        if self.stale(test_file):
            self.files[test_file] = {"digest": digest((ROOT / test_file).read_text()), "tests": {}}
        lines: dict[str, list[int]] = {}
        for path, line in sorted(seen):
            if place := outline.locate(path, line):
                lines.setdefault(place[0], []).append(place[1])
        self.files[test_file]["tests"][nodeid] = {"seconds": round(seconds, 3), "lines": lines}

    def tests_of(self, mutation: Mutation, outline: Outline) -> list[tuple[str, float]]:
        """The tests that pass through the changed line, those first that pass through little else."""
        start, _end, content = outline.starts[mutation.path][mutation.function]
        prefix = f"{mutation.path}::{mutation.function}::"
        wanted = range(mutation.lines[0] - start, mutation.lines[1] - start + 1)
        found = []
        for rows in self.files.values():
            for nodeid, test in rows["tests"].items():
                for key, lines in test["lines"].items():
                    # A function rewritten since it was measured is known by its name alone.
                    same = key == prefix + content
                    if (same and not set(wanted).isdisjoint(lines)) or (not same and key.startswith(prefix)):
                        found.append((len(test["lines"]), test["seconds"], nodeid))
                        break
        first = self.killers.get(mutation.identity)
        ranked = sorted(found, key=lambda row: (row[2] != first, row[0], row[1]))
        return [(nodeid, seconds) for _width, seconds, nodeid in ranked]
