"""Phones laid onto what is heard, and the mouth that says them."""

from __future__ import annotations

import numpy as np
import pytest
from understudy.ml import progress
from understudy.ml.errors import UnderstudyError
from understudy.ml.face import align, espeak, lipsync, visemes
from understudy.ml.face.acoustic import FRAME_S
from understudy.ml.face.performance import INDEX, NAMES, REGIONS, Performance
from understudy.ml.face.phonemes import CLASSES, SILENCE, Phone, classes_of_ipa
from understudy.ml.face.visemes import Style, curves

LINE = "m aɪ | b ɛ ɹ | f u d . p a ʃ"


def phones_of(line: str, length: float = 0.09, start: float = 0.0) -> list[Phone]:
    """Return phones of equal length; "|" begins a word, "." is a pause."""
    found, word = [], 0
    for label in line.split():
        if label in "|.":
            word += 1
        if label == "|":
            continue
        classes = (SILENCE,) if label == "." else classes_of_ipa(label)
        name = "" if label == "." else label
        number = -1 if label == "." else word
        found.append(Phone(name, classes, start, start + length, 1.0, number))
        start += length
    return found


def heard(phones: list[Phone], frames: int, noise: float, seed: int = 0) -> tuple:
    """Return what an imperfect network would tell of these phones."""
    rng = np.random.default_rng(seed)
    scores = rng.normal(0, noise, (frames, len(CLASSES)))
    times, edges = np.arange(frames) * FRAME_S, np.full(frames, 0.05)
    said = np.zeros(frames, int)
    for p in phones:
        bounds = np.linspace(p.start, p.end, len(p.classes) + 1)
        for kind, a, b in zip(p.classes, bounds, bounds[1:], strict=False):
            said[(times >= a) & (times < b)] = kind
        edges[min(round(p.start / FRAME_S), frames - 1)] = 0.6
    scores[np.arange(frames), said] += 4
    logs = scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)
    return logs, edges, np.where(said == SILENCE, -50.0, -5.0)


def spread_out(phones: list[Phone], rng: np.random.Generator) -> list[Phone]:
    """Return the phones as a person may say them: uneven, with a pause before and after."""
    at, found = 0.31, [Phone("", (SILENCE,), 0.0, 0.31)]
    for p in phones:
        end = at + rng.uniform(0.05, 0.16)
        found.append(Phone(p.label, p.classes, at, end, p.stress, p.word))
        at = end
    return [*found, Phone("", (SILENCE,), at, at + 0.4)]


@pytest.mark.parametrize("seed", range(3))
def test_alignment_finds_uneven_phones_in_noise(seed: int) -> None:
    rng = np.random.default_rng(seed)
    line = phones_of(LINE)
    truth = spread_out(line, rng)
    found = align.align(*_given(truth, line, 1.2, seed))
    said = [p for p in found.phones if not p.silent]
    assert [p.label for p in said] == [p.label for p in line if not p.silent]
    wanted = [p for p in truth if not p.silent]
    off = [abs(a.start - b.start) for a, b in zip(said, wanted, strict=True)]
    assert np.median(off) <= 0.01 and max(off) <= 0.03
    assert found.phones[0].silent and found.phones[-1].silent
    assert found.match > 0.8 and found.speech > 0.9
    assert all(a.end == b.start for a, b in zip(found.phones, found.phones[1:], strict=False))


def _given(truth: list[Phone], line: list[Phone], noise: float, seed: int = 0) -> tuple:
    logs, edges, decibels = heard(truth, round(truth[-1].end / FRAME_S), noise, seed)
    return logs, edges, line, decibels


def test_a_text_that_is_not_said_fits_badly_and_is_told() -> None:
    truth = spread_out(phones_of(LINE), np.random.default_rng(0))
    other = phones_of("k ɑ s | n o s | t i z | l ɔ ŋ")
    found = align.align(*_given(truth, other, 1.2))
    assert found.match < 0.3
    with pytest.raises(lipsync.LipSyncError, match="not what is said"):
        lipsync._judge(found, True, "line.wav")


def test_a_text_without_words_or_far_too_long_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(lipsync.LipSyncError, match="has no words"):
        lipsync._phones_of("… !? —", "en-us", 2.0, "line.wav")
    said = lipsync.espeak.Spoken(phones_of(LINE), [], np.zeros(0), 0, [])
    monkeypatch.setattr(lipsync.espeak, "speak", lambda *_: said)
    assert lipsync._phones_of("My bear food, 42", "en-us", 0.5, "line.wav") is said
    with pytest.raises(lipsync.LipSyncError, match="takes about 1 s to say, and line.wav is 0.2 s"):
        lipsync._phones_of("My bear food, pash", "en-us", 0.2, "line.wav")


