"""What the face solver's training rests on: mirror images, flashes, and how they are counted."""

from __future__ import annotations

import numpy as np
from understudy.ml.face import features
from understudy.ml.face.performance import INDEX, NAMES
from understudy.ml.face.pose import Basis
from understudy.ml.train.face import (
    actors,
    bench,
    changing,
    film,
    fitting,
    performances,
    untangle,
)


def test_a_mirrored_face_has_mirrored_features():
    """Features of a picture and of its mirror image differ by the order and signs alone."""
    basis = Basis.load()
    rng = np.random.default_rng(1)
    mesh = fitting.mirror_points(basis.template)
    frames = 6
    value = rng.uniform(0, 0.6, (frames, 52))
    value[0] = 0.0
    upright = 20 * (basis.template + np.tensordot(value, basis.motion, 1))
    points = upright * [1, -1, -1]
    iris = rng.normal(0, 3, (frames, 2, 76, 3))
    iris[:, 0] += points[:, [133]]
    iris[:, 1] += points[:, [362]]
    flip = [-1, 1, 1]
    face, rest = basis.template.copy(), np.array([0])
    here, _ = features.compute(points, iris, face, rest, basis)
    there, _ = features.compute(points[:, mesh] * flip, iris[:, ::-1] * flip, face, rest, basis)
    order, sign = fitting.mirror_features(basis).T
    assert here.shape == (frames, features.COUNT)
    assert np.allclose(here[:, order] * sign, there, atol=2e-3)
    names = fitting.mirror_names()
    assert names[INDEX["mouthSmileLeft"]] == INDEX["mouthSmileRight"]
    assert names[INDEX["jawOpen"]] == INDEX["jawOpen"]


def test_mirrored_changes_mirrored_again_are_the_same():
    order, sign = changing.mirror_changes().T
    assert (order[order] == np.arange(len(order))).all() and (sign * sign[order] == 1).all()
    assert (order[-52:] - len(order) + 52 == fitting.mirror_names()).all()


def test_what_a_change_is_can_be_learned_on_either_side():
    """What one side's cells tell of its brow is known of the other side's as well."""
    rng = np.random.default_rng(6)
    order, _ = changing.mirror_changes().T
    left, right = INDEX["browDownLeft"], INDEX["browDownRight"]
    change = rng.normal(0, 1, (4000, len(order))).astype(np.float32)
    true = np.zeros((4000, 52))
    true[:, left] = 0.1 * change[:, 3]
    weight = changing._solve([changing._sums([(change[i::2], true[i::2])]) for i in (0, 1)])
    assert weight[3, left] > 0.02 and np.isclose(weight[order[3], right], weight[3, left])
    others = np.delete(np.abs(weight), 3, axis=0)[:, left]
    assert others.max() < 0.4 * weight[3, left]


def test_a_planted_flash_is_found_and_a_slow_motion_is_not():
    value = np.zeros((200, 52))
    which, start, length = actors.add_flash(value, np.random.default_rng(0), 5, 80, 0.15)
    assert NAMES[which] == NAMES[5] and 4 <= length <= 8
    curve = value[:, 5] + np.random.default_rng(1).normal(0, 0.003, 200)
    events = bench.flashes(curve)
    assert len(events) == 1
    onset, peak, height = events[0]
    assert abs(onset - start) <= 2 and start <= peak <= start + length and height > 0.1
    slow = 0.3 * np.sin(np.linspace(0, np.pi, 200))
    assert bench.flashes(slow) == []


def test_gain_and_correlation():
    true = np.sin(np.linspace(0, 7, 100))
    r, gain = bench.correlation(0.5 * true + 2, true)
    assert np.isclose(r, 1) and np.isclose(gain, 0.5)
    assert bench.correlation(np.zeros(100), true) == (0.0, 0.0)


def test_a_head_moves_smoothly():
    way = film.head_way(np.random.default_rng(3), 300, 30.0, 8.0)
    assert way.shape == (300, 3) and np.abs(way).max() < np.radians(40)
    assert np.abs(np.diff(way, axis=0)).max() < np.radians(2.5)


def test_performances_are_faces_and_differ():
    rng = np.random.default_rng(7)
    wave = 0.45 + 0.4 * np.sin(np.arange(900)[:, None] * np.linspace(0.02, 0.3, 52))
    wave *= np.linspace(0.05, 1.0, 900)[:, None]
    director = performances.Director(actors.Actor([wave]))
    made = [director.performance(rng, 120) for _ in range(12)]
    for value in made:
        assert value.shape == (120, 52) and value.min() >= 0 and value.max() <= 1
        assert np.abs(np.diff(value, axis=0)).max() < 0.9
    assert np.std([value.mean() for value in made]) > 0.01


def test_what_is_mixed_up_is_taken_apart_again():
    """A solver that shows half, and a fifth of that on the other side, is mended."""
    rng = np.random.default_rng(8)
    names = fitting.mirror_names()
    mixed = 0.5 * np.eye(52)
    mixed[np.arange(52), names] += 0.1 * (names != np.arange(52))
    pairs = []
    for _ in range(12):
        true = np.clip(np.cumsum(rng.normal(0, 0.05, (150, 52)), axis=0) + 0.4, 0, 1)
        pairs.append((true @ mixed + rng.normal(0, 0.01, true.shape), true))
    matrix = untangle._matrix(pairs)
    assert np.allclose(matrix[names][:, names], matrix, atol=1e-6)
    true = np.clip(rng.random((100, 52)), 0, 1)
    left, right = INDEX["mouthSmileLeft"], INDEX["mouthSmileRight"]
    true[:, right] = 0.3
    found = true @ mixed @ matrix
    lean, leak = (np.polyfit(true[:, left], found[:, i], 1)[0] for i in (left, right))
    assert 0.8 < lean < 1.2 and abs(leak) < 0.1
