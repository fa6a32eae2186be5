"""What can be changed in a function, one thing at a time, so that a good test must notice.

Left out, each for its reason: texts (their wording is no rule), decorators (`transaction.atomic` only shows when the
process dies half-way), plain assignments (without its variable the function falls over whatever the tests), asserts
(they narrow types), and what only serves speed: `select_related`, sizes of batches, `update_fields` as a whole.
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OPPOSITE: dict[type, type] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip
TWIN = {"any": "all", "all": "any", "min": "max", "max": "min", "first": "last", "last": "first"}
LINKS = {"distinct", "order_by", "select_for_update"}
NO_RULE = {"output_field", "of", "batch_size", "chunk_size", "update_fields", "ignore_conflicts", "default_factory"}
SILENT = {"logger", "logging", "warnings", "cast"}
UNTOUCHED = {"__str__", "__repr__", "__hash__"}

Function = ast.FunctionDef | ast.AsyncFunctionDef
Site = tuple[ast.AST, str, Callable[[], None]]


@dataclass(frozen=True)
class Mutation:
    """One change that can be made to one function of one file."""

    path: str
    function: str
    line: int
    lines: tuple[int, int]
    change: str
    number: int

    @property
    def identity(self) -> str:
        """What stays the same when other functions of the file change."""
        return f"{self.path}::{self.function}::{self.line - self.lines[0]}::{self.change}"


def functions(tree: ast.Module) -> Iterator[tuple[str, Function]]:
    """Yield the outermost functions and methods, with their qualified names."""

    def inside(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, Function]]:
        for node in body:
            if isinstance(node, ast.ClassDef):
                yield from inside(node.body, f"{prefix}{node.name}.")
            elif isinstance(node, Function):
                yield f"{prefix}{node.name}", node

    yield from inside(tree.body, "")


def mutations(path: str, text: str, links: frozenset[str] = frozenset()) -> list[Mutation]:
    """Every change of a file; `links` are the methods of query sets that may be taken out of a chain."""
    found = []
    for name, line, lines, change, _apply in _sites(ast.parse(text), links):
        found.append(Mutation(path, name, line, lines, change, len(found)))
    return found


def mutated(mutation: Mutation, text: str, links: frozenset[str]) -> Any:
    """The compiled code of the file with this one change."""
    tree = ast.parse(text)
    for number, (*_where, apply) in enumerate(_sites(tree, links)):
        if number == mutation.number:
            apply()
            break
    return compile(ast.fix_missing_locations(tree), str(Path(mutation.path).resolve()), "exec")


def query_set_links(tree: ast.Module) -> set[str]:
    """The methods of this file's query sets that return one: they narrow or order, and can be left out."""
    return {
        method.name
        for node in tree.body
        if isinstance(node, ast.ClassDef) and node.name.endswith("QuerySet")
        for method in node.body
        if isinstance(method, ast.FunctionDef) and method.returns is not None and not method.decorator_list
        if "QuerySet" in ast.unparse(method.returns) or ast.unparse(method.returns) == "Self"
    }


def _sites(
    tree: ast.Module, links: frozenset[str]
) -> Iterator[tuple[str, int, tuple[int, int], str, Callable[[], None]]]:
    for name, function in functions(tree):
        if function.name in UNTOUCHED:
            continue
        for statement, holder, field, at in _statements(function):
            lines = _header(statement)
            for node, change, apply in _changes_of_statement(statement, holder, field, at, function):
                yield name, node.lineno, lines, change, apply  # type: ignore[attr-defined]
            for place in _expressions(statement):
                for node, change, apply in _changes_of_expression(*place, links):
                    yield name, node.lineno, lines, change, apply  # type: ignore[attr-defined]


def _statements(node: ast.AST) -> Iterator[tuple[ast.stmt, ast.AST, str, int]]:
    """Yield the statements of a function, nested ones too, but for docstrings, with where each stands."""
    for field in ("body", "orelse", "finalbody", "handlers", "cases"):
        for at, child in enumerate(getattr(node, field, [])):
            if isinstance(child, ast.ExceptHandler | ast.match_case):
                yield from _statements(child)
            elif not (isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)):
                yield child, node, field, at
                yield from _statements(child)


def _header(statement: ast.stmt) -> tuple[int, int]:
    """The lines that run when the statement does, without its blocks."""
    blocks = [
        row.lineno for field in ("body", "cases") for row in getattr(statement, field, []) if hasattr(row, "lineno")
    ]
    last = min(blocks) - 1 if blocks else (statement.end_lineno or statement.lineno)
    return statement.lineno, max(statement.lineno, last)


def _expressions(statement: ast.stmt) -> Iterator[tuple[ast.AST, ast.AST, str, int | None]]:
    """Yield the expressions of a statement (not of its blocks, nor its annotations), with where each stands."""
    skipped = {"body", "orelse", "finalbody", "handlers", "cases", "annotation", "returns", "decorator_list", "args"}

    def inside(node: ast.AST, skip: set[str]) -> Iterator[tuple[ast.AST, ast.AST, str, int | None]]:
        for field, value in ast.iter_fields(node):
            if field in skip:
                continue
            for at, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
                if isinstance(child, ast.AST) and not isinstance(child, ast.JoinedStr):
                    yield child, node, field, at
                    yield from inside(child, {"annotation"})

    yield from inside(statement, skipped if isinstance(statement, Function | ast.ClassDef) else skipped - {"args"})


