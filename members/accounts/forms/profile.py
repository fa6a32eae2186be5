"""Forms of a person about themselves."""

from typing import Any, ClassVar

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from diginor.web.edits import SharedModelForm
from diginor.web.widgets import RadioCards
from members.people.enums import MailPreference
from members.people.models import User


class ProfileForm(SharedModelForm):
    """How to name, reach and write to the person."""

    class Meta:
        model = User
        fields = ["first_name", "last_name", "phone", "function", "language"]
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "first_name": forms.TextInput(attrs={"autocomplete": "given-name"}),
            "last_name": forms.TextInput(attrs={"autocomplete": "family-name"}),
            "phone": forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
            "function": forms.TextInput(attrs={"autocomplete": "organization-title"}),
        }
        labels = {
            "first_name": _("Prénom"),
            "last_name": _("Nom"),
            "phone": _("Téléphone"),
            "function": _("Fonction"),
            "language": _("Langue des courriels"),
        }


class AdviserProfileForm(ProfileForm):
    """The same, with the choice between mails at once and a summary a day."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        field = self.fields["mail_preference"]
        field.choices = [(value, capfirst(label)) for value, label in MailPreference.choices]

    class Meta(ProfileForm.Meta):
        fields = [*ProfileForm.Meta.fields, "mail_preference"]
        labels = {**ProfileForm.Meta.labels, "mail_preference": _("Quand vous écrire ?")}
        widgets = {
            **ProfileForm.Meta.widgets,
            "mail_preference": RadioCards(
                hints={
                    MailPreference.AT_ONCE.value: _("Deux courriels par jour au plus ; le reste en un résumé."),
                    MailPreference.DAILY.value: _("Un seul courriel le matin, sauf urgence."),
                    MailPreference.ESSENTIAL.value: _("Rien sur ce que suivent vos collègues."),
                }
            ),
        }


class JoinForm(SharedModelForm):
    """What a person who joins a team says about themselves."""

    class Meta:
        model = User
        fields = ["first_name", "last_name", "phone"]
        labels = {"first_name": _("Prénom"), "last_name": _("Nom"), "phone": _("Téléphone professionnel")}
        help_texts = {"phone": _("Facultatif. Les entreprises que vous aidez le voient.")}
        widgets = {
            "first_name": forms.TextInput(attrs={"autocomplete": "given-name"}),
            "last_name": forms.TextInput(attrs={"autocomplete": "family-name"}),
            "phone": forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
        }

    def __init__(self, *args: object, **kwargs: object):
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for name in ("first_name", "last_name"):
            self.fields[name].required = True


class CloseAccountForm(forms.Form):
    """A clear word before an account is closed."""

    confirm = forms.BooleanField(label=_("Je veux fermer mon compte, et je sais que c’est définitif."))
