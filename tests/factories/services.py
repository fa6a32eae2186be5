"""Factories of the services part: a topic, an offer, a request and a referral in every state, what people say.

Every instant counts from `at` (now unless told), so that a test on a frozen day stays on it:
`RequestFactory(routed=True, at=day)`, `ReferralFactory(accepted=True, late=True)`.
"""

from datetime import timedelta

import factory
from django.core.files.base import ContentFile
from django.utils import timezone

from diginor.workflow.history import Party
from diginor.workflow.working_days import add_working_days
from services.catalogue.enums import Family, QuestionKind
from services.catalogue.models import Offer, Question, Topic
from services.requests.enums import (
    DeclineReason,
    FollowUpKind,
    NoSiretReason,
    Outcome,
    ReferralState,
    RejectReason,
    RequestState,
    ThreadKind,
)
from services.requests.models import (
    Attachment,
    DelaySet,
    FollowUp,
    Message,
    Promise,
    Referral,
    RequestEvent,
    Satisfaction,
    ServiceRequest,
)
from tests.factories.members import HubFactory, OrganisationFactory, UserFactory, commune


def _working_days(days):
    return factory.LazyAttribute(lambda row: add_working_days(row.at, days))


class TopicFactory(factory.django.DjangoModelFactory):
    """A topic of the demonstration family; traits: funding, training, networking."""

    class Meta:
        model = Topic
        django_get_or_create = ("slug",)

    class Params:
        funding = factory.Trait(family=Family.FUNDING, name="Trouver une aide", slug="trouver-une-aide")
        training = factory.Trait(family=Family.TRAINING, name="Former mon équipe", slug="former-mon-equipe")
        networking = factory.Trait(family=Family.NETWORKING, name="Rencontrer un partenaire", slug="partenaire")

    slug = factory.Sequence(lambda number: f"sujet-{number}")
    family = Family.DEMONSTRATION
    name = factory.Sequence(lambda number: f"Essayer un robot collaboratif {number}")
    name_en = factory.LazyAttribute(lambda row: f"{row.name} (English)")
    summary = "Tester une machine avant de l’acheter."
    summary_en = "Test a machine before buying it."
    benefit = "Deux jours d’essai avec un ingénieur."
    audience = "Les entreprises industrielles."
    keywords = "robot cobot automatisation"
    position = factory.Sequence(int)


class QuestionFactory(factory.django.DjangoModelFactory):
    """A question of a topic; traits: number, yes_no, choice."""

    class Meta:
        model = Question

    class Params:
        number = factory.Trait(kind=QuestionKind.NUMBER, label="Combien de postes ?")
        yes_no = factory.Trait(kind=QuestionKind.YES_NO, label="Avez-vous un budget ?")
        choice = factory.Trait(
            kind=QuestionKind.CHOICE,
            label="Pour quand ?",
            choices=[["soon", "Bientôt", "Soon"], ["later", "Plus tard", "Later"]],
        )

    topic = factory.SubFactory(TopicFactory)
    position = 1
    kind = QuestionKind.TEXT
    label = "Quelle machine ?"
    label_en = "Which machine?"


class OfferFactory(factory.django.DjangoModelFactory):
    """An offer that asks nothing; `territories=[…]` limits it."""

    class Meta:
        model = Offer
        skip_postgeneration_save = True

    organisation = factory.SubFactory(OrganisationFactory)
    topic = factory.SubFactory(TopicFactory)

    @factory.post_generation
    def territories(self, create, extracted, **kwargs):
        if create and extracted:
            self.territories.set(extracted)


