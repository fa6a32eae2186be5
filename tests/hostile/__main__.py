"""`make hostile`: twenty thousand hostile requests on servers of their own; an error when one of them breaks a page."""

import logging
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from diginor.embedded import Servers

REQUESTS, SEED = 20_000, 1


def main() -> int:
    """Send them, print what became of them, and tell whether all is well."""
    given = [int(text) for text in sys.argv[1:]]
    count, seed = given + [REQUESTS, SEED][len(given) :]
    directory = Path(tempfile.mkdtemp(prefix="diginor-hostile-"))
    # PostgreSQL may run under another account, which has to enter this directory.
    directory.chmod(0o711)
    servers = Servers(directory, throwaway=True)
    try:
        os.environ |= {
            **servers.start(),
            "DIGINOR_DEMO": "1",
            "MEDIA_ROOT": str(directory / "files"),
            "DJANGO_SETTINGS_MODULE": "diginor.settings",
        }
        return _play(count, seed)
    finally:
        servers.stop()
        shutil.rmtree(directory, ignore_errors=True)


def _play(count: int, seed: int) -> int:
    # The settings are read with the addresses of the servers, hence these imports now.
    import django
    from django.conf import settings

    # What is refused is no news here.
    logging.disable(logging.CRITICAL)

    # The name by which Django's test client calls.
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    django.setup()
    from django.core.management import call_command

    from tests.hostile.campaign import Campaign, doors
    from tests.world import make_world

    call_command("migrate", verbosity=0)
    started = time.monotonic()
    world = make_world()
    campaign = Campaign(world, seed)
    campaign.look(doors(world))
    campaign.run(count)
    print(campaign.table())
    print(f"{time.monotonic() - started:.0f} s, seed {seed}\n")
    print("\n".join(campaign.told()) or "No request broke a page.")
    return 1 if campaign.failures else 0


if __name__ == "__main__":
    sys.exit(main())
