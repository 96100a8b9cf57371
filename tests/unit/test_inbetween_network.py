"""The in-betweening network: what it sees is independent of bone axes and order; any size runs."""

from __future__ import annotations

import numpy as np
import pytest
from understudy.ml import rotations as rot
from understudy.ml.errors import ModelError
from understudy.ml.inbetween import features
from understudy.ml.inbetween import network as inbetween
from understudy.ml.runtime import Settings

PARENTS = np.array([-1, 0, 1, 2, 0, 4, 0, 6])
HEADS = np.array(
    [
        [0, 0, 1.0],
        [0, 0, 1.3],
        [0, 0, 1.6],
        [0, 0, 1.8],
        [0.1, 0, 0.9],
        [0.1, 0, 0.1],
        [-0.1, 0, 0.9],
        [-0.1, 0, 0.1],
    ]
)


def clip(frames: int = 30, keys: tuple[int, ...] = (0, 12, 29), seed: int = 0) -> inbetween.Clip:
    """Return a small figure that turns and walks smoothly, its axes at random."""
    rng = np.random.default_rng(seed)
    bones = len(PARENTS)
    rest = np.tile(np.eye(4), (bones, 1, 1))
    rest[:, :3, :3] = rot.to_matrix(rot.normalize(rng.normal(size=(bones, 4))))
    rest[:, :3, 3] = HEADS
    t = np.linspace(0, 1, frames)[:, None, None]
    basis = rot.from_rotvec(0.8 * np.sin(3 * t + rng.normal(size=(bones, 3))))
    location = np.zeros((frames, bones, 3))
    location[:, 0] = t[:, 0] * rng.normal(size=3)
    keyed = np.zeros((frames, bones), bool)
    keyed[list(keys)] = True
    moves = np.arange(bones) == 0
    return inbetween.Clip(
        PARENTS, rest, 1.7, 30.0, basis, location, keyed, moves, np.ones(bones, bool)
    )


def tokens(c: inbetween.Clip) -> features.Tokens:
    skeleton = features.describe(c.parents, c.rest, c.height)
    turn, shift = features.canonical(skeleton, c.basis, c.location)
    window = features.Window(
        turn[None],
        shift[None],
        c.keyed[None],
        c.driven[None],
        c.has_location[None],
        np.array([c.fps]),
        np.zeros((1, features.HINTS)),
    )
    at = np.arange(0, len(turn), 3)[None]
    return features.tokens(skeleton, window, at, at[:, 0])


def rolled(c: inbetween.Clip, seed: int = 1) -> tuple[inbetween.Clip, np.ndarray]:
    """Return the same motion on bones whose own axes are others, and the change (B, 4)."""
    q = rot.normalize(np.random.default_rng(seed).normal(size=(len(c.parents), 4)))
    rest = c.rest.copy()
    rest[:, :3, :3] = c.rest[:, :3, :3] @ rot.to_matrix(q)
    back = rot.conjugate(q)
    basis = rot.multiply(rot.multiply(back, c.basis), q)
    location = rot.rotate(back, c.location)
    return (
        inbetween.Clip(
            c.parents, rest, c.height, c.fps, basis, location, c.keyed, c.has_location, c.driven
        ),
        q,
    )


@pytest.fixture(scope="module")
def network() -> inbetween.Network:
    return inbetween.Network(Settings(device="cpu"))


def test_tokens_know_nothing_of_bone_axes():
    a, b = tokens(clip()), tokens(rolled(clip())[0])
    np.testing.assert_allclose(a.x, b.x, atol=1e-5)
    np.testing.assert_allclose(a.yaw, b.yaw, atol=1e-9)


def test_tokens_know_nothing_of_place_and_heading():
    c = clip()
    skeleton = features.describe(c.parents, c.rest, c.height)
    turn, shift = features.canonical(skeleton, c.basis, c.location)
    yaw = rot.from_rotvec([0.0, 0.0, 2.0])
    moved, away = turn.copy(), shift.copy()
    moved[:, 0] = rot.multiply(yaw, turn[:, 0])
    arm = skeleton.offsets[0]
    away[:, 0] = rot.rotate(yaw, arm + shift[:, 0]) + [3.0, -2.0, 0.0] - arm
    back = rot.conjugate(skeleton.rest)
    basis = rot.multiply(rot.multiply(back, moved), skeleton.rest)
    other = inbetween.Clip(
        c.parents,
        c.rest,
        c.height,
        c.fps,
        basis,
        rot.rotate(back, away) * skeleton.height,
        c.keyed,
        c.has_location,
        c.driven,
    )
    np.testing.assert_allclose(tokens(c).x, tokens(other).x, atol=1e-5)


