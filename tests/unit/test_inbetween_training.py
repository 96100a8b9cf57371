"""Augmentation keeps motion what it is, masks hide what they say; no torch is needed for these."""

from __future__ import annotations

import numpy as np
import pytest
from understudy.ml import rotations as rot
from understudy.ml.inbetween import features
from understudy.ml.train.inbetween import augment, masks

PARENTS = np.array([-1, 0, 1, 0, 3, 4, 5, 0, 7, 8, 9])
HEADS = np.array(
    [
        [0, 0, 0.6],
        [0, 0, 0.8],
        [0, 0, 1.0],
        [0.1, 0, 0.55],
        [0.1, 0, 0.3],
        [0.1, 0, 0.1],
        [0.1, -0.1, 0.0],
        [-0.1, 0, 0.55],
        [-0.1, 0, 0.3],
        [-0.1, 0, 0.1],
        [-0.1, -0.1, 0.0],
    ]
)


@pytest.fixture
def windows() -> augment.Windows:
    rng = np.random.default_rng(0)
    shape = (3, 24, len(PARENTS))
    t = np.linspace(0, 1, 24)[None, :, None, None]
    turn = rot.from_rotvec(0.5 * np.sin(4 * t + rng.normal(size=(3, 1, len(PARENTS), 3))))
    shift = np.zeros((*shape, 3))
    shift[:, :, 0] = t[:, :, 0] * [0.3, -0.5, 0.05]
    moves = np.arange(len(PARENTS)) == 0
    contact = rng.random(shape) < 0.5
    return augment.Windows(PARENTS, HEADS, turn, shift, moves, contact, np.full(3, 30.0))


def places(w: augment.Windows) -> np.ndarray:
    skeleton = features.build(w.parents, w.heads)
    return features.globals_of(skeleton, np.asarray(w.turn), np.asarray(w.shift))[1]


def test_mirror_mirrors_places(windows):
    flip = np.array([-1.0, 1.0, 1.0])
    np.testing.assert_allclose(places(augment.mirror(windows)), places(windows) * flip, atol=1e-9)


def test_turning_the_rig_turns_places(windows):
    q = rot.from_rotvec([0, 0, 0.7])
    turned = augment.turn_about(windows, 0.7)
    np.testing.assert_allclose(places(turned), rot.rotate(q, places(windows)), atol=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_another_rest_pose_leaves_places(windows, seed):
    other = augment.change_rest(windows, np.random.default_rng(seed))
    before, after = places(windows), places(other)
    size = features.height_of(HEADS) * np.ptp(before[..., 2]) / np.ptp(after[..., 2])
    np.testing.assert_allclose(after * size, before, atol=1e-8)


def test_controls_stand_where_the_limbs_ended(windows):
    for seed in range(8):
        other = augment.to_controls(windows, np.random.default_rng(seed))
        if len(other.parents) < len(PARENTS):
            break
    assert (other.parents < 0).sum() > 1 and len(other.moves) == len(other.parents)
    truth, got = places(windows), places(other)
    for b in np.flatnonzero(other.moves):
        gap = np.linalg.norm(truth - got[:, :, b : b + 1], axis=-1).max(axis=(0, 1))
        assert gap.min() < 1e-8


@pytest.mark.parametrize("seed", range(20))
def test_every_change_gives_a_sound_rig(windows, seed):
    rng = np.random.default_rng(seed)
    w = augment.augment(windows, rng, 1.0)
    w = augment.insert_bones(augment.merge_bones(w, rng), rng)
    bones = len(w.parents)
    assert (w.parents < np.arange(bones)).all(), "parents stand first"
    assert w.turn.shape == (3, 24, bones, 4) and w.shift.shape == (3, 24, bones, 3)
    assert w.contact.shape == (3, 24, bones) and len(w.moves) == bones
    np.testing.assert_allclose(np.linalg.norm(w.turn, axis=-1), 1.0, atol=1e-6)
    assert not w.shift[:, :, ~w.moves].any(), "only bones that may move do"
    assert np.isfinite(places(w)).all()


def test_a_gap_shows_what_the_literature_shows():
    mask = masks.gap(2, 15, 4, 8, 0)
    assert mask.keyed.shape == (2, 26, 4)
    assert mask.keyed[0, :, 0].sum() == masks.CONTEXT + 1
    assert mask.at[0, -1] == 25 and (np.diff(mask.at[0]) > 0).all()


def test_uneven_keys_start_at_the_first_frame_and_leave_gaps():
    rng = np.random.default_rng(2)
    mask = masks.poses(4, 60, 18, rng.random((4, 60, 3)), rng)
    assert mask.keyed[:, 0].all() and not mask.keyed[:, 1].any()
    assert (np.diff(mask.at, axis=1) >= 0).all() and mask.at.shape == (4, 18)
    assert (np.take_along_axis(mask.keyed[..., 0], mask.at, 1).sum(1) >= 2).all()


def test_a_limb_leaves_the_rest_known(windows):
    rng = np.random.default_rng(0)
    mask = masks.limit_to(masks.gap(3, 11, 11, 8, 2, rng), PARENTS, rng)
    assert mask.keyed.transpose(0, 2, 1)[~mask.driven].all()
    turn, _ = masks.lay_base(mask, windows.turn, windows.shift, windows.fps)
    known = mask.keyed
    np.testing.assert_array_equal(turn[known], windows.turn[known])


def test_windows_side_by_side_get_the_same_base_as_alone(windows):
    mask = masks.gap(3, 11, 11, 8, 2)
    together = masks.lay_base(mask, windows.turn, windows.shift, windows.fps)
    apart = masks.lay_base(mask, windows.turn, windows.shift, np.array([30.0, 30.0, 30.0001]))
    for a, b in zip(together, apart, strict=True):
        np.testing.assert_allclose(a[:2], b[:2], atol=1e-12)
