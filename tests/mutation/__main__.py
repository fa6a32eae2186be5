"""`python -m tests.mutation`: choose mutations, run them, print a table, fail under the floors."""

import argparse
import ast
import hashlib
import sys
from collections import Counter, defaultdict
from itertools import chain, zip_longest
from pathlib import Path

import pytest

from tests.mutation.operators import Mutation, mutations, query_set_links
from tests.mutation.runner import KILLED, STILLBORN, SURVIVED, UNTESTED, Mutator, Verdict, code_paths
from tests.mutation.table import ROOT, Table

# Of the mutations of a layer, the part in a hundred that tests must notice.
FLOORS = {"rules": 90, "policies": 90, "actions": 85, "queries": 85}
# Reads live in both until they have all left the models.
LAYERS = {name: name for name in FLOORS} | {"models": "queries"}


def layer_of(path: str) -> str:
    """The layer that a file belongs to, or nothing."""
    parts = path.removesuffix(".py").split("/")
    return next((LAYERS[part] for part in parts[1:] if part in LAYERS), "")


def choose(found: list[Mutation], seed: int, count: int) -> list[Mutation]:
    """Take as many from each layer, by a lot that other changes of the code do not shift."""

    def lot(mutation: Mutation) -> str:
        return hashlib.sha256(f"{seed} {mutation.identity}".encode()).hexdigest()

    layers: dict[str, list[Mutation]] = defaultdict(list)
    for mutation in sorted(found, key=lot):
        layers[layer_of(mutation.path)].append(mutation)
    dealt = [row for row in chain(*zip_longest(*layers.values())) if row]
    return sorted(dealt[:count] if count else dealt, key=lambda row: (row.path, row.number))


def told(verdict: Verdict) -> None:
    """Say at once what survived, and let the rest pass as a dot."""
    print("." if verdict.fate in (KILLED, STILLBORN) else f"\n{line_of(verdict)}", end="", flush=True)


def line_of(verdict: Verdict) -> str:
    """A survivor: where it is and what was changed."""
    mutation = verdict.mutation
    return f"{mutation.path}:{mutation.line} {mutation.function}: {mutation.change} ({verdict.fate}: {verdict.why})"


def report(verdicts: list[Verdict]) -> bool:
    """Print the survivors and the table; tell whether every floor is held."""
    fates: dict[str, Counter[str]] = defaultdict(Counter)
    for verdict in verdicts:
        fates[layer_of(verdict.mutation.path)][verdict.fate] += 1
    print("\n")
    for verdict in verdicts:
        if verdict.fate in (SURVIVED, UNTESTED):
            print(line_of(verdict))
    print(f"\n{'layer':<12}{'killed':>8}{'survived':>10}{'untested':>10}{'percent':>9}{'floor':>7}{'not counted':>13}")
    is_held = True
    for layer, floor in FLOORS.items():
        row = fates[layer]
        counted = row[KILLED] + row[SURVIVED] + row[UNTESTED]
        if not counted:
            print(f"{layer:<12}{'nothing was changed here':>30}")
            continue
        part = 100 * row[KILLED] / counted
        is_held = is_held and part >= floor
        print(
            f"{layer:<12}{row[KILLED]:>8}{row[SURVIVED]:>10}{row[UNTESTED]:>10}{part:>9.1f}{floor:>7}{row[STILLBORN]:>13}"
        )
    print(f"{len(verdicts)} mutations")
    return is_held


def asked_for() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="make mutate", description=__doc__)
    parser.add_argument("--only", action="append", default=[], metavar="PATH", help="files and folders to mutate")
    parser.add_argument("--count", type=int, default=400, help="how many mutations; 0 for all (default: 400)")
    parser.add_argument("--seed", type=int, default=1, help="another number draws other mutations")
    parser.add_argument("--patience", type=float, default=60, help="seconds of tests for one mutation (default: 60)")
    parser.add_argument("--tests", default="tests", metavar="PATH", help="the tests to run (default: all)")
    parser.add_argument("--measure", action="store_true", help="measure every test again, not only changed files")
    parser.add_argument("--list", action="store_true", help="only show what would be changed")
    return parser.parse_args()


def main() -> int:
    """Run."""
    asked = asked_for()
    texts = {path: (ROOT / path).read_text() for path in code_paths() if layer_of(path)}
    links = frozenset(chain(*(query_set_links(ast.parse(text)) for text in texts.values())))
    wanted = [path for path in texts if not asked.only or any(Path(path).is_relative_to(only) for only in asked.only)]
    found = [mutation for path in wanted for mutation in mutations(path, texts[path], links)]
    chosen = choose(found, asked.seed, asked.count)
    print(f"{len(chosen)} of {len(found)} mutations, seed {asked.seed}")
    if asked.list:
        for mutation in chosen:
            print(f"{mutation.path}:{mutation.line} {mutation.function}: {mutation.change}")
        return 0
    plugin = Mutator(chosen, texts, links, Table.load(ROOT / ".mutation" / "table.json"))
    plugin.patience, plugin.measure_all, plugin.said = asked.patience, asked.measure, told
    # The house tests come along because one of them is needed beside the first test; none of them is run.
    paths = [str(ROOT / "tests" / "test_house.py"), *(str(ROOT / path) for path in asked.tests.split())]
    options = [
        "-qs",
        # A failure is never shown here, and telling the arguments of every call can itself fall over.
        "--tb=native",
        "-pno:cacheprovider",
        "--ignore=tests/e2e",
        *(["tests"] if asked.tests == "tests" else paths),
    ]
    pytest.main(options, plugins=[plugin])
    is_held = report(plugin.verdicts)
    if len(plugin.verdicts) < len(chosen):
        print(f"The run broke off after {len(plugin.verdicts)} of {len(chosen)} mutations: the figures say nothing.")
        return 1
    return 0 if is_held and chosen else 1


if __name__ == "__main__":
    sys.exit(main())
