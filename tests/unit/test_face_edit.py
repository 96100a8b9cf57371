"""Edits of a performance, the library, and few keys, in numbers that can be checked by hand."""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pytest
from understudy.ml.curves import evaluate
from understudy.ml.errors import UnderstudyError
from understudy.ml.face import edit, facerig, fit, library, retarget
from understudy.ml.face.edit import Edit, Layer, Region, edited
from understudy.ml.face.performance import INDEX, NAMES, REGIONS, Performance
from understudy.ml.face.strokes import Stroke

FPS = 60.0
TIMES = np.arange(241) / FPS


def bump(at: float, height: float, width: float) -> np.ndarray:
    """Return a smooth bump over TIMES, `width` seconds from foot to foot."""
    x = np.clip((TIMES - at) / width, -0.5, 0.5)
    return height * np.cos(np.pi * x) ** 2


def performance(**tracks: np.ndarray) -> Performance:
    values = np.zeros((len(TIMES), len(NAMES)))
    for name, track in tracks.items():
        values[:, INDEX[name]] = track
    return Performance(TIMES, values)


def track(result: Performance, name: str) -> np.ndarray:
    return result.coefficients[:, INDEX[name]]


def width_at_half(values: np.ndarray) -> float:
    return float((values > values.max() / 2).sum() / FPS)


def test_no_edit_changes_nothing():
    source = performance(jawOpen=bump(1, 0.8, 1), mouthSmileLeft=bump(2, 0.1, 0.3))
    result = edited(source, Edit())
    assert np.array_equal(result.coefficients, source.coefficients)


def test_micro_magnifies_the_small_and_leaves_the_broad_to_the_bit():
    broad, small = bump(1.0, 0.8, 1.4), bump(3.0, 0.1, 0.25)
    source = performance(browInnerUp=broad + small, eyeBlinkLeft=bump(2, 0.95, 0.3))
    result = edited(source, Edit(micro=3.0))
    assert track(result, "browInnerUp").max() == pytest.approx(0.8)
    before, after = TIMES < 2.5, TIMES > 2.5
    assert np.array_equal(track(result, "browInnerUp")[before], (broad + small)[before])
    assert track(result, "browInnerUp")[after].max() == pytest.approx(0.3, abs=0.01)
    assert np.array_equal(track(result, "eyeBlinkLeft"), track(source, "eyeBlinkLeft"))


def test_micro_on_a_slope_adds_no_jump():
    ramp = np.clip(TIMES / 4, 0, 1) * 0.6
    source = performance(mouthFrownLeft=ramp + bump(2.0, 0.1, 0.2))
    result = track(edited(source, Edit(micro=4.0)), "mouthFrownLeft")
    steps = np.abs(np.diff(result))
    assert steps.max() < 0.15 and result.max() > 0.55
    assert np.array_equal(result[TIMES < 1.8], track(source, "mouthFrownLeft")[TIMES < 1.8])


def test_amplitude_touches_its_region_alone():
    source = performance(jawOpen=bump(1, 0.4, 1), mouthPucker=bump(1, 0.4, 1))
    result = edited(source, Edit(regions={"jaw": Region(amplitude=1.5)}))
    assert track(result, "jawOpen").max() == pytest.approx(0.6)
    assert np.array_equal(track(result, "mouthPucker"), track(source, "mouthPucker"))


def test_speed_narrows_a_motion_around_its_own_peak():
    source = performance(browInnerUp=bump(1, 0.8, 1) + bump(3, 0.8, 1))
    for speed in (0.5, 2.0):
        result = edited(source, Edit(regions={"brows": Region(speed=speed)}))
        values = track(result, "browInnerUp")
        was = width_at_half(track(source, "browInnerUp"))
        assert (width_at_half(values) < was) == (speed > 1)
        peaks = [int(values[:120].argmax()), 120 + int(values[120:].argmax())]
        assert peaks == [60, 180] and values.max() == pytest.approx(0.8)
        assert np.abs(np.diff(values)).max() < 0.12  # nothing jumps


def test_offset_hold_and_asymmetry():
    source = performance(mouthSmileLeft=bump(1, 0.8, 1), mouthSmileRight=bump(1, 0.8, 1))
    change = Region(offset_s=0.5, hold_s=0.4, asymmetry=0.75)
    result = edited(source, Edit(regions={"mouth": change}))
    left, right = track(result, "mouthSmileLeft"), track(result, "mouthSmileRight")
    held = TIMES[left > 0.8 - 1e-6]
    assert held[0] == pytest.approx(1.5, abs=0.02) and held[-1] == pytest.approx(1.9, abs=0.02)
    assert right.max() == pytest.approx(0.2)


