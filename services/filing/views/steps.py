"""Filing: three short steps without an account."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from diginor.attempts.throttle import source
from diginor.web.access import access, public
from diginor.workflow.models import StepRefused
from members.places.models import Place
from members.territories.models import Territory
from services.catalogue.enums import FAMILY_SLUGS, HOSTING_TOPIC, Family
from services.catalogue.models import Topic
from services.catalogue.views import family_card, family_cards
from services.filing import actions
from services.filing.forms.steps import NEED_SHORTEST, CompanyForm, ContactForm, LaterForm, NeedForm
from services.filing.views.fresh import Typed, begin_again, open_draft, typed_address, typed_company, typed_contact
from services.filing.views.place import asks_place, is_dropped, on_to_the_need, wanted_place
from services.filing.views.session import PARAMETER, Filing
from services.filing.views.siret import company_looked_up
from services.filing.views.structure import asked_of
from services.requests import throttle
from services.requests.enums import RequestState
from services.requests.forms import MOST_FILES, read_files
from services.requests.links import LinkExpired, LinkInvalid, read_resume_token, tracking_token
from services.requests.models import DelaySet, ServiceRequest
from services.requests.queries.situation import headline_of
from services.tracking.views.tracking import link_refused

FAMILY_CODES = {slug: str(code) for code, slug in FAMILY_SLUGS.items()}


def step(
    needs_need: bool = False, needs_company: bool = False, only_named: bool = False, typed: Typed | None = None
) -> Callable:
    """A step of the filing: it receives the filing that its tab names, and leads to the step that must come before.

    `typed` reads what a form of a filing that is not open here any more holds, for a fresh start that keeps it.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @never_cache
        @access(public)
        @require_http_methods(["GET", "HEAD", "POST"])
        @wraps(view)
        def guarded(request: HttpRequest) -> HttpResponse:
            filing = Filing(request, only_named=only_named)
            draft = filing.draft
            if filing.is_named and filing.is_filed:
                return filing.to("filing_done")
            if not needs_need and not filing.has_receiver:
                return _no_hub(request)
            if typed and request.method == "POST" and draft is None:
                return begin_again(request, filing, typed)
            if needs_need and not _is_said(draft):
                return filing.to("filing_need") if draft else redirect("filing_start")
            if needs_company and (draft is None or not draft.company_name or not draft.is_located):
                return filing.to("filing_company")
            try:
                if draft is not None and is_dropped(request):
                    actions.choose_place(draft, None)
                return view(request, filing)
            except StepRefused:
                filing.close()
                return filing.to("filing_done")

        return guarded

    return decorate


def _no_hub(request: HttpRequest) -> HttpResponse:
    """Nobody could answer: say so before anything is typed, and give back what was."""
    user: Any = request.user
    context = {
        "typed": request.POST.get("need", ""),
        "hubs_url": reverse("admin:members_hub_changelist") if user.is_superuser else "",
    }
    answer = render(request, "services/filing/no_hub.html", context, status=503)
    answer["Retry-After"] = "3600"
    return answer


def _way_out(request: HttpRequest, back: str, here: str) -> str:
    """Where a person goes who leaves a step before its end: later, one step back, or here again without the place.

    What is right is kept.
    """
    if "later" in request.POST:
        return "filing_save"
    if is_dropped(request):
        return here
    return back if "back" in request.POST else ""


def _is_said(draft: ServiceRequest | None) -> bool:
    return draft is not None and len(draft.need) >= NEED_SHORTEST


@step()
def filing_start(request: HttpRequest, filing: Filing) -> HttpResponse:
    """What is it about: search, browse, or « je ne sais pas encore »; a draft waiting is offered again."""
    if request.method == "POST":
        filing.leave()
        return redirect("filing_start")
    if asks_place(request):
        return on_to_the_need(request, filing)
    if door := request.GET.get("guichet", "")[:50]:
        filing.remember_hub(door)
    asked = request.GET.get("q", "").strip()[:200]
    found = Topic.objects.best_for(asked, 6) if asked else []
    family = FAMILY_CODES.get(request.GET.get("famille", ""), "")
    # Who came back from a draft to change its subject goes on with it; everybody else begins another.
    changing = filing.name if filing.is_named and filing.draft else ""
    context = {
        "asked": asked,
        "found": found,
        "families": family_cards({}),
        "family": family_card(family) if family else None,
        "topics": list(Topic.objects.of_family(family)) if family else [],
        "changing": changing,
        "same": f"&{PARAMETER}={changing}" if changing else "",
        "waiting": filing.waiting(),
        "asked_hub": filing.asked_hub,
        **asked_of(request),
    }
    return render(request, "services/filing/filing_start.html", context)


