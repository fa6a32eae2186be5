"""The pages of the demonstration: the accounts, and the mails that the portal has sent to them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from demonstration.pages import inventory, outbox
from demonstration.story import accounts
from diginor.outbox.models import OutgoingMail
from diginor.web.access import access, public


@require_safe
@access(public)
@never_cache
def demonstration(request: HttpRequest) -> HttpResponse:
    """Who may be played, with what each comes to do, and the last mails."""
    context = {
        "personas": accounts.roles(),
        "password": accounts.PASSWORD,
        "facts": inventory.facts(),
        "lines": outbox.latest(),
    }
    return render(request, "demonstration/home.html", context)


@require_safe
@access(public)
@never_cache
def demonstration_mails(request: HttpRequest) -> HttpResponse:
    """The mails, the newest first, those of one address when it is asked for."""
    address = request.GET.get("adresse", "").strip()[:254]
    page = outbox.page(address, after=request.GET.get("before", ""), before=request.GET.get("after", ""))
    return render(request, "demonstration/mails.html", {"page": page, "address": address})


@require_safe
@access(public)
@never_cache
def demonstration_mail(request: HttpRequest, pk: str) -> HttpResponse:
    """One mail as its reader sees it."""
    mail = get_object_or_404(OutgoingMail, pk=pk)
    return render(request, "demonstration/mail.html", {"mail": mail, "line": outbox.line(mail)})
