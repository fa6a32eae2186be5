"""Routing: which organisation of a hub can answer a request, and the exact reason for each that can or cannot.

Pure functions of facts. A missing fact about the company makes a check « unknown », which never leaves an organisation
out; bounds of age are in whole years and included; an excluded activity or legal form wins over an admitted one.
Whoever runs the place where the company wants to be hosted comes first among those that are proposed.
Source: the product's « Triage » (topic, territory, size, age, NAF code, legal form, capacity, absence, load).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from diginor.text.search import plain
from diginor.text.wording import day as day_in_words
from members.organisations.enums import LegalForm, SizeCategory
from services.requests.enums import LIVE_REFERRAL_STATES, ReferralState
from services.requests.rules.naf import lies_under
from services.requests.rules.routing_facts import KO, OK, UNKNOWN, Check, CompanyFacts, OfferFacts, OrganisationFacts

# Distance of an offer that holds everywhere, and the load of an organisation without limit is read on this many.
EVERYWHERE = 99
USUAL_CAPACITY = 20
NAMES_SHOWN = 3


@dataclass(frozen=True)
class Verdict:
    """Whether an organisation is proposed, with every reason."""

    organisation: OrganisationFacts
    is_in: bool
    checks: tuple[Check, ...]
    distance: int = EVERYWHERE
    rank: int = 0

    @property
    def open_referrals(self) -> int:
        """How many referrals the organisation has open."""
        return self.organisation.open_referrals

    @property
    def reasons_out(self) -> list[Check]:
        """The rules that leave it out."""
        return [check for check in self.checks if check.outcome == KO]

    @property
    def doubts(self) -> list[Check]:
        """The rules that could not be read, for want of a fact."""
        return [check for check in self.checks if check.outcome == UNKNOWN]

    @property
    def hosts(self) -> bool:
        """Whether it runs the place where the company wants to be hosted."""
        return any(check.code == "hosting" and check.expected for check in self.checks)

    @property
    def told(self) -> list[Check]:
        """What is worth reading: refusals, then doubts, then what was asked and holds."""
        order = {KO: 0, UNKNOWN: 1, OK: 2}
        return sorted((check for check in self.checks if check.expected), key=lambda check: order[check.outcome])

    @property
    def may_be_sent(self) -> bool:
        """Whether the desk may tick it all the same: it is open, and has not the request in hand already."""
        return self.organisation.is_active and self.organisation.earlier not in LIVE_REFERRAL_STATES

    @property
    def chips(self) -> list[Check]:
        """What is told beside a name: without what is so for every organisation proposed, or said by the load."""
        return [check for check in self.told if check.outcome != OK or check.code not in ("topic", "capacity")]

    @property
    def load(self) -> str:
        """How busy it is, against its capacity when it has one."""
        messages = {check.code: check.message for check in self.checks if check.code == "load" or check.expected}
        return messages.get("capacity") or messages["load"]


def rank(company: CompanyFacts, organisations: Iterable[OrganisationFacts]) -> list[Verdict]:
    """Judge every organisation and order them.

    Proposed first, then the host of the wanted place, then fewer doubts, nearer, less loaded, by name.
    """
    facts = {row.id: row for row in organisations}
    verdicts = {row.id: assess(company, row) for row in facts.values()}
    for absent in list(verdicts.values()):
        backup_id = absent.organisation.backup_id
        if backup_id in facts and [check.code for check in absent.reasons_out] == ["absence"]:
            verdicts[backup_id] = _stand_in(company, verdicts[backup_id], absent.organisation)
    ordered = sorted(verdicts.values(), key=_order)
    return [replace(verdict, rank=place) for place, verdict in enumerate(ordered, start=1)]


def assess(company: CompanyFacts, organisation: OrganisationFacts) -> Verdict:
    """Read every rule on one organisation."""
    offer = organisation.offer_on(company.topic_id)
    checks = [_topic(company, offer)]
    if offer is not None:
        checks += [read(company, offer) for read in CRITERIA]
    checks += [_hosting(company, organisation), *(read(organisation) for read in STANDING)]
    is_in = all(check.outcome != KO for check in checks)
    return Verdict(organisation, is_in, tuple(checks), _distance(company, offer))


def _stand_in(company: CompanyFacts, verdict: Verdict, absent: OrganisationFacts) -> Verdict:
    """Judge a backup by the offer of the absent organisation, unless its own already puts it in."""
    offers = verdict.organisation.offers if verdict.is_in else absent.offers
    judged = assess(company, replace(verdict.organisation, offers=offers))
    values = {"name": absent.name, "day": _short(absent.absent_until)}
    message = _("Relais de %(name)s, absente jusqu’au %(day)s") % values
    check = Check("backup", OK, absent.name, verdict.organisation.name, message)
    return replace(judged, organisation=verdict.organisation, checks=(check, *judged.checks))


def _order(verdict: Verdict) -> tuple:
    organisation = verdict.organisation
    load = organisation.open_referrals / (organisation.capacity or USUAL_CAPACITY)
    doubts = len(verdict.doubts)
    first = (len(verdict.reasons_out), not verdict.hosts, doubts, verdict.distance)
    return (*first, load, plain(organisation.name), organisation.id)


def _distance(company: CompanyFacts, offer: OfferFacts | None) -> int:
    around = company.territories or {}
    shared = [around[place] for place in offer.territories if place in around] if offer else []
    return min(shared, default=EVERYWHERE)


def _topic(company: CompanyFacts, offer: OfferFacts | None) -> Check:
    if offer is None:
        return Check("topic", KO, company.topic, "", _("N’aide pas sur ce sujet"))
    return Check("topic", OK, company.topic, company.topic, _("Aide sur ce sujet"))


def _territory(company: CompanyFacts, offer: OfferFacts) -> Check:
    expected = _names(offer.territories.values())
    if not offer.territories:
        return Check("territory", OK, "", company.place, _("Intervient partout"))
    around = company.territories
    if around is None:
        # A company abroad has a place, and no territory around it.
        words = (
            _("Hors de France : intervient en %(names)s")
            if company.place
            else _("Commune à préciser : intervient en %(names)s")
        )
        message = words % {"names": expected}
        return Check("territory", UNKNOWN, expected, company.place, message)
    shared = [place for place in offer.territories if place in around]
    if not shared:
        message = _("Hors de son territoire : %(names)s") % {"names": expected}
        return Check("territory", KO, expected, company.place, message)
    nearest = offer.territories[min(shared, key=lambda place: around[place])]
    return Check("territory", OK, expected, company.place, _("Territoire : %(name)s") % {"name": nearest})


# For each closed list: nothing is asked, the value is listed, is not listed, is not known. Only what is told is
# translated: a hub has many organisations, and each a check for each list.
SIZE_WORDS = (
    gettext_lazy("Toutes les tailles"),
    gettext_lazy("Taille : %(actual)s"),
    gettext_lazy("Taille : aide seulement %(expected)s"),
    gettext_lazy("Taille à préciser : aide seulement %(expected)s"),
)
LEGAL_IN_WORDS = (
    gettext_lazy("Toutes les formes juridiques"),
    gettext_lazy("Forme juridique : %(actual)s"),
    gettext_lazy("Forme juridique : aide seulement %(expected)s"),
    gettext_lazy("Forme juridique à préciser : aide seulement %(expected)s"),
)
LEGAL_OUT_WORDS = (
    gettext_lazy("Aucune forme juridique exclue"),
    gettext_lazy("Forme juridique exclue : %(actual)s"),
    gettext_lazy("Forme juridique non exclue : %(actual)s"),
    gettext_lazy("Forme juridique à préciser : n’aide pas %(expected)s"),
)


def _size(company: CompanyFacts, offer: OfferFacts) -> Check:
    return _listed("size", offer.sizes, company.size, SizeCategory, SIZE_WORDS)


def _legal_in(company: CompanyFacts, offer: OfferFacts) -> Check:
    return _listed("legal_in", offer.legal_in, company.legal_form, LegalForm, LEGAL_IN_WORDS)


def _legal_out(company: CompanyFacts, offer: OfferFacts) -> Check:
    return _listed("legal_out", offer.legal_out, company.legal_form, LegalForm, LEGAL_OUT_WORDS, excludes=True)


def _listed(
    code: str,
    listed: tuple[str, ...],
    value: str,
    kinds: type[SizeCategory] | type[LegalForm],
    words: tuple[Promise, Promise, Promise, Promise],
    *,
    excludes: bool = False,
) -> Check:
    nothing, listed_words, absent_words, unknown_words = words
    actual = _named(value, kinds)
    if not listed:
        return Check(code, OK, "", actual, str(nothing))
    values = {"expected": ", ".join(_named(one, kinds) for one in listed), "actual": actual}
    if not value:
        return Check(code, UNKNOWN, values["expected"], "", str(unknown_words) % values)
    is_listed = value in listed
    message = str(listed_words if is_listed else absent_words) % values
    return Check(code, KO if is_listed == excludes else OK, values["expected"], actual, message)


def _named(value: str, kinds: type[SizeCategory] | type[LegalForm]) -> str:
    """The label of a value; one that is no longer in its list is told as it is."""
    return str(kinds(value).label) if value in kinds.values else value


def _age(company: CompanyFacts, offer: OfferFacts) -> Check:
    expected = _ages(offer.min_age, offer.max_age)
    if not expected:
        return Check("age", OK, "", "" if company.age is None else _years(company.age), _("Tous les âges"))
    if company.age is None:
        message = _("Date de création à préciser : aide %(ages)s") % {"ages": expected}
        return Check("age", UNKNOWN, expected, "", message)
    actual = _years(company.age)
    is_old_enough = not offer.min_age or company.age >= offer.min_age
    if is_old_enough and (offer.max_age is None or company.age <= offer.max_age):
        return Check("age", OK, expected, actual, _("Âge : %(age)s") % {"age": actual})
    message = _("Âge : %(age)s, aide seulement %(ages)s") % {"age": actual, "ages": expected}
    return Check("age", KO, expected, actual, message)


def _ages(low: int | None, high: int | None) -> str:
    if low and high is not None:
        return _("de %(low)s à %(high)s ans") % {"low": low, "high": high}
    if high is not None:
        return _("jusqu’à %(age)s") % {"age": _years(high)}
    return _("à partir de %(age)s") % {"age": _years(low)} if low else ""


def _years(age: int) -> str:
    return ngettext("%(age)s an", "%(age)s ans", age) % {"age": age}


def _naf_in(company: CompanyFacts, offer: OfferFacts) -> Check:
    expected = ", ".join(offer.naf_in)
    values = {"codes": expected, "code": company.naf}
    if not offer.naf_in:
        return Check("naf_in", OK, "", company.naf, _("Toutes les activités"))
    found = _any_under(company.naf, offer.naf_in)
    if found is None:
        message = _("Code NAF à préciser : aide seulement %(codes)s") % values
        return Check("naf_in", UNKNOWN, expected, company.naf, message)
    if found:
        return Check("naf_in", OK, expected, company.naf, _("Activité : %(code)s") % values)
    return Check("naf_in", KO, expected, company.naf, _("Activité %(code)s : aide seulement %(codes)s") % values)


def _naf_out(company: CompanyFacts, offer: OfferFacts) -> Check:
    expected = ", ".join(offer.naf_out)
    values = {"codes": expected, "code": company.naf}
    if not offer.naf_out:
        return Check("naf_out", OK, "", company.naf, _("Aucune activité exclue"))
    found = _any_under(company.naf, offer.naf_out)
    if found is None:
        message = _("Code NAF à préciser : n’aide pas %(codes)s") % values
        return Check("naf_out", UNKNOWN, expected, company.naf, message)
    if found:
        return Check("naf_out", KO, expected, company.naf, _("Activité exclue : %(code)s") % values)
    return Check("naf_out", OK, expected, company.naf, _("Activité non exclue : %(code)s") % values)


def _any_under(code: str, levels: tuple[str, ...]) -> bool | None:
    """Whether the code lies under one of the levels; None when it is missing or too short to say."""
    answers = [lies_under(code, level) for level in levels]
    if True in answers:
        return True
    return None if None in answers else False


def _hosting(company: CompanyFacts, organisation: OrganisationFacts) -> Check:
    """Inform and bring forward, never exclude: another organisation may know another place."""
    if not company.wanted_place:
        return Check("hosting", OK, "", "", _("Aucun lieu demandé"))
    if organisation.id != company.host_id:
        return Check("hosting", OK, "", "", _("N’accueille pas dans le lieu demandé"))
    message = _("Accueille dans ce lieu : %(place)s") % {"place": company.wanted_place}
    return Check("hosting", OK, company.wanted_place, organisation.name, message)


def _capacity(organisation: OrganisationFacts) -> Check:
    count, limit = organisation.open_referrals, organisation.capacity
    if limit is None:
        return Check("capacity", OK, "", str(count), _("Sans limite de capacité"))
    values = {"count": count, "limit": limit}
    if count >= limit:
        message = _("Complet : %(count)s en cours sur %(limit)s") % values
        return Check("capacity", KO, str(limit), str(count), message)
    message = _("Disponible : %(count)s en cours sur %(limit)s") % values
    return Check("capacity", OK, str(limit), str(count), message)


def _absence(organisation: OrganisationFacts) -> Check:
    if organisation.absent_until is None:
        return Check("absence", OK, "", "", _("Présente"))
    values = {"day": _short(organisation.absent_until), "backup": organisation.backup_name}
    message = _("Absente jusqu’au %(day)s") % values
    if organisation.backup_name:
        message = _("Absente jusqu’au %(day)s, relais : %(backup)s") % values
    return Check("absence", KO, _("présente"), _("absente jusqu’au %(day)s") % values, message)


def _load(organisation: OrganisationFacts) -> Check:
    """Inform, never exclude: what is too much is said by the capacity."""
    count = organisation.open_referrals
    words = ngettext("%(count)s orientation ouverte", "%(count)s orientations ouvertes", count) % {"count": count}
    return Check("load", OK, "", str(count), words if count else _("Aucune orientation ouverte"))


def _inactive(organisation: OrganisationFacts) -> Check:
    if organisation.is_active:
        return Check("inactive", OK, "", "", _("En activité"))
    return Check("inactive", KO, _("en activité"), _("fermée"), _("N’est plus en activité"))


ALREADY_WORDS = {
    ReferralState.SENT: gettext_lazy("A déjà cette demande à traiter"),
    ReferralState.ACCEPTED: gettext_lazy("Suit déjà cette demande"),
    ReferralState.DECLINED: gettext_lazy("A décliné cette demande"),
    ReferralState.EXPIRED: gettext_lazy("N’a pas répondu à cette demande"),
    ReferralState.CLOSED: gettext_lazy("A terminé avec cette demande"),
}


def _already(organisation: OrganisationFacts) -> Check:
    if organisation.earlier in ALREADY_WORDS:
        earlier = ReferralState(organisation.earlier)
        return Check("already", KO, _("jamais sollicitée"), str(earlier.label), str(ALREADY_WORDS[earlier]))
    return Check("already", OK, "", "", _("Pas encore sollicitée"))


def _names(names: Iterable[str]) -> str:
    ordered = sorted(names, key=plain)
    more = len(ordered) - NAMES_SHOWN
    listed = ", ".join(ordered[:NAMES_SHOWN])
    return _("%(names)s et %(more)s autres") % {"names": listed, "more": more} if more > 1 else ", ".join(ordered)


def _short(day: date | None) -> str:
    return str(day_in_words(day, "short")) if day else ""


CRITERIA: tuple[Callable[[CompanyFacts, OfferFacts], Check], ...] = (
    _territory, _size, _age, _naf_in, _naf_out, _legal_in, _legal_out,
)  # fmt: skip
STANDING: tuple[Callable[[OrganisationFacts], Check], ...] = (_capacity, _absence, _load, _already, _inactive)
