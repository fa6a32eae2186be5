"""Telling robots without bothering people: an invisible field and the signed time when the form was opened."""

from typing import Any

from django import forms
from django.core.signing import BadSignature, TimestampSigner
from django.utils.translation import gettext_lazy

from services.requests.enums import Suspicion

MOST_LINKS = 3
_stamp = TimestampSigner(sep="~", salt="services.filing")


class RobotChecks(forms.Form):
    """Adds to a form what only robots get wrong; nothing is refused, doubts are told by `suspicions()`."""

    # Not a name that browsers fill in by themselves.
    other_subject = forms.CharField(
        label=gettext_lazy("Ne remplissez pas ce champ"),
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )
    opened = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["opened"].initial = lambda: _stamp.sign("opened")

    def suspicions(self) -> list[str]:
        """What looks like a robot in what was sent."""
        doubts = []
        if self.cleaned_data.get("other_subject"):
            doubts.append(Suspicion.HONEYPOT)
        try:
            _stamp.unsign(self.cleaned_data.get("opened", ""))
        except BadSignature:
            doubts.append(Suspicion.NO_STAMP)
        if self.cleaned_data.get("need", "").count("http") > MOST_LINKS:
            doubts.append(Suspicion.MANY_LINKS)
        return [str(doubt) for doubt in doubts]
