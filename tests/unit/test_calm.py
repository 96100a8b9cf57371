"""Calming: noise goes, holds stand still, what is fast and real stays."""

from __future__ import annotations

import numpy as np
import pytest
from understudy.ml import rotations as rt
from understudy.ml.blocking.calm import STRENGTH, calm, calm_joints, calm_turns

FPS = 30.0


def a_path(frames: int = 120) -> np.ndarray:
    """Return (F, 1, 3) metres: a hold, a fast reach of half a metre in six frames, a hold."""
    t = np.clip((np.arange(frames) - 57.0) / 6.0, 0.0, 1.0)
    reach = 0.5 * t * t * (3.0 - 2.0 * t)
    return np.stack([reach, 0.0 * reach, 1.0 + 0.0 * reach], axis=1)[:, None]


def jerk(path: np.ndarray) -> float:
    return float(np.linalg.norm(np.diff(path, 3, axis=0), axis=-1).mean())


@pytest.fixture
def noisy() -> np.ndarray:
    return a_path() + np.random.default_rng(0).normal(0.0, 0.006, (120, 1, 3))


def test_holds_stand_still(noisy):
    calmed = calm(noisy, STRENGTH, FPS)
    assert jerk(calmed[:50]) < 0.03 * jerk(noisy[:50])
    assert np.linalg.norm(calmed - a_path(), axis=-1)[:50].mean() < 0.004


def test_a_fast_move_is_not_blunted(noisy):
    step = np.diff(calm(noisy, STRENGTH, FPS)[:, 0, 0]).max()
    assert step > 0.9 * np.diff(a_path()[:, 0, 0]).max()


def test_a_stray_frame_pulls_little(noisy):
    strayed = noisy.copy()
    strayed[30] += 0.2
    assert np.linalg.norm(calm(strayed, STRENGTH, FPS)[30] - a_path()[30]) < 0.05


def test_a_frame_without_weight_follows_its_neighbours(noisy):
    strayed, weight = noisy.copy(), np.ones(120)
    strayed[30:34] += 0.05
    weight[30:34] = 0.0
    off = [np.linalg.norm(calm(strayed, STRENGTH, FPS, w)[30:34] - a_path()[30:34], axis=-1).mean()
           for w in (None, weight)]  # fmt: skip
    assert off[1] < 0.5 * off[0]


def test_the_frame_rate_does_not_matter(noisy):
    """Twice the frames of the same motion, calmed, pass where the calmed motion does."""
    frames = np.arange(120.0)
    twice = np.arange(0.0, 119.01, 0.5)
    slow = a_path() + 0.02 * np.sin(0.9 * frames)[:, None, None]
    dense = np.stack([np.interp(twice, frames, slow[:, 0, c]) for c in range(3)], axis=1)[:, None]
    a, b = calm(slow, STRENGTH, FPS), calm(dense, STRENGTH, 2.0 * FPS)[::2]
    assert np.abs(a - b).max() < 0.012


@pytest.mark.parametrize("frames", [1, 2, 6])
def test_too_few_frames_stay_as_they_are(frames):
    values = np.random.default_rng(0).normal(size=(frames, 2, 3))
    assert np.array_equal(calm(values, STRENGTH, FPS), values)


def test_joints_keep_the_hips_path(noisy):
    joints = np.concatenate([noisy - [0.1, 0, 0], noisy + [0.1, 0, 0], noisy + [0, 0, 0.5]], axis=1)
    calmed = calm_joints(joints, (0, 1), FPS)
    assert np.linalg.norm(calmed[:, :2].mean(axis=1) - a_path()[:, 0], axis=-1).mean() < 0.005
    assert jerk(calmed) < 0.3 * jerk(joints)


def test_turns_stay_turns_whatever_their_sign():
    rng = np.random.default_rng(0)
    turns = rt.from_rotvec(rng.normal(0.0, 0.01, (60, 2, 3)) + [0.0, 0.0, 0.7])
    flipped = turns * np.where(rng.random((60, 2, 1)) < 0.5, -1.0, 1.0)
    calmed = calm_turns(flipped, FPS)
    assert np.allclose(np.linalg.norm(calmed, axis=-1), 1.0)
    assert rt.angle_between(calmed, rt.from_rotvec([0.0, 0.0, 0.7])).max() < 0.02
