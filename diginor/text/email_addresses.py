"""E-mail addresses: what nobody sees in one goes wherever it enters, and one that no mail server takes is refused."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.db.models.query_utils import DeferredAttribute
from django.utils.encoding import punycode
from django.utils.translation import gettext as _

from diginor.text.clean_text import without_unseen

# What a mail server accepts at most (RFC 5321, 4.5.3.1.3, without the angle brackets).
LONGEST = 254


def clean_address(text: str) -> str:
    """The address as it is seen: copied from a page or a card, it may carry marks of direction and of no width."""
    return without_unseen(text).strip()


def check_encoding(text: str) -> None:
    """Refuse an address that cannot be told to a mail server; what is no address at all is for others to say."""
    local, sign, domain = text.rpartition("@")
    if not sign:
        return
    if not local.isascii():
        letter = next(letter for letter in local if not letter.isascii())
        refusal = _("Avant @, une adresse n’a ni accent ni signe particulier : « %(letter)s » ne passe pas.")
        raise ValidationError(refusal, code="local", params={"letter": letter})
    try:
        # Python's codec takes a time that grows with the square of the length.
        is_long = len(text) > LONGEST or len(f"{local}@{punycode(domain)}") > LONGEST
    except UnicodeError as error:
        raise ValidationError(_("Le nom qui suit @ ne peut pas exister : vérifiez-le."), code="domain") from error
    if is_long:
        refusal = _("Cette adresse est trop longue : %(most)d caractères au plus.")
        raise ValidationError(refusal, code="long", params={"most": LONGEST})


def check_address(text: str) -> None:
    """Refuse what is no address, or none that a mail server takes."""
    check_encoding(text)
    validate_email(text)


class _CleanAttribute(DeferredAttribute):
    """Reads as the address that is seen whatever was given, also before the row is saved."""

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = clean_address(value) if isinstance(value, str) else value


class EmailField(models.EmailField):
    """A column for an address: forms, files, sign-in and code all go through it, lookups included."""

    descriptor_class = _CleanAttribute
    default_validators = [check_address]

    def deconstruct(self) -> Any:
        """What a migration writes: to the database it is Django's own."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.EmailField", args, kwargs

    def to_python(self, value: Any) -> Any:
        """The address that is seen."""
        text = super().to_python(value)
        return clean_address(text) if isinstance(text, str) else text

    def get_prep_value(self, value: Any) -> Any:
        """The address as it is kept, and as it is looked for."""
        return self.to_python(super().get_prep_value(value))
