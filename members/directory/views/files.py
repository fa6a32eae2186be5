"""What a sheet gives besides its page: the card for an address book, and the logo."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.text import capfirst
from django.views.decorators.http import require_safe

from diginor.web.access import access, public
from members.directory.vcard import MEDIA_TYPE, Card, vcard
from members.directory.views.organisation_page import expertises, logo_address, logo_version
from members.organisations.models import Organisation
from members.organisations.rules.logos import type_of

DAY = 86_400


@access(public)
@require_safe
def organisation_vcard(request: HttpRequest, slug: str) -> HttpResponse:
    """The card of an organisation, with its public contacts only."""
    row = get_object_or_404(Organisation.listed.all().for_page(), slug=slug)
    card = Card(
        name=row.name,
        acronym=row.acronym,
        email=row.public_email,
        phone=row.public_phone,
        street=row.street,
        postcode=row.postcode,
        commune=row.commune.name if row.commune else "",
        website=row.website,
        categories=(capfirst(row.get_kind_display()), *expertises(row)),
        note=row.presentation,
        logo=request.build_absolute_uri(logo_address(row)) if row.logo else "",
        source=request.build_absolute_uri(row.get_absolute_url()),
    )
    response = HttpResponse(vcard(card), content_type=MEDIA_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{row.slug}.vcf"'
    return response


@access(public)
@require_safe
def organisation_logo(request: HttpRequest, slug: str) -> HttpResponse:
    """The logo of an organisation, when its content is an image that a browser only draws."""
    row = get_object_or_404(Organisation.listed.all(), slug=slug)
    if not row.logo:
        raise Http404
    try:
        with row.logo.open("rb") as content:
            media_type, drawn = type_of(content), content.read()
    except FileNotFoundError as error:
        raise Http404 from error
    if not media_type:
        raise Http404
    response = HttpResponse(drawn, content_type=media_type)
    # The address tells the file: another logo has another address.
    is_named = request.GET.get("v") == logo_version(row)
    response["Cache-Control"] = f"public, max-age={365 * DAY}, immutable" if is_named else f"public, max-age={DAY}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