def test_forward_kinematics_of_rest_is_rest():
    skeleton = features.describe(PARENTS, clip().rest)
    _, places = features.globals_of(skeleton, np.tile(rot.IDENTITY, (8, 1)), np.zeros((8, 3)))
    np.testing.assert_allclose(places * skeleton.height, HEADS, atol=1e-9)


def test_skeleton_finds_body_and_mirror_images():
    skeleton = features.build(PARENTS, HEADS)
    assert skeleton.main == 0
    assert skeleton.relation[4, 6] == skeleton.relation[6, 4] == features.RELATIONS - 1
    assert skeleton.relation[0, 1] == 1 and skeleton.relation[1, 0] == 4
    assert skeleton.relation.max() < features.RELATIONS


def test_room_is_nothing_at_keys_and_outside_them():
    c = clip(keys=(6, 21))
    room = tokens(c).room[0]
    frames = np.arange(0, 30, 3)
    inside = (frames > 6) & (frames < 21)
    assert (room[~inside] == 0).all() and (room[inside] > 0).all()


def test_residual_turns_with_bone_axes(network):
    c = clip()
    other, q = rolled(c)
    a, b = network(c), network(other)
    np.testing.assert_allclose(rot.rotate(q, b.rotvec), a.rotvec, atol=2e-4)
    np.testing.assert_allclose(rot.rotate(q, b.location), a.location, atol=2e-4)


def test_residual_follows_bone_order(network):
    c = clip()
    order = np.array([0, 6, 7, 4, 5, 1, 2, 3])
    rank = np.argsort(order)
    parents = np.where(PARENTS[order] >= 0, rank[PARENTS[order]], -1)
    other = inbetween.Clip(
        parents,
        c.rest[order],
        c.height,
        c.fps,
        c.basis[:, order],
        c.location[:, order],
        c.keyed[:, order],
        c.has_location[order],
        c.driven[order],
    )
    np.testing.assert_allclose(network(other).rotvec, network(c).rotvec[:, order], atol=2e-4)


@pytest.mark.parametrize("frames", [2, 3, 61, 400])
def test_any_length_runs_and_keys_are_left_alone(network, frames):
    keys = tuple({0, frames // 3, frames - 1})
    c = clip(frames, keys)
    r = network(c)
    for field in (r.rotvec, r.location, r.gate, r.contact):
        assert np.isfinite(field).all()
    assert not r.rotvec[list(keys)].any() and not r.location[list(keys)].any()
    assert r.rotvec.shape == (frames, 8, 3)
    assert (r.gate >= 0).all() and (r.gate <= 1).all()


def test_one_bone_and_bones_that_are_not_driven(network):
    c = clip()
    c.driven = np.arange(8) == 5
    r = network(c)
    assert not r.rotvec[:, c.driven == 0].any()
    one = inbetween.Clip(
        np.array([-1]),
        c.rest[:1],
        1.0,
        24.0,
        c.basis[:, :1],
        c.location[:, :1],
        c.keyed[:, :1],
        np.array([True]),
        np.array([True]),
    )
    assert np.isfinite(network(one).rotvec).all()


def test_takes_differ_by_seed_and_repeat(network):
    c = clip()
    first, again, other = (network(c, seed, 1.0).rotvec for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_nothing_to_fill_gives_nothing(network):
    c = clip(keys=(4,))
    assert not network(c).rotvec.any()


def test_gaps_beyond_training_are_trusted_less(network):
    assert not network(clip(400, (0, 399))).rotvec[200].any()


def test_bad_input_is_named(network):
    c = clip()
    c.basis = c.basis.copy()
    c.basis[3, 2, 1] = np.nan
    with pytest.raises(ModelError, match="not numbers"):
        network(c)
    c = clip()
    c.driven = c.driven[:3]
    with pytest.raises(ModelError, match="driven has shape"):
        network(c)


def test_pieces_cover_every_node_with_overlap():
    for count in (1, 28, 29, 57, 400):
        seen = np.zeros(count)
        for piece in inbetween.pieces(count, 24):
            seen[piece] += 1
        assert (seen >= 1).all()
