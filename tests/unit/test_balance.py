"""Which way is up, by how bodies keep their balance."""

from __future__ import annotations

import body_double
import numpy as np
import pytest
from understudy.ml import rotations as rt
from understudy.ml.blocking import balance, fit, ground, lifting, solver

PLACES = [solver.JOINT_NAMES.index(name) for name in lifting.JOINTS]


@pytest.fixture(scope="module")
def standing() -> np.ndarray:
    """Return (F, 33, 3) of somebody who squats, the floor at z = 0."""
    _time, rot, root = body_double.squats()[:3]
    joints = (solver.forward(rot, body_double.offsets()) + root[:, None])[:, PLACES]
    out = np.zeros((len(joints), 33, 3))
    for mark, joint in lifting.JOINT_OF.items():
        out[:, mark] = joints[:, joint]
    return out


def tilted(points: np.ndarray, degrees: float, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """Return points as a camera tilted about an axis has them, and what is up there."""
    turn = rt.from_rotvec(np.radians(degrees) * np.eye(3)[axis])
    return rt.rotate(turn, points), rt.rotate(turn, [0.0, 0.0, 1.0])


def angle(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.degrees(np.arccos(np.clip(rt.normalize(a) @ rt.normalize(b), -1.0, 1.0))))


def test_the_centre_of_mass_lies_in_the_trunk(standing):
    centre = balance.centre_of_mass(standing)
    low, high = (standing[:, marks, 2].mean(axis=1)
                 for marks in ([fit.KNEE_L], [fit.SHOULDER_L]))  # fmt: skip
    assert ((centre[:, 2] > low) & (centre[:, 2] < high)).all()


@pytest.mark.parametrize(("degrees", "axis"), [(25.0, 0), (-20.0, 0), (15.0, 1)])
def test_balance_tells_up_whatever_the_camera(standing, degrees, axis):
    points, up = tilted(standing, degrees, axis)
    frames = len(points)
    found, spread = balance.upright(points, np.ones((frames, 4)), np.ones(frames), 30.0)
    assert angle(found, up) < 6.0 and spread < 0.1


def test_who_never_stands_says_nothing(standing):
    frames = len(standing)
    found = balance.upright(standing, np.zeros((frames, 4)), np.ones(frames), 30.0)
    assert found[1] > 1.0
    lying, _ = tilted(standing, 85.0, 0)
    assert balance.upright(lying, np.ones((frames, 4)), np.ones(frames), 30.0)[1] == np.inf


def test_a_lifter_that_is_far_off_is_outvoted(standing):
    points, up = tilted(standing, -22.0, 0)
    frames = len(points)
    weight = np.ones(frames)
    stands = balance.upright(points, np.ones((frames, 4)), weight, 30.0)
    wrong = np.tile([0.0, 0.0, 1.0], (frames, 1))
    off = {}
    for way, given in (("alone", None), ("balanced", stands)):
        _, turn = ground.level(points, weight, wrong, given)
        off[way] = angle(rt.rotate(rt.conjugate(turn), [0.0, 0.0, 1.0]), up)
    assert off["balanced"] < 0.4 * off["alone"]
