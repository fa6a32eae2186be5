"""Sessions as the pages of sign-in leave them: who one is, and what was proven when."""

import time
from typing import Any

from django.test import Client

from members.people.models import User


def prove(client: Client, person: User, method: str = "code", **more: Any) -> None:
    """Write into the session the proof that a page would have written just now."""
    session = client.session
    session["account_authentication_methods"] = [{"method": method, "at": time.time(), "reauthenticated": True}]
    session["account_authentication_methods_user"] = str(person.pk)
    session.update(more)
    session.save()


def sign_in(client: Client, person: User, method: str = "code") -> None:
    """Open a session that has just proven who one is."""
    client.force_login(person)
    prove(client, person, method)
