"""What the documents promise is there: commands, settings, files, names of the code, tasks of the clock."""

import re
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.core.management import get_commands

from diginor.celery import app
from tests.sources import APPS, ROOT, files, name_of

CODE = re.compile(r"```.*?```|`[^`\n]+`|^ {4}\S.*$", re.DOTALL | re.MULTILINE)
# Made when the portal runs, or by whoever follows the example of CONTRIBUTING.md.
NOT_KEPT = ("var/", ".venv/", ".mutation/", "deploy/env", "services/deliveries/", "templates/services/deliveries/")
KINDS = (".py", ".md", ".toml", ".yml")
# With a folder, or of a kind that the project is made of; an address of the portal begins with a bar.
FILE = re.compile(r"(?<![\w/.:<-])(?:[\w.-]+/)+[\w.-]*\w|(?<![\w/.])[\w-]+\.(?:py|md|toml|yml)\b")
NAME = re.compile(rf"(?<![\w./])(?:{'|'.join([*APPS, 'tests', 'bench'])})(?:\.\w+)+")


def documents() -> list[Path]:
    """The texts that tell people what to type and where to look."""
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def documented_code() -> Iterator[tuple[str, str]]:
    """Yield each piece of code in the documents."""
    for path in documents():
        for piece in CODE.findall(path.read_text()):
            yield name_of(path), piece


def targets() -> set[str]:
    """The commands of `make`."""
    return set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def resolves(name: str) -> bool:
    """Whether a dotted name leads to a module, or to what a module holds."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        try:
            held: Any = import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for part in parts[end:]:
            if not hasattr(held, part):
                return False
            held = getattr(held, part)
        return True
    return False


def test_documented_commands_exist():
    commands = set(get_commands())
    offences = [
        f"{document}: {piece}"
        for document, piece in documented_code()
        if set(re.findall(r"(?:^|[`\s])make ([a-z]+)\b", piece)) - targets()
        or set(re.findall(r"manage\.py ([a-z_]+)", piece)) - commands
    ]
    assert not offences, "\n".join(offences)


def test_every_command_is_documented():
    told = {name for _document, piece in documented_code() for name in re.findall(r"\bmake ([a-z]+)\b", piece)}
    explained = set(re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert explained
    assert not explained - told


def test_each_setting_of_the_environment_is_documented():
    names = set(re.findall(r'env(?:\.\w+)?\(\s*"([A-Z_]+)"', (ROOT / "diginor" / "settings.py").read_text()))
    text = (ROOT / "docs" / "install.md").read_text()
    assert not sorted(name for name in names if f"`{name}`" not in text)


def missing_files(piece: str) -> list[str]:
    """What a piece of code names as a file of the project and is none; the bare name of a kind of module passes."""
    named = [match.group().rstrip("./") for match in FILE.finditer(piece)]
    folders = {path.name for path in ROOT.iterdir()}
    rooms = {part for path in files(".py") for part in path.with_suffix("").parts}
    return [
        name
        for name in named
        if not f"{name}/".startswith(NOT_KEPT)
        if name.partition("/")[0] in folders or Path(name).suffix in KINDS
        if not (ROOT / name).exists() and ("/" in name or Path(name).stem not in rooms)
    ]


@pytest.mark.parametrize(
    ("piece", "missing"),
    [
        ("`services/requests/rules/clock.py`", []),
        ("`services/requests`: three steps", []),
        ("`workflow.py` and `/espace/equipe/` and `var/log/`", []),
        ("`rules/clock.py`", ["rules/clock.py"]),
        ("`services/nowhere/`", ["services/nowhere"]),
        ("`lost.md`", ["lost.md"]),
    ],
)
def test_a_file_that_is_not_there_is_seen(piece, missing):
    assert missing_files(piece) == missing


def test_documented_files_exist():
    offences = [f"{document}: {name}" for document, piece in documented_code() for name in missing_files(piece)]
    assert not offences, "\n".join(offences)


def test_linked_documents_exist():
    links = [(path, link) for path in documents() for link in re.findall(r"\]\(([^)#:]+)\)", path.read_text())]
    assert links
    assert not [f"{name_of(path)}: {link}" for path, link in links if not (path.parent / link).exists()]


def test_documented_names_of_the_code_exist():
    assert not resolves("services.requests.actions.clock.no_such_verb")
    names = {(document, name) for document, piece in documented_code() for name in NAME.findall(piece)}
    assert names
    assert not sorted(f"{document}: {name}" for document, name in names if not resolves(name))


def test_every_subject_is_on_the_map():
    text = (ROOT / "docs" / "domain.md").read_text()
    subjects = {name_of(path.parent) for app in APPS for path in (ROOT / app).glob("*/__init__.py")}
    lost = {name for name in subjects if not re.search(rf"`{name}[`/]", text)}
    assert subjects - lost
    assert {name for name in lost if Path(name).name not in ("migrations", "management", "templatetags")} == set()


def test_the_tasks_of_the_clock_are_documented():
    table = re.findall(r"^\| `([\w.]+\.\w+)` \|", (ROOT / "docs" / "operate.md").read_text(), re.MULTILINE)
    assert sorted(table) == sorted(entry["task"] for entry in app.conf.beat_schedule.values())


def test_commits_are_checked_by_the_one_command():
    hooks = (ROOT / ".pre-commit-config.yaml").read_text()
    assert re.findall(r"entry: (.+)", hooks) == ["make check"], "whatever checks a commit is in the Makefile"
    assert "pre-commit" not in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
