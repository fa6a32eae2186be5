"""Tests that could not fail: they assert nothing, or only of what may be empty, or post a form too empty to be read."""

import ast
from collections.abc import Iterator

from tests.sources import files, functions, name_of, nodes

# Functions of others that fail when they do not find what they look for.
ASSERTING = {
    "raises",
    "warns",
    "fail",
    "expect",
    "run_state_machine_as_test",
    "django_assert_num_queries",
    "fromstring",
    "wait_for",
}
# A loop over what these give surely runs; over what those give, when a loop over what they take does.
ALWAYS_RUN, SAME_LENGTH = {"some", "range", "sample", "product"}, {"zip", "enumerate", "sorted", "list", "set"}
TEST_FILES = files(".py", folders=("tests",))


def calls(node: ast.AST) -> set[str]:
    """The names of what is called somewhere inside."""
    found = (row.func for row in ast.walk(node) if isinstance(row, ast.Call))
    return {getattr(func, "attr", None) or getattr(func, "id", "") for func in found}


def asserting_names() -> set[str]:
    """The functions of the tests that assert, themselves or through others."""
    bodies = {node.name: node for path in TEST_FILES for node in functions(path)}
    known = {
        name for name, node in bodies.items() if any(isinstance(row, ast.Assert | ast.Raise) for row in ast.walk(node))
    }
    known |= ASSERTING
    while more := {name for name, node in bodies.items() if name not in known and calls(node) & known}:
        known |= more
    return known


def each_test() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Yield every test, with where it stands."""
    for path in TEST_FILES:
        for node in functions(path):
            if node.name.startswith("test_"):
                yield f"{name_of(path)}:{node.lineno} {node.name}", node


def test_every_test_asserts_something():
    known = asserting_names()
    assert not [where for where, node in each_test() if node.name not in known]


def runs(rows: ast.expr, test: ast.FunctionDef) -> bool:
    """Tell whether a loop surely runs: over what is written in the test, a constant, a range, a sample or `some(…)`."""
    match rows:
        case ast.Call(func=ast.Attribute(value=whole, attr="items" | "values"), args=[]):
            return runs(whole, test)
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args):
            return name in ALWAYS_RUN or (name in SAME_LENGTH and any(runs(row, test) for row in args))
        case ast.GeneratorExp() | ast.ListComp():
            return runs(rows.generators[0].iter, test)
        case ast.Name(id=name):
            given = [row.value for row in ast.walk(test) if isinstance(row, ast.Assign) and name in targets(row)]
            return name.isupper() or any(runs(value, test) for value in given)
    return isinstance(rows, ast.Tuple | ast.List | ast.Set | ast.Dict | ast.Constant | ast.BinOp | ast.Attribute)


def targets(row: ast.Assign) -> set[str]:
    """The variables that an assignment names."""
    return {target.id for target in row.targets if isinstance(target, ast.Name)}


def is_hollow(claim: ast.expr, test: ast.FunctionDef) -> bool:
    """Tell whether an assertion would be true of nothing."""
    match claim:
        case ast.Call(func=ast.Name(id="all"), args=[ast.GeneratorExp() as rows]):
            return not runs(rows, test)
    return False


def is_firm(row: ast.stmt, test: ast.FunctionDef, known: set[str]) -> bool:
    """Tell whether a statement surely asserts something."""
    match row:
        case ast.Assert():
            return not is_hollow(row.test, test)
        case ast.For():
            return runs(row.iter, test) and any(is_firm(each, test, known) for each in row.body)
        case ast.With():
            is_asserting = any(calls(item) & known for item in row.items)
            return is_asserting or any(is_firm(each, test, known) for each in row.body)
        case ast.If() | ast.Try() | ast.While():
            return any(is_firm(each, test, known) for each in row.body)
        case ast.FunctionDef() | ast.ClassDef():
            return False
    return bool(calls(row) & known)


def test_what_a_test_asserts_is_not_true_of_nothing():
    known = asserting_names()
    offences = [where for where, node in each_test() if not any(is_firm(row, node, known) for row in node.body)]
    assert not offences, "\n".join(offences)


def test_a_posted_form_holds_something():
    offences = [
        f"{name_of(path)}:{node.lineno}"
        for path in TEST_FILES
        for node in nodes(path, ast.Call)
        if isinstance(node.func, ast.Attribute) and node.func.attr == "post" and len(node.args) > 1
        if isinstance(node.args[1], ast.Dict) and not node.args[1].keys
    ]
    assert not offences, "a form posted empty is not bound: send what a browser sends\n" + "\n".join(offences)
