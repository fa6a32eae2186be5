"""The words of a mail, written once: paragraphs, « > » quotations and « - » lists become plain text or HTML."""

import re
from collections.abc import Mapping

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
QUOTED = "&gt; "
LISTED = "- "
LINKED = re.compile(r"^(.*) &lt;(https?://[^\s<>]+)&gt;$")
QUOTE_STYLE = "margin:0 0 16px;padding:4px 0 4px 16px;border-left:3px solid %(stone)s;color:%(slate)s;"


@register.filter
def quoted(text: str) -> str:
    """Mark each line as the words of somebody, as mails have always done."""
    return "\n".join(f"> {line}".rstrip() for line in str(text).strip().splitlines())


@register.filter
def html_words(text: str, colours: Mapping[str, str]) -> SafeString:
    """Escape plain paragraphs and draw them in HTML that needs no style sheet."""
    paragraphs = re.split(r"\n{2,}", conditional_escape(text).strip())
    return mark_safe("\n".join(_html(paragraph, colours) for paragraph in paragraphs if paragraph))


def _html(paragraph: str, colours: Mapping[str, str]) -> str:
    lines = paragraph.split("\n")
    if all(line.startswith(QUOTED.strip()) for line in lines):
        inside = "<br>".join(line.removeprefix(QUOTED.strip()).strip() for line in lines)
        return f'<blockquote style="{QUOTE_STYLE % colours}">{inside}</blockquote>'
    if all(line.startswith(LISTED) for line in lines):
        items = "".join(f"<li>{_item(line.removeprefix(LISTED), colours)}</li>" for line in lines)
        return f'<ul style="margin:0 0 16px;padding-left:20px;">{items}</ul>'
    return f'<p style="margin:0 0 16px;">{"<br>".join(lines)}</p>'


def _item(line: str, colours: Mapping[str, str]) -> str:
    """A line of a list; one that ends with an address between angle brackets leads there."""
    return LINKED.sub(rf'<a href="\2" style="color:{colours["accent"]};">\1</a>', line)