class RequestFactory(factory.django.DjangoModelFactory):
    """A submitted request.

    Traits: draft, routed, in_progress, to_reroute, closed, rejected, withdrawn, asked, suspect, late, project_holder.
    Routed, in_progress, to_reroute and closed bring their referral (`referral=None` leaves it out,
    `referral__adviser=…` sets it, `responsible_organisation=…` says whose it is).
    """

    class Meta:
        model = ServiceRequest
        skip_postgeneration_save = True

    class Params:
        late = False
        at = factory.LazyAttribute(lambda row: timezone.now() - timedelta(days=40 if row.late else 0))
        with_organisation = factory.Trait(
            responsible=Party.ORGANISATION,
            responsible_organisation=factory.SubFactory(OrganisationFactory),
            routed_at=factory.SelfAttribute("at"),
        )
        draft = factory.Trait(
            state=RequestState.DRAFT, submitted_at=None, queued_at=None, responsible=Party.COMPANY, due_at=None
        )
        routed = factory.Trait(
            with_organisation=True,
            state=RequestState.ROUTED,
            due_at=_working_days(9),
            referral=factory.RelatedFactory(
                "tests.factories.services.ReferralFactory",
                factory_related_name="request",
                organisation=factory.SelfAttribute("..responsible_organisation"),
                at=factory.SelfAttribute("..at"),
            ),
        )
        in_progress = factory.Trait(
            with_organisation=True,
            state=RequestState.IN_PROGRESS,
            taken_at=factory.SelfAttribute("at"),
            due_at=_working_days(15),
            referral=factory.RelatedFactory(
                "tests.factories.services.ReferralFactory",
                factory_related_name="request",
                organisation=factory.SelfAttribute("..responsible_organisation"),
                at=factory.SelfAttribute("..at"),
                accepted=True,
            ),
        )
        to_reroute = factory.Trait(
            state=RequestState.TO_REROUTE,
            routed_at=factory.SelfAttribute("at"),
            referral=factory.RelatedFactory(
                "tests.factories.services.ReferralFactory",
                factory_related_name="request",
                at=factory.SelfAttribute("..at"),
                declined=True,
            ),
        )
        ended = factory.Trait(responsible=Party.COMPANY, due_at=None, ended_at=factory.SelfAttribute("at"))
        closed = factory.Trait(
            ended=True,
            state=RequestState.CLOSED,
            routed_at=factory.SelfAttribute("at"),
            taken_at=factory.SelfAttribute("at"),
            helped_at=factory.SelfAttribute("at"),
            referral=factory.RelatedFactory(
                "tests.factories.services.ReferralFactory",
                factory_related_name="request",
                at=factory.SelfAttribute("..at"),
                closed=True,
            ),
        )
        rejected = factory.Trait(ended=True, state=RequestState.REJECTED, reject_reason=RejectReason.OUT_OF_SCOPE)
        withdrawn = factory.Trait(ended=True, state=RequestState.WITHDRAWN)
        asked = factory.Trait(
            asked_at=factory.SelfAttribute("at"),
            responsible=Party.COMPANY,
            responsible_organisation=None,
            due_at=_working_days(10),
        )
        suspect = factory.Trait(is_suspect=True, suspicions=["too_fast"])
        project_holder = factory.Trait(no_siret_reason=NoSiretReason.PROJECT_HOLDER)

    hub = factory.SubFactory(HubFactory)
    state = RequestState.SUBMITTED
    topic = factory.SubFactory(TopicFactory)
    family = factory.LazyAttribute(lambda row: row.topic.family if row.topic else "")
    commune = factory.LazyFunction(commune)
    need = "Nous voulons savoir si un robot peut charger nos machines la nuit."
    company_name = factory.Sequence(lambda number: f"Atelier du Cotentin {number}")
    no_siret_reason = NoSiretReason.NOT_AT_HAND
    size = "10-49"
    sector = "manufacturing"
    contact_name = "Anne Lebrun"
    contact_function = "gérante"
    contact_email = factory.Sequence(lambda number: f"contact{number}@entreprise.example")
    contact_phone = factory.Sequence(
        lambda number: f"02 33 {number // 10000 % 100:02} {number // 100 % 100:02} {number % 100:02}"
    )
    created_at = factory.SelfAttribute("at")
    submitted_at = factory.SelfAttribute("at")
    queued_at = factory.SelfAttribute("at")
    person_acted_at = factory.SelfAttribute("at")
    responsible = Party.HUB
    due_at = _working_days(2)


