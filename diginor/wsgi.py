"""The WSGI entry point."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "diginor.settings")

application = get_wsgi_application()

# Once Django is set up.
from diginor.running import database  # noqa: E402

database.be_patient(database.WEB)
