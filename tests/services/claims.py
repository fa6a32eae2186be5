"""What each sentence of the mails and of the tracking page claims of a request, and whether it is so now.

Every sentence belongs to a line of CLAIMS, whose predicate reads the rows, or to PLAIN, which claims nothing of them:
a sentence that belongs to neither is itself a fault, so that no new one goes unread.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from diginor.text import wording
from members.people.models import Membership
from services.requests.enums import ReferralState as Ref
from services.requests.enums import RequestState as Req
from services.requests.models import Referral, ServiceRequest

QUEUE, STARTED = {Req.SUBMITTED, Req.TO_REROUTE}, {Req.ROUTED, Req.IN_PROGRESS}


class View:
    """A request as its rows say it is; `reader` is the address of whoever reads, in the teams that have or had it."""

    def __init__(self, request: ServiceRequest, reader: str = ""):
        self.request = ServiceRequest.objects.with_details().get(pk=request.pk)
        self.rows: list[Referral] = list(
            self.request.referrals.select_related("organisation", "adviser").order_by("pk")
        )
        teams = set(Membership.objects.filter(user__email=reader).values_list("organisation_id", flat=True))
        self.own = [row for row in self.rows if row.organisation_id in teams]

    @property
    def is_open(self) -> bool:
        return self.request.is_open

    @property
    def live(self) -> list[Referral]:
        return [row for row in self.rows if row.is_live]

    @property
    def own_live(self) -> list[Referral]:
        return [row for row in self.own if row.is_live]

    @property
    def own_stands_still(self) -> bool:
        return any(row.is_stalled for row in self.own_live)

    def own_ended_as(self, state: str) -> bool:
        """Whether the last referral of the reader's organisation ended so."""
        return bool(self.own) and self.own[-1].state == state

    @property
    def is_staff_turn(self) -> bool:
        return self.is_open and self.request.responsible == "hub"

    def of(self, name: str) -> Referral | None:
        """The last referral of an organisation."""
        return next((row for row in reversed(self.rows) if str(row.organisation) == name), None)

    def is_(self, name: str, *states: str) -> bool:
        """Whether the last referral of an organisation is in one of some states."""
        row = self.of(name)
        return row is not None and row.state in states

    def follows(self, who: str, name: str) -> bool:
        """Whether somebody follows the live referral of an organisation."""
        row = self.of(name)
        return row is not None and row.is_live and str(row.adviser) == who

    def only(self, name: str) -> bool:
        """Whether no other organisation has the request."""
        return [str(row.organisation) for row in self.live] == [name]

    def stands_still(self, name: str = "", who: str = "") -> bool:
        """Whether a live referral stands still: of an organisation, or followed by somebody."""
        return any(
            row.is_stalled and (not name or str(row.organisation) == name) and (not who or str(row.adviser) == who)
            for row in self.live
        )

    def promised(self, name: str, text: str = "") -> bool:
        """Whether a promise of an organisation stands."""
        rows = [promise for row in self.live for promise in row.open_promises()]
        return any(str(one.organisation) == name and (not text or one.words == text) for one in rows)

    def is_due(self, day: str) -> bool:
        """Whether the date on the page is that day."""
        return self.is_open and wording.day(self.request.due_at) == day

    def outcomes(self) -> set[str]:
        return {row.outcome for row in self.rows if row.state == Ref.CLOSED}


Said = re.Match[str]
Claim = Callable[[View, Said], bool]


def _state(*states: str) -> Claim:
    return lambda view, said: view.is_(said["x"], *states)


def _request(*states: str) -> Claim:
    return lambda view, said: view.request.state in states


def _has(name: str) -> Claim:
    return lambda view, said: view.is_(name, *Ref.values)


def _open(view: View, said: Said) -> bool:
    return view.is_open


def _turn(who: str, *states: str) -> Claim:
    return lambda view, said: (
        view.is_open and view.request.responsible == who and (not states or view.request.state in states)
    )


