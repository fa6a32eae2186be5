"""Model fields of the members part."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.query_utils import DeferredAttribute
from django.utils.translation import gettext_lazy as _

from members.facts.rules.partial_dates import PartialDate

LENGTH = 10
EXAMPLES = _("Par exemple 2019, 2019-Q4 (fin 2019), 2019-10 ou 2019-10-19.")


def parse_partial_date(value: Any) -> PartialDate | None:
    """The date that a person or a file writes; ValidationError when it is not one."""
    if value is None or isinstance(value, PartialDate):
        return value
    try:
        return PartialDate.parse(str(value)) if str(value).strip() else None
    except ValueError as error:
        message = _("Cette date ne se lit pas. Écrivez 2019, 2019-Q4 (fin 2019), 2019-10 ou 2019-10-19.")
        raise ValidationError(message, code="partial") from error


class PartialDateFormField(forms.CharField):
    def to_python(self, value: Any) -> Any:
        """The date, or None when nothing is written."""
        return parse_partial_date(super().to_python(value))

    def run_validators(self, value: Any) -> None:
        """Count the length on the text."""
        super().run_validators(str(value) if value else "")


class _Attribute(DeferredAttribute):
    """Reads as a date whatever was given, also before the row is saved."""

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = parse_partial_date(value)


class PartialDateField(models.CharField):
    """A date known by its year, its quarter, its month or its day; None when nothing is known, stored as empty text."""

    descriptor_class = _Attribute
    # For the type checker: what is read is a date, whatever was written.
    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Never required: what is not known stays empty."""
        super().__init__(*args, **(kwargs | {"max_length": LENGTH, "blank": True, "default": ""}))

    def deconstruct(self) -> Any:
        """What a migration writes: what is always the same is left out."""
        name, path, args, kwargs = super().deconstruct()
        fixed = ("max_length", "blank", "default")
        return name, path, args, {key: value for key, value in kwargs.items() if key not in fixed}

    def from_db_value(self, value: str | None, _expression: Any, _connection: Any) -> PartialDate | None:
        """The date that a row holds."""
        return PartialDate.parse(value) if value else None

    def to_python(self, value: Any) -> PartialDate | None:
        """The date that a person or a file writes."""
        return parse_partial_date(value)

    def get_prep_value(self, value: Any) -> str:
        """The text that a row holds."""
        return str(parse_partial_date(value) or "")

    def value_to_string(self, obj: models.Model) -> str:
        """The text of an export."""
        return self.get_prep_value(self.value_from_object(obj))

    def run_validators(self, value: PartialDate | None) -> None:
        """Count the length on the text."""
        super().run_validators(str(value) if value else "")

    def formfield(self, **kwargs: Any) -> Any:
        """A line of text with an example."""
        given: dict[str, Any] = {"form_class": PartialDateFormField, "help_text": EXAMPLES}
        return super().formfield(**(given | kwargs))