@step(only_named=True)
def filing_need(request: HttpRequest, filing: Filing) -> HttpResponse:
    """Step 1: the need, in the person's own words."""
    draft = filing.draft
    topic, family = _subject(request, draft)
    place = wanted_place(request, draft)
    first = {"need": draft.need if draft else request.GET.get("besoin", "")[:5000]}
    data = request.POST if request.method == "POST" and not is_dropped(request) else None
    if is_dropped(request):
        first = request.POST.dict()
    form = NeedForm(data, topic=topic, answers=draft.answers if draft else [], initial=first)
    page = _need_page(form, topic, family, filing, place)
    leaving = _way_out(request, back="filing_start", here="filing_need")
    if data is not None and (form.is_valid() or leaving):
        if draft is None and not throttle.may_open_draft(source(request)):
            return _too_many(request, form, "filing_need", page)
        if form.typed_need() or draft:
            _keep_need(filing, form, topic, family, place)
        return filing.to(leaving or "filing_company")
    return render(request, "services/filing/filing_need.html", page)


def _need_page(form: NeedForm, topic: Topic | None, family: str, filing: Filing, place: Place | None) -> dict[str, Any]:
    return {
        "form": form,
        "filing": filing,
        "topic": topic,
        "family": family,
        "family_slug": FAMILY_SLUGS[Family(family)] if family else "",
        "family_label": Family(family).label if family else "",
        "draft": filing.draft,
        "waiting": [] if filing.draft else filing.waiting(),
        "place": place,
        "may_choose_place": place is None and topic is not None and topic.slug == HOSTING_TOPIC,
    }


def _subject(request: HttpRequest, draft: ServiceRequest | None) -> tuple[Topic | None, str]:
    """The topic, or at least the family, chosen in the address or in the form, else that of the draft."""
    sent = request.POST if request.method == "POST" else request.GET
    if draft is not None and not {"sujet", "famille"} & set(sent):
        return draft.topic, draft.family
    topic = Topic.objects.chosen(sent.get("sujet", "")[:50])
    return topic, topic.family if topic else FAMILY_CODES.get(sent.get("famille", ""), "")


def _keep_need(filing: Filing, form: NeedForm, topic: Topic | None, family: str, place: Place | None) -> None:
    draft = filing.draft or open_draft(filing)
    filing.doubt(form.suspicions())
    need, answers = form.typed_need(), form.answers()
    actions.save_need(draft, topic=topic, family=family, need=need, answers=answers)
    if draft.wanted_place != place:
        actions.choose_place(draft, place)


@step(needs_need=True, typed=typed_company)
def filing_company(request: HttpRequest, filing: Filing) -> HttpResponse:
    """Step 2: who asks."""
    draft = filing.draft
    assert draft is not None
    data = request.POST if request.method == "POST" else None
    form = CompanyForm(data, initial=_company_of(draft))
    leaving, details = _way_out(request, back="filing_need", here="filing_company"), "details" in request.POST
    asks = "look_up" in request.POST
    if data is not None and (form.is_valid() or leaving or details or asks):
        actions.save_company(draft, asked_hub=filing.asked_hub, **{"commune": draft.commune, **form.company()})
        if not details and not asks:
            return filing.to(leaving or "filing_contact")
        known = _company_of(draft)
        form = company_looked_up(request, known) if asks else CompanyForm.with_details(request.POST, initial=known)
    return render(request, "services/filing/filing_company.html", {"form": form, "draft": draft, "filing": filing})


def _company_of(draft: ServiceRequest) -> dict[str, Any]:
    names = ["siret", "no_siret_reason", "company_name", "size", "sector", "legal_form", "naf", "founded_on"]
    names += ["country", "foreign_town"]
    commune = draft.commune.label if draft.commune else ""
    code = draft.commune.code if draft.commune else ""
    return {**{name: getattr(draft, name) for name in names}, "commune": commune, "commune_code": code}


@step(needs_need=True, needs_company=True, typed=typed_contact)
def filing_contact(request: HttpRequest, filing: Filing) -> HttpResponse:
    """Step 3: whom to answer, files, and the sending."""
    draft = filing.draft
    assert draft is not None
    if uid := request.POST.get("remove"):
        return _remove_file(request, filing, uid)
    left = MOST_FILES - draft.attachments.with_filing().count()
    first = _contact_of(draft, request.user)
    is_sent = request.method == "POST"
    data, uploads = (request.POST, request.FILES) if is_sent else (None, None)
    form = ContactForm(data, uploads, files_left=left, initial=first)
    leaving = _way_out(request, back="filing_company", here="filing_contact")
    if is_sent and form.is_valid() and not leaving:
        return _send(request, filing, form)
    if is_sent:
        # Browsers do not send a file twice: the good ones are kept at once.
        actions.save_contact(draft, **form.contact)
        actions.add_files(draft, read_files(form, "files"))
        if leaving:
            return filing.to(leaving)
    return render(request, "services/filing/filing_contact.html", _contact_page(form, filing))


