"""What the company may send from its tracking page."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from diginor.web.widgets import RadioCards
from services.requests.forms import FilesField


class ReplyForm(forms.Form):
    """A message, with one file at most."""

    body = forms.CharField(
        label=gettext_lazy("Votre message"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": gettext_lazy("Écrivez votre message."),
            "max_length": gettext_lazy("C’est un peu long : %(limit_value)d caractères au plus."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["files"] = FilesField(label=gettext_lazy("Joindre un fichier"), most=1)


class WithdrawForm(forms.Form):
    """Why the request is taken back, if the person wants to say it."""

    why = forms.CharField(
        label=gettext_lazy("Pourquoi ?"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Une phrase aide l’équipe à faire mieux."),
    )


class OpinionForm(forms.Form):
    """Two questions and a comment."""

    score = forms.TypedChoiceField(
        label=gettext_lazy("Ce service vous a-t-il convenu ?"),
        coerce=int,
        choices=[
            (5, gettext_lazy("5 – Tout à fait")),
            (4, gettext_lazy("4 – Plutôt oui")),
            (3, gettext_lazy("3 – Moyennement")),
            (2, gettext_lazy("2 – Plutôt non")),
            (1, gettext_lazy("1 – Pas du tout")),
        ],
        widget=RadioCards,
        error_messages={"required": gettext_lazy("Choisissez une réponse.")},
    )
    was_clear = forms.TypedChoiceField(
        label=gettext_lazy("Saviez-vous toujours qui s’occupait de votre demande, et pour quand ?"),
        required=False,
        coerce=lambda value: value == "yes",
        empty_value=None,
        choices=[("yes", gettext_lazy("Oui")), ("no", gettext_lazy("Non"))],
        widget=RadioCards(two_columns=True),
    )
    comment = forms.CharField(
        label=gettext_lazy("Un mot de plus"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
