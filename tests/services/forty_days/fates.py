"""Twenty fates. Each yields the moment when it goes on, and then does something."""

from collections.abc import Callable, Iterator
from datetime import date, datetime

from diginor.workflow.history import Party
from members.people.actions import teams as people
from members.people.actions.absences import set_absence
from members.successions.actions import successions
from services.filing import actions as filing
from services.requests.actions import company, referral
from services.triage import actions as triage
from tests.factories.members import SuccessionFactory
from tests.services.forty_days.town import Town, fresh, on, working_days

Fate = Callable[[Town], Iterator[datetime]]
FATES: dict[int, tuple[str, Fate]] = {}


def fate(number: int, story: str) -> Callable[[Fate], Fate]:
    """Give a fate its number and its story."""

    def keep(play: Fate) -> Fate:
        FATES[number] = (story, play)
        return play

    return keep


def day_of(number: int) -> date:
    """A working day by its rank."""
    return working_days()[number - 1]


@fate(1, "Orientée le jour même ; NWX promet un appel, le tient, puis aide.")
def kept_and_helped(town: Town) -> Iterator[datetime]:
    yield on(1, "09:10")
    mine = town.file(1)
    yield on(1, "10:40")
    (row,) = town.route(mine, "NWX")
    yield on(2, "11:00")
    town.accept(row, "Ana Blin", "Je vous appelle", day_of(5))
    yield on(5, "10:00")
    town.call(row, "Ana Blin")
    yield on(14, "16:00")
    town.close(row, "Ana Blin")


@fate(2, "Personne ne l’oriente jamais.")
def never_routed(town: Town) -> Iterator[datetime]:
    yield on(1, "14:05")
    town.file(2)


@fate(3, "L’équipe pose une question ; l’entreprise ne répond pas.")
def unanswered(town: Town) -> Iterator[datetime]:
    yield on(1, "15:20")
    mine = town.file(3)
    yield on(2, "09:30")
    triage.ask_company(fresh(mine), question="Combien de postes ?", by=town.staff)
    yield on(14, "15:00")
    town.route(mine, "CCI")


@fate(4, "Deux structures déclinent ; l’équipe en trouve une troisième, qui ne peut rien.")
def declined_by_all(town: Town) -> Iterator[datetime]:
    yield on(2, "10:00")
    mine = town.file(4)
    yield on(3, "09:00")
    first, second = town.route(mine, "NWX", "TES")
    yield on(4, "11:30")
    town.decline(first, "Bruno Coste", "not_our_field")
    yield on(5, "17:45")
    town.decline(second, "Chloé Denis")
    yield on(6, "10:15")
    (third,) = town.route(mine, "CMA")
    yield on(8, "10:15")
    town.accept(third, "Farid Gosset")
    yield on(12, "10:15")
    town.close(third, "Farid Gosset", "no_help_possible")


@fate(5, "L’une décline, l’autre accepte puis aide.")
def one_declines(town: Town) -> Iterator[datetime]:
    yield on(2, "11:00")
    mine = town.file(5)
    yield on(3, "11:00")
    first, second = town.route(mine, "ADN", "CCI")
    yield on(4, "09:00")
    town.decline(first, "Gaëlle Huet")
    yield on(5, "09:00")
    town.accept(second, "Élise Fleury")
    yield on(17, "09:00")
    town.close(second, "Élise Fleury")


@fate(6, "Une seule structure, qui ne répond jamais ; l’équipe ne fait rien ensuite.")
def expired(town: Town) -> Iterator[datetime]:
    yield on(3, "09:20")
    mine = town.file(6)
    yield on(4, "14:00")
    town.route(mine, "CMA")


@fate(7, "Deux structures : l’une ne répond pas, l’autre garde la demande et aide.")
def one_expires(town: Town) -> Iterator[datetime]:
    yield on(3, "16:00")
    mine = town.file(7)
    yield on(4, "16:30")
    first, _second = town.route(mine, "TES", "ADN")
    yield on(6, "09:00")
    town.accept(first, "David Eude")
    yield on(20, "09:00")
    town.close(first, "David Eude")


@fate(8, "Acceptée, puis le silence ; l’entreprise écrit, personne ne bouge.")
def accepted_then_silent(town: Town) -> Iterator[datetime]:
    yield on(4, "09:00")
    mine = town.file(8)
    yield on(4, "17:00")
    (row,) = town.route(mine, "NWX")
    yield on(5, "09:00")
    town.accept(row, "Bruno Coste")
    yield on(34, "22:10")
    town.say(mine, "Où en êtes-vous ?")


@fate(9, "Promise pour un jour précis, manquée, puis reprise et tenue.")
def promise_missed(town: Town) -> Iterator[datetime]:
    yield on(5, "09:00")
    mine = town.file(9)
    yield on(5, "12:00")
    (row,) = town.route(mine, "TES")
    yield on(6, "17:00")
    town.accept(row, "Chloé Denis", "Je viens voir la ligne", day_of(10))
    yield on(15, "10:00")
    town.call(row, "Chloé Denis", next_step="Je vous envoie un devis", due_on=day_of(19))
    yield on(19, "15:00")
    town.call(row, "Chloé Denis")
    yield on(21, "15:00")
    town.close(row, "Chloé Denis")


@fate(10, "Promise pour le 15 janvier : rien n’est en retard d’ici là.")
def promise_far_ahead(town: Town) -> Iterator[datetime]:
    yield on(6, "09:00")
    mine = town.file(10)
    yield on(6, "15:00")
    (row,) = town.route(mine, "CCI")
    yield on(7, "09:00")
    town.accept(row, "Élise Fleury", "Nous installons le robot", date(2027, 1, 15))


