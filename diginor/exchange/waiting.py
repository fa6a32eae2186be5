"""The file between the two steps: kept in the private store under a name that only a signed token tells."""

import hashlib
import json
import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.translation import gettext as _

from diginor.exchange.decoding import FileRefused

FOLDER = "imports"
SALT = "diginor.exchange"
KEPT_FOR = timedelta(hours=2)


# Of each line by its number: a summary of what the person saw that it would change.
Seen = dict[str, str]


@dataclass(frozen=True)
class Waiting:
    """A file that waits for its confirmation, with the person who brought it."""

    name: str
    digest: str
    label: str
    user: int

    def token(self) -> str:
        """What the page carries; nobody can make another."""
        return signing.dumps([self.name, self.digest, self.label, self.user], salt=SALT)

    def opened(self) -> tuple[Seen, bytes]:
        """The difference that was seen, and the file as it came; FileRefused when it is gone or another one now."""
        try:
            with default_storage.open(self.name) as kept:
                content: bytes = kept.read()
        except FileNotFoundError as error:
            raise FileRefused(_("Ce fichier n’attend plus. Envoyez-le à nouveau.")) from error
        if digest_of(content) != self.digest:
            self.forget()
            raise FileRefused(_("Le fichier gardé a changé entre-temps. Envoyez-le à nouveau."))
        seen, _line, file = content.partition(b"\n")
        return json.loads(seen), file

    def forget(self) -> None:
        """Remove the file."""
        default_storage.delete(self.name)


def digest_of(content: bytes) -> str:
    """A summary of a content that no other has."""
    return hashlib.sha256(content).hexdigest()


def keep(file: bytes, label: str, user: Any, seen: Seen) -> Waiting:
    """Keep a file until it is confirmed, behind a line that says what was seen; those forgotten by others go."""
    sweep()
    content = json.dumps(seen).encode() + b"\n" + file
    name = default_storage.save(f"{FOLDER}/{uuid.uuid4().hex}", ContentFile(content))
    return Waiting(name, digest_of(content), label, user.pk)


def find(token: str, label: str, user: Any) -> Waiting:
    """The file that a token names; FileRefused unless it is of this list, of this person, and recent."""
    try:
        waiting = Waiting(*signing.loads(token, salt=SALT, max_age=KEPT_FOR))
    except (signing.BadSignature, TypeError) as error:
        raise FileRefused(_("Cette page a expiré. Envoyez le fichier à nouveau.")) from error
    if (waiting.label, waiting.user) != (label, user.pk):
        raise FileRefused(_("Ce fichier n’est pas le vôtre. Envoyez-le à nouveau."))
    return waiting


def sweep() -> None:
    """Remove the files that nobody confirmed in time."""
    with suppress(FileNotFoundError):
        for name in default_storage.listdir(FOLDER)[1]:
            path = f"{FOLDER}/{name}"
            with suppress(FileNotFoundError):
                if default_storage.get_created_time(path) < timezone.now() - KEPT_FOR:
                    default_storage.delete(path)