def _short(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 60 else f"{text[:57]}…"


def _put(holder: ast.AST, field: str, at: int | None, new: Any) -> None:
    if at is None:
        setattr(holder, field, new)
    else:
        getattr(holder, field)[at] = new


def _changes_of_statement(node: ast.stmt, holder: ast.AST, field: str, at: int, function: Function) -> Iterator[Site]:
    def delete() -> None:
        getattr(holder, field)[at] = ast.copy_location(ast.Pass(), node)

    if _can_go(node, function):
        yield node, f"deleted: {_short(node)}", delete
    test = getattr(node, "test", None)
    if isinstance(node, ast.If) and not isinstance(test, ast.Compare | ast.BoolOp | ast.UnaryOp):
        yield node, f"if not: {_short(node.test)}", lambda: _put(node, "test", None, ast.UnaryOp(ast.Not(), node.test))


def _can_go(node: ast.stmt, function: Function) -> bool:
    """Tell whether a function without this statement still runs, and does less."""
    match node:
        case ast.Expr(value=ast.Call() as call):
            return _root(call.func) not in SILENT
        case ast.Assign(targets=targets):
            return all(isinstance(target, ast.Attribute | ast.Subscript) for target in targets)
        case ast.Return():
            return node is not function.body[-1]
        case ast.AugAssign() | ast.Delete() | ast.Raise() | ast.Continue() | ast.Break():
            return True
    return False


def _root(node: ast.AST) -> str:
    while isinstance(node, ast.Attribute | ast.Call):
        node = node.value if isinstance(node, ast.Attribute) else node.func
    return node.id if isinstance(node, ast.Name) else ""


def _changes_of_expression(
    node: ast.AST, holder: ast.AST, field: str, at: int | None, links: frozenset[str]
) -> Iterator[Site]:
    def instead(new: ast.expr) -> Callable[[], None]:
        return lambda: _put(holder, field, at, ast.copy_location(new, node))

    match node:
        case ast.Compare(ops=[op]) if type(op) in OPPOSITE:
            new = ast.Compare(node.left, [OPPOSITE[type(op)]()], node.comparators)
            yield node, f"{_short(node)} → {_short(new)}", instead(new)
        case ast.BinOp(op=op) if type(op) in OPPOSITE:
            new = ast.BinOp(node.left, OPPOSITE[type(op)](), node.right)
            yield node, f"{_short(node)} → {_short(new)}", instead(new)
        case ast.UnaryOp(op=ast.Not() | ast.Invert()):
            yield node, f"{_short(node)} → {_short(node.operand)}", instead(node.operand)
        case ast.IfExp():
            yield (
                node,
                f"if not: {_short(node.test)}",
                lambda: _put(node, "test", None, ast.UnaryOp(ast.Not(), node.test)),
            )
        case ast.Constant(value=bool() as value):
            yield node, f"{value} → {not value}", instead(ast.Constant(not value))
        case ast.Constant(value=int() as value):
            yield node, f"{value} → {value + 1}", instead(ast.Constant(value + 1))
        case ast.Call():
            yield from _changes_of_call(node, instead, links)
        case _:
            yield from _less_of_it(node, instead)


def _less_of_it(node: ast.AST, instead: Callable[[ast.expr], Callable[[], None]]) -> Iterator[Site]:
    """Take out a condition, a bound or an element."""
    match node:
        case ast.BoolOp():
            for out in node.values:
                left = [value for value in node.values if value is not out]
                new = ast.BoolOp(node.op, left) if len(left) > 1 else left[0]
                yield out, f"{_short(node)} without {_short(out)}", instead(new)
        case ast.comprehension() as part:
            for out in part.ifs:
                yield out, f"without: if {_short(out)}", lambda out=out: part.ifs.remove(out)  # type: ignore[misc]
        case ast.Subscript(slice=ast.Slice(), ctx=ast.Load()):
            yield node, f"{_short(node)} → {_short(node.value)}", instead(node.value)
        case ast.List(ctx=ast.Load()) | ast.Set():
            for out in node.elts:
                yield out, f"{_short(node)} without {_short(out)}", lambda out=out: node.elts.remove(out)  # type: ignore[misc]


def _changes_of_call(
    node: ast.Call, instead: Callable[[ast.expr], Callable[[], None]], links: frozenset[str]
) -> Iterator[Site]:
    if _root(node.func) in SILENT:
        return
    for keyword in node.keywords:
        if keyword.arg and keyword.arg not in NO_RULE:
            yield (
                keyword.value,
                f"{_short(node.func)}(…) without {keyword.arg}=",
                lambda out=keyword: node.keywords.remove(out),  # type: ignore[misc]
            )
    if isinstance(node.func, ast.Name) and node.func.id in TWIN:
        new = ast.Call(ast.Name(TWIN[node.func.id], ast.Load()), node.args, node.keywords)
        yield node, f"{node.func.id}() → {TWIN[node.func.id]}()", instead(new)
    if isinstance(node.func, ast.Attribute):
        name, before = node.func.attr, node.func.value
        if name in ("first", "last"):
            new = ast.Call(ast.Attribute(before, TWIN[name], ast.Load()), node.args, node.keywords)
            yield node, f".{name}() → .{TWIN[name]}()", instead(new)
        elif name in LINKS or (name in links and _root(before) not in ("super", "")):
            yield node, f"{_short(before)} without .{name}()", instead(before)
        elif name in ("filter", "exclude"):
            for out in node.args:
                yield out, f".{name}() without {_short(out)}", lambda out=out: node.args.remove(out)  # type: ignore[misc]