def _contact_of(draft: ServiceRequest, user: Any) -> dict[str, str]:
    """What was said already, else what the account of a signed-in person knows."""
    known = {}
    if user.is_authenticated:
        known = {
            "contact_name": user.get_full_name(),
            "contact_function": user.function,
            "contact_email": user.email,
            "contact_phone": user.phone,
        }
    return {name: getattr(draft, name) or known.get(name, "") for name in ContactForm.KEPT}


def _contact_page(form: ContactForm, filing: Filing) -> dict[str, Any]:
    draft = filing.draft
    assert draft is not None
    files = list(draft.attachments.with_filing())
    delays = DelaySet.objects.resolve(draft.hub, draft.topic_id)
    first_answer = delays.after(timezone.now(), delays.triage_reminder)
    can_join = len(files) < MOST_FILES
    return {
        "form": form,
        "filing": filing,
        "draft": draft,
        "files": files,
        "can_join": can_join,
        "first_answer": first_answer,
        "other_hub": filing.other_hub,
    }


def _remove_file(request: HttpRequest, filing: Filing, uid: str) -> HttpResponse:
    """Take a file out; what was typed on the page is kept as far as it is right."""
    draft = filing.draft
    assert draft is not None
    form = ContactForm(request.POST, initial={})
    actions.save_contact(draft, **form.contact)
    if found := draft.attachments.with_filing().numbered(uid):
        actions.remove_file(draft, found)
    return filing.to("filing_contact")


def _send(request: HttpRequest, filing: Filing, form: ContactForm) -> HttpResponse:
    draft = filing.draft
    assert draft is not None
    origin = source(request)
    verdict = throttle.filing(origin, form.contact["contact_email"])
    if verdict.is_refused:
        actions.save_contact(draft, **form.contact)
        actions.add_files(draft, read_files(form, "files"))
        return _too_many(request, form, "filing_contact", _contact_page(form, filing))
    doubts = [*filing.suspicions(), *form.suspicions(), *verdict.suspicions]
    files = form.cleaned_data["files"]
    suspicions = list(dict.fromkeys(doubts))
    actions.finish(draft, contact=form.contact, origin=origin, files=files, suspicions=suspicions)
    filing.close()
    return filing.to("filing_done")


def _too_many(request: HttpRequest, form: Any, name: str, context: dict[str, Any]) -> HttpResponse:
    """Ask to wait, with everything that was typed still on the page."""
    text = _("Trop d’envois en peu de temps. Attendez une heure, puis envoyez à nouveau : rien n’est perdu.")
    form.add_error(None, text)
    return render(request, f"services/filing/{name}.html", {**context, "form": form}, status=429)


@access(public)
@require_safe
def filing_done(request: HttpRequest) -> HttpResponse:
    """The confirmation: the number, what happens next and when, and once the private link."""
    filing = Filing(request)
    filed = filing.filed
    if filed is None or filed.submitted_at is None:
        return redirect("filing_start")
    shows_link = request.method == "GET" and filing.show_link()
    link = reverse("tracking", args=[tracking_token(filed)]) if shows_link else ""
    context = {"filed": filed, "headline": headline_of(filed), "tracking_link": link}
    return render(request, "services/filing/filing_done.html", context)


@step(typed=typed_address)
def filing_save(request: HttpRequest, filing: Filing) -> HttpResponse:
    """Finish later: the resume link goes to an e-mail address."""
    draft = filing.draft
    if draft is None:
        return redirect("filing_start")
    form = LaterForm(request.POST if request.method == "POST" else None, initial={"email": draft.contact_email})
    sent_to = ""
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        if throttle.may_mail_link(source(request), email):
            actions.send_resume_link(draft, email=email)
            sent_to = email
        else:
            form.add_error("email", _("Plusieurs liens sont déjà partis. Attendez une heure, puis recommencez."))
    context = {"form": form, "filing": filing, "draft": draft, "sent_to": sent_to}
    return render(request, "services/filing/filing_save.html", context)


@access(public)
@require_safe
def filing_resume(request: HttpRequest, token: str) -> HttpResponse:
    """Go on with a draft from its link, in any browser."""
    try:
        draft = read_resume_token(token)
    except LinkExpired:
        return render(request, "services/filing/resume_expired.html", status=410)
    except LinkInvalid:
        return link_refused(request)
    filing = Filing(request)
    if draft.state != RequestState.DRAFT:
        return render(request, "services/filing/already_filed.html", {"filed": draft, "token": token}, status=410)
    filing.resume(draft)
    messages.success(request, _("Vous pouvez continuer votre demande : tout a été conservé."))
    return filing.to("filing_contact" if draft.company_name else "filing_company" if draft.need else "filing_need")


@access(public)
@require_safe
def commune_suggest(request: HttpRequest) -> HttpResponse:
    """Communes that resemble what is being typed, as a list of options."""
    found = list(Territory.objects.communes_like(request.GET.get("q", ""))[:6])
    return render(request, "services/filing/commune_suggest.html", {"communes": found})
