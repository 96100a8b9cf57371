"""Text to phones, in the languages that are promised."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from understudy.ml.face import espeak, phonemes
from understudy.ml.face.phonemes import CLASSES, classes_of_arpabet, classes_of_ipa


def said(text: str, language: str) -> str:
    phones = espeak.speak(text, language).phones
    return " ".join("".join(CLASSES[c] for c in p.classes) for p in phones if not p.silent)


def test_every_sign_of_ipa_belongs_to_one_class() -> None:
    signs = "".join(phonemes._SAME.values())
    assert len(signs) == len(set(signs))
    assert set(phonemes._SAME) == set(CLASSES) - {"sil"}


@pytest.mark.parametrize(
    ("label", "classes"),
    [("ˈaɪ", "aɪ"), ("tʃ", "tʃ"), ("ɯᵝ", "u"), ("ɑ̃", "ɑ"), ("ç", "x"), ("iː", "i"), ("t͡ɕʰ", "tʃ")],
)
def test_marks_of_length_stress_and_tone_change_no_class(label: str, classes: str) -> None:
    assert "".join(CLASSES[c] for c in classes_of_ipa(label)) == classes


def test_english_of_a_corpus_and_of_espeak_meet_in_the_same_classes() -> None:
    corpus = [classes_of_arpabet(p) for p in "B EY K T F AY V K UH K IY Z".split()]
    ours = [p.classes for p in espeak.speak("baked five cookies").phones if not p.silent]
    assert ours == corpus


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en-us", "My mother", "m aɪ m ʌ ð ɝ"),
        ("es", "Mi padre", "m i p a ð r e"),
        ("fr", "Bonjour", "b ɔ ʒ u x"),
        ("fr-fr", "Bonjour", "b ɔ ʒ u x"),
        ("cmn", "妈妈", "m ɑ m ɑ"),
        ("zh", "妈妈", "m ɑ m ɑ"),
        ("ja", "まま", "m a m a"),
    ],
)
def test_languages(language: str, text: str, expected: str) -> None:
    assert said(text, language) == expected


def test_times_rise_and_cover_the_line_and_words_are_counted() -> None:
    spoken = espeak.speak("Five thin cookies, very thin.", sound=True)
    starts = [p.start for p in spoken.phones]
    assert starts == sorted(starts)
    assert all(a.end == b.start for a, b in zip(spoken.phones, spoken.phones[1:], strict=False))
    assert spoken.phones[-1].end == pytest.approx(len(spoken.samples) / spoken.rate, abs=0.1)
    assert max(p.word for p in spoken.phones) == 4
    assert len(spoken.words) == 5
    # Louder where a vowel is than in the pause after the comma.
    pause = next(p for p in spoken.phones if p.silent)
    level = np.abs(spoken.samples)
    inside = level[int((pause.start + 0.05) * spoken.rate) : int(pause.end * spoken.rate)]
    assert inside.max() < 0.1 * level.max()


def test_faster_speech_is_shorter() -> None:
    slow, fast = (espeak.speak("one two three four", words_a_minute=w) for w in (120, 300))
    assert fast.phones[-1].end < 0.6 * slow.phones[-1].end


def test_what_cannot_be_said_is_refused_in_words() -> None:
    with pytest.raises(espeak.PhonemeError, match="no language 'tlh-klingon'"):
        espeak.speak("hello", "tlh-klingon")
    with pytest.raises(espeak.PhonemeError, match="nothing to say"):
        espeak.speak(" … ", "en-us")


def test_kanji_in_japanese_are_noted() -> None:
    assert "kana" in espeak.speak("私は", "ja").notes[0]
    assert espeak.speak("わたしは", "ja").notes == []


def test_data_too_deep_for_the_library_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("x" * 150) / "espeak-ng-data"
    deep.mkdir(parents=True)
    (deep / "phontab").write_bytes(b"x")
    reached = espeak._reachable(str(deep))
    assert len(str(reached)) <= espeak._LONGEST_PATH
    assert (reached / "phontab").read_bytes() == b"x"
