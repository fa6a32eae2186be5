"""The story: the ordinary requests of eighteen months, each drawn from its own seed, the same at every load."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from demonstration.story.companies import Asker, Routing
from demonstration.story.direction import Cast, Director
from demonstration.story.hours import STORY_DAYS, at_work, filing_instants
from demonstration.story.life import Life
from demonstration.story.texts import Need, needs, words
from diginor.text.codes import ALPHABET
from diginor.workflow.working_days import add_working_days
from members.hubs.models import Hub
from services.catalogue.enums import Family, QuestionKind
from services.catalogue.models import Question, Topic
from services.requests.enums import RejectReason, Suspicion

SEED = "diginor"
FAMILY_WEIGHTS = {Family.DEMONSTRATION: 36, Family.FUNDING: 24, Family.TRAINING: 25, Family.NETWORKING: 15}
STRAYS = (RejectReason.OUT_OF_SCOPE, RejectReason.OUT_OF_TERRITORY, RejectReason.NOT_A_COMPANY)
NOBODY = {"organisation": None, "siret": "", "size": "", "sector": "", "naf": "", "legal_form": "", "founded_on": None}
STRANGERS: dict[str, dict[str, Any]] = {
    RejectReason.NOT_A_COMPANY: {
        "company_name": "Jeannine Levallet (demande personnelle)",
        "contact_name": "Jeannine Levallet",
        "contact_function": "",
        "contact_email": "jeannine@courriel-personnel.example",
    },
    RejectReason.OUT_OF_TERRITORY: {
        "company_name": "Ateliers imaginaires de la Deûle",
        "contact_name": "Wilfried Carlier",
        "contact_function": "gérant",
        "contact_email": "w.carlier@ateliers-de-la-deule.example",
        "commune": None,
    },
}
AGAIN = "Je n’ai pas vu passer votre réponse, je redépose donc ma demande."


class Storyteller:
    """Makes lives: who asks, what, when, and what each party then intends."""

    def __init__(self, now: datetime, cast: Cast, desk: Routing):
        self.now, self.cast, self.desk = now, cast, desk
        self.questions: dict[int, list[Question]] = {}
        for question in Question.objects.in_order():
            self.questions.setdefault(question.topic_id, []).append(question)
        self.asked: set[tuple[str, str]] = set()

    def ordinary(self, hub: Hub, askers: list[Asker], count: int) -> list[Life]:
        """The requests of a hub over the whole story."""
        lives: list[Life] = []
        for rank, at in enumerate(filing_instants(Random(f"{SEED} {hub.slug}"), count, self.now)):
            rng = Random(f"{SEED} {hub.slug} {rank}")
            director = self.filed(rng, rng.choices(askers, [asker.eagerness for asker in askers])[0], at)
            if rng.random() < 0.026:
                self._stray(director)
            else:
                self._fate(director)
            lives.append(director.play())
            if rank % 61 == 17:
                lives += self._twin(director)
        return lives

    def filed(
        self, rng: Random, asker: Asker, at: datetime, topic: str = "", suspicions: tuple[str, ...] = ()
    ) -> Director:
        """Somebody files a request; its director knows who could help."""
        need = self.need(rng, asker, topic)
        life = Life(asker.hub, at - timedelta(minutes=rng.randrange(6, 25)), self.said(rng, asker, need))
        director = self.directed(life, rng, asker, need)
        life.submit(at, suspicions=suspicions)
        return director

    def directed(self, life: Life, rng: Random, asker: Asker, need: Need) -> Director:
        """The director of a life."""
        age = (self.now - life.created_at).days
        director = Director(life, rng, self.cast, self.now, 1 - min(age, STORY_DAYS) / STORY_DAYS)
        director.choices = self.desk.choices(asker, need)
        return director

    def said(self, rng: Random, asker: Asker, need: Need) -> dict[str, Any]:
        """What the form holds."""
        topic = self.desk.topics[need.topic]
        return {
            **asker.said,
            "code": code(rng),
            "topic": topic,
            "family": topic.family,
            "need": need.text,
            "answers": self._answers(topic, need),
            "wanted_place": self.desk.hosting.get(need.place),
        }

    def need(self, rng: Random, asker: Asker, topic: str = "") -> Need:
        """A need that suits who asks, that somebody helps with, and that they have not told before."""
        sector, name = asker.said["sector"], asker.said["company_name"]
        fitting = [need for need in needs() if need.suits(sector) and topic in ("", need.topic)]
        fresh = [need for need in fitting if (name, need.topic) not in self.asked] or fitting
        weights = [FAMILY_WEIGHTS[Family(self.desk.topics[need.topic].family)] for need in fresh]
        drawn = [*rng.choices(fresh, weights, k=12), *rng.choices(fitting, k=24)]
        need = next((need for need in drawn if self.desk.choices(asker, need)), drawn[0])
        self.asked.add((name, need.topic))
        return need

    def _answers(self, topic: Topic, need: Need) -> list[dict[str, Any]]:
        rows = []
        for question, given in zip(self.questions.get(topic.pk, []), need.answers, strict=False):
            value = {True: "yes", False: "no"}[given] if isinstance(given, bool) else given
            text = _told(question, value)
            rows.append({"question": question.pk, "label": question.label, "value": value, "text": text})
        return rows

    def _fate(self, director: Director) -> None:
        """What the desk and the company intend."""
        rng, progress, start = director.rng, director.progress, director.life.created_at
        drawn = rng.random()
        if drawn < 0.008:
            director.plan(at_work(rng, start, 0), director.withdraw)
        elif drawn < 0.085:
            director.ask(rng.choice((0, 1, 1, 2)), answered=rng.random() < 0.8)
            return
        elif drawn < 0.115:
            director.plan(at_work(rng, start, rng.randrange(4, 16)), director.withdraw)
        early, late = (2, 6, 6, 4, 3, 2), (8, 9, 4, 1, 0.4, 0.1)
        weights = [first + (last - first) * progress for first, last in zip(early, late, strict=True)]
        director.route_by(rng.choices(range(6), weights)[0])

    def _stray(self, director: Director) -> None:
        """What no hub helps with, and what robots write."""
        life, rng = director.life, director.rng
        reason = rng.choice((*STRAYS, RejectReason.OUT_OF_SCOPE, RejectReason.SPAM))
        life.said |= {
            "topic": None,
            "wanted_place": None,
            "answers": [],
            "need": rng.choice(words("strays", str(reason))),
        }
        if reason in STRANGERS:
            life.said |= NOBODY | STRANGERS[reason]
        if reason == RejectReason.SPAM:
            life.said |= robot(rng.randrange(99))
            life.is_suspect, life.suspicions = True, [str(Suspicion.MANY_LINKS)]
        director.plan(
            at_work(rng, life.created_at, rng.choice((0, 1, 1, 2))), lambda at: director.reject(at, str(reason))
        )

    def _twin(self, director: Director) -> list[Life]:
        """The same company files again a few days later, and the desk joins both."""
        first, rng = director.life, director.rng
        at = add_working_days(first.created_at, 2) + timedelta(hours=1)
        joined_at = at_work(rng, at, 1)
        ended_at = first.dates.get("ended_at")
        if not first.said["topic"] or joined_at > self.now or (ended_at and ended_at <= joined_at):
            return []
        said = first.said | {"code": code(rng), "need": f"{AGAIN} {first.said['need']}"}
        second = Life(first.hub, at - timedelta(minutes=7), said)
        second.submit(at)
        second.merge(joined_at, first, second.said["code"], director.any_of_staff())
        return [second]


def code(rng: Random) -> str:
    """A public code, drawn from a seed."""
    return "".join(rng.choice(ALPHABET) for _position in range(10))


def robot(number: int) -> dict[str, Any]:
    """Who a robot says it is."""
    return {
        "organisation": None,
        "siret": "",
        "company_name": "Best Web Agency",
        "contact_name": "SEO Team",
        "contact_email": f"seo{number}@ranking.example",
        "contact_phone": "",
    }


def _told(question: Question, value: Any) -> str:
    if question.kind == QuestionKind.YES_NO:
        return "Oui" if value == "yes" else "Non"
    return str({key: label for key, label, *_other in question.choices}.get(value, value))
