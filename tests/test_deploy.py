"""Production: what the settings ask for, what they refuse, and the policy of every answer."""

import os
import secrets
import subprocess
import sys

import pytest
from django.conf import settings

from tests.addresses import address, names
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


def test_production_settings_pass_every_check() -> None:
    key = secrets.token_urlsafe(64)
    done = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION, SECRET_KEY=key)
    assert done.returncode == 0, done.stderr
    assert "no issues (0 silenced)" in done.stdout


def test_without_a_secret_nothing_starts() -> None:
    done = manage("check", **PRODUCTION)
    assert done.returncode != 0
    assert "SECRET_KEY is required" in done.stderr


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
