"""Rotations agree with scipy's, and hold at the awkward places."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from understudy.ml import rotations as rt

RANDOM = Rotation.random(200, random_state=4)
WXYZ = RANDOM.as_quat()[:, [3, 0, 1, 2]]


def same(a, b):
    """Whether quaternions are equal up to their sign."""
    return np.abs(np.abs((a * b).sum(-1)) - 1.0).max() < 1e-9


def test_against_scipy():
    other = Rotation.random(200, random_state=5)
    product = (RANDOM * other).as_quat()[:, [3, 0, 1, 2]]
    assert same(rt.multiply(WXYZ, other.as_quat()[:, [3, 0, 1, 2]]), product)
    vectors = np.random.default_rng(0).normal(size=(200, 3))
    assert rt.rotate(WXYZ, vectors) == pytest.approx(RANDOM.apply(vectors))
    assert rt.to_matrix(WXYZ) == pytest.approx(RANDOM.as_matrix())
    assert same(rt.from_matrix(RANDOM.as_matrix()), WXYZ)
    assert rt.to_rotvec(WXYZ) == pytest.approx(RANDOM.as_rotvec())
    assert same(rt.from_rotvec(RANDOM.as_rotvec()), WXYZ)


def test_tiny_and_half_turns():
    tiny = np.array([[1e-12, 0.0, 0.0], [0.0, 0.0, 0.0]])
    assert rt.to_rotvec(rt.from_rotvec(tiny)) == pytest.approx(tiny, abs=1e-11)
    for axis in np.eye(3):
        half = Rotation.from_rotvec(np.pi * axis).as_matrix()
        assert rt.rotate(rt.from_matrix(half), axis) == pytest.approx(axis)


def test_between_opposites_and_equals():
    a = np.array([[1.0, 0, 0], [0, 0, 2.0], [0.3, -0.4, 0.5]])
    assert rt.rotate(rt.between(a, -a), rt.normalize(a)) == pytest.approx(-rt.normalize(a))
    assert rt.between(a, a) == pytest.approx(np.tile(rt.IDENTITY, (3, 1)))


def test_continuous_never_flips():
    turn = rt.from_rotvec(np.linspace(0, 20, 50)[:, None] * [0.0, 0.0, 1.0])
    flipped = turn * np.where(np.arange(50) % 3, 1.0, -1.0)[:, None]
    smooth = rt.continuous(flipped)
    assert ((smooth[1:] * smooth[:-1]).sum(-1) > 0).all() and same(smooth, turn)


@pytest.mark.parametrize("axes", ["yx", "zx", "xz", "zy"])
def test_frame_from_is_right_handed(axes):
    q = rt.frame_from([0.1, 0.9, 0.2], [1.0, 0.2, -0.3], axes)
    first = rt.rotate(q, np.eye(3)["xyz".index(axes[0])])
    assert first == pytest.approx(rt.normalize([0.1, 0.9, 0.2]))
    assert rt.rotate(q, np.eye(3)["xyz".index(axes[1])]) @ [1.0, 0.2, -0.3] > 0


def test_slerp_meets_its_ends():
    a, b = WXYZ[:100], WXYZ[100:]
    assert same(rt.slerp(a, b, np.zeros(100)), a) and same(rt.slerp(a, b, np.ones(100)), b)