def test_ease_softens_and_keeps_the_peak():
    step = np.where((TIMES > 1) & (TIMES < 2), 0.7, 0.0)
    result = track(
        edited(performance(jawOpen=step), Edit(regions={"jaw": Region(ease=1.0)})), "jawOpen"
    )
    assert result.max() == pytest.approx(0.7, abs=0.02)
    assert np.abs(np.diff(result)).max() < 0.15


def test_a_stroke_changes_its_own_time_and_no_other():
    source = performance(jawOpen=bump(1, 0.4, 0.8) + bump(3, 0.4, 0.8))
    stroke = Stroke("amplitude", 2.2, 3.8, 2.0, "jaw")
    result = track(edited(source, Edit(strokes=[stroke])), "jawOpen")
    assert result[:130].max() == pytest.approx(0.4)
    assert result[130:].max() == pytest.approx(0.8)


def test_a_drawn_stroke_follows_its_line():
    source = performance(jawOpen=np.full(len(TIMES), 0.3))
    stroke = Stroke("amplitude", 1.0, 3.0, 2.0, "jaw", 0.0, heights=[0.0, 1.0, 0.0, -1.0, 0.0])
    result = track(edited(source, Edit(strokes=[stroke])), "jawOpen") / 0.3
    assert result[[60, 90, 120, 150, 180]] == pytest.approx([1, 2, 1, 0.5, 1])


def test_a_stroke_of_speed_takes_the_rises_and_falls_that_it_covers():
    source = performance(browInnerUp=bump(1, 0.8, 1) + bump(3, 0.8, 1))
    was = track(source, "browInnerUp")
    stroke = Stroke("speed", 0.3, 1.0, 3.0, "brows")
    values = track(edited(source, Edit(strokes=[stroke])), "browInnerUp")
    assert np.allclose(values[60:], was[60:], atol=1e-6), "its fall, and what comes later"
    assert (values[30:50] < was[30:50] - 0.05).any() and values.argmax() == was.argmax()
    assert np.abs(np.diff(values)).max() < 0.12


def test_a_stroke_of_hold_keeps_what_it_begins_with_and_the_gaze():
    source = performance(mouthSmileLeft=bump(1, 0.8, 1), eyeLookUpLeft=bump(1, 0.4, 1))
    gaze = np.zeros((len(TIMES), 2, 2))
    gaze[..., 0] = -bump(1, 0.3, 1)[:, None]
    whole = Edit(strokes=[Stroke("hold", 1.0, 2.0, 1.0, fade_s=0.1)])
    result = edited(source.replace(gaze=gaze), whole)
    inside = (TIMES > 1.1) & (TIMES < 1.9)
    assert np.allclose(track(result, "mouthSmileLeft")[inside], 0.8, atol=0.01)
    assert np.allclose(result.gaze[inside, 0, 0], -0.3, atol=0.01)
    assert track(result, "mouthSmileLeft")[-1] == pytest.approx(0)


@pytest.mark.parametrize("way", [1.0, -1.0])
def test_the_eyes_are_held_whichever_way_they_look(way):
    gaze = np.zeros((len(TIMES), 2, 2))
    gaze[..., 0] = way * bump(1, 0.3, 1)[:, None]
    source = performance().replace(gaze=gaze)
    result = edited(source, Edit(regions={"eyes": Region(hold_s=0.5, ease=0.2)}))
    held = TIMES[np.abs(result.gaze[:, 0, 0]) > 0.28]
    assert held[-1] - held[0] > 0.4 and np.sign(result.gaze[90, 0, 0]) == way


def test_an_unknown_kind_of_stroke_is_refused():
    with pytest.raises(ValueError, match="one of amplitude, speed, hold"):
        Edit.from_json({"strokes": [{"kind": "louder", "start_s": 0, "end_s": 1}]})


def test_another_performance_is_mixed_by_region_and_moved_in_time():
    one, two = performance(jawOpen=bump(1, 0.6, 1)), performance(browInnerUp=bump(1, 0.9, 1))
    mix = Edit(regions={"brows": Region(mix=1.0)}, other_s=1.0)
    result = edited(one, mix, two)
    assert track(result, "jawOpen").max() == pytest.approx(0.6)
    assert TIMES[track(result, "browInnerUp").argmax()] == pytest.approx(2.0, abs=0.02)


def test_edits_survive_json():
    strokes, layers = [Stroke("speed", 0, 1)], [Layer("joy", 0.5)]
    whole = Edit({"jaw": Region(2.0)}, 2.0, strokes=strokes, layers=layers)
    assert Edit.from_json(json.loads(json.dumps(asdict(whole)))) == whole


