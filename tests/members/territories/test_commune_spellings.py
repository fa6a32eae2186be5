"""A commune is taken only where the text leaves no doubt: as people write places, over the whole country."""

import random

import pytest
from django.urls import reverse

from members.organisations.forms.file_cells import CommuneReader
from members.territories.enums import TerritoryKind as Kind
from members.territories.models import Territory
from members.territories.queries.communes import communes_named
from members.territories.rules.place_names import plain_name
from services.filing.forms.steps import CompanyForm

CAEN, PARIS, LYON, MARSEILLE = "14118", "75056", "69123", "13055"

CERTAIN = [
    ("Caen", CAEN),
    ("caen", CAEN),
    ("CAEN", CAEN),
    (" Cæn ", CAEN),
    ("14000", CAEN),
    ("14118", CAEN),
    ("14000 Caen", CAEN),
    ("Caen (14)", CAEN),
    ("Caen 14", CAEN),
    ("Caen (14000)", CAEN),
    ("Caen (14118)", CAEN),
    ("Caen, France", CAEN),
    ("14050 Caen CEDEX 4", CAEN),
    ("14050 CAEN CEDEX", CAEN),
    ("14050 Caen Cédex 04", CAEN),
    ("Caen cedex 4", CAEN),
    ("14050 Caen", CAEN),
    ("14000 Caen 4", CAEN),
    ("BP 12, 14050 Caen Cedex 4", CAEN),
    ("CS 70001 14052 CAEN CEDEX 4", CAEN),
    ("20179 Ajaccio Cedex", "2A004"),
    ("97743 Saint-Denis Cedex 9", "97411"),
    ("Ajaccio (2A)", "2A004"),
    ("Saint-Denis (974)", "97411"),
    ("Saint-Denis (93)", "93066"),
    ("93200 Saint-Denis", "93066"),
    ("Paris", PARIS),
    ("Paris 8", PARIS),
    ("Paris 8e", PARIS),
    ("Paris 08", PARIS),
    ("Paris (8e)", PARIS),
    ("Paris 8ème arrondissement", PARIS),
    ("Paris 1er", PARIS),
    ("Paris 13", PARIS),
    ("75008 Paris 8e", PARIS),
    ("75008", PARIS),
    ("75380 Paris Cedex 08", PARIS),
    ("Lyon 3ème", LYON),
    ("Lyon 3 ème", LYON),
    ("Lyon 03", LYON),
    ("69003 Lyon", LYON),
    ("Marseille 12", MARSEILLE),
    ("Marseille 12e arr.", MARSEILLE),
    ("Marseille 13", MARSEILLE),
    ("13016 Marseille 16", MARSEILLE),
    ("Y", "80829"),
    ("y", "80829"),
    ("Y (80)", "80829"),
    ("80190 Y", "80829"),
    ("Oô", "31404"),
    ("Eu", "76255"),
    ("St-Lô", "50502"),
    ("saint lo", "50502"),
    ("Saint‑Lô", "50502"),
    ("Saint–Lô", "50502"),
    ("Ste-Mère-Église", "50523"),
    ("Villers s/ Mer", "14754"),
    ("Mt-Saint-Aignan", "76451"),
    ("Le Havre", "76351"),
    ("havre", "76351"),
    ("L’Aigle", "61214"),
    ("laigle", "61214"),
    ("Mont Saint Michel", "50353"),
    ("Tourlaville", "50129"),
    ("50110 Tourlaville", "50129"),
    ("1000 Bourg-en-Bresse", "01053"),
    ("Bourg-en-Bresse 01000", "01053"),
]

# What a person has to look at, with the commune that is proposed first; nothing where nothing resembles it.
DOUBTED = [
    ("Jersey", "27374"),
    ("granvile", "50218"),
    ("sainr-lo", "50502"),
    ("Caen 75000", CAEN),
    ("14400 Caen", CAEN),
    ("Caen Calvados", CAEN),
    ("Paris 25e", PARIS),
    ("Paris VIIIe", PARIS),
    ("Caen (14050)", CAEN),
    ("Lyon 12", LYON),
    ("Marseille 17e", MARSEILLE),
    ("Caen 3e", CAEN),
    ("gran", "59271"),
    ("50400", "50218"),
    ("61", "61001"),
    ("Saint-Denis", "97411"),
    ("Sceaux", "92071"),
    ("a", None),
    ("", None),
    ("0", None),
    ("99999", None),
    ("99999 zzzzzz", None),
    ("%_'\\", None),
    ("zzzzzz", None),
    ("𝓒", None),
]


