"""The house style of docs/domain.md, held by tests: layers, sizes, names, access."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin import AdminSite
from django.contrib.contenttypes.fields import GenericForeignKey
from django.urls import URLPattern, URLResolver, get_resolver

from services.requests import enums
from tests.sources import APPS, ROOT, app_code, files, functions, imported, in_layer, name_of, nodes, tree

FILE_LINES, FUNCTION_LINES = 400, 40
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "misc", "common"}
TOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
LINTER = TOOLS["importlinter"]
RANK = {name: rank for rank, name in enumerate(reversed(LINTER["contracts"][0]["layers"]))}


def own_models() -> list[Any]:
    """The models of the project."""
    return [model for model in apps.get_models() if model._meta.app_label in APPS]


def test_no_file_is_longer_than_400_lines():
    lengths = {name_of(path): len(path.read_text().splitlines()) for path in files(".py", ".html", ".css", ".js")}
    assert not {name: length for name, length in lengths.items() if length >= FILE_LINES}


def test_no_function_is_longer_than_40_lines():
    offences = [
        f"{name_of(path)}:{node.lineno} {node.name} has {node.end_lineno - node.lineno + 1} lines"
        for path in files(".py")
        for node in functions(path)
        if node.end_lineno - node.lineno + 1 >= FUNCTION_LINES
    ]
    assert not offences, "\n".join(offences)


def test_imports_keep_to_the_layers():
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_part_is_held_by_every_tool():
    """A folder of Python is a part, or one of the three that no part may know."""
    folders = {path.relative_to(ROOT).parts[0] for path in ROOT.glob("[a-z]*/**/*.py")} - {"var", "staticfiles"}
    assert folders == {*APPS, "bench", "tests", "deploy"}
    assert sorted(TOOLS["mypy"]["files"]) == sorted([*APPS, "bench"])
    assert {config.name for config in apps.get_app_configs()} >= set(APPS)


def test_every_part_and_every_subject_is_in_the_layers():
    contracts = LINTER["contracts"]
    assert sorted(LINTER["root_packages"]) == sorted([*APPS, "bench"])
    assert sorted(contracts[0]["layers"]) == sorted([*APPS, "bench"])
    assert not [contract for contract in contracts if "ignore_imports" in contract]
    inside = {
        container for contract in contracts for container in contract.get("containers", ()) if contract["exhaustive"]
    }
    outside = {"management", "migrations", "templatetags"}
    # The rooms of the ground floor and of the story have names of their own.
    subjects = {
        f"{app}.{path.parent.name}"
        for app in APPS
        if app not in ("diginor", "demonstration")
        for path in (ROOT / app).glob("*/__init__.py")
        if path.parent.name not in outside
    }
    assert inside == subjects | set(APPS)


def test_foreign_keys_point_only_downwards():
    offences = [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for model in own_models()
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and field.related_model
        if RANK.get(field.related_model._meta.app_label, -1) > RANK[model._meta.app_label]
    ]
    assert not offences, "\n".join(offences)


def test_models_use_no_generic_foreign_key_and_no_default_order():
    generic = [m._meta.label for m in own_models() for f in m._meta.private_fields if isinstance(f, GenericForeignKey)]
    assert not generic
    assert not [model._meta.label for model in own_models() if model._meta.ordering]


def test_nothing_has_a_vague_name():
    assert not [name_of(path) for path in files(".py", ".html", ".css", ".js") if path.stem in VAGUE_NAMES]
    assert not [name_of(path) for path in files(".py", ".html") if VAGUE_NAMES & set(path.relative_to(ROOT).parts)]


def test_nothing_is_left_to_do():
    mark = re.compile(r"\b(TODO|FIXME|XXX)\b")
    code = [path for path in files(".py", ".html", ".css", ".js") if path.name != "test_house.py"]
    assert not [name_of(path) for path in code if mark.search(path.read_text())]


def test_every_module_says_what_it_holds():
    assert not [name_of(path) for path in files(".py") if not ast.get_docstring(tree(path))]


def views(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every address and its view."""
    for pattern in patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from views(pattern.url_patterns, address)
        elif isinstance(pattern, URLPattern):
            yield address, pattern.callback


def declares_policy(view: Any) -> bool:
    """Tell whether a view says who may enter: by `@access`, as part of the administration, or as allauth does."""
    if hasattr(view, "access_policy") or hasattr(view, "admin_site") or hasattr(view, "model_admin"):
        return True
    if isinstance(getattr(view, "__self__", None), AdminSite):
        return True
    module = getattr(getattr(view, "view_class", view), "__module__", "")
    return module.startswith("allauth.")


