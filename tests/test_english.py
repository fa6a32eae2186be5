"""Somebody who reads English reads no French on a public page, the real catalogue included."""

import html
import re

import pytest
from django.test import Client

from members.organisations.models import Organisation
from services.catalogue.actions import load_catalogue
from services.catalogue.models import Topic
from tests.pages import BOOK
from tests.world import make_world

FRENCH = re.compile(r"\b(vous|votre|vos|une|les|des|pour|avec|est|sont|cette|dans|demande|aux|du|qui|par|et)\b", re.I)
# What the language is changed with, what people wrote, and scripts.
APART = re.compile(r"<(script|style|svg|blockquote)\b.*?</\1>|<(\w+)[^>]* lang=\"fr\"[^>]*>.*?</\2>", re.S)


def texts(document: str, names: set[str]) -> list[str]:
    """The pieces of text that a page shows, proper names left out."""
    shown = html.unescape(re.sub(r"<[^>]+>", "\0", APART.sub("", document)))
    for name in names:
        shown = shown.replace(name, "")
    return [piece.strip() for piece in shown.split("\0")]


@pytest.mark.django_db
def test_public_pages_are_english_under_en(client: Client) -> None:
    world = make_world()
    load_catalogue()
    paths = [page.where(world.own) for page in BOOK.pages if page.is_public and not page.session]
    paths += [f"/services/{slug}/" for slug in ("financement", "formation", "mise-en-reseau")]
    paths += [
        topic.get_absolute_url() for topic in Topic.objects.exclude(name_en="").exclude(name_en__contains="(English")
    ]
    # The requests of the world are filed in French, in French words.
    english = {f"/en{path}" for path in paths if not path.startswith(("/en/", "/suivi/")) and "robot" not in path}
    names = set(Organisation.objects.values_list("name", flat=True))
    french = []
    for path in sorted(english):
        answer = client.get(path)
        assert answer.status_code == 200, path
        pieces = texts(answer.content.decode(), names)
        french += [f"{path}: {text[:120]}" for text in pieces if len(FRENCH.findall(text)) > 1]
    assert len(english) > 40
    assert not french, "\n".join(french)
