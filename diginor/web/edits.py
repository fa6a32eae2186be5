"""Two people who edit the same row: what one leaves alone is kept, what both changed is told before anything is lost.

A form carries the seal of the values it was opened with. Whoever saves holds the row, so that the form compares what
was seen, what is typed and what the row says now: a value that only another person changed stays, one that both changed
is refused once, beside its field, with the words of the other; sent again, the second knows and decides.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.encoding import force_str
from django.utils.formats import date_format, localize
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import override

from diginor.web.journal import author, column_label

SEAL = "opened"
MOST_SHOWN = 200
SEVERAL = (forms.MultipleChoiceField, forms.ModelMultipleChoiceField)


def held(rows: Any, request: HttpRequest) -> Any:
    """The rows, kept from everybody else until the transaction ends when the request is about to change them."""
    return rows.select_for_update(of=("self",)) if request.method == "POST" else rows


class Seal(forms.CharField):
    """Carries what the row said when the form was opened; it is not a change by itself."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(required=False, label="")

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Never: two seals of the same values differ by their instant."""
        return False


class Guard:
    """What every form that changes a shared row is made of; `row` is the row, held by whoever saves.

    A form without its seal has seen nothing: all that it would change is told first.
    """

    fields: dict[str, Any]
    initial: Any
    cleaned_data: dict[str, Any]
    data: Any
    row: Any
    # Where the changes of the row are noted, when it is not on itself.
    noted_on: Any = None

    def __init__(self, *args: Any, row: Model | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.row = row or getattr(self, "instance", None)
        self.kept: list[str] = []
        if self.is_shared:
            self.initial[SEAL] = self._seal

    @property
    def is_shared(self) -> bool:
        """Whether the row exists already, so that another person may change it too."""
        return self.row is not None and not self.row._state.adding

    def current(self, name: str) -> Any:
        """What the row says now, in the shape that the field gives when it is clean."""
        return self.get_initial_for_field(self.fields[name], name)  # type: ignore[attr-defined]

    @property
    def watched(self) -> list[str]:
        """The fields that show a value of the row."""
        return [name for name in self.fields if name in self.initial and name != SEAL]

    @cached_property
    def others(self) -> list[str]:
        """The fields that another person changed since the form was opened."""
        seen = self._seen()
        return [name for name in self.watched if seen.get(name) != self._mark(name, self.current(name))]

    @cached_property
    def changed_data(self) -> list[str]:
        """What this person changes, without what is kept from another."""
        return [name for name in super().changed_data if name not in self.kept]  # type: ignore[misc]

    def clean(self) -> Any:
        """Keep what another person changed alone, refuse once what both changed."""
        super().clean()  # type: ignore[misc]
        self.cleaned_data.pop(SEAL, None)
        if self.is_shared:
            self._compare()
        return self.cleaned_data

    def _compare(self) -> None:
        seen, told = self._seen(), {}
        for name in self.others:
            now = self._mark(name, self.current(name))
            if name not in self.cleaned_data or self._mark(name, self.cleaned_data[name]) == now:
                continue
            if self._is_untouched(name, seen):
                self._keep(name)
            else:
                self.add_error(name, self._words(name))  # type: ignore[attr-defined]
                told[name] = now
        self.__dict__.pop("changed_data", None)
        if told:
            self._seal_again(seen | told)

    def _seal_again(self, marks: Mapping[str, str]) -> None:
        """Let the page that comes back say what the person has now read."""
        self.data = self.data.copy()
        self.data[self.add_prefix(SEAL)] = _sealed(self.row, marks)  # type: ignore[attr-defined]

    def words_before_deleting(self) -> str:
        """What stops the person from deleting at once a row that another one changed; empty when nobody did."""
        if not self.is_shared or not self.others:
            return ""
        self._seal_again({name: self._mark(name, self.current(name)) for name in self.watched})
        return _(
            "« %(row)s » a changé pendant que vous aviez cette page ouverte. Envoyez à nouveau pour supprimer cette"
            " ligne malgré tout."
        ) % {"row": self.row}

    def _is_untouched(self, name: str, seen: Mapping[str, str]) -> bool:
        cleaned = self.cleaned_data[name]
        if isinstance(self.fields[name], forms.FileField):
            return cleaned is not False and not isinstance(cleaned, UploadedFile)
        return seen.get(name) == self._mark(name, cleaned)

    def _keep(self, name: str) -> None:
        self.kept.append(name)
        field, now = self.fields[name], self.current(name)
        if isinstance(field, forms.FileField):
            return
        try:
            self.cleaned_data[name] = now if isinstance(now, Model) else field.clean(field.prepare_value(now))
        except ValidationError:
            # A value that this person could not choose stays in the row as it is.
            del self.cleaned_data[name]

    def _mark(self, name: str, value: Any) -> str:
        return fingerprint(value, is_set=isinstance(self.fields[name], SEVERAL))

    def _seal(self) -> str:
        return _sealed(self.row, {name: self._mark(name, self.current(name)) for name in self.watched})

    def _seen(self) -> dict[str, str]:
        written = self.data.get(self.add_prefix(SEAL), "")  # type: ignore[attr-defined]
        try:
            of, marks = signing.loads(written, salt=SEAL)
        except (signing.BadSignature, ValueError, TypeError):
            return {}
        return dict(marks) if of == _name_of(self.row) else {}

    def _words(self, name: str) -> str:
        field = self.fields[name]
        shown, who = said(field, self.current(name)), author(self.noted_on or self.row, labels(self, name))
        words = {"who": who, "value": shown}
        if who and shown:
            text = _("%(who)s a écrit ici « %(value)s » pendant que vous aviez cette page ouverte.") % words
        elif who:
            text = _("%(who)s a vidé ce champ pendant que vous aviez cette page ouverte.") % words
        elif shown:
            text = _("Ce champ a changé pendant que vous aviez cette page ouverte : il dit maintenant « %(value)s ».")
            text %= words
        else:
            text = _("Ce champ a été vidé pendant que vous aviez cette page ouverte.")
        return text + " " + _("Reprenez cette valeur, ou envoyez à nouveau pour garder la vôtre.")

    def kept_words(self) -> str:
        """What another person changed and this one did not, said once it is saved; empty when there is nothing."""
        if not self.kept:
            return ""
        names = ", ".join(f"« {self.fields[name].label} »" for name in self.kept)
        who = {author(self.noted_on or self.row, labels(self, name)) for name in self.kept} - {""}
        if len(who) == 1:
            return _("Pendant que vous écriviez, %(who)s a changé %(names)s : ces valeurs sont gardées.") % {
                "who": who.pop(),
                "names": names,
            }
        return _("Pendant que vous écriviez, d’autres ont changé %(names)s : ces valeurs sont gardées.") % {
            "names": names
        }


class SharedForm(Guard, forms.Form):
    """A form that shows values of a row and changes them by an action."""

    opened = Seal()


class SharedModelForm(Guard, forms.ModelForm):
    """A form that changes a row."""

    opened = Seal()


def fingerprint(value: Any, *, is_set: bool = False) -> str:
    """A short mark of a value, the same before it is written in a form and after it comes back from it."""
    plain = _plain(value)
    if isinstance(plain, list):
        plain = json.dumps(sorted(plain) if is_set else plain, ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:
    if value is None or (isinstance(value, list | tuple | set | QuerySet) and not value):
        return ""
    match value:
        case Model():
            return str(value.pk)
        case list() | tuple() | set() | QuerySet():
            return [_plain(one) for one in value]
        case dict():
            return json.dumps(value, sort_keys=True, default=str, ensure_ascii=False)
        case Decimal():
            return f"{value.normalize():f}"
        case datetime():
            return (value if timezone.is_naive(value) else value.astimezone(timezone.get_fixed_timezone(0))).isoformat()
    # Browsers send a line break as two characters, whatever the row holds.
    return str(value).replace("\r\n", "\n").strip()


def _name_of(row: Any) -> str:
    return f"{row._meta.label_lower}:{row.pk}"


def _sealed(row: Any, marks: Mapping[str, str]) -> str:
    return signing.dumps([_name_of(row), marks], salt=SEAL, compress=True)


def said(field: Any, value: Any) -> str:
    """A value as the page would show it."""
    if isinstance(field, forms.ModelChoiceField):
        model: Any = field.queryset.model  # type: ignore[union-attr]
        keys = [getattr(one, "pk", one) for one in (value if isinstance(value, list) else [value]) if one]
        rows = model._base_manager.filter(pk__in=keys).order_by("pk")
        shown = ", ".join(str(getattr(row, "label", row)) for row in rows)
    elif isinstance(field, forms.FileField):
        shown = _("un autre fichier") if value else ""
    elif isinstance(field, forms.BooleanField):
        shown = _("oui") if value else _("non")
    elif isinstance(field, forms.ChoiceField):
        names = _names(field.choices)  # type: ignore[arg-type]
        shown = ", ".join(names.get(str(one), str(one)) for one in (value if isinstance(value, list) else [value]))
    elif isinstance(value, datetime):
        shown = date_format(timezone.localtime(value), "DATETIME_FORMAT")
    elif isinstance(value, date):
        shown = date_format(value, "DATE_FORMAT")
    else:
        written = field.prepare_value(value)
        shown = str(written if isinstance(written, str) else localize(written) if written is not None else "")
    return Truncator(shown).chars(MOST_SHOWN)


def _names(choices: Iterable[Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for value, label in choices:
        inner = label if isinstance(label, list | tuple) else [(value, label)]
        found |= {str(key): str(name) for key, name in inner}
    return found


def labels(form: Any, name: str) -> set[str]:
    """How the journal may call a field: as this form does, and as the row does."""
    with override(None):
        found = {force_str(form.fields[name].label or name), column_label(form.row, name)}
    return {one.lower() for one in found if one}
