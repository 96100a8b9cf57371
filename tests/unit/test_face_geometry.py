"""Face maps by geometry: motions carried over, keys told apart, controls combined."""

from __future__ import annotations

import numpy as np
import pytest
from understudy.ml.face import geometry, raster, residual
from understudy.ml.face.facemap import Control
from understudy.ml.face.performance import INDEX, NAMES

SOURCE = geometry.reference("ict")
RNG = np.random.default_rng(3)


def keys(count: int) -> list[Control]:
    return [Control("Head", "key", f"Key {i}") for i in range(count)]


def test_the_references_hold_every_expression_but_the_tongue():
    for name in geometry.REFERENCES:
        source = geometry.reference(name)
        size = np.linalg.norm(source.motion.reshape(52, -1), axis=1)
        still = {NAMES[i] for i in np.flatnonzero(size < 1e-6)}
        assert still <= {"tongueOut"}
        jaw = source.motion[INDEX["jawOpen"]]
        assert jaw[152, 1] < -1 and abs(jaw[10, 1]) < 0.2  # chin down, forehead still
        left = source.motion[INDEX["mouthSmileLeft"]]
        assert left[291, 1] > 0.3 and abs(left[61, 1]) < 0.2


@pytest.mark.parametrize("stretch", [(1, 1, 1), (0.01, 0.01, 0.01), (2.0, 1.0, 1.5)])
def test_motions_are_stretched_with_the_face(stretch):
    carried = geometry.carried(SOURCE, SOURCE.points * stretch + 5.0)
    assert geometry.error(carried, SOURCE.motion * stretch) < 0.02


def test_a_taller_eye_closes_further():
    points = SOURCE.points.copy()
    eye = [33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246]
    middle = points[eye, 1].mean()
    points[eye, 1] = middle + 1.8 * (points[eye, 1] - middle)
    carried = geometry.carried(SOURCE, points)
    lid = INDEX["eyeBlinkRight"]
    assert carried[lid, 159, 1] < 1.1 * SOURCE.motion[lid, 159, 1] < 0


def test_hidden_names_are_found_again_whatever_their_order_and_size():
    order = RNG.permutation(51)
    sizes = RNG.uniform(0.6, 1.6, 51)
    motion = (SOURCE.motion[:51] * sizes[:, None, None])[order]
    motion = motion + RNG.normal(0, 0.01, motion.shape)
    fits = geometry.solve(keys(51), motion, np.zeros(51), np.ones(51), [SOURCE.motion])
    for name in NAMES[:-1]:
        fit = fits[INDEX[name]]
        assert fit.alone and order[fit.weights.argmax()] == INDEX[name]
    face = geometry.to_map(keys(51), fits)
    assert "tongueOut" not in face.quality and "tongueOut" in face.notes[0]


def test_unusual_keys_are_combined_within_their_ranges():
    # Corners and jaw: a rig whose every key mixes two expressions.
    mixing = np.array([[1.0, 0.6, 0.0], [-0.6, 1.0, 0.0], [0.0, 0.4, 1.0]])
    pick = [INDEX[n] for n in ("mouthSmileLeft", "jawOpen", "browInnerUp")]
    motion = np.tensordot(mixing, SOURCE.motion[pick], 1)
    low, high = -np.ones(3), np.ones(3)
    fits = geometry.solve(keys(3), motion, low, high, [SOURCE.motion])
    for row in pick:
        assert (fits[row].weights >= low).all() and (fits[row].weights <= high).all()
    made = np.tensordot(fits[pick[1]].weights, motion, 1)
    assert geometry.error(made, SOURCE.motion[pick[1]]) < 0.35


def test_what_cannot_be_shown_is_left_out():
    motion = SOURCE.motion[[INDEX["jawOpen"]]]
    fits = geometry.solve(keys(1), motion, np.zeros(1), np.ones(1), [SOURCE.motion])
    face = geometry.to_map(keys(1), fits)
    assert face.quality["jawOpen"] > 0.9
    assert not {"browInnerUp", "eyeBlinkLeft", "noseSneerLeft"} & set(face.quality)