def named(text):
    """The codes of the communes of today that a text names."""
    return [row.today.code for row in communes_named([text])[text]]


def form_of(text, **more):
    """The field of a commune as it is sent."""
    form = CompanyForm({"commune": text, **more})
    form.is_valid()
    return form


class TestSpellings:
    """Every way to write a place, read by the forms and by the files alike."""

    @pytest.mark.parametrize(("text", "code"), CERTAIN)
    def test_what_leaves_no_doubt_passes(self, france, db, text, code):
        assert named(text.strip()) == [code]
        assert form_of(text).cleaned_data["commune"].code == code
        assert CommuneReader().find(text.strip()).code == code

    @pytest.mark.parametrize(("text", "first"), DOUBTED)
    def test_what_leaves_a_doubt_is_asked(self, france, db, text, first):
        form = form_of(text)
        assert "commune" in form.errors
        offered = [choice["code"] for choice in form.commune_choices()]
        assert offered[:1] == ([first] if first else [])
        if text:
            with pytest.raises(ValueError, match="commune"):
                CommuneReader().find(text)
        if first:
            chosen = form_of(text, commune_code=first)
            assert chosen.cleaned_data["commune"].code == first

    def test_the_form_says_whether_names_are_the_same_or_only_near(self, france, db):
        said = {text: form_of(text).errors.as_data()["commune"][0].code for text in ("Jersey", "Saint-Denis", "zzzzzz")}
        assert said == {"Jersey": "close", "Saint-Denis": "several", "zzzzzz": "unknown"}

    def test_every_namesake_and_every_commune_of_a_postcode_can_be_chosen(self, france, db):
        namesakes = set(
            Territory.objects.communes().filter(search_name="sainte colombe").values_list("code", flat=True)
        )
        assert {choice["code"] for choice in form_of("Sainte-Colombe").commune_choices()} >= namesakes
        assert len(form_of("51300").commune_choices()) == 46

    def test_a_former_name_among_the_choices_is_told(self, france, db):
        offered = {choice["code"]: choice["found_as"] for choice in form_of("Sceaux").commune_choices()}
        assert offered["92071"] == ""
        assert "Sceaux" in offered.values()


class TestEveryName:
    """The names of the whole country, merged communes and districts included."""

    def test_an_exact_name_is_itself_or_asks_between_namesakes(self, france, db):
        rows = list(
            Territory.objects.of_kind(Kind.COMMUNE, Kind.DELEGATED, Kind.DISTRICT)
            .select_related("successor")
            .order_by("pk")
        )
        same = {}
        for row in rows:
            same.setdefault(plain_name(row.name), set()).add(row.today.code)
        found = communes_named([row.name for row in rows])
        wrong = [row.name for row in rows if {one.today.code for one in found[row.name]} != same[plain_name(row.name)]]
        assert not wrong

    def test_a_name_with_its_postcode_or_its_departement_is_never_another(self, france, db):
        rows = list(Territory.objects.communes().current().order_by("pk"))
        texts = {}
        for row in random.Random(8).sample(rows, 4000):
            for number in (row.code, row.code[:2], *row.postcodes[:1]):
                texts[f"{row.name} ({number})"] = texts[f"{number} {row.name}"] = row.code
            if row.postcodes:
                texts[f"{row.postcodes[0]} {row.name.upper()} CEDEX 2"] = row.code
        found = communes_named(texts)
        wrong = [text for text, code in texts.items() if code not in {one.today.code for one in found[text]}]
        assert not wrong

    def test_the_label_of_a_commune_comes_back_as_itself(self, france, db):
        rows = list(Territory.objects.communes().current().order_by("pk"))
        found = communes_named([row.label for row in rows])
        assert not [row.label for row in rows if row.pk not in {one.today.pk for one in found[row.label]}]


def test_the_suggestions_find_a_commune_of_one_letter_and_a_cedex(client, france, db):
    for text, name in (("Y", "Y (80)"), ("14050 Caen cedex 4", "Caen (14)"), ("Paris 8e", "Paris (75)")):
        assert f'data-value="{name}"' in client.get(reverse("commune_suggest"), {"q": text}).content.decode()
