"""Closed lists of the services part: English codes, French labels."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class RequestState(TextChoices):
    DRAFT = "draft", _("brouillon")
    SUBMITTED = "submitted", _("à orienter")
    ROUTED = "routed", _("orientée")
    IN_PROGRESS = "in_progress", _("prise en charge")
    TO_REROUTE = "to_reroute", _("à réorienter")
    CLOSED = "closed", _("terminée")
    REJECTED = "rejected", _("écartée")
    WITHDRAWN = "withdrawn", _("retirée")


# Somebody still has something to do: in the queue of the desk, or given to an organisation.
TRIAGE_STATES = (RequestState.SUBMITTED, RequestState.TO_REROUTE)
GIVEN_STATES = (RequestState.ROUTED, RequestState.IN_PROGRESS)
OPEN_STATES = (RequestState.SUBMITTED, RequestState.ROUTED, RequestState.IN_PROGRESS, RequestState.TO_REROUTE)
ENDED_STATES = (RequestState.CLOSED, RequestState.REJECTED, RequestState.WITHDRAWN)


class RequestStep(TextChoices):
    """What can happen to a request."""

    SUBMIT = "submit", _("déposée")
    ROUTE = "route", _("orientée")
    START = "start", _("prise en charge")
    SEND_BACK = "send_back", _("à réorienter")
    FINISH = "finish", _("terminée")
    REJECT = "reject", _("écartée")
    MERGE = "merge", _("réunie à une autre demande")
    WITHDRAW = "withdraw", _("retirée")


class RequestNote(TextChoices):
    """What is worth a history row without changing the state."""

    REQUALIFY = "requalify", _("changée de sujet")
    ASK = "ask", _("question posée à l’entreprise")
    ANSWER = "answer", _("réponse de l’entreprise")
    HAND_OVER = "hand_over", _("confiée à un autre guichet")
    TRUST = "trust", _("reconnue comme une vraie demande")
    ABSORB = "absorb", _("demande en double réunie ici")
    CALL = "call", _("échange téléphonique")
    KEEP = "keep", _("ce qui était annoncé est fait")
    BECOME = "become", _("structure devenue une autre")
    REMIND = "remind", _("rappel envoyé")
    ALERT = "alert", _("alerte envoyée")
    RATE = "rate", _("avis donné")
    RELINK = "relink", _("lien privé remplacé")
    ERASE = "erase", _("données personnelles effacées")


class ReferralState(TextChoices):
    SENT = "sent", _("à traiter")
    ACCEPTED = "accepted", _("en cours")
    DECLINED = "declined", _("déclinée")
    EXPIRED = "expired", _("sans réponse")
    CLOSED = "closed", pgettext_lazy("orientation", "terminée")
    CANCELLED = "cancelled", _("sans suite")


LIVE_REFERRAL_STATES = (ReferralState.SENT, ReferralState.ACCEPTED)
# Ended, and not by the organisation that took it on.
REFUSED_REFERRAL_STATES = (ReferralState.DECLINED, ReferralState.EXPIRED, ReferralState.CANCELLED)


class ReferralStep(TextChoices):
    """What can happen to a referral."""

    ACCEPT = "accept", _("acceptée")
    DECLINE = "decline", _("déclinée")
    EXPIRE = "expire", _("restée sans réponse")
    TRANSFER = "transfer", _("transmise")
    CLOSE = "close", pgettext_lazy("orientation", "terminée")
    CANCEL = "cancel", _("devenue sans objet")


class DeclineReason(TextChoices):
    """Why an organisation declines."""

    NOT_OUR_FIELD = "not_our_field", _("ce n’est pas notre domaine")
    NOT_OUR_TERRITORY = "not_our_territory", _("ce n’est pas notre territoire")
    NO_CAPACITY = "no_capacity", _("nous n’avons pas de disponibilité")
    ALREADY_HELPED = "already_helped", _("nous accompagnons déjà cette entreprise")
    OTHER = "other", _("autre raison")


class Outcome(TextChoices):
    """How a referral ends."""

    HELPED = "helped", _("l’entreprise a été aidée")
    HELPED_ELSEWHERE = "helped_elsewhere", _("l’entreprise a été aidée ailleurs")
    NO_HELP_POSSIBLE = "no_help_possible", _("aucune aide possible")
    UNREACHABLE = "unreachable", _("l’entreprise est restée injoignable")


class RejectReason(TextChoices):
    """Why the staff set a request aside."""

    SPAM = "spam", _("message indésirable")
    OUT_OF_SCOPE = "out_of_scope", _("hors du champ du guichet")
    OUT_OF_TERRITORY = "out_of_territory", _("hors du territoire")
    NOT_A_COMPANY = "not_a_company", _("demande d’une personne privée")


class NoSiretReason(TextChoices):
    """Why there is no SIRET: each is a valid answer."""

    PROJECT_HOLDER = "project_holder", _("mon entreprise n’est pas encore créée")
    PUBLIC_BODY = "public_body", _("je représente un organisme public")
    ABROAD = "abroad", _("mon entreprise est à l’étranger")
    NOT_AT_HAND = "not_at_hand", _("je ne l’ai pas sous la main")


class Suspicion(TextChoices):
    """Why a filing may come from a robot; it is then kept apart, never thrown away."""

    HONEYPOT = "honeypot", _("le champ invisible était rempli")
    NO_STAMP = "no_stamp", _("le formulaire n’a pas été ouvert avant l’envoi")
    TOO_FAST = "too_fast", _("tout a été rempli en deux secondes")
    MANY_FROM_ADDRESS = "many_from_address", _("beaucoup d’envois depuis la même connexion")
    MANY_FROM_EMAIL = "many_from_email", _("beaucoup d’envois avec la même adresse électronique")
    MANY_LINKS = "many_links", _("le besoin contient beaucoup de liens")


class FollowUpKind(TextChoices):
    """The lines of the clock."""

    DRAFT_RESUME = "draft_resume", _("brouillon à reprendre")
    TRIAGE_REMINDER = "triage_reminder", _("rappel d’orienter")
    TRIAGE_ESCALATION = "triage_escalation", _("alerte à la personne responsable du guichet")
    SUSPECT_CHECK = "suspect_check", _("demande mise à part, à vérifier")
    COMPANY_REMINDER = "company_reminder", _("rappel de répondre à l’équipe")
    COMPANY_SILENT = "company_silent", _("l’entreprise ne répond pas")
    ANSWER_REMINDER = "answer_reminder", _("rappel de répondre")
    TEAM_REMINDER = "team_reminder", _("rappel à toute la structure")
    ANSWER_EXPIRY = "answer_expiry", _("fin du délai de réponse")
    ACTIVITY_REMINDER = "activity_reminder", _("rappel d’avancer")
    ACTIVITY_ALERT = "activity_alert", _("alerte d’inactivité")
    PROMISE_REMINDER = "promise_reminder", _("rappel du jour annoncé")
    PROMISE_MISSED = "promise_missed", _("jour annoncé dépassé")
    PROMISE_ALERT = "promise_alert", _("alerte : ce qui était annoncé n’est pas fait")
    SATISFACTION = "satisfaction", _("demande d’avis")
    SECOND_ASSESSMENT = "second_assessment", _("second bilan de maturité")


class ThreadKind(TextChoices):
    """The two threads of a request."""

    SHARED = "shared", _("échanges")
    INTERNAL = "internal", _("échanges internes")