class ReferralFactory(factory.django.DjangoModelFactory):
    """A referral waiting for its answer; traits: accepted, declined, expired, closed, cancelled, late, stalled.

    `next_step="…"` is announced for its due date.

    Its request follows: routed, in progress, to reroute or closed, and in the hands of the same organisation.
    """

    class Meta:
        model = Referral
        skip_postgeneration_save = True

    class Params:
        late = False
        at = factory.LazyAttribute(lambda row: timezone.now() - timedelta(days=40 if row.late else 0))
        request_is = "routed"
        answered = factory.Trait(answered_at=factory.SelfAttribute("at"))
        over = factory.Trait(due_at=None, ended_at=factory.SelfAttribute("at"))
        taken = factory.Trait(answered=True, accepted_at=factory.SelfAttribute("at"))
        accepted = factory.Trait(
            taken=True,
            state=ReferralState.ACCEPTED,
            due_at=_working_days(15),
            adviser=factory.LazyAttribute(lambda row: UserFactory(adviser_of=row.organisation)),
            request_is="in_progress",
        )
        stalled = factory.Trait(accepted=True, is_stalled=True)
        declined = factory.Trait(
            answered=True,
            over=True,
            state=ReferralState.DECLINED,
            decline_reason=DeclineReason.NO_CAPACITY,
            request_is="to_reroute",
        )
        expired = factory.Trait(over=True, state=ReferralState.EXPIRED, request_is="to_reroute")
        cancelled = factory.Trait(over=True, state=ReferralState.CANCELLED, request_is="withdrawn")
        closed = factory.Trait(
            taken=True,
            over=True,
            state=ReferralState.CLOSED,
            outcome=Outcome.HELPED,
            outcome_note="Un essai de deux jours, puis un devis.",
            request_is="closed",
        )

    @factory.post_generation
    def next_step(self, create, extracted, **kwargs):
        """What its adviser announced for its due date."""
        if create and extracted:
            PromiseFactory(referral=self, text=extracted, due_on=timezone.localdate(self.due_at))

    organisation = factory.SubFactory(OrganisationFactory)
    state = ReferralState.SENT
    sent_at = factory.SelfAttribute("at")
    active_at = factory.SelfAttribute("at")
    answer_in_time_until = _working_days(5)
    expires_at = _working_days(9)
    due_at = _working_days(9)

    @factory.lazy_attribute
    def request(self):
        """A request in the state that this referral leads to; the hub of the organisation when it has one."""
        traits = {self.request_is: True, "at": self.at}
        if self.request_is in {"routed", "in_progress", "to_reroute", "closed"}:
            traits["referral"] = None
        if self.request_is in {"routed", "in_progress"}:
            traits |= {"responsible_organisation": self.organisation, "due_at": self.due_at}
        if self.organisation.pk and (hub := self.organisation.hubs.order_by("pk").first()):
            traits["hub"] = hub
        return RequestFactory(**traits)


class PromiseFactory(factory.django.DjangoModelFactory):
    """What the adviser of an accepted referral announced for the day after tomorrow."""

    class Meta:
        model = Promise

    referral = factory.SubFactory(ReferralFactory, accepted=True)
    organisation = factory.SelfAttribute("referral.organisation")
    made_by = factory.SelfAttribute("referral.adviser")
    made_by_name = factory.LazyAttribute(lambda row: str(row.made_by or ""))
    text = "Je vous appelle"
    due_on = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=2))


class MessageFactory(factory.django.DjangoModelFactory):
    """A message of the company; traits: from_hub, internal, question. An adviser: `author=…, organisation=…`."""

    class Meta:
        model = Message

    class Params:
        from_hub = factory.Trait(party=Party.HUB, author=factory.SubFactory(UserFactory), author_name="Léa, du guichet")
        internal = factory.Trait(
            from_hub=True, thread=ThreadKind.INTERNAL, body="Je connais cette entreprise, je peux vous la présenter."
        )
        question = factory.Trait(from_hub=True, is_question=True, body="Quel est votre effectif ?")

    request = factory.SubFactory(RequestFactory)
    thread = ThreadKind.SHARED
    party = Party.COMPANY
    author_name = "Anne Lebrun"
    body = "Bonjour, voici le plan de l’atelier."


class AttachmentFactory(factory.django.DjangoModelFactory):
    """A PDF joined when the request was filed, or to `message=…`."""

    class Meta:
        model = Attachment

    request = factory.SubFactory(RequestFactory)
    name = "plan de l’atelier.pdf"
    content_type = "application/pdf"
    file = factory.LazyAttribute(lambda row: ContentFile(b"%PDF-1.7\n%plan", name=row.name))
    size = 14


class EventFactory(factory.django.DjangoModelFactory):
    """A row of the history: the filing unless told otherwise."""

    class Meta:
        model = RequestEvent

    request = factory.SubFactory(RequestFactory)
    party = Party.COMPANY
    by_name = "Anne Lebrun"
    step = "submit"


class DelaySetFactory(factory.django.DjangoModelFactory):
    """The delays of a hub that change nothing until some are given."""

    class Meta:
        model = DelaySet

    hub = factory.SubFactory(HubFactory)


class FollowUpFactory(factory.django.DjangoModelFactory):
    """A reminder to route, due in two working days; trait: due."""

    class Meta:
        model = FollowUp

    class Params:
        due = False
        at = factory.LazyAttribute(lambda row: timezone.now() - timedelta(days=10 if row.due else 0))

    request = factory.SubFactory(RequestFactory, at=factory.SelfAttribute("..at"))
    kind = FollowUpKind.TRIAGE_REMINDER
    basis_at = factory.SelfAttribute("at")
    due_at = _working_days(2)


class SatisfactionFactory(factory.django.DjangoModelFactory):
    """The opinion asked of a closed request; trait: answered."""

    class Meta:
        model = Satisfaction

    class Params:
        answered = factory.Trait(
            answered_at=factory.LazyFunction(timezone.now), score=5, was_clear=True, comment="Très utile."
        )

    request = factory.SubFactory(RequestFactory, closed=True)