def test_more_states_than_are_followed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long line is followed in a band around where it should be."""
    monkeypatch.setattr(align, "_BAND", 60)
    rng = np.random.default_rng(4)
    line = phones_of(" | ".join(["m a p i", "t u f e", "b o ʃ ɪ"] * 8))
    truth = spread_out(line, rng)
    found = align.align(*_given(truth, line, 1.0))
    said = [p for p in found.phones if not p.silent]
    wanted = [p for p in truth if not p.silent]
    off = [abs(a.start - b.start) for a, b in zip(said, wanted, strict=True)]
    assert np.median(off) <= 0.01


def test_phones_are_read_off_sound_alone() -> None:
    truth = spread_out(phones_of("m a | b i | f u"), np.random.default_rng(2))
    logs, edges, decibels = heard(truth, round(truth[-1].end / FRAME_S), 0.8)
    found = align.decode(logs, edges, decibels)
    assert [p.label for p in found.phones] == ["", "m", "a", "b", "i", "f", "u", ""]
    off = [abs(a.start - b.start) for a, b in zip(found.phones, truth, strict=True)]
    assert max(off) <= 0.03


def test_silence_and_noise_are_no_speech() -> None:
    quiet = np.full((100, len(CLASSES)), -6.0)
    quiet[:, SILENCE] = -0.1
    found = align.decode(quiet, np.full(100, 0.05), np.full(100, -5.0))
    with pytest.raises(lipsync.LipSyncError, match="No speech is heard"):
        lipsync._judge(found, False, "music.wav")


def _song(rate: int) -> np.ndarray:
    """Return four seconds of chords with a beat."""
    t = np.arange(4 * rate) / rate
    fade, roots = np.exp(-2 * (t % 1)), np.repeat([220.0, 174.6, 261.6, 196.0], rate)
    notes = [roots * step * h for step in (1, 1.26, 1.5) for h in (1, 2, 3)]
    chords = fade * sum(np.sin(2 * np.pi * hertz * t) for hertz in notes)
    beat = np.exp(-30 * (t % 0.25)) * np.random.default_rng(0).normal(0, 2, len(t))
    return (chords + beat) / np.abs(chords + beat).max()


def test_silence_music_and_another_language_are_told() -> None:
    """By the network that ships, of sounds that it was not trained on."""
    rate = 16000
    with pytest.raises(UnderstudyError, match="hiss.wav is silent"):
        progress.run(lipsync.hear(1e-4 * _song(rate), rate, name="hiss.wav"))
    for text in ("", "My fate is mine to decide"):
        with pytest.raises(UnderstudyError, match="No speech is heard in song.wav"):
            progress.run(lipsync.hear(_song(rate), rate, text=text, name="song.wav"))
    line = espeak.speak("今日はとてもいい天気ですね、散歩に行きましょう", "ja", sound=True)
    english = "The weather is good so we take a walk now"
    with pytest.raises(UnderstudyError, match="not what is said in ja.wav"):
        progress.run(lipsync.hear(line.samples, line.rate, text=english, name="ja.wav"))
    line = espeak.speak("Heute gehen wir zusammen in den Park", "de", sound=True)
    read = lipsync.hear(line.samples, line.rate, text="Heute gehen wir zusammen in den Park")
    assert "check the text and the language" in " ".join(progress.run(read).notes)


def column(values: np.ndarray, name: str) -> np.ndarray:
    return values[:, INDEX[name]]


@pytest.mark.parametrize("fps", [15, 24, 25, 30, 60, 120])
@pytest.mark.parametrize("length", [0.03, 0.07, 0.12])
def test_lips_close_on_every_bilabial_at_any_rate(fps: int, length: float) -> None:
    phones = phones_of("ɑ p ɑ | b o m | u m b i p a", length, start=0.0137)
    times = np.arange(int(phones[-1].end * fps) + 8) / fps
    values = curves(phones, times, Style())
    shut = np.isclose(column(values, "mouthClose"), column(values, "jawOpen"), atol=1e-6)
    for p in phones:
        if p.over(visemes.BILABIALS):
            near = np.abs(times - (p.start + p.end) / 2) <= (p.end - p.start) / 2 + 0.04
            assert (shut & near & (column(values, "mouthPressLeft") > 0.02)).any()
            assert column(values, "mouthFunnel")[shut & near].max() < 0.15


def test_lips_part_for_a_short_vowel_between_closed_lips() -> None:
    phones = phones_of("m ɑ m ɑ", 0.08)
    times = np.arange(40) / 100
    values = curves(phones, times, Style())
    gap = column(values, "jawOpen") - column(values, "mouthClose")
    vowel = (times > 0.09) & (times < 0.15)
    assert gap[vowel].max() > 0.15
    assert np.abs(gap[(times > 0.01) & (times < 0.07)]).max() < 1e-6


def test_teeth_touch_the_lip_on_f_and_the_tongue_shows_on_th() -> None:
    phones = phones_of("a f a | θ a n a", 0.1)
    times = np.arange(100) / 100
    values = curves(phones, times, Style())
    roll, tongue = column(values, "mouthRollLower"), column(values, "tongueOut")
    assert roll[(times > 0.12) & (times < 0.18)].min() > 0.3 > roll[times > 0.35].max()
    assert tongue[(times > 0.32) & (times < 0.38)].max() > 0.2
    assert tongue[times < 0.2].max() < 0.02
    assert column(values, "mouthLowerDownLeft")[15] < 0.02


def test_rounding_begins_before_the_vowel() -> None:
    phones = phones_of("a s t u", 0.1)
    times = np.arange(60) / 100
    pucker = column(curves(phones, times, Style()), "mouthPucker")
    onset = times[np.argmax(pucker > 0.15 * pucker.max())]
    assert 0.15 < onset < 0.27 < 0.3  # during s and t, before u begins


def test_curves_are_smooth_and_move_all_the_time() -> None:
    phones = phones_of(LINE.replace(".", "|"), 0.08)
    times = np.arange(int(phones[-1].end * 60)) / 60
    values = curves(phones, times, Style())
    steps = np.abs(np.diff(values, axis=0))
    assert steps.max() < 0.25
    inside = (times[1:] > phones[0].start + 0.05) & (times[1:] < phones[-1].end - 0.05)
    assert (steps.max(axis=1)[inside] > 1e-4).all()


def test_sliders_do_what_they_say() -> None:
    phones = phones_of("b a | s i | ʃ u", 0.1)
    times = np.arange(80) / 100
    plain = curves(phones, times, Style())
    jaw = curves(phones, times, Style(jaw=0.5))
    np.testing.assert_allclose(column(jaw, "jawOpen"), 0.5 * column(plain, "jawOpen"))
    lips = curves(phones, times, Style(lips=1.2))
    assert column(lips, "mouthPucker").max() > 1.15 * column(plain, "mouthPucker").max()
    np.testing.assert_allclose(column(lips, "jawOpen"), column(plain, "jawOpen"))
    mumbled, clear = (curves(phones, times, Style(precision=p)) for p in (0.0, 2.0))
    assert np.ptp(column(clear, "jawOpen")) > 1.2 * np.ptp(column(mumbled, "jawOpen"))
    # However it is mumbled, lips meet on b.
    assert np.isclose(column(mumbled, "mouthClose"), column(mumbled, "jawOpen")).any()


def test_stress_and_loudness_open_the_jaw() -> None:
    def widest(stress: float, level: float) -> float:
        phones = [Phone("a", classes_of_ipa("a"), 0.1, 0.25, stress, 0)]
        values = curves(phones, np.arange(40) / 100, Style(), np.array([level]))
        return float(column(values, "jawOpen").max())

    assert widest(1.0, 0.0) > 1.15 * widest(0.0, 0.0)
    assert widest(1.0, 0.0) > 1.2 * widest(1.0, -20.0)


def test_only_mouth_and_jaw_move() -> None:
    values = curves(phones_of(LINE), np.arange(100) / 60, Style())
    moved = {n for n, v in zip(NAMES, np.abs(values).max(axis=0), strict=True) if v > 0}
    allowed = {n for region in lipsync.SPOKEN for n in REGIONS[region]}
    assert moved <= allowed and "jawOpen" in moved
    assert 0.0 <= values.min() and values.max() <= 1.0


def filmed(seconds: float = 3.0) -> Performance:
    times = np.arange(int(seconds * 30)) / 30
    values = np.full((len(times), len(NAMES)), 0.3)
    values[:, INDEX["browInnerUp"]] = 0.5 + 0.4 * np.sin(times * 5)
    return Performance(times, values, source="actor.mp4")


def test_dubbing_keeps_the_upper_face() -> None:
    times = np.arange(61) / 60
    said = Performance(times, curves(phones_of("b a b a", 0.2), times, Style()))
    base = filmed()
    dubbed = lipsync.merge(base, said, start_s=1.0)
    at = dubbed.times
    brow = np.interp(at, base.times, base.coefficients[:, INDEX["browInnerUp"]])
    np.testing.assert_allclose(column(dubbed.coefficients, "browInnerUp"), brow, atol=1e-9)
    during = (at > 1.0) & (at < 2.0)
    jaw = np.interp(at[during] - 1.0, times, column(said.coefficients, "jawOpen"))
    np.testing.assert_allclose(column(dubbed.coefficients, "jawOpen")[during], jaw, atol=1e-9)
    outside = (at < 0.85) | (at > 2.15)
    np.testing.assert_allclose(column(dubbed.coefficients, "jawOpen")[outside], 0.3)
    assert base.coefficients[45, INDEX["jawOpen"]] == 0.3


def test_lines_stand_at_their_own_times() -> None:
    times = np.arange(31) / 30
    one = Performance(times, curves(phones_of("m a"), times, Style()), source="a.wav")
    two = Performance(times, curves(phones_of("f u"), times, Style()), source="b.wav")
    both = lipsync.join([(4.0, two), (0.5, one)], 30.0)
    at = both.times
    jaw = np.interp(at - 0.5, times, column(one.coefficients, "jawOpen"))
    first = (at >= 0.5) & (at <= 1.5)
    np.testing.assert_allclose(column(both.coefficients, "jawOpen")[first], jaw[first], atol=1e-6)
    assert np.abs(both.coefficients[(at > 1.6) & (at < 3.9)]).max() == 0
    assert both.source == "a.wav, b.wav"
