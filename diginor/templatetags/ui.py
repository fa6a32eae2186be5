"""Template tags and filters of every page, available without {% load %}.

Variables that the context processor `diginor.pages.context.portal` gives to every page rendered with a request:
  site_name   the portal's name                     navigation  main entries: {label, url, is_current}
  is_demo     demonstration mode                    account     entries of the account menu: {label, url, icon}
  active_role the role in use, if any               footer      lists of legal pages: {label, url}
  roles       all those of the person               filing_url  where a request is filed, empty when unbuilt
  languages   {code, label, url, is_current}
  front_hub   the hub whose door this is, if any
Blocks of base.html: title, description, breadcrumb, head, main (inside the page's width), wide (replaces it), scripts.

Tags (a keyword in brackets is optional):
  {% url_or_none "name" arg as link %}              an address, or None when the page does not exist
  {% icon "name" %}                                 a decorative icon of static/img/icons.svg
  {% art "demonstration" %}                         a drawing of static/img/drawings.svg
  {% button "Text" [href=] [kind=""] [icon=] [name=] [value=] %}   kind: quiet, danger, plain, small, big
  {% badge "Sentence." [tone=""] %}                 tone: ok, wait, late, off, done
  {% chip "text" [tone=""] [href=] [current=] %}    tone: in, out, unsure
  {% crumbs "Label" url "Label" url "Here" %}       inside {% block breadcrumb %}, home comes by itself
  {% notice [tone=""] [title=""] %}…{% endnotice %} tone: ok, warn, error
  {% empty "Title" [icon=] %}…{% endempty %}        an empty list that says why and what to do
  {% steps 1 3 "Votre besoin" %}                    the progress of a form in steps
  {% stat label value [note=] [definition=] [change=] [trend=] %}  one figure; trend: good, bad
  {% timeline entries %} {% thread messages %} {% facts pairs %} {% tabs items %} {% door family %} {% figure chart %}
  {% older_newer [older=key] [newer=key] %}         pages by key, other parameters of the address kept
Forms: {{ form }} draws errors and fields, {{ form.name.as_field_group }} one field,
  {% include "components/forms/errors.html" %} the summary alone.
Filters: |prose (what a person wrote) |day |moment |ago |number |percent |euros |filesize_fr
"""

from functools import cache

from django import template
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import Urlizer, format_html, format_html_join, linebreaks
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from diginor.text import wording

register = template.Library()

register.filter("day", wording.day)
register.filter("moment", wording.moment)
register.filter("ago", wording.ago)
register.filter("number", wording.number)
register.filter("percent", wording.percent)
register.filter("euros", wording.euros)
register.filter("filesize_fr", wording.file_size)


@register.filter
def anchor(field):
    """Name the element that a link of the error summary must reach: the first input of the field."""
    return f"{field.auto_id}_0" if field.use_fieldset else field.id_for_label or field.auto_id


class _Links(Urlizer):
    """Makes the addresses of a text clickable, without the punctuation that stands against them."""

    ends = ".,:;!?…"
    pairs = {")": "(", "]": "[", "}": "{", "»": "«", "”": "“", "’": "‘"}

    def trim_punctuation(self, word):
        """Set apart what stands around an address; Django's own knows no guillemets, and loses the end of « ). »."""
        middle = word.lstrip("".join(self.pairs.values()))
        end = len(middle)
        while end and self._is_around(middle[:end]):
            end -= 1
        return word[: len(word) - len(middle)], middle[:end], middle[end:]

    def _is_around(self, text):
        """Whether the last sign ends a sentence, or closes what was opened before the address."""
        last = text[-1]
        return last in self.ends or (last in self.pairs and text.count(self.pairs[last]) < text.count(last))


_links = _Links()


@register.filter
def prose(text):
    """Show what a person wrote: paragraphs, line breaks, clickable addresses that vouch for nothing."""
    return mark_safe(linebreaks(_links(text, nofollow=True, autoescape=True)))


@register.filter
def is_checkbox(field):
    """Tell a lone tick box, whose label comes after it."""
    return field.widget_type == "checkbox"


@register.simple_tag
def url_or_none(name, *args, **kwargs):
    """Return the address of a page, or None when no such page exists."""
    try:
        return reverse(name, args=args, kwargs=kwargs)
    except NoReverseMatch:
        return None


@register.simple_tag(name="icon")
@cache
def draw_icon(name, css=""):
    """Draw an icon of the sprite, hidden from screen readers."""
    return format_html(
        '<svg class="icon {}" width="20" height="20" aria-hidden="true"><use href="{}#{}"></use></svg>',
        css,
        static("img/icons.svg"),
        name,
    )


@register.simple_tag
def art(name, width=240, height=260):
    """Show a drawing of the sprite of illustrations, hidden from screen readers."""
    return format_html(
        '<svg viewBox="0 0 {} {}" width="{}" height="{}" aria-hidden="true"><use href="{}#{}"></use></svg>',
        width,
        height,
        width,
        height,
        static("img/drawings.svg"),
        name,
    )


