"""Key poses: exact choice, tolerance, poses found where a motion has them."""

from __future__ import annotations

import itertools

import body_double
import numpy as np
import pytest
from understudy.ml import curves, take
from understudy.ml import rotations as rt
from understudy.ml.blocking import keyposes, shortest, solver
from understudy.ml.blocking.body import ROLES, Motion
from understudy.ml.errors import UnderstudyError

FPS = 24.0


def eased(keys, poses, frames):
    """Values (F, C) that ease from pose to pose, standing still on each."""
    return curves.evaluate(keys, poses, np.zeros_like(poses), np.arange(frames))


def blocked(keys, seed=0):
    """A motion that eases between random poses at the given frames, and the true frames."""
    rng = np.random.default_rng(seed)
    frames = keys[-1] + 1
    vectors = rng.normal(0.0, 0.5, (len(keys), len(ROLES) * 3))
    rot = rt.from_rotvec(eased(keys, vectors, frames).reshape(frames, len(ROLES), 3))
    joints = solver.forward(rot, body_double.offsets())
    return Motion(
        time=np.arange(frames) / FPS,
        rot=rot,
        root=np.zeros((frames, 3)),
        leg_length=0.9,
        contact=np.zeros((frames, 4), bool),
        confidence=np.ones(frames),
        joints=joints,
        joint_names=solver.JOINT_NAMES,
    )


@pytest.mark.parametrize("seed", range(5))
def test_poses_are_found_where_they_are(seed):
    keys = np.cumsum([0, 9, 14, 7, 20, 11, 16])
    poses = keyposes.pick(blocked(keys, seed), FPS, count=len(keys))
    near = np.abs(poses.index[:, None] - keys[None, :]).min(axis=1)
    assert (near <= 2).sum() >= len(keys) - 1
    inner = poses.key_type[1:-1]
    assert (inner == take.EXTREME).sum() >= len(inner) - 1


def test_path_is_the_cheapest_of_all():
    rng = np.random.default_rng(3)
    n, count = 9, 4
    edge = np.where(np.triu(np.ones((n, n), bool), 1), rng.random((n, n)), np.inf)
    total, previous = shortest.best_path(edge, count)
    every = [
        sum(edge[a, b] for a, b in itertools.pairwise((0, *inner, n - 1)))
        for inner in itertools.combinations(range(1, n - 1), count - 2)
    ]
    path = shortest.trace(previous, count)
    assert len(path) == count and path[0] == 0 and path[-1] == n - 1
    assert total[count] == pytest.approx(min(every))
    assert sum(edge[a, b] for a, b in itertools.pairwise(path)) == pytest.approx(min(every))


def test_count_is_kept_and_ends_are_keyed():
    motion = blocked(np.array([0, 30, 60, 119]))
    for count in (2, 5, 17):
        index = keyposes.pick(motion, FPS, count=count).index
        assert len(index) == count and index[0] == 0 and index[-1] == 119
        assert (np.diff(index) > 0).all()


def test_tighter_tolerance_takes_more_keys_and_is_nearer():
    motion = blocked(np.cumsum([0, 12, 9, 15, 8, 21]))
    loose, tight = (keyposes.pick(motion, FPS, tolerance_rad=np.radians(t)) for t in (15.0, 2.0))
    assert len(loose.index) < len(tight.index)
    assert tight.error_deg < loose.error_deg
    values = keyposes.features(motion)
    for poses, limit in ((loose, 15.0), (tight, 2.0)):
        spline = curves.fit_spline(np.arange(len(values)), values, poses.index, keyposes.VALUE_HOLD)
        miss = curves.evaluate(poses.index, *spline, np.arange(len(values))) - values
        miss[poses.index] = 0.0
        assert np.degrees(np.linalg.norm(miss, axis=1).max()) <= limit + 1e-6


def test_short_motions_and_missing_wishes():
    assert keyposes.pick(blocked(np.array([0, 1])), FPS, count=5).index.tolist() == [0, 1]
    with pytest.raises(UnderstudyError, match="how many"):
        keyposes.pick(blocked(np.array([0, 20])), FPS)


def test_long_motion_stays_quick_and_exact_in_count():
    keys = np.arange(0, 1500, 25)
    index = keyposes.pick(blocked(keys), FPS, count=40).index
    assert len(index) == 40


def test_long_motion_reaches_a_tight_tolerance():
    motion = blocked(np.arange(0, 1500, 25))
    short, long = (
        keyposes.pick(m, FPS, tolerance_rad=np.radians(3.0))
        for m in (blocked(np.arange(0, 300, 25)), motion)
    )
    assert long.error_deg < 2.0 * max(short.error_deg, 0.5)
    assert len(long.index) < 0.25 * len(motion.time)
