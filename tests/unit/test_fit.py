"""Joints fitted to picture, depth, bone lengths and what the lifter says."""

from __future__ import annotations

import body_double
import numpy as np
import pytest
from understudy.ml.blocking import fit, lifting, solver
from understudy.ml.blocking.lifter import Lifted

PLACES = [solver.JOINT_NAMES.index(name) for name in lifting.JOINTS]
MARKS = [lifting.LANDMARK_OF[k] for k in range(len(lifting.JOINTS))]


def bends(joints):
    """Return how far (F, 4) the hinges of joints (F, 17, 3) are bent, radians."""
    out = []
    for a, b, c in lifting.HINGES:
        upper, lower = joints[:, b] - joints[:, a], joints[:, c] - joints[:, b]
        cosine = (upper * lower).sum(-1) / np.linalg.norm(upper, axis=-1)
        out.append(np.arccos(np.clip(cosine / np.linalg.norm(lower, axis=-1), -1.0, 1.0)))
    return np.stack(out, axis=1)


@pytest.fixture(scope="module")
def squats():
    """What is seen of squats, and the true joints (F, 17, 3), camera axes about the hips."""
    time, rot, path = body_double.squats()
    truth = solver.forward(rot, body_double.offsets())[:, PLACES]
    truth = np.stack([truth[..., 0], -truth[..., 2], truth[..., 1]], axis=-1)
    return time, body_double.seen(time, rot, path), truth


def fitted(squats, bend_spread):
    """Return joints (F, 17, 3) where the lifter has knees 5 cm too near and knows the bends."""
    time, marks, truth = squats
    frames, wrong = len(truth), truth.copy()
    wrong[:, [4, 10], 2] -= 0.05
    lifted = Lifted(
        joints=wrong,
        spread=np.full((frames, 17), 0.05),
        rot=np.zeros((frames, 21, 4)),
        contact=np.zeros((frames, 4)),
        up=np.zeros((frames, 3)),
        velocity=np.zeros((frames, 3)),
        bend=bends(truth),
        bend_spread=np.full((frames, 4), bend_spread),
        model={},
    )
    seen = fit.resample(marks, time, 0.03, body_double.FOCAL)
    return fit.fit_joints(seen, marks.size, body_double.FOCAL, lifted)[0][:, MARKS]


def test_a_bend_that_is_known_mends_a_knee_whose_depth_is_not(squats):
    truth = bends(squats[2])[:, :2]
    vague = np.abs(bends(fitted(squats, 3.0))[:, :2] - truth).mean()
    sure = np.abs(bends(fitted(squats, 0.05))[:, :2] - truth).mean()
    assert np.degrees(vague) > 4.0
    assert sure < 0.5 * vague
