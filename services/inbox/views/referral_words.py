"""What is expected of an organisation and by when, in plain words."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diginor.text.wording import day, moment
from members.people.models import User
from services.requests.enums import Outcome, ReferralState, ReferralStep
from services.requests.models import Referral, RequestEvent
from services.requests.queries.disclosure import Disclosure

SOON = timedelta(days=2)


def expectation(referral: Referral, now: datetime) -> tuple[str, str]:
    """The sentence of a referral and its tone: what is awaited and until when, or how it ended and when."""
    if referral.state == ReferralState.SENT:
        return _to_answer(referral, now)
    if referral.state == ReferralState.ACCEPTED:
        return _in_progress(referral, now)
    return _ended(referral)


def _to_answer(referral: Referral, now: datetime) -> tuple[str, str]:
    when = {"day": day(referral.due_at, "short")}
    if referral.due_at is None:
        return _("À accepter ou à décliner."), "wait"
    if referral.due_at < now:
        return _("En retard : réponse attendue le %(day)s. La demande va repartir au guichet.") % when, "off"
    if referral.due_at - now < SOON:
        return _("Dernier délai : accepter ou décliner avant le %(day)s.") % when, "late"
    return _("Accepter ou décliner avant le %(day)s.") % when, "wait"


def _in_progress(referral: Referral, now: datetime) -> tuple[str, str]:
    promise = referral.promise()
    when = {"day": day(referral.due_at, "short"), "step": promise.words if promise else ""}
    if referral.is_stalled:
        return _("À l’arrêt : l’équipe du guichet a été prévenue. Donnez des nouvelles à l’entreprise."), "off"
    if referral.due_at is None:
        return _("Donner des nouvelles à l’entreprise."), "wait"
    if referral.due_at < now:
        if when["step"]:
            return _("En retard : « %(step)s » était promis pour le %(day)s.") % when, "off"
        return _("En retard : l’entreprise attendait des nouvelles le %(day)s.") % when, "off"
    if when["step"]:
        return _("%(step)s, avant le %(day)s.") % when, "wait"
    return _("Donner des nouvelles avant le %(day)s.") % when, "wait"


def _ended(referral: Referral) -> tuple[str, str]:
    facts = {
        "day": day(referral.ended_at, "short"),
        "outcome": referral.get_outcome_display(),
        "reason": referral.get_decline_reason_display(),
    }
    if referral.state == ReferralState.CLOSED:
        return _("Terminée le %(day)s : %(outcome)s.") % facts, "ok" if referral.outcome == Outcome.HELPED else "done"
    if referral.state == ReferralState.DECLINED:
        return _("Déclinée le %(day)s : %(reason)s.") % facts, "done"
    if referral.state == ReferralState.EXPIRED:
        return _("Restée sans réponse : le guichet l’a reprise le %(day)s.") % facts, "off"
    return _("Sans suite depuis le %(day)s : il n’y a plus rien à faire.") % facts, "done"


def why_ended(referral: Referral) -> str:
    """Why nothing can be done any more, for the top of the page."""
    if referral.state == ReferralState.CLOSED:
        return referral.outcome_note
    if referral.state == ReferralState.DECLINED:
        return referral.decline_note
    if referral.state == ReferralState.EXPIRED:
        return _("Le délai de réponse est passé. Vous pouviez aider ? Écrivez à l’équipe du guichet.")
    return _("L’entreprise a retiré sa demande, ou l’équipe du guichet l’a reprise.")


def still_shown(disclosed: Disclosure) -> str:
    """What the page of an ended referral still shows, and why no more than that."""
    when = {"day": day(disclosed.until)}
    if disclosed.is_whole:
        return (
            _(
                "Vous lisez la demande telle qu’elle était le %(day)s, coordonnées comprises, pour pouvoir encore "
                "noter ce que vous avez apporté. Ce qui a été écrit depuis n’y figure pas. Le tout sera effacé "
                "trois ans après le dernier geste de l’entreprise."
            )
            % when
        )
    if disclosed.referral.request.erased_at is not None:
        return _("Les données personnelles et les textes de cette demande ont été effacés.")
    return (
        _(
            "La demande ne vous est plus confiée depuis le %(day)s : il reste ici votre propre part (le mot de "
            "l’équipe, vos réponses, vos messages et vos fichiers). Les coordonnées, le besoin et les échanges des "
            "autres ne vous sont plus montrés."
        )
        % when
    )


_BY_YOU: dict[str, Any] = {
    ReferralStep.ACCEPT: gettext_lazy("Vous avez déjà accepté cette demande, le %(when)s."),
    ReferralStep.DECLINE: gettext_lazy("Vous avez déjà décliné cette demande, le %(when)s."),
    ReferralStep.TRANSFER: gettext_lazy("Vous avez déjà transmis cette demande, le %(when)s."),
    ReferralStep.CLOSE: gettext_lazy("Vous avez déjà terminé cette demande, le %(when)s."),
}
_BY_OTHERS: dict[str, Any] = {
    ReferralStep.ACCEPT: gettext_lazy("%(who)s a déjà accepté cette demande, le %(when)s."),
    ReferralStep.DECLINE: gettext_lazy("%(who)s a déjà décliné cette demande, le %(when)s."),
    ReferralStep.TRANSFER: gettext_lazy("%(who)s a déjà transmis cette demande, le %(when)s."),
    ReferralStep.CLOSE: gettext_lazy("%(who)s a déjà terminé cette demande, le %(when)s."),
    ReferralStep.CANCEL: gettext_lazy("Cette demande est devenue sans objet le %(when)s."),
    ReferralStep.EXPIRE: gettext_lazy("Le délai de réponse est passé : le guichet a repris la demande le %(when)s."),
}


def refusal(referral: Referral, user: User) -> str:
    """Why a step is not open any more: who did what, and when."""
    last: RequestEvent | None = referral.events.last_step()
    words = (_BY_YOU if last and last.by_id == user.pk else _BY_OTHERS).get(last.step) if last else None
    if last is None or words is None:
        return _("Cette étape n’est plus possible : la demande a changé. Relisez-la avant d’agir.")
    return str(words) % {"who": str(last.by or last.by_name), "when": moment(last.at)}
