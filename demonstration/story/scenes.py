"""What is going on today: one of each situation, so that every page of the portal has something to show."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from django.utils import timezone

from demonstration.story.companies import Asker
from demonstration.story.direction import Choice, Director
from demonstration.story.hours import at_work, back_at_work
from demonstration.story.life import Life
from demonstration.story.pieces import Lead
from demonstration.story.storyteller import SEED, Storyteller, robot
from demonstration.story.texts import words
from diginor.workflow.working_days import add_working_days
from members.organisations.models import Organisation
from services.requests.enums import DeclineReason, Outcome, Suspicion

CONNECTED, SCHOOL = "laboratoire-de-demonstration-systemes-connectes", "ecole-de-demonstration-du-numerique"


class Scenes:
    """Stages the present: each scene is a request whose last step is recent, and which then waits."""

    def __init__(self, teller: Storyteller, askers: list[Asker], others: list[Asker], places: dict[str, Organisation]):
        self.teller, self.places, self.others = teller, places, others
        self.now, self.cast = teller.now, teller.cast
        self.askers = {asker.said["company_name"]: asker for asker in (*askers, *others)}
        self.rank = 0

    def all(self) -> list[Life]:
        """Every scene, in a fixed order."""
        steps: list[Callable[[], list[Life]]] = [
            self._featured, self._questions, self._nobody_left, self._suspects, self._new, self._to_answer,
            self._stalled, self._late, self._handed_over, self._elsewhere, self._drafts,
        ]  # fmt: skip
        return [life for step in steps for life in step()]

    def _open(self, company: str, topic: str, days: int, hour: int | None = None, **details: Any) -> Director:
        """A company files a request some working days ago."""
        self.rank += 1
        rng = Random(f"{SEED} scene {self.rank}")
        at = back_at_work(rng, self.now, days, hour)
        director = self.teller.filed(rng, self.askers[company], at, topic, **details)
        director.is_reacting = False
        return director

    def _choice(self, director: Director, slug: str) -> Choice:
        place = self.places[slug]
        reasons = [why for one, why in director.choices if one.pk == place.pk]
        return place, reasons[0] if reasons else []

    def _routed(self, director: Director, days: int, *slugs: str) -> None:
        """Route it to these organisations some working days ago; what they do is planned by the scene."""
        at = back_at_work(director.rng, self.now, days)
        at = max(at, director.life.history[-1].at + timedelta(minutes=20))
        chosen = [self._choice(director, slug) for slug in slugs]
        director.life.route(at, chosen, director.any_of_staff(), director.rng.choice(words("desk")))

    def _taken(self, director: Director, days: int, due_in: int | None = None) -> None:
        """The first organisation takes it on some working days ago, and the conversation opens."""
        life, rng = director.life, director.rng
        lead = life.leads[0]
        at = back_at_work(rng, self.now, days)
        due_on = timezone.localdate(add_working_days(self.now, due_in)) if due_in is not None and due_in >= 0 else None
        if due_in is not None and due_in < 0:
            due_on = timezone.localdate(back_at_work(rng, self.now, -due_in))
        adviser = self.cast.advisers[lead.place.pk][0]
        director.plan(
            at, lambda when: life.accept(lead, when, adviser, rng.choice(words("next_steps")) if due_on else "", due_on)
        )
        text, reply = words("opening")[rng.randrange(3)]
        body = text.format(adviser=adviser, organisation=lead.place)
        director.plan(at + timedelta(minutes=20), lambda when: director.write(lead, when, body))
        director.plan(at + timedelta(hours=3), lambda when: director.company_writes(when, reply))

    def _featured(self) -> list[Life]:
        """The company of the demonstration: one request that moves, one that has just ended."""
        moving = self._open("Voilerie de l’Estran", "vente-en-ligne", 14)
        self._routed(moving, 13, "nwx")
        self._taken(moving, 12, due_in=4)
        lead = moving.life.leads[0]
        _families, text, reply = words("exchanges")[5]
        moving.plan(back_at_work(moving.rng, self.now, 4, 10), lambda at: moving.write(lead, at, text))
        moving.plan(back_at_work(moving.rng, self.now, 3, 15), lambda at: moving.company_writes(at, reply))
        ended = self._open("Voilerie de l’Estran", "reflexes-cybersecurite", 38)
        self._routed(ended, 37, "cma-normandie")
        self._taken(ended, 35)
        ended.has_opinion = True
        work = ended.life.leads[0]
        for days, note in ((28, words("calls")[0]), (17, words("calls")[1])):
            ended.plan(back_at_work(ended.rng, self.now, days), partial(_call, ended.life, work, note))
        ended.plan(self.now - timedelta(days=8, hours=2), lambda at: ended.close(work, at, Outcome.HELPED))
        return [moving.play(), ended.play()]

    def _questions(self) -> list[Life]:
        """The company's turn: a fresh question, and one already recalled."""
        lives = []
        rows = (
            ("Optique Fine de Caen", "travailler-avec-un-laboratoire", 2, 0),
            ("Thermes et Forêt", "communiquer-en-ligne", 7, 3),
        )
        for company, topic, days, which in rows:
            director = self._open(company, topic, days + 1)
            question = words("questions")[which]
            at = back_at_work(director.rng, self.now, days)
            director.plan(at, partial(_ask, director, question))
            lives.append(director.play())
        return lives

    def _nobody_left(self) -> list[Life]:
        """Back in the queue: two refusals, a silence, and one of each."""
        refused = self._open("Laiterie du Bocage virois", "logiciel-de-gestion", 6)
        self._routed(refused, 5, "cci-normandie", "nwx")
        self._refused(refused, 0, 3, DeclineReason.NO_CAPACITY)
        self._refused(refused, 1, 1, DeclineReason.NOT_OUR_FIELD)
        silent = self._open("Couverture Picot", "communiquer-en-ligne", 11)
        self._routed(silent, 10, "cma-normandie")
        both = self._open("Éolien Service Maintenance", "tester-objets-connectes", 12)
        self._routed(both, 10, CONNECTED, "tes")
        self._refused(both, 0, 8, DeclineReason.NO_CAPACITY)
        return [director.play() for director in (refused, silent, both)]

    def _refused(self, director: Director, rank: int, days: int, reason: DeclineReason) -> None:
        lead = director.life.leads[rank]
        adviser = self.cast.advisers[lead.place.pk][0]
        note = words("declines", str(reason))[0]
        at = back_at_work(director.rng, self.now, days)
        director.plan(at, lambda when: director.life.decline(lead, when, adviser, str(reason), note))

    def _suspects(self) -> list[Life]:
        """Kept apart: two that are surely spam, one that may be somebody in a hurry."""
        lives = []
        for days, company, topic, doubt in (
            (0, "Boucherie Cauchoise", "vente-en-ligne", Suspicion.TOO_FAST),
            (1, "Poiré et Compagnie", "", Suspicion.MANY_LINKS),
            (2, "Gîtes de la Baie", "", Suspicion.HONEYPOT),
        ):
            director = self._open(company, topic, days, suspicions=(str(doubt),))
            if doubt != Suspicion.TOO_FAST:
                text = words("strays", "spam")[days % 2]
                director.life.said |= {"need": text, "topic": None, "answers": [], **robot(days)}
            lives.append(director.play())
        return lives

    def _new(self) -> list[Life]:
        """Filed these days, not routed yet; one has waited too long, one may be a duplicate of the one before it."""
        rows = (
            ("Plasturgie alençonnaise", "tester-robotique", 0),
            ("Librairie des Deux Quais", "vente-en-ligne", 0),
            ("Cardiolis Instruments", "trouver-un-partenaire-europeen", 0),
            ("Services à domicile du Bocage", "former-mon-equipe", 1),
            ("Transports Lesage et fils", "trouver-une-aide", 1),
            ("Cidrerie des Trois Prés", "vente-en-ligne", 1),
            ("Aéro Composites de Seine", "monter-un-projet-innovant", 3),
        )
        lives = [self._open(*row).play() for row in rows]
        first = self._open("Mareyage du Cotentin", "tester-intelligence-artificielle", 6)
        self._routed(first, 5, "laboratoire-de-demonstration-image-et-donnees")
        self._taken(first, 3, due_in=5)
        second = self._open("Mareyage du Cotentin", "maitriser-mes-donnees", 1)
        return [*lives, first.play(), second.play()]

    def _to_answer(self) -> list[Life]:
        """Waiting for an organisation: since yesterday, since long enough to be recalled, nearly too late."""
        rows = (
            (
                "Chaudronnerie de l’Estuaire",
                "tester-cybersecurite",
                1,
                ("tes", CONNECTED),
            ),
            ("Santé Connect Rouen", "faire-labelliser-mon-projet", 2, ("tes",)),
            ("Datarive", "exporter-une-offre-numerique", 1, ("nwx", "adn")),
            ("Nausicaé Jeux", "ingenierie-financiere", 4, ("nwx",)),
            ("Hôtel de la Côte Fleurie", "vente-en-ligne", 2, ("cci-normandie", "nwx")),
            ("Usinage de la Divette", "logiciel-de-gestion", 5, ("cci-normandie",)),
            (
                "Emballages de l’Orne",
                "reflexes-cybersecurite",
                7,
                ("cci-normandie", SCHOOL),
            ),
            ("Atelier Beurre et Sel", "diagnostic-numerique", 1, ("cma-normandie", "cci-normandie")),
            ("Menuiserie du Coutançais", "trouver-une-aide", 3, ("cma-normandie", "adn")),
        )
        lives = []
        for company, topic, days, slugs in rows:
            director = self._open(company, topic, days + 1)
            self._routed(director, days, *slugs)
            lives.append(director.play())
        return lives

    def _stalled(self) -> list[Life]:
        """Taken on, then nothing: the desk has been told."""
        rows = (
            ("Papeterie de la Risle", "strategie-numerique-du-dirigeant", 33, "cci-normandie"),
            ("Pièces auto du Bocage", "tester-robotique", 29, "laboratoire-de-demonstration-procedes-de-fabrication"),
        )
        lives = []
        for company, topic, days, slug in rows:
            director = self._open(company, topic, days)
            self._routed(director, days - 1, slug)
            self._taken(director, days - 3)
            lives.append(director.play())
        return lives

    def _late(self) -> list[Life]:
        """An announced date has passed."""
        rows = (
            ("Pharma Rive de Seine", "monter-un-projet-innovant", 14, "tes", -2),
            ("Dinanderie des Poêles", "vente-en-ligne", 12, "cma-normandie", -1),
            ("Falaise Cyber", "rencontrer-des-prestataires", 13, "nwx", -3),
        )
        lives = []
        for company, topic, days, slug, due in rows:
            director = self._open(company, topic, days)
            self._routed(director, days - 1, slug)
            self._taken(director, days - 3, due_in=due)
            lives.append(director.play())
        return lives

    def _handed_over(self) -> list[Life]:
        """Filed without a commune, hence at the default hub, then given to the hub of the company."""
        lives = []
        for rank, days in enumerate((61, 24, 2)):
            rng = Random(f"{SEED} handed over {rank}")
            asker = self.others[rank * 3]
            need = self.teller.need(rng, asker)
            at = back_at_work(rng, self.now, days)
            said = self.teller.said(rng, asker, need) | {"commune": None}
            life = Life(self.cast.hubs["normandie"], at - timedelta(minutes=14), said)
            director = self.teller.directed(life, rng, asker, need)
            life.submit(at)
            given_at = at_work(rng, at, 1)
            why = rng.choice(words("hand_overs", "texts"))
            desk = director.any_of_staff()
            if given_at < self.now:
                life.hand_over(given_at, asker.hub, why, desk)
            if days > 20:
                director.route_by(1)
            lives.append(director.play())
        return lives

    def _elsewhere(self) -> list[Life]:
        """At the other hub: one to route, one to answer, one under way."""
        new = self._open("Photonique du Trégor", "trouver-un-partenaire-europeen", 0)
        sent = self._open("Salaisons du Ménez", "tester-intelligence-artificielle", 3)
        self._routed(sent, 2, "images-et-reseaux")
        moving = self._open("Rance Logiciels", "faire-labelliser-mon-projet", 9)
        self._routed(moving, 8, "images-et-reseaux")
        self._taken(moving, 7, due_in=3)
        return [director.play() for director in (new, sent, moving)]

    def _drafts(self) -> list[Life]:
        """Unfinished: at the first step, at the second, nearly there."""
        lives = []
        rows = (
            ("Haras de la Vie", 0),
            ("Jardins de Giverny bio", 2),
            ("Logis du Pays d’Ouche", 6),
            ("Tri et Valeur", 13),
        )
        for company, days in rows:
            self.rank += 1
            rng = Random(f"{SEED} scene {self.rank}")
            asker = self.askers[company]
            said = self.teller.said(rng, asker, self.teller.need(rng, asker))
            if days < 6:
                kept = ("code", "topic", "family", "need", "answers", "contact_email")
                said = {name: said[name] for name in kept}
            life = Life(asker.hub, self.now - timedelta(days=days, hours=3), {"contact_name": "", **said})
            lives.append(Director(life, rng, self.cast, self.now, 1).play())
        return lives


def _call(life: Life, work: Lead, note: str, at: datetime) -> None:
    if work.adviser:
        life.call(work, at, work.adviser, note)


def _ask(director: Director, question: str, at: datetime) -> None:
    director.life.ask(at, question, director.any_of_staff())