def test_every_expression_of_the_library_moves_the_face_and_goes_away_again():
    found = library.load()
    assert len(found) >= 40 and sum(e.micro for e in found.values()) >= 8
    for expression in found.values():
        peak = expression.coefficients()
        assert 0.1 < peak.max() <= 1.0 and peak.min() >= 0
        times = np.arange(0, expression.seconds + 0.1, 0.005)
        values = library.curve(expression, times)
        assert np.allclose(values.max(axis=0), peak, atol=0.02)
        assert not values[0].any() and not values[-1].any()
    assert len({e.coefficients().round(3).tobytes() for e in found.values()}) == len(found)


def test_one_sided_units_move_one_side():
    wink = library.find("Wink").coefficients()
    assert wink[INDEX["eyeBlinkLeft"]] == 1 and wink[INDEX["eyeBlinkRight"]] == 0
    with pytest.raises(UnderstudyError, match="no expression 'rapture'"):
        library.find("rapture")


def test_a_layer_lengthens_what_is_too_short_for_it():
    source = edit.still(0.1)
    whole = Edit(layers=[Layer("joy", 0.2, amplitude=0.5, speed=2.0)])
    result = edited(edit.extended(source, whole), whole)
    assert result.times[-1] >= 0.2 + library.duration("joy", 2.0) - 1e-6
    assert track(result, "mouthSmileLeft").max() == pytest.approx(0.45, abs=0.01)


def curve_of(keys: np.ndarray, frames: np.ndarray) -> np.ndarray:
    reach = keys["handle_right"] - keys["co"]
    slopes = reach[:, 1] / reach[:, 0]
    return evaluate(keys["co"][:, 0], keys["co"][:, 1:], slopes[:, None], frames)[:, 0]


@pytest.mark.parametrize("tolerance", [0.005, 0.02])
def test_few_keys_stay_within_the_tolerance_and_keep_peaks_and_rest(tolerance):
    rng = np.random.default_rng(1)
    frames = np.arange(1.0, 242.0)
    values = bump(0.8, 1.0, 0.2) + bump(2.5, 0.3, 1.0) + 0.02 * np.sin(TIMES * 3)
    values += rng.normal(0, 0.001, len(values))
    keys = fit.few_keys(frames, values, tolerance)
    assert len(keys) < len(frames) / 3
    assert np.abs(curve_of(keys, frames) - values).max() <= tolerance + 1e-6
    assert keys["co"][:, 1].max() == pytest.approx(values.max(), abs=1e-6)
    rest = fit.few_keys(frames, bump(2.5, 0.5, 0.4), tolerance)
    quiet = frames < 60
    assert np.abs(curve_of(rest, frames)[quiet]).max() < 1e-6


def test_a_blink_of_sixty_hertz_closes_at_twenty_four():
    lid = np.zeros(len(TIMES))
    lid[61] = 1.0  # between two frames at 24
    source = performance(eyeBlinkLeft=lid)
    _, sampled = retarget.at_frames(source, facerig.Writing(fps=24.0))
    assert track(sampled, "eyeBlinkLeft").max() == 1.0


def test_gaze_is_filled_in_from_the_looks_and_the_other_way_round():
    looks = performance(eyeLookOutLeft=bump(1, 0.5, 1), eyeLookInRight=bump(1, 0.5, 1))
    seen = retarget.with_gaze(looks)
    assert seen.gaze[60, 0, 0] > 0.3 and seen.gaze[60, 1, 0] > 0.3
    back = retarget.with_gaze(seen.replace(coefficients=np.zeros_like(seen.coefficients)))
    assert track(back, "eyeLookOutLeft")[60] == pytest.approx(0.5, abs=0.01)
    assert track(back, "eyeLookInRight")[60] == pytest.approx(0.5, abs=0.01)
    assert track(back, "eyeLookInLeft").max() == 0


def test_lips_close_by_the_jaw_where_nothing_else_closes_them():
    from understudy.ml.face.facemap import Control, FaceMap, Link

    jaw, close = (Control("Head", "key", name) for name in ("A", "Close"))
    rig = facerig.FaceRig([jaw, close], np.zeros(2), np.zeros(2), np.ones(2))
    said = performance(jawOpen=np.full(len(TIMES), 0.3), mouthClose=bump(1, 0.3, 0.5))
    plain = FaceMap([Link("jawOpen", jaw)])
    values = retarget.control_values(said.coefficients, plain, rig)[:, 0]
    assert values[60] == pytest.approx(0) and values[0] == pytest.approx(0.3)
    assert retarget.unmapped(plain, said) == []
    whole = FaceMap([Link("jawOpen", jaw), Link("mouthClose", close)])
    values = retarget.control_values(said.coefficients, whole, rig)[60]
    assert values == pytest.approx([0.3, 0.3])


def test_regions_hold_every_expression_once():
    assert sorted(sum(REGIONS.values(), ())) == sorted(NAMES)
