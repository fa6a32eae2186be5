"""The files of the project as the house tests read them."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPS = sorted(path.parent.name for path in ROOT.glob("*/apps.py"))
FOLDERS = [*APPS, "bench", "templates", "static", "tests", "deploy"]
# Written by tools, by other projects, or data.
APART = {"migrations", "locale", "data", "vendor", "fonts", "node_modules", "__pycache__"}
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def files(*suffixes: str, folders: tuple[str, ...] = tuple(FOLDERS)) -> list[Path]:
    """The files of some kinds that people wrote."""
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*")) if path.suffix in suffixes]
    return [path for path in found if path.is_file() and not APART & set(path.relative_to(ROOT).parts)]


def app_code() -> list[Path]:
    """The Python files of the applications."""
    return files(".py", folders=tuple(APPS))


def name_of(path: Path) -> str:
    """A file as it is named in a message."""
    return str(path.relative_to(ROOT))


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a Python file."""
    return ast.parse(path.read_text())


def nodes(path: Path, *kinds: type) -> Iterator[ast.AST]:
    """The nodes of some kinds in a Python file."""
    return (node for node in ast.walk(tree(path)) if isinstance(node, kinds))


def functions(path: Path) -> Iterator[FunctionNode]:
    """Every function and method of a file."""
    return (node for node in ast.walk(tree(path)) if isinstance(node, FunctionNode))


def imported(path: Path) -> set[str]:
    """The modules and names that a file imports, also inside functions, as dotted paths."""
    names = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def in_layer(layer: str) -> list[Path]:
    """The files of one layer, such as `views`, of every part."""
    parts = [app for app in APPS if app != "diginor"]
    return [
        p for p in app_code() if p.relative_to(ROOT).parts[0] in parts and layer in (p.stem, *p.relative_to(ROOT).parts)
    ]
