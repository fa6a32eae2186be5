"""What the company reads about its request: plain sentences, each with the next step and its date, never codes.

Pure functions of the facts; dates arrive written in full, in the language of the page.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diginor.workflow.history import Party
from services.requests.enums import (
    ENDED_STATES,
    DeclineReason,
    Outcome,
    ReferralStep,
    RejectReason,
    RequestNote,
    RequestState,
    RequestStep,
)


@dataclass(frozen=True)
class Situation:
    """Where a request stands: its state, whose turn it is, until when, and who has it."""

    state: str
    party: str = ""
    organisation: str = ""
    is_taken: bool = False
    next_step: str = ""
    day: str = ""
    is_late: bool = False
    next_day: str = ""
    helpers: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    reject_reason: str = ""
    is_merged: bool = False


@dataclass(frozen=True)
class Fact:
    """A row of the history, as far as the company is told."""

    step: str
    organisation: str = ""
    person: str = ""
    why: str = ""
    names: tuple[str, ...] = ()
    reason: str = ""
    outcome: str = ""
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class StatusMessage:
    """A sentence, and what may be added below it."""

    text: str
    detail: str = ""


def listed(names: Sequence[str]) -> str:
    """Names in a sentence: « A, B et C »."""
    if len(names) < 2:
        return "".join(names)
    return _("%(first)s et %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}


def headline(at: Situation) -> str:
    """What happens next, who does it and before when; what is late is said."""
    if at.state == RequestState.DRAFT:
        return _("Votre demande n’est pas encore envoyée.")
    if at.state in ENDED_STATES:
        return _ending(at)
    facts = {"day": at.day, "name": at.organisation, "step": at.next_step}
    if at.party == Party.COMPANY:
        return _company_turn(at) % facts
    if at.party == Party.ORGANISATION:
        return _with_next_day(_organisation_turn(at) % facts, at)
    return _with_next_day(_staff_turn(at) % facts, at)


def _with_next_day(sentence: str, at: Situation) -> str:
    """What follows a date that was missed: who comes in, and when."""
    if not (at.is_late and at.next_day):
        return sentence
    if at.party == Party.ORGANISATION:
        more = _("Sans nouvelle avant le %(day)s, l’équipe du guichet s’en occupe elle-même.")
    else:
        more = _("Nouvelle date : avant le %(day)s.")
    return f"{sentence} {more % {'day': at.next_day}}"


def _company_turn(at: Situation) -> str:
    if at.is_late:
        return _("L’équipe du guichet attendait votre réponse avant le %(day)s. Vous pouvez encore répondre.")
    return _("C’est à vous : répondez à la question de l’équipe avant le %(day)s.")


def _organisation_turn(at: Situation) -> str:
    if not at.is_taken:
        if at.is_late:
            return _("%(name)s devait répondre avant le %(day)s. Délai dépassé : l’équipe du guichet s’en occupe.")
        return _("%(name)s vous répond avant le %(day)s.")
    if at.is_late:
        return _("%(name)s devait avancer avant le %(day)s. Délai dépassé : vous pouvez lui écrire, on vous lira.")
    if at.next_step:
        return _("%(name)s s’occupe de votre demande. Prochaine étape avant le %(day)s : %(step)s")
    return _("%(name)s s’occupe de votre demande et vous donne des nouvelles avant le %(day)s.")


def _staff_turn(at: Situation) -> str:
    if at.state == RequestState.SUBMITTED:
        if at.is_late:
            return _("L’équipe du guichet devait orienter votre demande avant le %(day)s. Elle est relancée.")
        return _("L’équipe du guichet lit votre demande et choisit qui vous aide avant le %(day)s.")
    if at.state == RequestState.TO_REROUTE:
        if at.is_late:
            return _("L’équipe du guichet devait trouver une autre aide avant le %(day)s. Elle est relancée.")
        return _("L’équipe du guichet cherche un autre interlocuteur pour vous avant le %(day)s.")
    if at.is_late:
        return _("Votre demande n’avance plus. L’équipe du guichet devait la relancer avant le %(day)s et a du retard.")
    return _("Votre demande n’avance plus assez vite. L’équipe du guichet la relance avant le %(day)s.")


def _ending(at: Situation) -> str:
    if at.state == RequestState.WITHDRAWN:
        return _("Vous avez retiré votre demande.")
    if at.is_merged:
        return _("Votre demande a été réunie à une autre demande de votre entreprise.")
    if at.state == RequestState.REJECTED:
        return _rejection(at.reject_reason)
    names = {"names": listed(at.helpers)}
    if Outcome.HELPED in at.outcomes and at.helpers:
        return _("Votre demande a abouti avec %(names)s.") % names
    if Outcome.HELPED_ELSEWHERE in at.outcomes:
        return _("Votre demande est terminée : vous avez trouvé de l’aide ailleurs.")
    if set(at.outcomes) == {Outcome.UNREACHABLE}:
        return _("Votre demande est terminée : personne n’a réussi à vous joindre.")
    return _("Votre demande est terminée : aucune aide n’était possible cette fois.")


def _rejection(reason: str) -> str:
    texts = {
        RejectReason.OUT_OF_SCOPE: _("Votre demande ne relève pas de ce guichet. L’équipe vous a répondu."),
        RejectReason.OUT_OF_TERRITORY: _("Ce guichet ne couvre pas votre territoire. L’équipe vous a répondu."),
        RejectReason.NOT_A_COMPANY: _("Ce guichet aide les entreprises et les organismes. L’équipe vous a répondu."),
    }
    return texts.get(reason) or _("Ce guichet ne donne pas suite à votre demande.")  # type: ignore[call-overload]


def status_message(fact: Fact, *, is_open: bool = True) -> StatusMessage | None:
    """The sentence of a row of the history, or None where the company need not read; after the end nobody goes on."""
    said = _told(fact)
    return said if said is None or is_open or fact.step not in _GOES_ON else StatusMessage(said.text)


def _told(fact: Fact) -> StatusMessage | None:
    if fact.step in _SAID:
        return StatusMessage(str(_SAID[fact.step]))  # type: ignore[index]
    teller = _TELLERS.get(fact.step)  # type: ignore[call-overload]
    return teller(fact) if teller else None


def _declined(fact: Fact) -> StatusMessage:
    name = {"name": fact.organisation}
    kind = {
        DeclineReason.NOT_OUR_FIELD: _("%(name)s vous remercie, mais ce n’est pas son domaine."),
        DeclineReason.NOT_OUR_TERRITORY: _("%(name)s vous remercie, mais n’intervient pas dans votre commune."),
        DeclineReason.NO_CAPACITY: _("%(name)s vous remercie, mais n’a pas de disponibilité en ce moment."),
        DeclineReason.ALREADY_HELPED: _("%(name)s vous accompagne déjà et poursuit avec vous."),
    }.get(fact.reason) or _("%(name)s vous remercie, mais ne peut pas vous aider cette fois.")  # type: ignore[call-overload]
    return StatusMessage(kind % name, _("Vous n’avez rien à faire : l’équipe du guichet suit votre demande."))


def _closed(fact: Fact) -> StatusMessage:
    name = {"name": fact.organisation}
    text = {
        Outcome.HELPED: _("%(name)s a terminé son accompagnement."),
        Outcome.HELPED_ELSEWHERE: _("%(name)s a noté que vous avez trouvé de l’aide ailleurs."),
        Outcome.NO_HELP_POSSIBLE: _("%(name)s n’a pas trouvé d’aide possible cette fois."),
        Outcome.UNREACHABLE: _("%(name)s n’a pas réussi à vous joindre."),
    }.get(fact.outcome) or _("%(name)s a terminé.")  # type: ignore[call-overload]
    return StatusMessage(text % name)


def _transferred(fact: Fact) -> StatusMessage:
    if fact.before and fact.after and fact.before != fact.after:
        facts = {"before": fact.before, "after": fact.after}
        return StatusMessage(_("%(before)s a transmis votre demande à %(after)s.") % facts)
    if fact.person:
        facts = {"person": fact.person, "name": fact.organisation}
        return StatusMessage(_("%(person)s suit désormais votre demande chez %(name)s.") % facts)
    text = _("Chez %(name)s, la personne qui suivait votre demande passe le relais.")
    return StatusMessage(text % {"name": fact.organisation})


def _became(fact: Fact) -> StatusMessage:
    if not (fact.before and fact.after):
        return StatusMessage(_("La structure qui suit votre demande est devenue une autre."))
    facts = {"before": fact.before, "after": fact.after}
    return StatusMessage(_("%(before)s devient %(after)s.") % facts)


def _accepted(fact: Fact) -> StatusMessage:
    detail = _("Avec %(person)s.") % {"person": fact.person} if fact.person else ""
    return StatusMessage(_("%(name)s prend votre demande en charge.") % {"name": fact.organisation}, detail)


def _routed(fact: Fact) -> StatusMessage:
    if not fact.names:
        return StatusMessage(_("L’équipe du guichet a confié votre demande."))
    return StatusMessage(_("L’équipe du guichet a confié votre demande à %(names)s.") % {"names": listed(fact.names)})


def _expired(fact: Fact) -> StatusMessage:
    text = _("%(name)s n’a pas répondu dans le délai prévu.") % {"name": fact.organisation}
    return StatusMessage(text, _("Vous n’avez rien à faire : l’équipe du guichet suit votre demande."))


def _moved(fact: Fact) -> StatusMessage:
    return StatusMessage(_("Votre demande est confiée à un autre guichet : %(name)s.") % {"name": fact.after})


def _called(fact: Fact) -> StatusMessage:
    return StatusMessage(_("%(name)s a échangé avec vous.") % {"name": fact.organisation or _("L’équipe du guichet")})


def _kept(fact: Fact) -> StatusMessage:
    text = _("%(name)s a fait ce qui vous était annoncé.") % {"name": fact.organisation}
    return StatusMessage(text, fact.why)


def _requalified(fact: Fact) -> StatusMessage:
    return StatusMessage(
        _("L’équipe du guichet a précisé le sujet de votre demande : %(name)s.") % {"name": fact.after}
    )


# Their second sentence says that somebody goes on.
_GOES_ON = (ReferralStep.DECLINE, ReferralStep.EXPIRE, ReferralStep.CANCEL)
_TELLERS = {
    RequestStep.ROUTE: _routed,
    RequestNote.REQUALIFY: _requalified,
    RequestNote.HAND_OVER: _moved,
    RequestNote.CALL: _called,
    RequestNote.KEEP: _kept,
    RequestNote.BECOME: _became,
    ReferralStep.ACCEPT: _accepted,
    ReferralStep.DECLINE: _declined,
    ReferralStep.EXPIRE: _expired,
    ReferralStep.TRANSFER: _transferred,
    ReferralStep.CLOSE: _closed,
}
_SAID = {
    RequestStep.SUBMIT: gettext_lazy("Vous avez déposé votre demande."),
    RequestStep.SEND_BACK: gettext_lazy("L’équipe du guichet a repris votre demande."),
    RequestStep.FINISH: gettext_lazy("Votre demande est terminée."),
    RequestStep.REJECT: gettext_lazy("L’équipe du guichet vous a répondu."),
    RequestStep.MERGE: gettext_lazy("Votre demande a été réunie à une autre demande de votre entreprise."),
    RequestStep.WITHDRAW: gettext_lazy("Vous avez retiré votre demande."),
    RequestNote.ASK: gettext_lazy("L’équipe du guichet vous a posé une question."),
    RequestNote.ANSWER: gettext_lazy("Vous avez répondu à la question."),
}
