"""Frames that were misread are found, and read again from the frames around them."""

from __future__ import annotations

from dataclasses import replace

import body_double
import numpy as np
import pytest
from understudy.ml import rotations as rt
from understudy.ml.blocking import lifting, reading
from understudy.ml.blocking.body import ROLES

SWAP = [0, 4, 5, 6, 1, 2, 3, 8, 7, 10, 9, *(i + 1 if i % 2 else i - 1 for i in range(11, 33))]


@pytest.fixture(scope="module")
def marks():
    return body_double.seen(*body_double.squats())


def spoilt(marks, rows, change):
    """Return the landmarks with the raw ones of some frames changed."""
    parts = {}
    for name in ("image_raw", "world_raw", "visibility_raw"):
        values = getattr(marks, name).copy()
        values[rows] = change(values[rows], name)
        parts[name] = values
    return replace(marks, **parts)


def exchanged(marks, rows):
    return spoilt(marks, rows, lambda values, _: values[:, SWAP])


def test_sides_that_are_exchanged_for_a_moment_are_found(marks):
    rows = slice(20, 24)
    wrong = exchanged(exchanged(marks, rows), slice(40, 41))
    assert np.flatnonzero(reading.mistaken(wrong)).tolist() == [20, 21, 22, 23, 40]
    assert not reading.mistaken(marks).any()


def test_who_turns_round_and_stays_so_is_believed(marks):
    assert not reading.mistaken(exchanged(marks, slice(30, None))).any()


def test_a_body_does_not_spin_where_its_sides_were_exchanged(marks):
    hips = ROLES.index("hips")
    clean = reading.read(marks, marks.time).motion
    wrong = reading.read(exchanged(marks, slice(20, 24)), marks.time).motion
    off = np.degrees(rt.angle_between(wrong.rot[:, hips], clean.rot[:, hips]))
    assert off.max() < 8.0
    assert (wrong.confidence[20:24] < clean.confidence[20:24]).all()


def test_worthless_frames_take_after_their_neighbours(marks):
    rng = np.random.default_rng(0)

    def scatter(values, name):
        if name == "visibility_raw":
            return np.full_like(values, 0.2)
        far = 80.0 if name == "image_raw" else 0.5
        return values + rng.normal(0.0, far, values.shape).astype(values.dtype)

    clean = reading.read(marks, marks.time, use_lifter=False).motion
    wrong = reading.read(spoilt(marks, slice(0, 5), scatter), marks.time, use_lifter=False).motion
    off = np.linalg.norm(wrong.joints - clean.joints, axis=-1).mean(axis=1)
    assert off[:5].max() < 0.12
    assert wrong.confidence[:3].max() < 0.2 < clean.confidence[:3].min()


def test_too_few_good_frames_are_no_ground_to_drop_the_others(marks):
    bad = np.arange(len(marks.time)) % 3 > 0
    assert reading.without(marks, bad) is marks


def test_a_mirrored_mirror_is_the_same():
    rng = np.random.default_rng(1)
    inputs = rng.normal(size=(4, lifting.INPUTS)).astype(np.float32)
    seen = inputs, rng.normal(size=(4, len(lifting.JOINTS), 3))
    for once, again in zip(seen, lifting.mirror_seen(*lifting.mirror_seen(*seen)), strict=True):
        np.testing.assert_allclose(once, again, atol=1e-6)
    widths = lifting.OUTPUTS.values()
    shapes = [(4, len(lifting.JOINTS), 3), (4, len(lifting.JOINTS)), (4, len(ROLES), 6)]
    shapes += [(4, w) for w in list(widths)[3:]]
    said = [rng.normal(size=shape) for shape in shapes]
    for once, again in zip(said, lifting.mirror_said(lifting.mirror_said(said)), strict=True):
        np.testing.assert_allclose(once, again)
