"""How a structure is named on pages that outlive it."""

from django import template
from django.utils.html import format_html
from django.utils.translation import gettext as _

from members.organisations.models import Organisation

register = template.Library()


@register.simple_tag
def became(place: Organisation, is_whole: bool = False) -> str:
    """The name of a structure, the whole one if asked; of a past one, also what it became, with the way there."""
    name = _name(place, is_whole)
    successor = place.succeeded_by if place.is_past else None
    if successor is None:
        return name
    after: str = _name(successor, is_whole)
    if successor.is_listed:
        after = format_html('<a href="{}">{}</a>', successor.get_absolute_url(), after)
    return format_html("{}, {}", name, format_html(_("devenue {}"), after))


def _name(place: Organisation, is_whole: bool) -> str:
    return place.name if is_whole else str(place)
