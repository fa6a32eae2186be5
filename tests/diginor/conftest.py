"""Fixtures of the tests of the ground floor."""

import os
from pathlib import Path

import pytest


@pytest.fixture
def server_directory(tmp_path):
    """A directory for servers: PostgreSQL may run under another account, which has to enter those above."""
    for path in (tmp_path, *tmp_path.parents):
        if path.stat().st_uid == os.getuid() and path != Path("/"):
            path.chmod(path.stat().st_mode | 0o011)
    return tmp_path / "var"