X, P, D = r"(?P<x>[A-Z&]{2,4})", r"(?P<p>[A-ZÉÈ][\w-]+ [A-Z]\w+)", r"(?P<d>(?:[a-zé]+ )?\d+(?:er)? \w+(?: \d{4})?)"
# The status sentence, in the mails too.
STATUS: list[tuple[str, Claim]] = [
    (rf"^{X} vous répond avant le {D}\.$", lambda v, s: v.is_(s["x"], Ref.SENT) and v.is_due(s["d"])),
    (rf"^{X} devait répondre avant le {D}\.$", _state(Ref.SENT)),
    (
        rf"^{X} s’occupe de votre demande et vous donne des nouvelles avant le {D}\.$",
        lambda v, s: v.is_(s["x"], Ref.ACCEPTED) and v.is_due(s["d"]),
    ),
    (rf"^{X} s’occupe de votre demande\.$", _state(Ref.ACCEPTED)),
    (rf"^Prochaine étape avant le {D} :", lambda v, s: v.is_due(s["d"]) and any(r.open_promises() for r in v.live)),
    (rf"^{X} devait avancer avant le {D}\.$", _state(Ref.ACCEPTED)),
    (r"^Délai dépassé : l’équipe du guichet s’en occupe\.$", lambda v, s: v.is_open),
    (r"^Délai dépassé : vous pouvez lui écrire, on vous lira\.$", lambda v, s: v.is_open),
    (rf"^Sans nouvelle avant le {D}, l’équipe du guichet s’en occupe elle-même\.$", _turn("organisation")),
    (rf"^L’équipe du guichet lit votre demande et choisit qui vous aide avant le {D}\.$", _turn("hub", Req.SUBMITTED)),
    (rf"^L’équipe du guichet devait orienter votre demande avant le {D}\.$", _turn("hub", Req.SUBMITTED)),
    (
        rf"^L’équipe du guichet cherche un autre interlocuteur pour vous avant le {D}\.$",
        _turn("hub", Req.TO_REROUTE),
    ),
    (rf"^L’équipe du guichet devait trouver une autre aide avant le {D}\.$", _turn("hub", Req.TO_REROUTE)),
    (r"^Votre demande n’avance plus(?: assez vite)?\.$", _turn("hub", *STARTED)),
    (rf"^L’équipe du guichet la relance avant le {D}\.$", _turn("hub", *STARTED)),
    (rf"^L’équipe du guichet devait la relancer avant le {D} et a du retard\.$", _turn("hub", *STARTED)),
    (r"^Elle est relancée\.$", _turn("hub")),
    (rf"^Nouvelle date : avant le {D}\.$", _turn("hub")),
    (rf"^C’est à vous : répondez à la question de l’équipe avant le {D}\.$", _turn("company")),
    (r"^Vous avez retiré votre demande\.$", _request(Req.WITHDRAWN)),
    (r"ne relève pas de ce guichet\.$", _request(Req.REJECTED)),
    (r"^L’équipe vous a répondu\.$", _request(Req.REJECTED)),
    (
        rf"^Votre demande a abouti avec {X}(?: et (?P<y>\w+))?\.$",
        lambda v, s: v.request.state == Req.CLOSED and v.of(s["x"]).outcome == "helped",
    ),
    (r"terminée : vous avez trouvé de l’aide ailleurs\.$", lambda v, s: "helped_elsewhere" in v.outcomes()),
    (r"terminée : personne n’a réussi à vous joindre\.$", lambda v, s: v.outcomes() == {"unreachable"}),
    (
        r"terminée : aucune aide n’était possible cette fois\.$",
        lambda v, s: v.request.state == Req.CLOSED and not v.outcomes() & {"helped", "helped_elsewhere"},
    ),
]
# The lines of the history.
HISTORY: list[tuple[str, Claim]] = [
    (rf"^{X} vous remercie, mais", _state(Ref.DECLINED)),
    (rf"^{X} vous accompagne déjà et poursuit avec vous\.$", _state(Ref.DECLINED)),
    (r"^Vous n’avez rien à faire : l’équipe du guichet suit votre demande\.$", _open),
    (rf"^{X} a terminé son accompagnement\.$", lambda v, s: v.of(s["x"]).outcome == "helped"),
    (rf"^{X} n’a pas trouvé d’aide possible cette fois\.$", lambda v, s: v.of(s["x"]).outcome == "no_help_possible"),
    (rf"^{X} n’a pas réussi à vous joindre\.$", lambda v, s: v.of(s["x"]).outcome == "unreachable"),
    (rf"^{X} a transmis votre demande à (?P<y>\w+)\.$", lambda v, s: v.is_(s["y"], *Ref.values)),
    (rf"^{P} suit désormais votre demande chez {X}\.$", _state(*Ref.values)),
    (rf"^{X} prend votre demande en charge\.$", lambda v, s: any(r.accepted_at for r in v.rows)),
    (r"^L’équipe du guichet a confié votre demande à [\w&, ]+\.$", lambda v, s: bool(v.rows)),
    (rf"^{X} n’a pas répondu dans le délai prévu\.$", _state(Ref.EXPIRED)),
    (r"^Votre demande est terminée\.$", _request(Req.CLOSED)),
    (r"^L’équipe du guichet vous a répondu\.$", _request(Req.REJECTED)),
]
# Subjects and bodies of mails.
TO_COMPANY: list[tuple[str, Claim]] = [
    (rf"^Prochaine étape : .* choisit qui vous répondra, avant le {D}\.$", lambda v, s: v.is_due(s["d"])),
    (r"^L’équipe du guichet la lit, puis la confie aux structures", _request(Req.SUBMITTED)),
    (r"est entre de bonnes mains$", lambda v, s: bool(v.live)),
    (r"^L’équipe du guichet a confié votre demande à (?:une|\d) structures? :$", lambda v, s: bool(v.live)),
    (rf"^- {X}$", lambda v, s: v.is_(s["x"], Ref.SENT, Ref.ACCEPTED)),
    (rf"^Réponse attendue avant le {D}\.$", lambda v, s: any(r.state == Ref.SENT for r in v.rows)),
    (rf"^{X} prend votre demande en charge$", _state(Ref.ACCEPTED)),
    (rf"^Bonne nouvelle : {X} s’occupe de votre demande n° \d\d\.$", _state(Ref.ACCEPTED)),
    (r"^Voici la suite, dans ses mots :$", lambda v, s: any(r.open_promises() for r in v.live)),
    (rf"^La personne qui vous suit : {P}, chez {X}\.$", lambda v, s: v.follows(s["p"], s["x"])),
    (rf"^Demande n° \d\d : {X} n’a pas répondu$", _state(Ref.EXPIRED)),
    (rf"^Demande n° \d\d : elle n’est plus chez {X}$", _state(Ref.CANCELLED)),
    (rf"^Demande n° \d\d : {X} ne peut pas vous aider$", _state(Ref.DECLINED)),
    (rf"^L’équipe du guichet a repris la demande qu’elle avait confiée à {X}\.$", _state(Ref.CANCELLED)),
    (rf"^{X} ne peut pas prendre votre demande en charge\.$", _state(Ref.DECLINED)),
    (r"^La prochaine date est écrite sur votre page de suivi\.$", _open),
    (rf"^Demande n° \d\d : {X} vous suit désormais$", _state(Ref.ACCEPTED)),
    (rf"^{X} continue le travail, avec tout ce que vous avez déjà écrit", _state(Ref.ACCEPTED)),
    (r"^Ce qui vous a été annoncé tient toujours :$", lambda v, s: any(r.open_promises() for r in v.live)),
    (rf"^- .+, {D}$", lambda v, s: any(r.open_promises() for r in v.live)),
    (rf"^Demande n° \d\d : du retard, nouvelle date le {D}$", _open),
    (rf"^Demande n° \d\d : sans réponse de votre part, nouvelle date le {D}$", _turn("hub")),
    (r"^L’équipe du guichet n’a pas reçu votre réponse à sa question\.$", _turn("hub")),
    (r"^Elle reprend votre demande avec ce qu’elle sait\.$", _turn("hub")),
    (rf"^{P}, de {X}, n’a pas donné suite à temps\.$", _open),
    (rf"^{X} n’a pas donné suite à temps\.$", _open),
    (r"^Votre demande n° \d\d est terminée$", _request(Req.CLOSED)),
    (r"^Votre demande n° \d\d est terminée\.$", _request(Req.CLOSED)),
    (rf"^{X} vous a apporté son aide\.$", lambda v, s: v.of(s["x"]).outcome == "helped"),
    (rf"^{X} n’a pas trouvé d’aide possible\.$", lambda v, s: v.of(s["x"]).outcome == "no_help_possible"),
    (rf"^{X} ne pouvait pas prendre votre demande en charge\.$", _state(Ref.DECLINED)),
    (rf"^{X} n’a pas répondu\.$", _state(Ref.EXPIRED)),
    (r"^Réponse à votre demande n° \d\d$", _request(Req.REJECTED)),
    (r"^Elle ne peut pas la confier à une structure\.$", _request(Req.REJECTED)),
    (r"^Cette demande est terminée\.$", _request(Req.REJECTED)),
    (r"^Votre demande n° \d\d est retirée\.?$", _request(Req.WITHDRAWN)),
    (
        r"^Les structures qui l’avaient reçue sont prévenues : personne ne vous relancera\.$",
        lambda v, s: v.request.state == Req.WITHDRAWN and bool(v.rows),
    ),
    (r"^Votre demande n° \d\d est terminée depuis quelques jours\.$", lambda v, s: v.request.is_ended),
    (r"^Deux questions sur l’aide que vous avez reçue$", lambda v, s: "helped" in v.outcomes()),
    (
        rf"^Répondez avant le {D}\.$",
        lambda v, s: (
            v.request.asked_at is not None
            or any(r.state == Ref.SENT and wording.day(r.due_at) == s["d"] for r in v.rows)
        ),
    ),
    (r"^Votre demande attend votre réponse\.$", _turn("company")),
    (r"^Votre demande n° \d\d attend votre réponse$", _turn("company")),
    (r"^Une question sur votre demande n° \d\d$", _turn("company")),
    (r"^Sans votre réponse, elle ne peut pas bien orienter votre demande\.$", _turn("company")),
    (r"^Ensuite, l’équipe fera au mieux avec ce qu’elle sait\.$", _turn("company")),
    (rf"^Prochaine nouvelle : avant le {D}\.$", lambda v, s: any(wording.day(r.due_at) == s["d"] for r in v.live)),
    (r"^Votre demande n° \d\d change de guichet$", _turn("hub")),
]
TO_ORGANISATIONS: list[tuple[str, Claim]] = [
    (rf"a besoin de vous : répondez avant le {D}$", lambda v, s: any(r.state == Ref.SENT for r in v.own)),
    (rf"^L’équipe du guichet confie une demande à {X}\.$", _state(Ref.SENT)),
    (r"^Acceptez-la ou déclinez-la", lambda v, s: any(r.state == Ref.SENT for r in v.own)),
    (r"^Ensuite, la demande repart chez l’équipe du guichet", lambda v, s: len(v.own_live) == 1),
    (r"^Ensuite, l’équipe du guichet ne compte plus sur votre réponse", _open),
    (r"^Atelier \d\d attend votre réponse$", lambda v, s: any(r.state == Ref.SENT for r in v.own)),
    (
        rf"^Depuis le {D}, la demande de .+ attend une réponse de votre structure",
        lambda v, s: any(r.state == Ref.SENT for r in v.own),
    ),
    (r"^Personne n’a encore répondu à Atelier \d\d$", lambda v, s: all(r.answered_at is None for r in v.own_live)),
    (rf"^Chez {X}, personne n’a encore répondu à Atelier \d\d$", _state(Ref.SENT)),
    (rf"^Depuis le {D}, personne chez {X} n’a répondu", _state(Ref.SENT)),
    (rf"^Dernier délai : le {D}\.$", lambda v, s: any(r.state == Ref.SENT for r in v.own)),
    (r"^Trop tard : la demande de Atelier \d\d est repartie$", lambda v, s: v.own_ended_as(Ref.EXPIRED) and not v.live),
    (r"^Trop tard pour la demande de Atelier \d\d$", lambda v, s: v.own_ended_as(Ref.EXPIRED)),
    (rf"^Le délai de réponse de {X} à .+ est passé\.$", _state(Ref.EXPIRED)),
    (
        r"^L’équipe du guichet a repris la demande et l’entreprise le sait\.$",
        lambda v, s: v.request.state == Req.TO_REROUTE,
    ),
    (r"^La demande n’attend plus votre réponse, et l’entreprise le sait\.$", lambda v, s: v.own_ended_as(Ref.EXPIRED)),
    (r"^Des nouvelles de Atelier \d\d \?$", lambda v, s: any(r.state == Ref.ACCEPTED for r in v.own)),
    (r"^Vous suivez la demande de Atelier \d\d\.$", lambda v, s: any(r.state == Ref.ACCEPTED for r in v.own)),
    (rf"^Rien n’a bougé depuis le {D}\.$", lambda v, s: any(wording.day(r.active_at) == s["d"] for r in v.own_live)),
    (
        rf"^Sans nouvelle de votre part, l’équipe du guichet est prévenue le {D}\.$",
        lambda v, s: any(r.state == Ref.ACCEPTED and not r.is_stalled for r in v.own_live),
    ),
    (rf"^Annoncé à .+ pour le {D}$", lambda v, s: any(r.open_promises() for r in v.own_live)),
    (rf"^{X} a annoncé à .+ : « (?P<t>.+) », avant le {D}\.$", lambda v, s: v.promised(s["x"], s["t"])),
    (rf"^{X} a annoncé des nouvelles à .+ avant le {D}\.$", lambda v, s: v.promised(s["x"])),
    (r"^Dans votre équipe, la demande de Atelier \d\d n’avance plus$", lambda v, s: v.own_stands_still),
    (rf"^{P} devait faire avancer la demande de .+ : rien n’a bougé depuis le {D}\.$", lambda v, s: v.own_stands_still),
    (
        r"^Personne ne suit la demande de .+ dans votre équipe",
        lambda v, s: any(r.is_stalled and r.adviser is None for r in v.own_live),
    ),
    (r"^L’équipe du guichet et l’entreprise sont prévenues\.$", lambda v, s: v.own_stands_still),
    (
        r"^La demande de Atelier \d\d est maintenant à vous$",
        lambda v, s: any(r.state == Ref.ACCEPTED for r in v.own_live),
    ),
    (r"^La demande de Atelier \d\d arrive dans votre équipe$", lambda v, s: bool(v.own_live)),
    (rf"^{P} vous transmet la demande de", lambda v, s: bool(v.own_live)),
    (
        rf"^L’entreprise attend des nouvelles avant le {D}\.$",
        lambda v, s: any(wording.day(r.due_at) == s["d"] for r in v.own_live),
    ),
    (r"^Qui reprend la demande de Atelier \d\d \?$", lambda v, s: any(not r.adviser for r in v.own_live)),
    (rf"^{P} a quitté votre équipe et suivait la demande", lambda v, s: any(not r.adviser for r in v.own_live)),
    (r"^Elle revient à l’équipe : choisissez qui la reprend\.$", lambda v, s: any(not r.adviser for r in v.own_live)),
    (r"^Plus rien à faire pour Atelier \d\d$", lambda v, s: v.own_ended_as(Ref.CANCELLED)),
    (r"^L’équipe du guichet a repris la demande de Atelier \d\d\.$", lambda v, s: v.own_ended_as(Ref.CANCELLED)),
    (r"^Atelier \d\d a retiré sa demande\.$", _request(Req.WITHDRAWN)),
]
TO_STAFF: list[tuple[str, Claim]] = [
    (r"^À orienter avant le", _turn("hub", *QUEUE)),
    (r"^À orienter : la demande de Atelier \d\d$", _turn("hub", *QUEUE)),
    (r"^La demande de .+ est dans votre file depuis le", _turn("hub", *QUEUE)),
    (r"^L’entreprise attend de savoir qui va lui répondre\.$", _turn("hub", *QUEUE)),
    (rf"^La demande de .+ attend depuis le {D}\.$", _turn("hub", *QUEUE)),
    (r"^Alerte : la demande de Atelier \d\d n’est pas orientée$", _turn("hub", *QUEUE)),
    (r"^(?:Alerte|À relancer) : la demande de Atelier \d\d n’avance plus$", _turn("hub", *STARTED)),
    (r"^La demande de .+ a été prise en charge, mais elle n’avance plus", _turn("hub", Req.IN_PROGRESS)),
    (r"^La demande de .+ n’avance plus : depuis le", _turn("hub", *STARTED)),
    (rf"^- {X}, suivie par {P}$", _open),
    (rf"^- {X}, sans personne pour la suivre$", _open),
    (r"^À réorienter : Atelier \d\d n’a plus personne$", _request(Req.TO_REROUTE)),
    (r"^Aucune structure ne garde la demande", _request(Req.TO_REROUTE)),
    (r"^L’entreprise sait que vous cherchez une autre solution\.$", _request(Req.TO_REROUTE)),
    (rf"^- {X}, (?:sans réponse|déclinée|sans suite|terminée)", lambda v, s: not v.of(s["x"]).is_live),
    (rf"^{X} n’a pas répondu à Atelier \d\d$", _state(Ref.EXPIRED)),
    (rf"^{X} n’a pas répondu à temps à la demande de", _state(Ref.EXPIRED)),
    (r"^À l’échéance, elle était aussi chez :$", lambda v, s: bool(v.live)),
    (rf"^Rien ne bouge pour Atelier \d\d chez {X}$", lambda v, s: v.stands_still(s["x"])),
    (rf"^{X} a accepté la demande de .+, mais rien n’a bougé depuis le {D}\.$", lambda v, s: v.stands_still(s["x"])),
    (r"^C’est à vous de jouer : appelez la structure", lambda v, s: v.stands_still()),
    (rf"^La personne qui devait la faire avancer : {P}\.$", lambda v, s: v.stands_still()),
    (r"^Personne ne suit cette demande dans la structure\.$", lambda v, s: any(not r.adviser for r in v.live)),
    (r"^Atelier \d\d n’a pas répondu à votre question", _turn("hub", *QUEUE)),
    (r"^La demande revient dans votre file", _turn("hub", *QUEUE)),
]
CLAIMS = [*STATUS, *HISTORY, *TO_COMPANY, *TO_ORGANISATIONS, *TO_STAFF]
# What is no claim on the state: advice, courtesy, what the reader may do, what happened on a day that is said.
PLAIN = [
    r"^Bonjour",
    r"^Votre guichet : ",
    r"^L’entreprise : ",
    r"^Le sujet : ",
    r"^Demande n° \d\d, Guichet",
    r"^Vous n’avez (?:plus )?rien à faire(?: pour l’instant : nous vous écrivons à chaque étape)?\.$",
    r"^Vous pouvez (?:préciser votre besoin|écrire à qui suit votre demande|encore répondre|donner des nouvelles)",
    r"^Une personne vous contacte, et nous vous disons laquelle\.$",
    r"^Sans réponse, l’équipe du guichet cherche une autre structure\.$",
    r"^(?:Ce n’est pas son domaine|Elle n’intervient pas|Elle n’a pas de disponibilité|Elle vous accompagne déjà)",
    r"^La personne qui suit votre demande change\.$",
    r"^Voici ce qu’elle est devenue\.$",
    r"^(?:Dans quelques jours, nous vous demanderons|Un (?:nouveau|autre) besoin \?|Nous sommes là)",
    r"^Vous pouvez en déposer",
    r"^(?:Vous changez d’avis \?|Déposez une nouvelle demande|Personne ne vous relancera)",
    r"^(?:L’équipe du guichet a lu votre demande|Voici sa réponse)",
    r"^(?:Qu’en pensez-vous|Deux questions, une minute|Deux questions sur votre demande|Votre avis)",
    r"^Nous ne posons",
    r"^(?:Pour trouver la bonne structure|L’équipe du guichet vous a posé une question)",
    r"^(?:Répondez sur|Une réponse à ce courriel|.+ vous écrit(?: au sujet|$| :)|.+ a écrit)",
    r"^(?:Le mot de l’équipe|Un clic suffit|Toute l’équipe reçoit ce rappel)",
    r"^(?:Vous pouviez aider cette entreprise|Dites-le à l’équipe du guichet)",
    r"^(?:Notez un appel|C’est fait \?|Notez l’échange|Il faut plus de temps|Annoncez une autre date)",
    r"^(?:L’historique et les échanges|Merci de ne plus contacter)",
    r"^(?:La date promise à l’entreprise|Le délai promis est passé|Cette alerte va à l’équipe|À traiter aujourd’hui)",
    r"^(?:Vous avez déposé|L’équipe du guichet a repris votre demande\.|Vous avez répondu)",
    r"^L’équipe du guichet vous a posé",
    r"^(?:L’équipe du guichet a échangé|[A-Z&]+ a échangé avec vous|Avec [A-ZÉ])",
    r"^(?:.+ a bien reçu votre demande|Votre page de suivi est privée|Gardez ce courriel|Elle porte le numéro)",
    r"bien arrivée$",
    r"^(?:Nouvelle demande : |.+ vient de déposer une demande)",
    r"^(?:Votre demande concerne un autre territoire|.+ la reçoit, avec tout|Vous n’avez rien à refaire)",
    r"^(?:Un autre guichet vous confie|.+ confie à .+ la demande|Voici pourquoi)",
    r"^Votre demande est confiée à un autre guichet",
    r"^Rien n’est perdu",
    r"^(?:Vous ne faites plus partie|.+ a mis fin à votre fonction|Vos dossiers en cours|Votre compte reste ouvert)",
    r"^(?:C’est une erreur|Parlez-en à la personne)",
    r"^Chez [A-Z&]+, la personne qui suivait votre demande passe le relais\.$",
    r"^Vous n’avez rien à faire, sauf si vous voulez l’ouvrir à une autre structure\.$",
]


