"""A portal apart, for the tools of the tests that are no tests: own servers, an empty database, cheap passwords."""

import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from diginor.running.embedded import Servers


@contextmanager
def own_servers(purpose: str, **environment: str) -> Iterator[tuple[Path, Servers]]:
    """Start servers in a directory that goes at the end; only inside may the settings be read."""
    directory = Path(tempfile.mkdtemp(prefix=f"diginor-{purpose}-"))
    # PostgreSQL may run under another account, which has to enter this directory.
    directory.chmod(0o711)
    servers = Servers(directory, throwaway=True)
    try:
        os.environ |= {
            **servers.start(),
            "DIGINOR_DEMO": "1",
            "DJANGO_SETTINGS_MODULE": "diginor.settings",
            **environment,
        }
        yield directory, servers
    finally:
        servers.stop()
        shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def portal_apart(purpose: str) -> Iterator[None]:
    """Open the portal in this process, as the test client calls it, on servers of its own."""
    with own_servers(purpose) as (directory, _servers):
        import django
        from django.conf import settings
        from django.core.management import call_command

        # What is refused is no news here.
        logging.disable(logging.CRITICAL)
        settings.MEDIA_ROOT = directory / "files"
        # The name by which Django's test client calls.
        settings.ALLOWED_HOSTS = ["testserver"]
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
        settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
        django.setup()
        call_command("migrate", verbosity=0)
        yield
