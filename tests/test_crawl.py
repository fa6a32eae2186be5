"""The crawl writes down every address, leaves out what is drawn by lot, and tells what differs."""

from pathlib import Path

import pytest
from django.http import HttpResponse

from tests.access_table import ACTING, READING, read
from tests.crawl.normal import lines_of
from tests.crawl.recording import Recording
from tests.crawl.walk import Walk
from tests.world import make_world

CODE, KEY, SEAL = "23456789AB", "700000012", "ABC.1~1w0gN2~" + "aZ0-" * 10 + "abc"
HEAD = ["200", "Content-Type: text/html; charset=utf-8", ""]


def test_what_is_drawn_by_lot_becomes_a_placeholder_and_what_is_said_stays():
    page = f'<p  class="b"\n id="a">Le  10 mars 2026</p><a href="/suivi/{SEAL}/">{CODE}</a><b value="{KEY}">{CODE}</b>'
    assert lines_of(HttpResponse(page)) == [
        *HEAD,
        '<p class="b" id="a">',
        "Le 10 mars 2026",
        "</p>",
        '<a href="/suivi/{seal}/">',
        "{code 1}",
        "</a>",
        '<b value="{key 1}">',
        "{code 1}",
        "</b>",
    ]


def test_a_link_to_another_row_shows():
    one, other = (lines_of(HttpResponse(f"{CODE} {second}")) for second in (CODE, CODE[::-1]))
    assert one[-1] == "{code 1} {code 1}"
    assert other[-1] == "{code 1} {code 2}"


def test_a_recording_is_read_as_it_was_written(tmp_path: Path):
    recording = Recording({"b": ["1", "2", "1"], "a": ["2", ""]})
    recording.save(tmp_path / "kept.gz")
    assert Recording.load(tmp_path / "kept.gz") == recording


def test_the_same_difference_is_told_once_with_the_answers_that_have_it():
    before = Recording({"a": ["200", "", "x"], "b": ["200", "", "x"], "c": ["200"], "gone": ["200"], "same": ["404"]})
    after = Recording({"a": ["200", "", "y"], "b": ["200", "", "y"], "c": ["302"], "new": ["200"], "same": ["404"]})
    told, count = before.differences(after)
    assert count == 5
    assert len(told) == 4
    assert told[0].splitlines()[1:] == ["a", "b", "@@", " 200", " ", "-x", "+y"]
    assert sorted(text.splitlines()[-1] for text in told[1:]) == ["+302", "is gone", "is new"]
    assert before.differences(before) == ([], 0)


@pytest.mark.django_db
def test_a_walk_opens_every_address_and_two_walks_are_told_the_same(clock):
    walk = Walk(make_world())
    walk.read("visitor", walk.named())
    walk.act("manager")
    first = dict(walk.recording.answers)
    assert {f"visitor GET {line}" for line in read(READING)} < set(first)
    assert {f"manager POST {line}" for line in read(ACTING)} < set(first)
    assert [line for line in first["manager POST referral_decline"] if line.startswith("Subject: ")]
    assert first["visitor GET home"][0] == "200"
    walk.act("manager")
    assert Recording(first).differences(walk.recording) == ([], 0)