def test_every_view_declares_who_may_enter():
    offences = [
        f"{address} {view}" for address, view in views(get_resolver().url_patterns) if not declares_policy(view)
    ]
    assert not offences, "\n".join(offences)


def test_views_do_not_build_queries():
    query = re.compile(r"\.(filter|exclude|annotate)\(|\.objects\.all\(\)|\.objects\.raw\(")
    assert not [name_of(path) for path in in_layer("views") if query.search(path.read_text())]


@pytest.mark.parametrize(
    ("layer", "banned"),
    [
        ("rules", {"django.db", "django.conf", "django.utils.timezone", "django.http"}),
        ("actions", {"django.http", "django.contrib.messages", "django.shortcuts"}),
        ("policies", {"django.http", "django.contrib.messages"}),
        ("notifications", {"django.core.mail", "django.http"}),
        ("models", {"django.db.models.signals", "django.http"}),
    ],
)
def test_each_layer_leaves_to_others_what_is_theirs(layer, banned):
    offences = [
        f"{name_of(path)} imports {name}"
        for path in in_layer(layer)
        for name in imported(path)
        if any(name == module or name.startswith(module + ".") for module in banned)
    ]
    assert not offences, "\n".join(offences)


def test_forms_do_not_save():
    calls = [
        f"{name_of(path)}:{node.lineno}"
        for path in in_layer("forms")
        for node in nodes(path, ast.Call)
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("save", "create", "bulk_create", "delete")
        if getattr(node.func.value, "id", "") != "cache"
    ]
    assert not calls


def sets_state(node: ast.AST) -> bool:
    """Tell whether a node writes a `state`, on an object or by an update."""
    if isinstance(node, ast.Assign):
        return any(isinstance(target, ast.Attribute) and target.attr == "state" for target in node.targets)
    is_update = isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("update", "setattr", "put")
    return is_update and any(keyword.arg == "state" for keyword in node.keywords)


def test_only_the_workflow_sets_a_state():
    offences = [
        f"{name_of(path)}:{node.lineno}"
        for path in app_code()
        if name_of(path) != "diginor/workflow/models.py"
        for node in nodes(path, ast.Assign, ast.Call)
        if sets_state(node)
    ]
    assert not offences, "\n".join(offences)


GROUPS = {name: {str(state) for state in states} for name, states in vars(enums).items() if name.endswith("_STATES")}
STATES = [set(enums.RequestState.values), set(enums.ReferralState.values)]
LIST_OF_SQL = re.compile(r"\bstate (?:NOT )?IN \(('[^)]*')\)")
TWO_IN_A_TAG = re.compile(r"{% ?(?:el)?if [^%]*\bstate ==[^%]*\bor [^%]*\bstate ==")


def listed(node: ast.AST) -> set[str]:
    """The states that a collection or a text of SQL lists; nothing when it lists anything else."""
    if isinstance(node, ast.Set | ast.List | ast.Tuple):
        members = [one.attr.lower() if isinstance(one, ast.Attribute) else one for one in node.elts]
        texts = [one.value if isinstance(one, ast.Constant) else one for one in members]
        return {str(one) for one in texts} if all(isinstance(one, str) for one in texts) else set()
    found = LIST_OF_SQL.search(node.value) if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
    return set(re.findall(r"'(\w+)'", found.group(1))) if found else set()


def is_a_group(states: set[str]) -> bool:
    """Whether states mean together what has a name already, or should have one."""
    return states in GROUPS.values() or (len(states) > 2 and any(states <= known for known in STATES))


def test_which_states_are_open_and_ended_is_written_once():
    assert GROUPS
    place = ROOT / "services/requests/enums.py"
    offences = [
        f"{name_of(path)}:{node.lineno}"
        for path in [*app_code(), *files(".py", folders=("bench",))]
        if path != place
        for node in nodes(path, ast.Set, ast.List, ast.Tuple, ast.Constant)
        if is_a_group(listed(node))
    ]
    assert not offences, "\n".join(offences)
    assert [node for node in nodes(place, ast.Tuple) if is_a_group(listed(node))]
    assert not [name_of(path) for path in files(".html", ".txt", ".subject") if TWO_IN_A_TAG.search(path.read_text())]


MARKS_OF_A_PLACE = ("file:", "://", "--index-url", "--extra-index-url", "--find-links", "--trusted")


def test_requirements_name_no_place_of_one_machine():
    for path in (ROOT / "requirements.txt", ROOT / "requirements-dev.txt"):
        lines = [line for line in path.read_text().splitlines() if not line.lstrip().startswith("#")]
        assert not [line for line in lines if any(mark in line for mark in MARKS_OF_A_PLACE)]
        assert "--hash=sha256:" in path.read_text()
