"""A pytest plugin that, in place of running the tests once, runs some of them once for each mutation."""

import gc
import json
import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import Any

import psycopg2
import pytest
from django.db import connection, connections

from tests.mutation.operators import Mutation, mutated
from tests.mutation.table import ROOT, Outline, Table, Tracer
from tests.sources import APPS

KILLED, SURVIVED, STILLBORN, UNTESTED = "killed", "survived", "not counted", "untested"
# Tests that start servers and browsers, or read the sources, say nothing about one line.
LEFT_OUT = ("tests/e2e/", "tests/test_house", "tests/diginor/running/test_supervisor.py", "tests/test_bench.py")


@dataclass
class Verdict:
    """What became of a mutation."""

    mutation: Mutation
    fate: str
    by: str = ""
    why: str = ""


class Mutator:
    """The plugin."""

    def __init__(self, chosen: list[Mutation], texts: dict[str, str], links: frozenset[str], table: Table) -> None:
        self.chosen, self.texts, self.links, self.table = chosen, texts, links, table
        self.outline = Outline()
        for path, text in texts.items():
            self.outline.add(path, text)
        self.patience = 60.0
        self.measure_all = False
        self.said: Callable[[Verdict], None] = lambda verdict: None
        self.verdicts: list[Verdict] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Measure, then mutate."""
        items = {item.nodeid: item for item in session.items if not item.nodeid.startswith(LEFT_OUT)}
        self._warm_up(session)
        self._measure(items)
        for mutation in self.chosen:
            verdict = self._judge(mutation, items)
            self.verdicts.append(verdict)
            self.said(verdict)
            if verdict.by:
                self.table.killers[mutation.identity] = verdict.by
        self.table.save()
        return True

    def _warm_up(self, session: pytest.Session) -> None:
        """Make the test database in this process, by a test whose fixtures every other one shares, and copy it."""
        with_database = next(item for item in session.items if "db" in getattr(item, "fixturenames", ()))
        beside = next(item for item in session.items if item.nodeid.startswith("tests/test_house.py"))
        with_database.config.hook.pytest_runtest_protocol(item=with_database, nextitem=beside)
        self._copy = Copy()

    def _measure(self, items: dict[str, Any]) -> None:
        todo = [item for name, item in items.items() if self.measure_all or self.table.stale(name.split("::")[0])]
        if not todo:
            return
        print(f"Measuring which lines {len(todo)} tests pass through", flush=True)
        for name in {item.nodeid.split("::")[0] for item in todo}:
            self.table.files.pop(name, None)
        tracer = Tracer(iter(self.texts))
        for row in in_child(lambda say: _run_all(todo, tracer, say), seconds=7200):
            if row == "done":
                break
            name, seen, seconds, has_failed = row
            if has_failed:
                print(f"  fails without any mutation, so says nothing: {name}", flush=True)
                seen = []
            self.table.note(name, self.outline, {(path, line) for path, line in seen}, seconds)
        self._copy.restore()
        self.table.save()

    def _judge(self, mutation: Mutation, items: dict[str, Any]) -> Verdict:
        """Run the tests that concern a mutation until one fails."""
        todo, budget = [], self.patience
        for name, seconds in self.table.tests_of(mutation, self.outline):
            if name in items and (not todo or budget > 0):
                todo.append(items[name])
                budget -= seconds
        if not todo:
            return Verdict(mutation, UNTESTED, why="no test passes here")
        limit = 20 + 4 * (self.patience - budget)
        answer = list(in_child(lambda say: self._try(mutation, todo, say), seconds=limit))
        if not answer or any(_leaves_rows(item) for item in todo[: len(answer) + 1]):
            self._copy.restore()
        if not answer or not isinstance(answer[-1], str):
            return Verdict(mutation, KILLED, why="never ends")
        if answer[-1] != "done":
            raise RuntimeError(f"{mutation.identity}\n{answer[-1]}")
        for name, fate, why in answer[:-1]:
            if fate != SURVIVED:
                return Verdict(mutation, fate, by=name, why=why)
        return Verdict(mutation, SURVIVED, why=f"{len(todo)} tests")

    def _try(self, mutation: Mutation, todo: list[Any], say: Callable[[Any], None]) -> None:
        """In the child: make the change, run the tests, say what each did."""
        try:
            swap(mutated(mutation, self.texts[mutation.path], self.links), mutation.function)
        except (SyntaxError, ValueError) as error:
            say(("", STILLBORN, str(error)))
            return
        watch = Watch()
        todo[0].config.pluginmanager.register(watch)
        for item, following in zip(todo, [*todo[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            say((item.nodeid, watch.fate, watch.why))
            if watch.fate != SURVIVED:
                return


class Watch:
    """Notes the first failure of the tests that run."""

    def __init__(self) -> None:
        self.fate, self.why = SURVIVED, ""

    @pytest.hookimpl
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        """Tell a change that no program could live with from one that a test noticed."""
        error = call.excinfo.value if call.excinfo else None
        if error is None or isinstance(error, pytest.skip.Exception) or self.fate != SURVIVED:
            return
        text = f"{type(error).__name__}: {error}"
        falls_over = isinstance(error, NameError) or (
            isinstance(error, TypeError) and ("required" in text or "unsupported operand" in text)
        )
        self.fate, self.why = STILLBORN if falls_over else KILLED, text.split("\n", maxsplit=1)[0][:200]


def _run_all(todo: list[Any], tracer: Tracer, say: Callable[[Any], None]) -> None:
    watch = Watch()
    todo[0].config.pluginmanager.register(watch)
    for item, following in zip(todo, [*todo[1:], None], strict=True):
        started, watch.fate = time.perf_counter(), SURVIVED
        with tracer:
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        say((item.nodeid, sorted(tracer.seen), time.perf_counter() - started, watch.fate != SURVIVED))


def _leaves_rows(item: Any) -> bool:
    """Tell whether a test commits what it does, so that the database has to be made anew."""
    mark = item.get_closest_marker("django_db")
    return bool(mark and mark.kwargs.get("transaction")) or bool(
        {"transactional_db", "live_server", "django_db_reset_sequences"} & set(item.fixturenames)
    )


def swap(module: CodeType, name: str) -> None:
    """Give the functions of that name, wherever decorators and classes keep them, the code of the changed file."""
    new, is_swapped = _code_of(module, name.split(".")), False
    for found in gc.get_objects():
        # Asking with isinstance() would wake the lazy objects of requests that are long over.
        if type(found) is FunctionType:
            old = found.__code__
            if (old.co_filename, old.co_qualname, old.co_firstlineno) == (
                new.co_filename, new.co_qualname, new.co_firstlineno
            ):  # fmt: skip
                found.__code__, is_swapped = new, True
    if not is_swapped:
        raise LookupError(name)


def _code_of(code: CodeType, names: list[str]) -> CodeType:
    for name in names:
        code = next(each for each in code.co_consts if isinstance(each, CodeType) and each.co_name == name)
    return code


def in_child(work: Callable[[Callable[[Any], None]], None], seconds: float) -> Iterator[Any]:
    """Do some work in a fork of this process, and yield what it says when it says it; a long one is ended."""
    reading, writing = os.pipe()
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        _be_child(work, writing)
    os.close(writing)
    text, until = b"", time.monotonic() + seconds
    try:
        while select.select([reading], [], [], max(0.0, until - time.monotonic()))[0]:
            piece = os.read(reading, 65536)
            if not piece:
                return
            *rows, text = (text + piece).split(b"\n")
            yield from map(json.loads, rows)
        os.killpg(child, signal.SIGKILL)
    finally:
        os.close(reading)
        os.waitpid(child, 0)


def _be_child(work: Callable[[Callable[[Any], None]], None], writing: int) -> None:
    os.setsid()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    with os.fdopen(writing, "w") as pipe:

        def say(row: Any) -> None:
            pipe.write(json.dumps(row) + "\n")
            pipe.flush()

        ending = "done"
        try:
            work(say)
        except BaseException:  # noqa: BLE001 - nothing may go on in the fork; the parent raises it.
            ending = traceback.format_exc()
        finally:
            say(ending)
            os._exit(0)


class Copy:
    """A copy of the fresh test database, from which it is made anew."""

    def __init__(self) -> None:
        self._settings = connection.get_connection_params()
        self._name = self._settings["dbname"]
        connections.close_all()
        self._do(f'CREATE DATABASE "{self._name}_fresh" TEMPLATE "{self._name}"')

    def restore(self) -> None:
        """Forget what tests have committed."""
        self._do(
            f'DROP DATABASE "{self._name}" WITH (FORCE)',
            f'CREATE DATABASE "{self._name}" TEMPLATE "{self._name}_fresh"',
        )

    def _do(self, *statements: str) -> None:
        wanted: Iterable[str] = ("host", "port", "user", "password")
        keys = {name: self._settings[name] for name in wanted if self._settings.get(name)}
        with_database = psycopg2.connect(dbname="postgres", **keys)
        with_database.autocommit = True
        with with_database.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        with_database.close()


def code_paths() -> list[str]:
    """The files of the project's own applications."""
    return sorted(str(path.relative_to(ROOT)) for app in APPS for path in (ROOT / app).rglob("*.py"))
