"""What the face solver's training rests on: mirror images, flashes, and how they are counted."""

from __future__ import annotations

import numpy as np
from understudy.ml.face import features
from understudy.ml.face.performance import INDEX, NAMES
from understudy.ml.face.pose import Basis
from understudy.ml.train.face import actors, bench, film, fitting


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
