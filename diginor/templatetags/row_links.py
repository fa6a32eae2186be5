"""`{% shown field %}`: a field of the administration that is only shown, with no link that its reader may not open."""

from typing import Any

from django import template

from diginor.admin.row_links import ShownField

register = template.Library()


@register.simple_tag(takes_context=True)
def shown(context: Any, field: Any) -> str:
    """The words of a field of a sheet, or of a line of one of its tables."""
    return ShownField(field, context["rows_to_open"]).contents()