@dataclass(frozen=True)
class Falsehood:
    """A sentence that is not true, or that nobody has read."""

    where: str
    sentence: str
    is_unread: bool

    def __str__(self) -> str:
        return f"{'UNREAD' if self.is_unread else 'FALSE'} in {self.where}: {self.sentence}"


def sentences(text: str) -> list[str]:
    """The sentences of a text, without what people wrote, the greeting, the link and the signature."""
    plain = text.replace("\u202f", " ").replace("\xa0", " ").split("\n--")[0]
    found: list[str] = []
    lines = plain.split("\n")
    for number, line in enumerate(lines):
        is_action = line.endswith(" :") and number + 1 < len(lines) and lines[number + 1].startswith("http")
        if not line or line.startswith((">", "http", "Bonjour")) or is_action:
            continue
        found += [line] if line.startswith("- ") else re.split(r"(?<=[.?!]) (?=[A-ZÀÉ«])", line)
    return [one.strip() for one in found if one.strip()]


def falsehoods(view: View, where: str, said: Iterable[str]) -> list[Falsehood]:
    """Those of some sentences that are not true of a request now."""
    faults = []
    for sentence in said:
        claims = [(match, claim) for words, claim in CLAIMS if (match := re.search(words, sentence))]
        if any(not claim(view, match) for match, claim in claims):
            faults.append(Falsehood(where, sentence, is_unread=False))
        elif not claims and not any(re.search(words, sentence) for words in PLAIN):
            faults.append(Falsehood(where, sentence, is_unread=True))
    return faults