@fate(11, "Transmise à une autre structure, avec sa promesse.")
def transferred(town: Town) -> Iterator[datetime]:
    yield on(6, "10:00")
    mine = town.file(11)
    yield on(7, "10:00")
    (row,) = town.route(mine, "ADN")
    yield on(8, "10:00")
    town.accept(row, "Hugo Ingouf", "Je vous envoie un plan", day_of(16))
    yield on(11, "10:00")
    referral.transfer(fresh(row), by=town.people["Hugo Ingouf"], organisation=town.places["TES"], why="Leur métier")
    yield on(16, "16:00")
    town.call(row, "David Eude")
    yield on(18, "16:00")
    town.close(row, "David Eude")


@fate(12, "La personne qui suit la demande quitte sa structure ; un collègue reprend.")
def adviser_removed(town: Town) -> Iterator[datetime]:
    yield on(7, "09:00")
    mine = town.file(12)
    yield on(7, "11:00")
    (row,) = town.route(mine, "ADN")
    yield on(8, "09:00")
    town.accept(row, "Gaëlle Huet", "Je prépare un essai", day_of(22))
    yield on(18, "19:30")
    person, head = town.people["Gaëlle Huet"], town.people["head of ADN"]
    people.remove(person.memberships.get(is_active=True), by=head)
    yield on(19, "11:00")
    referral.transfer(fresh(row), by=head, adviser=town.people["Hugo Ingouf"])
    yield on(22, "11:00")
    town.call(row, "Hugo Ingouf")
    yield on(26, "11:00")
    town.close(row, "Hugo Ingouf")


@fate(13, "Absence de la personne qui suit : une collègue prend le relais.")
def absent(town: Town) -> Iterator[datetime]:
    yield on(8, "09:00")
    mine = town.file(13)
    yield on(8, "15:00")
    (row,) = town.route(mine, "NWX")
    yield on(9, "09:00")
    town.accept(row, "Bruno Coste", "Je vous rappelle", day_of(17))
    yield on(10, "09:00")
    set_absence(
        town.places["NWX"],
        starts_on=day_of(12),
        ends_on=day_of(16),
        by=town.people["head of NWX"],
        user=town.people["Bruno Coste"],
        backup=town.people["Ana Blin"],
    )
    yield on(17, "15:00")
    town.call(row, "Ana Blin")
    yield on(23, "15:00")
    town.close(row, "Ana Blin")


@fate(14, "La structure fusionne avec une autre ; la promesse passe à celle qui continue.")
def merged_structures(town: Town) -> Iterator[datetime]:
    yield on(9, "09:00")
    mine = town.file(14)
    yield on(9, "10:00")
    (row,) = town.route(mine, "I&R")
    yield on(10, "10:00")
    town.accept(row, "Inès Jouan", "Je cherche un financement", day_of(20))
    yield on(13, "17:00")
    succession = SuccessionFactory(
        old=[town.places["I&R"], town.places["CMA"]], new=town.places["PR"], effective_on=f"{day_of(13)}"
    )
    successions.apply(succession, by=town.staff)
    yield on(20, "11:00")
    town.call(row, "Jules Kerbrat")
    yield on(25, "11:00")
    town.close(row, "Jules Kerbrat", "helped_elsewhere")


@fate(15, "Terminée par l’une, puis déclinée par l’autre : c’est fini, et personne ne dit le contraire.")
def closed_then_declined(town: Town) -> Iterator[datetime]:
    yield on(10, "09:00")
    mine = town.file(15)
    yield on(10, "10:00")
    first, second = town.route(mine, "NWX", "CCI")
    yield on(11, "10:00")
    town.accept(first, "Ana Blin")
    yield on(15, "10:00")
    town.close(first, "Ana Blin")
    yield on(16, "10:00")
    town.decline(second, "Élise Fleury")


@fate(16, "L’entreprise retire sa demande.")
def withdrawn(town: Town) -> Iterator[datetime]:
    yield on(11, "20:30")
    mine = town.file(16)
    yield on(12, "10:00")
    town.route(mine, "TES", "NWX")
    yield on(13, "21:00")
    company.withdraw(fresh(mine), by=Party.COMPANY, why="Nous avons trouvé")


@fate(17, "Écartée, avec une réponse.")
def rejected(town: Town) -> Iterator[datetime]:
    yield on(12, "09:00")
    mine = town.file(17)
    yield on(13, "09:00")
    triage.reject(fresh(mine), reason="out_of_scope", answer="Adressez-vous à la mairie.", by=town.staff)


@fate(18, "Douteuse, puis reconnue comme vraie et orientée.")
def suspect(town: Town) -> Iterator[datetime]:
    yield on(13, "02:15")
    mine = town.file(18, suspicions=["too_fast"])
    yield on(15, "09:00")
    triage.release(fresh(mine), by=town.staff)
    yield on(16, "09:00")
    (row,) = town.route(mine, "PR")
    yield on(17, "09:00")
    town.accept(row, "Jules Kerbrat")
    yield on(24, "09:00")
    town.close(row, "Jules Kerbrat", "unreachable")


@fate(19, "Confiée à un autre guichet, où personne ne l’oriente.")
def handed_over(town: Town) -> Iterator[datetime]:
    yield on(14, "09:00")
    mine = town.file(19)
    yield on(15, "11:00")
    triage.hand_over(fresh(mine), town.other_hub, why="L’atelier est en Bretagne", by=town.staff)


@fate(20, "Commencée un samedi, jamais envoyée.")
def left_as_a_draft(town: Town) -> Iterator[datetime]:
    yield datetime.combine(date(2026, 11, 14), on(1, "22:00").timetz())
    draft = town.draft(20)
    filing.send_resume_link(draft, email=draft.contact_email)