def test_a_blink_shuts_though_what_shuts_it_moves_more_than_lids():
    target = SOURCE.motion[INDEX["eyeBlinkLeft"]]
    lids = geometry.counts()[INDEX["eyeBlinkLeft"]] > 1
    motion = target + np.where(lids, 0.0, 0.06 * np.abs(target).max())
    bone = [Control("rig", "location", "lid", 1)]
    fits = geometry.solve(bone, motion[None], -np.ones(1), np.full(1, 2.0), [SOURCE.motion])
    alike = (motion * target).sum() / (motion**2).sum()
    assert alike < 0.6 and fits[INDEX["eyeBlinkLeft"]].weights[0] > 0.9


def test_a_correction_that_hurts_is_undone():
    motion = SOURCE.motion[[INDEX["jawOpen"]]]
    target = 0.5 * motion[0]
    fit = geometry.Fit(np.array([0.6]), 0.0)
    span = np.array([[-1.0], [1.0], [1.0]])
    fit.keep(fit.weights, 0.6 * motion[0], target)
    step = fit.step(motion, span, target)
    assert step[0] == pytest.approx(0.5, abs=0.01)
    fit.keep(step, 0.1 * motion[0], target)  # the rig did something else
    assert fit.weights[0] == 0.6
    milder = fit.step(motion, span, target)
    assert step[0] < milder[0] < 0.6


def test_what_combinations_leave_over_is_learned_and_kept_only_where_it_wins():
    used = [INDEX[n] for n in ("jawOpen", "mouthSmileLeft", "mouthSmileRight", "browInnerUp")]
    motion = SOURCE.motion[used]
    weights = np.zeros((52, 4))
    weights[used] = np.eye(4)
    span = np.array([np.full(4, -2.0), np.full(4, 2.0), np.ones(4)])
    target = np.where(np.isin(np.arange(52), used)[:, None, None], SOURCE.motion, 0.0)

    def rig(values: np.ndarray) -> np.ndarray:
        """A jaw that falls short the further it opens, and drags a corner along."""
        done = values.copy()
        done[:, 0] -= 0.3 * values[:, 0]
        done[:, 1] -= 0.4 * values[:, 0]
        return np.tensordot(done, motion, 1)

    learning = residual.Residual(weights, motion, span, target)
    for _ in range(3):
        learning.learn(rig(learning.values()))
    assert min(learning.errors) < 0.35 * learning.errors[0]
    assert learning.weights[INDEX["jawOpen"], 1] > 0.2
    assert not learning.weights[INDEX["cheekPuff"]].any()
    sullen = residual.Residual(weights, motion, span, target)
    sullen.learn(rig(sullen.values()))
    sullen.learn(-rig(sullen.values()))  # worse: it stays as it was
    assert np.array_equal(sullen.weights, weights)


def test_a_picture_is_traced_back_to_its_triangle():
    points = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0], [0, 0, 1.0]])
    triangles = np.array([[0, 1, 4], [1, 2, 4], [2, 3, 4], [3, 0, 4], [0, 1, 2]])
    surface = raster.Surface(points, triangles, np.full((5, 3), 0.7))
    view = raster.View(np.zeros(2), 2.4, 120)
    picture = raster.draw(surface, view)
    assert picture.image.shape == (120, 120, 3)
    for x, y, triangle in ((0, -0.6, 0), (0.6, 0, 1), (0, 0.6, 2), (-0.6, 0, 3)):
        column, row = np.floor(view.to_pixels(np.array([[x, y]]))[0]).astype(int)
        assert picture.triangle[row, column] == triangle
        corners = points[triangles[triangle]]
        place = picture.bary[row, column] @ corners
        assert place[:2] == pytest.approx([x, y], abs=0.05)
    assert picture.triangle[0, 0] == -1
    close = view.around(view.to_pixels(np.array([[0.6, 0.0]]))[0], 30.0)
    assert close.centre == pytest.approx([0.6, 0.0], abs=0.02) and close.size == 0.6