@register.simple_tag
def button(text, href="", kind="", icon="", name="", value=""):
    """Draw a link that looks like a button when it has an address, otherwise a submit button."""
    drawn = draw_icon(icon) if icon else ""
    inside = format_html("{}{}", text, drawn) if icon == "arrow" else format_html("{}{}", drawn, text)
    if href:
        return format_html('<a class="button {}" href="{}">{}</a>', kind, href, inside)
    named = format_html(' name="{}" value="{}"', name, value) if name else ""
    return format_html('<button type="submit" class="button {}"{}>{}</button>', kind, named, inside)


@register.simple_tag
def badge(sentence, tone=""):
    """Say a status as a short sentence, with a shape that does not rely on colour."""
    return format_html('<span class="badge {}">{}</span>', tone, sentence)


@register.simple_tag
def chip(text, tone="", href="", current=False):
    """Draw a small label: a reason, a filter, a topic."""
    if href:
        state = mark_safe(' aria-current="true"') if current else ""
        return format_html('<a class="chip {}" href="{}"{}>{}</a>', tone, href, state, text)
    sign = {"in": "check", "out": "cross", "unsure": "info"}.get(tone)
    return format_html('<span class="chip {}">{}{}</span>', tone, draw_icon(sign) if sign else "", text)


@register.simple_tag
def crumbs(*labels_and_urls):
    """Draw the way back: label, address, label, address… and the label of the page itself."""
    pairs = list(zip(labels_and_urls[::2], labels_and_urls[1::2], strict=False))
    links = [(url, label) for label, url in [(_("Accueil"), url_or_none("home") or "/"), *pairs]]
    here = labels_and_urls[-1] if len(labels_and_urls) % 2 else ""
    return format_html(
        '<nav class="crumbs small" aria-label="{}">{}{}</nav>',
        _("Fil d’Ariane"),
        format_html_join("", '<a href="{}">{}</a>', links),
        format_html('<span aria-current="page">{}</span>', here) if here else "",
    )


@register.simple_block_tag
def notice(content, tone="", title=""):
    """Frame a remark: neutral, ok, warn or error."""
    name = {"ok": "check", "warn": "alert", "error": "alert"}.get(tone, "info")
    heading = format_html("<p><strong>{}</strong></p>", title) if title else ""
    return format_html('<div class="notice {}">{}<div>{}{}</div></div>', tone, draw_icon(name), heading, content)


@register.simple_block_tag
def empty(content, title, icon="mail"):
    """Say why a list is empty and what to do."""
    return format_html('<div class="empty">{}<h2>{}</h2>{}</div>', draw_icon(icon), title, content)


@register.inclusion_tag("components/steps.html")
def steps(current, total, label=""):
    """Show where one stands in a form of several screens."""
    return {"current": current, "total": total, "label": label, "marks": range(1, total + 1)}


@register.inclusion_tag("components/stat.html")
def stat(label, value, note="", definition="", change="", trend=""):
    """Show one figure with its definition and its comparison told in words."""
    return {"label": label, "value": value, "note": note, "definition": definition, "change": change, "trend": trend}


@register.inclusion_tag("components/timeline.html")
def timeline(entries):
    """Tell the life of a request; an entry is {text, at, detail, state} with state past, now or next."""
    return {"entries": [{"text": "", "at": None, "detail": "", "state": "past", **entry} for entry in entries]}


@register.inclusion_tag("components/thread.html")
def thread(messages):
    """Show a conversation; a message is {author, role, at, text, mine, internal, files: [{name, url, size}]}."""
    blank = {"role": "", "mine": False, "internal": False, "files": ()}
    return {"thread": [{**blank, **message} for message in messages]}


@register.inclusion_tag("components/facts.html")
def facts(pairs):
    """List facts, each a pair (term, value); empty values are left out."""
    return {"pairs": [(term, value) for term, value in pairs if value not in (None, "")]}


@register.inclusion_tag("components/tabs.html")
def tabs(items, label=""):
    """Draw links as tabs; an item is {label, url, is_current, count}, with `more` when the count stopped there."""
    return {
        "items": [{"is_current": False, "count": None, "more": False, **item} for item in items],
        "label": label or _("Vues"),
    }


@register.inclusion_tag("components/door.html")
def door(family):
    """Open one of the four families of help; a family is {code, label, promise, url, topic_count}."""
    return {"family": {"promise": "", "topic_count": None, **family}}


@register.inclusion_tag("components/figure.html")
def figure(chart):
    """Show a diginor.drawing.charts.Chart with its finding, definition, table and CSV."""
    return {"chart": chart}


@register.inclusion_tag("components/pages.html", takes_context=True)
def older_newer(context, older=None, newer=None):
    """Link to the neighbouring pages by key, keeping the other parameters of the address."""
    query = context["request"].GET.copy()
    links = {}
    for parameter, other, key in (("before", "after", older), ("after", "before", newer)):
        kept = query.copy()
        kept.pop(other, None)
        kept[parameter] = key
        links[parameter] = f"?{kept.urlencode()}" if key else None
    return {"older": links["before"], "newer": links["after"]}
