"""Words: the tokenizer, the places found, facets, numbers, relations and negation."""

from __future__ import annotations

import numpy as np
import pytest
from understudy.ml.errors import ModelError
from understudy.ml.layout.cards import cards, parse_wish, styles
from understudy.ml.layout.kinds import KINDS
from understudy.ml.layout.parse import Brief, read
from understudy.ml.layout.places import Places, stem
from understudy.ml.layout.plan import AssetBox
from understudy.ml.layout.wordpiece import WordPiece
from understudy.ml.runtime import Settings

VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "drag", "##on", "palace", "cafe", ",", "龙"]
PLACES = Places()


def brief(text: str, assets: list[AssetBox] | None = None) -> Brief:
    """Read a prompt by the lexicon alone."""
    return read(text, PLACES, assets)


def asked(text: str) -> dict[str, tuple]:
    """Return {kind: (count, spot, target)} of what a prompt asks for."""
    return {w.kind: (w.low, w.spot, w.target) for w in brief(text).wishes}


def test_the_tokenizer_splits_as_the_original_does() -> None:
    pieces = WordPiece(VOCABULARY)
    assert pieces("Dragon palace, CAFÉ") == [2, 4, 5, 6, 8, 7, 3]
    assert pieces("龙palace zebra") == [2, 9, 6, 1, 3]
    ids, mask = pieces.batch(["dragon", "palace palace palace"])
    assert ids.shape == mask.shape == (2, 5) and mask.sum() == 9


def test_cards_are_whole() -> None:
    assert len({w.kind for c in cards().values() for w in c.wishes}) > 60
    for card in cards().values():
        assert card.style in styles() and len(card.aliases) >= 4, card.name
        assert len(card.wishes) >= 6 and min(card.size) > 0, card.name
        present = {w.kind for w in card.wishes}
        for wish in card.wishes:
            assert not wish.target or wish.target in present, f"{card.name}: {wish}"
    for style in styles().values():
        assert set(style.palette) == set(styles()["plain"].palette)
        assert all(a in KINDS and b in KINDS for a, b in style.swaps.items())


def test_a_wish_is_checked() -> None:
    assert parse_wish("vase 1-2 on table").high == 2
    for wrong in ("dragonfly", "vase 1 nowhere", "vase on zebra", "vase wall table", "?"):
        with pytest.raises(ValueError):
            parse_wish(wrong)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("hairdresser", "barber shop"),
        ("an old library at night", "library"),
        ("kids' room", "child's bedroom"),
        ("卧室", "bedroom"),
    ],
)
def test_places_are_found_by_their_names(text: str, place: str) -> None:
    assert brief(text).card.name == place


def test_facets() -> None:
    found = brief("a gloomy, cluttered attic on a rainy night without people")
    assert found.weather == "rain" and found.hour == 22.5 and found.people == 0
    assert found.mood < 0 and found.density > 0.7
    assert brief("office + cyberpunk").overlays[0].name == "cyberpunk"
    assert brief("room of 12 m²").area == pytest.approx((12**0.5, 12**0.5))
    assert brief("room 3 x 4.5 m").area == (3.0, 4.5)


def test_numbers_relations_and_negation() -> None:
    assert asked("bedroom with three vases on the desk") == {
        "vase": (3, "on", "desk"),
        "desk": (1, "", ""),
    }
    shared = asked("a study with a laptop and papers on the desk")
    assert shared["papers"][1:] == ("on", "desk")
    assert shared["laptop"] == (1, "on", "desk")
    assert asked("a bed opposite the window")["bed"] == (1, "opposite", "window")
    assert asked("office with a dozen desks in rows")["desk"] == (12, "row", "")
    assert asked("kitchen with chairs around the table")["chair"] == (3, "around", "table")
    found = brief("living room with a sofa but no television and no rug")
    assert found.banned == {"television", "rug"}
    assert [w.kind for w in found.wishes] == ["sofa"]


def test_colours_and_assets_are_taken() -> None:
    assert brief("a room with two red barrels").colours == {"barrels": "b3261e"}
    box = AssetBox("Grandpa", tags=["grandfather clock"], size=(0.5, 0.4, 2.0), category="cabinet")
    wishes = brief("hall with a grandfather clock", [box]).wishes
    assert [(w.asset, w.kind) for w in wishes] == [("Grandpa", "cabinet")]


@pytest.mark.parametrize(
    "text", ["", "   ", "🎏🎏", "word " * 2000, "+++", "龘龘龘", "no no no", "1"]
)
def test_anything_gives_a_place(text: str) -> None:
    found = brief(text)
    assert found.card.name in cards()
    assert found.notes


def test_stems() -> None:
    assert [stem(w) for w in ("torches", "glass", "houses")] == ["torch", "glass", "house"]


def test_sentence_vectors_know_meaning() -> None:
    from understudy.ml.layout.words import Sentences

    try:
        sentences = Sentences(Settings(device="cpu", threads=1))
    except ModelError:
        pytest.skip("the sentence network is not exported: run scripts/export_words.py")
    a, b, c = sentences(["a place where surgeons work", "operating theatre", "a sandy beach"])
    assert np.linalg.norm(a) == pytest.approx(1, abs=1e-3)
    assert a @ b > a @ c + 0.2
    ranked = Places(sentences).rank("where surgeons work", "where surgeons work")
    assert ranked[0][0] == "operating theatre"


def test_assets_are_matched_by_meaning_and_box() -> None:
    from understudy.ml.layout.matching import match
    from understudy.ml.layout.words import Sentences

    boxes = [
        AssetBox("SM_Settee_02", tags=["couch"], size=(210.0, 95.0, 80.0)),
        AssetBox("xqzv_0013"),
        AssetBox("own", category="bed"),
    ]
    assert match(boxes, None) == boxes
    try:
        sentences = Sentences(Settings(device="cpu", threads=1))
    except ModelError:
        pytest.skip("the sentence network is not exported: run scripts/export_words.py")
    assert [a.category for a in match(boxes, sentences)] == ["sofa", "", "bed"]
