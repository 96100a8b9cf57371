"""The geometric solver on a performer whose every joint is known."""

from __future__ import annotations

import dataclasses

import body_double
import numpy as np
import pytest
from understudy.ml import rotations as rt
from understudy.ml.blocking import fit, ground, solver
from understudy.ml.blocking.body import ROLES


@pytest.fixture(scope="module")
def performance():
    """Time, true rotations and true path."""
    return body_double.squats()


@pytest.fixture(scope="module")
def motion(performance):
    """The same performance as solved from what a camera sees."""
    time, rot, path = performance
    return solver.solve(body_double.seen(time, rot, path), time, body_double.FOCAL)


def angles(motion, rot, part):
    """Angle between solved and true segment, degrees, both sides, all frames."""
    rows = [ROLES.index(f"{part}.{side}") for side in "LR"]
    a = motion.rot[:, rows]
    return np.degrees(rt.angle_between(a, rot[:, rows]))


@pytest.mark.parametrize("part", ["thigh", "shin", "upper_arm", "forearm", "hand", "foot"])
def test_segments_turn_as_the_performer_did(motion, performance, part):
    # The solver takes out the lean towards the camera that real detectors show.
    assert np.median(angles(motion, performance[1], part)) < 8.0


def test_knees_bend_the_right_way(motion):
    thigh, shin = (motion.rot[:, ROLES.index(f"{p}.L")] for p in ("thigh", "shin"))
    bend = rt.to_rotvec(rt.multiply(rt.conjugate(thigh), shin))[:, 0]
    assert bend.min() > -0.02 and bend.max() > 1.5


def test_bones_keep_their_length(motion):
    names = motion.joint_names
    for a, b in (("thigh.L", "shin.L"), ("shin.R", "foot.R"), ("forearm.L", "hand.L")):
        span = motion.joints[:, names.index(b)] - motion.joints[:, names.index(a)]
        length = np.linalg.norm(span, axis=-1)
        assert np.ptp(length) < 1e-6


def test_planted_feet_stand(motion):
    assert motion.contact.mean() > 0.95
    feet = motion.joints[:, [motion.joint_names.index(f"foot.{s}") for s in "LR"]]
    assert np.linalg.norm(np.diff(feet, axis=0), axis=-1).max() < 0.01


def test_hips_sink_as_the_performer_did(motion, performance):
    true = performance[2][:, 2]
    scale = 0.83 / np.linalg.norm(motion.offsets["shin.L"][1] + motion.offsets["foot.L"][1])
    assert np.abs(np.ptp(motion.root[:, 2]) * scale - np.ptp(true)) < 0.05


def test_noise_does_not_stretch_bones(performance):
    time, rot, path = performance
    seen = body_double.seen(time, rot, path, noise_m=0.02)
    motion = solver.solve(seen, time, body_double.FOCAL)
    thigh = np.linalg.norm(motion.offsets["shin.L"][1])
    assert 0.40 < thigh < 0.46
    assert motion.confidence.min() > 0.5


def test_gap_is_bridged_and_distrusted(performance):
    time, rot, path = performance
    seen = body_double.seen(time, rot, path)
    lost = slice(20, 45)
    for name in ("image", "image_raw", "world", "world_raw", "visibility", "visibility_raw"):
        getattr(seen, name)[lost] = np.nan
    seen.found[lost] = False
    motion = solver.solve(seen, time, body_double.FOCAL)
    assert np.isfinite(motion.rot).all() and np.isfinite(motion.root).all()
    assert motion.confidence[32] < 0.2 < motion.confidence[10]


def test_resampling_follows_uneven_times():
    time, rot, path = body_double.squats(91)
    seen = body_double.seen(time, rot, path)
    keep = np.sort(np.random.default_rng(1).permutation(91)[:60])
    uneven = dataclasses.replace(
        seen,
        **{
            f.name: getattr(seen, f.name)[keep]
            for f in dataclasses.fields(seen)
            if isinstance(getattr(seen, f.name), np.ndarray)
        },
    )
    even = fit.resample(uneven, time[5:-5], 0.02, body_double.FOCAL)
    assert np.abs(even.image - seen.image[5:-5, :, :2]).max() < 4.0


def test_level_turns_a_pitched_camera_back():
    time, rot, path = body_double.squats(61)
    joints = np.zeros((61, 33, 3))
    marks = body_double.seen(time, rot, path).world
    joints[..., 0], joints[..., 1], joints[..., 2] = marks[..., 0], marks[..., 2], -marks[..., 1]
    joints += path[:, None] + [0.0, 4.0, 0.0]
    pitch = np.radians(10.0)
    # Leaning bodies are expected by a few degrees; the rest of the tilt must go.
    tilted = rt.rotate(rt.from_rotvec([pitch, 0.0, 0.0]), joints)
    flat, _ = ground.level(tilted, np.ones(61))
    up = flat[:, [11, 12]].mean(axis=1) - flat[:, [27, 28]].mean(axis=1)
    lean = np.degrees(np.arctan2(up[:, 1], up[:, 2]))
    assert np.abs(lean[0]) < 7.0


def test_a_panning_camera_leaves_the_performer_where_they_are(performance, motion):
    time, rot, path = performance
    pan = 0.12 * np.sin(2.0 * time)
    solved = {}
    for known in (True, False):
        seen = body_double.seen(time, rot, path, pan=pan)
        if not known:
            seen.camera = None
        solved[known] = solver.solve(seen, time, body_double.FOCAL)
    assert solved[True].contact.mean() > 0.95
    assert np.abs(solved[True].root - motion.root).max() < 0.06
    # Not told of the camera, the solver can only think that the performer travels.
    assert np.ptp(solved[False].root[:, 0]) > 0.3
