"""Where an accreditation stands on a day, said no further than what is known of it.

A date known by its year lasts until its last day. An accreditation under condition whose condition has passed is
neither called valid nor ended when it could be extended: what the sources do not say is told so.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.utils.translation import gettext as _

from members.facts.rules.partial_dates import PartialDate
from members.facts.rules.period_words import at, until
from members.networks.enums import AccreditationState


class Standing(StrEnum):
    """How an accreditation stands."""

    APPLIED = "applied"
    IN_FORCE = "in_force"
    CONDITIONAL = "conditional"
    UNKNOWN = "unknown"
    OVER = "over"
    REFUSED = "refused"


@dataclass(frozen=True)
class Terms:
    """What is known of an accreditation; `period_end` is that of its round."""

    state: str
    filed_on: PartialDate | None = None
    granted_on: PartialDate | None = None
    valid_until: PartialDate | None = None
    conditional_until: PartialDate | None = None
    extended_until: PartialDate | None = None
    period_end: PartialDate | None = None

    @property
    def last(self) -> PartialDate | None:
        """The last date for which it was given."""
        if self.state == AccreditationState.EXTENDED:
            return self.extended_until or self.valid_until
        if self.state == AccreditationState.CONDITIONAL:
            return self.conditional_until or self.valid_until
        return self.valid_until or self.period_end


def standing(terms: Terms, day: date) -> Standing:
    """Where it stands on a day."""
    if terms.state == AccreditationState.APPLIED:
        return Standing.APPLIED
    if terms.state == AccreditationState.REFUSED:
        return Standing.REFUSED
    if terms.state == AccreditationState.ENDED:
        return Standing.OVER
    is_conditional = terms.state == AccreditationState.CONDITIONAL
    if terms.last and terms.last.last_day < day:
        may_last = is_conditional and terms.extended_until and terms.extended_until.last_day >= day
        return Standing.UNKNOWN if may_last else Standing.OVER
    return Standing.CONDITIONAL if is_conditional else Standing.IN_FORCE


def short_words(terms: Terms, day: date) -> str:
    """Where it stands, for a line of a list."""
    where = standing(terms, day)
    return {
        Standing.APPLIED: _("dossier de labellisation déposé %(when)s") % {"when": at(terms.filed_on)},
        Standing.IN_FORCE: _("labellisé %(until)s") % {"until": until(terms.last)},
        Standing.CONDITIONAL: _("labellisé sous condition %(until)s") % {"until": until(terms.last)},
        Standing.UNKNOWN: _("labellisé sous condition %(until)s, suite inconnue") % {"until": until(terms.last)},
        Standing.OVER: _("a été labellisé %(until)s") % {"until": until(terms.last)},
        Standing.REFUSED: _("dossier de labellisation refusé"),
    }[where].strip()


def full_words(terms: Terms, day: date) -> str:
    """What is known of it, in a sentence."""
    if terms.state == AccreditationState.APPLIED:
        return _("dossier déposé %(when)s") % {"when": at(terms.filed_on)} if terms.filed_on else _("dossier déposé")
    said = [_("dossier déposé %(when)s") % {"when": at(terms.filed_on)}] if terms.filed_on else []
    if terms.state == AccreditationState.REFUSED:
        return ", ".join([*said, _("refusée")])
    said.append(_("accordée %(when)s") % {"when": at(terms.granted_on)} if terms.granted_on else _("accordée"))
    if terms.conditional_until:
        said.append(_("sous condition %(until)s") % {"until": until(terms.conditional_until)})
    if terms.valid_until or (terms.period_end and terms.state == AccreditationState.GRANTED):
        said.append(until(terms.valid_until or terms.period_end))
    if terms.extended_until:
        is_extended = terms.state == AccreditationState.EXTENDED
        pattern = _("prolongée %(until)s") if is_extended else _("prolongeable %(until)s")
        said.append(pattern % {"until": until(terms.extended_until)})
    if standing(terms, day) == Standing.UNKNOWN:
        said.append(_("sans que nos sources disent si elle l’a été"))
    if terms.state == AccreditationState.ENDED:
        said.append(_("terminée"))
    return ", ".join(said)
