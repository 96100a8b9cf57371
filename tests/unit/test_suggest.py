"""Lines to expressions: by a doubled embedding, by words alone, and by the real network."""

from __future__ import annotations

import numpy as np
import pytest
from understudy.ml import progress
from understudy.ml.errors import ModelError
from understudy.ml.face import library, suggest, tone
from understudy.ml.layout.words import Sentences
from understudy.ml.runtime import Settings, model_path

SAID = {
    "How dare you lie to me!": {"anger", "rage"},
    "What is that disgusting smell?": {"disgust", "aversion"},
    "I am so tired, I could sleep for a week.": {"fatigue"},
    "My destiny is my own, and I will fight for it.": {"determination", "defiance"},
    "I love you, my darling.": {"tenderness", "warm_smile"},
    "He died last night, and we buried him today.": {"grief", "sadness"},
}


def by_letters(texts: list[str]) -> np.ndarray:
    """Embed texts by their triples of letters: near for like words."""
    rows = np.zeros((len(texts), 997))
    for row, text in zip(rows, texts, strict=True):
        for i in range(len(text) - 2):
            row[hash_of(text[i : i + 3].lower()) % 997] += 1
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def hash_of(triple: str) -> int:
    return sum(ord(c) * 131**i for i, c in enumerate(triple))


def names(proposals: list[suggest.Proposal], rank: int = 0) -> list[str]:
    return [e.name for e in proposals[rank].expressions]


def test_every_cue_belongs_to_the_library_and_has_lines_and_words() -> None:
    import json

    stored = json.loads(suggest._FILE.read_text("utf-8"))
    assert set(stored) <= set(library.load())
    assert len(stored) >= 40
    assert all(cue["lines"] and cue["words"].split() for cue in stored.values())
    assert not {line for cue in stored.values() for line in cue["lines"]} & set(SAID)


@pytest.mark.parametrize("line", SAID)
def test_words_alone_find_what_is_meant(line: str) -> None:
    found = suggest.suggest(line)
    assert {n for p in found for n in names([p])} & SAID[line]


def test_a_line_is_timed_clause_by_clause() -> None:
    line = "You lied to me. I never want to see you again!"
    found = suggest.suggest(line, seconds=4.0)[0].expressions
    assert [e.clause for e in found] == ["You lied to me.", "I never want to see you again!"]
    assert found[0].start_s < found[1].start_s < 2.5
    assert found[1].amplitude > found[0].amplitude  # it is shouted
    for e in found:
        assert e.seconds == pytest.approx(library.find(e.name).seconds / e.speed, rel=0.05)
        assert e.seconds > 0.2 and 0 < e.score <= 1


def test_known_times_are_kept_and_the_face_comes_before_the_words() -> None:
    line = "Oh! You came back."
    parts = suggest.clauses(line)
    times = [(1.0 + 2 * i, 2.5 + 2 * i) for i in range(len(parts))]
    for e, (start, _) in zip(suggest.suggest(line, times=times)[0].expressions, times, strict=True):
        assert start - 0.7 < e.start_s < start


def test_one_face_through_two_clauses_is_held() -> None:
    line = "I am so tired, I need to sleep."
    found = suggest.suggest(line, seconds=3.0, embed=by_letters)
    held = [p for p in found if names([p]) == ["fatigue"]]
    assert held and held[0].expressions[0].clause == line


def test_proposals_are_ranked_and_differ() -> None:
    found = suggest.suggest("I am not sure, but I hope that it works.", embed=by_letters)
    assert len(found) == 3
    assert [p.score for p in found] == sorted((p.score for p in found), reverse=True)
    assert len({tuple(names([p])) for p in found}) == 3


def test_an_embedding_decides_where_words_say_nothing() -> None:
    line = "Sumthing is moving in teh darkk."  # no word of it is known, letters are
    assert "fear" in names(suggest.suggest(line, embed=by_letters))


@pytest.mark.parametrize("line", ["", "  …  ", "!!!", "12"])
def test_a_line_without_words_gives_nothing(line: str) -> None:
    assert suggest.suggest(line) == []


def test_other_scripts_are_split_and_do_not_fail() -> None:
    one, two = "我命由我，不由天。", "你听见了吗？"
    assert suggest.clauses(one + two) == [one, two]
    assert suggest.suggest(one)[0].expressions


def task(line: str, **more: object) -> tuple[dict, dict]:
    params = {"line": line, "language": "en-us", "sound": "", "start_frame": 10, "fps": 24.0}
    return progress.run(suggest.suggested(params | more, {}))


def test_without_the_network_it_says_so(tmp_path) -> None:
    meta, _ = task("How dare you!", models_dir=str(tmp_path))
    assert meta["proposals"] and "by words only" in meta["notes"][0]
    assert meta["proposals"][0]["expressions"][0]["frame"] >= 10


def test_other_languages_are_noted(tmp_path) -> None:
    meta, _ = task("¿Cómo te atreves?", language="es", models_dir=str(tmp_path))
    assert any("English" in note for note in meta["notes"])


def test_with_the_network_meaning_counts() -> None:
    try:
        model_path("words_v1", Settings().models)
    except ModelError:
        pytest.skip("words_v1 is not exported here: run scripts/export_words.py")
    sentences = Sentences(Settings())
    found = {line: names(suggest.suggest(line, embed=sentences)) for line in SAID}
    assert sum(bool(set(found[line]) & wanted) for line, wanted in SAID.items()) >= 5
    # No word of it is in any list.
    line = "I have been awake since Tuesday."
    assert names(suggest.suggest(line, embed=sentences)) == ["fatigue"]


def shifted(parts: list[str], near: dict[str, float]) -> dict[str, float]:
    """Return what the way of saying adds to each expression of the first clause."""
    cues = list(suggest._cues())
    found = np.tile([near.get(n, 0.0) for n in cues], (len(parts), 1))
    called, told = [suggest._called(n) for n in cues], [suggest._told(n) for n in cues]
    shifts = tone.shifts(parts, found, cues, called, told, suggest._words)
    return dict(zip(cues, shifts[0], strict=True))


def test_a_feeling_that_is_denied_is_not_the_one_shown() -> None:
    shift = shifted(["I'm not afraid of you."], {"fear": 0.5})
    assert shift["fear"] < -0.5 and shift["defiance"] > 0
    assert shifted(["I am afraid of you."], {"fear": 0.5})["fear"] == 0
    # To be told not to laugh is no denial.
    assert shifted(["I am trying not to laugh."], {"laughter": 0.5})["laughter"] == 0


def test_who_is_soothed_sees_no_fear() -> None:
    shift = shifted(["Don't be afraid, little one."], {"fear": 0.5})
    assert shift["tenderness"] > 0 > shift["fear"]


@pytest.mark.parametrize("line", ["Oh, lovely, the bridge has burnt down.", "Thanks for nothing."])
def test_praise_of_what_is_bad_is_sour(line: str) -> None:
    shift = shifted(suggest.clauses(line), {"sadness": 0.4, "joy": 0.1})
    assert shift["irritation"] > 0 > shift["joy"]
    kind = shifted(["Oh, lovely, it is here."], {"sadness": 0.1, "joy": 0.4})
    assert kind["irritation"] <= 0 <= kind["joy"]


def test_understatement_is_brave() -> None:
    assert shifted(["It is only a scratch."], {})["determination"] > 0


def test_what_comes_after_but_says_how_a_line_is_meant() -> None:
    line = "I was scared, but now I know."
    assert suggest._decisive(line, suggest.clauses(line)) == "but now I know."
    assert suggest._decisive("But why? Tell me.", ["But why?", "Tell me."]) == "But why? Tell me."
