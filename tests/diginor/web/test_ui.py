"""The tags of the pages and the drawing of forms: names, errors and addresses that a screen reader can follow."""

import pytest
from django import forms
from django.template import engines
from django.test import RequestFactory

from diginor.web import widgets as fields


class NeedForm(forms.Form):
    """A form with one field of each kind."""

    need = forms.CharField(label="Besoin", help_text="Quelques phrases.")
    family = forms.ChoiceField(
        label="Aide",
        choices=[("a", "Essayer"), ("b", "Financer")],
        widget=fields.RadioCards(hints={"a": "Avant d’investir"}),
    )
    themes = forms.MultipleChoiceField(
        label="Thèmes", required=False, choices=[("x", "Santé"), ("y", "Tourisme")], widget=fields.CheckboxCards()
    )
    on = forms.DateField(label="Date", required=False, widget=fields.DayInput())
    agreed = forms.BooleanField(label="D’accord")


def render(source, **context):
    """Draw a piece of template with the engine of the pages."""
    request = RequestFactory().get("/espace/?etat=late&after=9")
    return engines["django"].from_string(source).render({"request": request, **context}, request)


def test_a_wrong_field_names_its_help_and_its_error():
    """The field points at both notes, and both exist."""
    html = render("{{ form }}", form=NeedForm({}))
    assert 'aria-describedby="id_need_helptext id_need_error"' in html
    assert 'id="id_need_helptext"' in html
    assert 'id="id_need_error"' in html
    assert 'aria-invalid="true"' in html


def test_the_summary_links_to_the_first_input_of_each_wrong_field():
    """A group of cards is reached by its first card."""
    html = render("{{ form }}", form=NeedForm({}))
    for target in ("id_need", "id_family_0", "id_agreed"):
        assert f'href="#{target}"' in html
        assert f'id="{target}"' in html


def test_a_right_form_shows_no_summary():
    """Nothing alarms before a fault."""
    assert "error-summary" not in render("{{ form }}", form=NeedForm())


def test_cards_explain_their_choices_and_keep_what_was_ticked():
    """The sentence of a choice is beside it; several boxes are read back."""
    form = NeedForm({"need": "x", "family": "a", "themes": ["x", "y"], "agreed": "on"})
    html = render("{{ form }}", form=form)
    assert form.is_valid()
    assert form.cleaned_data["themes"] == ["x", "y"]
    assert "Avant d’investir" in html
    assert html.count("checked") == 4


def test_a_button_is_a_link_only_when_it_has_an_address():
    """Links go somewhere, buttons do something."""
    assert render('{% button "Voir" href="/x/" %}').startswith("<a ")
    assert render('{% button "Envoyer" name="step" value="go" %}').startswith('<button type="submit"')


def test_an_unbuilt_address_is_nothing():
    """A page may ask for a link to a part that is not there."""
    assert render('{% url_or_none "nowhere" as link %}{{ link|default_if_none:"rien" }}') == "rien"


def test_pages_by_key_keep_the_filters_of_the_address():
    """Older replaces newer and leaves the rest."""
    html = render('{% older_newer older="2026_5" %}')
    assert 'href="?etat=late&amp;before=2026_5"' in html


@pytest.mark.parametrize(
    "tag", ['{% badge text tone="ok" %}', "{% chip text %}", "{% button text %}", "{% crumbs text %}"]
)
def test_words_are_escaped(tag):
    """What people typed is never markup."""
    assert "<script" not in render(tag, text="<script>alert(1)</script>")


@pytest.mark.parametrize(
    ("written", "address", "around"),
    [
        ("Voyez https://exemple.fr/plan.", "https://exemple.fr/plan", "."),
        ("Le plan (https://exemple.fr/a_(b)) est prêt", "https://exemple.fr/a_(b)", ") est prêt"),
        ("Lu sur «\u202fhttps://exemple.fr/\u202f»", "https://exemple.fr/", "\u202f»"),
        ("Lu sur «https://exemple.fr/».", "https://exemple.fr/", "»."),
        ("Lu sur “https://exemple.fr/”…", "https://exemple.fr/", "”…"),
        ("Connaissez-vous https://exemple.fr/?q=a&b=c ?", "https://exemple.fr/?q=a&b=c", " ?"),
        ("Connaissez-vous https://exemple.fr/plan?", "https://exemple.fr/plan", "?"),
        ("https://exemple.fr/a,\nhttps", "https://exemple.fr/a", ",<br>https"),
        ("Écrivez à ana@exemple.fr, merci", "mailto:ana@exemple.fr", ", merci"),
    ],
)
def test_the_addresses_of_a_text_are_links_without_the_punctuation_around_them(written, address, around):
    drawn = render("{{ text|prose }}", text=written)
    link = f'href="{address.replace("&", "&amp;")}"'
    assert link in drawn
    assert drawn.split("</a>")[1].startswith(around)


@pytest.mark.parametrize(
    "written", ["javascript:alert(1)", "<a href=x>ici</a>", "<script>alert(1)</script>", "data:text/html,x", "etc."]
)
def test_a_text_opens_no_other_door(written):
    drawn = render("{{ text|prose }}", text=written)
    assert "<a" not in drawn
    assert "<script" not in drawn


def test_a_link_in_a_text_vouches_for_nothing():
    assert 'rel="nofollow"' in render("{{ text|prose }}", text="https://exemple.fr/")
    assert render("{{ text|prose }}", text="Un\n\nDeux\ntrois") == "<p>Un</p>\n\n<p>Deux<br>trois</p>"
