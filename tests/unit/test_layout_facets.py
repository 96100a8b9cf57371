"""Hour, weather, mood and so on: from lists of words, and from learned heads where these end."""

from __future__ import annotations

import pytest
from understudy.ml import progress
from understudy.ml.errors import ModelError
from understudy.ml.kit.paint import paints
from understudy.ml.layout.facets import Facets, Heads, listed, pieces
from understudy.ml.layout.parse import read
from understudy.ml.layout.picture import ground_role
from understudy.ml.layout.pipeline import layout
from understudy.ml.layout.places import Places
from understudy.ml.layout.plan import Layout
from understudy.ml.layout.words import Sentences
from understudy.ml.runtime import Settings

CPU = Settings(device="cpu", threads=1)
OFF = {"words": "off", "placement": "off", "objects": "off", "variants": 1, "seed": 1}


@pytest.fixture(scope="module")
def encoder() -> Sentences:
    try:
        return Sentences(CPU)
    except ModelError as exc:
        pytest.skip(str(exc))


@pytest.fixture(scope="module")
def heads() -> Heads:
    return Heads(CPU)


@pytest.mark.parametrize(
    "text",
    (
        "bedroom with a night lamp and a picture of a storm",
        "snow white's cottage with a snow globe",
        "sunny-side eggs by a storm lantern",
        "garden, it is not raining",
        "park without fog",
        "a wet-wipes box, no night",
    ),
)
def test_lists_pass_over_words_that_mean_something_else(text):
    assert listed(text).hour is None and listed(text).weather is None


def test_what_was_said_comes_before_what_was_heard():
    said, heard = Facets(hour=22.5), Facets(hour=13.0, mood=0.6, style="japan")
    assert said.joined(heard) == Facets(hour=22.5, mood=0.6, style="japan")


def test_pieces_are_the_text_and_its_clauses():
    assert pieces("a hall") == ["a hall"]
    assert len(pieces(", ".join("abcdefghijklmnopq"))) == 13


@pytest.mark.parametrize(
    ("text", "facet", "name"),
    (
        ("kitchen, the sun has just gone", "time", "dusk"),
        ("harbour, a storm is coming in off the sea", "weather", "storm"),
        ("library, you can hardly move for books", "density", "full"),
        ("cellar, something terrible has happened here", "mood", "dark"),
        ("a hall where knights feast with their hounds", "style", "medieval"),
    ),
)
def test_heads_hear_what_no_list_knows(encoder, heads, text, facet, name):
    assert heads(text, encoder).labels()[facet] == name


@pytest.mark.parametrize("text", ("classroom with twenty desks", "a street with three cars", ""))
def test_heads_are_silent_where_nothing_is_said(encoder, heads, text):
    assert not any(heads(text, encoder).labels().values())


def test_a_brief_takes_what_the_heads_hear(encoder, heads):
    places = Places(encoder)
    words = "office, the sun has just gone"
    assert read(words, places).hour is None
    assert 18.5 < read(words, places, heads=heads).hour < 20.5
    assert read("office at noon, the sun has just gone", places, heads=heads).hour == 12.0


def test_snow_lies_white_on_the_ground_of_any_style():
    layouts = progress.run(layout({**OFF, "prompt": "a medieval village in the snow"}, {}))[0]
    made = Layout.unpack(layouts["layouts"][0])
    assert made.ground.kind == "snow"
    assert min(paints(made.palette)[ground_role(made)].colour) > 0.5


def test_what_is_outside_names_no_place():
    assert read("laundromat after closing, neon outside", Places()).card.name == "laundromat"
    assert read("cosy cabin, snow outside", Places()).card.name == "log cabin interior"


def test_a_mountain_is_not_put_into_a_room():
    assert not read("observatory on a mountain with a telescope", Places()).wishes[1:]
    assert read("garage with a mountain bike", Places()).wishes[0].kind == "bicycle"
    assert read("meadow with a mountain", Places()).wishes[0].kind == "cliff"
