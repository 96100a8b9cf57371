"""Fingers: found by name on rigs of many kinds, bent towards the palm, read from joints."""

from __future__ import annotations

import numpy as np
import pytest
from understudy.ml import rotations as rt
from understudy.ml.blocking import fingers, hands
from understudy.ml.blocking.bonemap import BoneMap
from understudy.ml.rig import Rig

FORMS = {
    "mixamo": lambda f, n, s: f"mixamorig:{'Left' if s == 'L' else 'Right'}Hand{f.title()}{n}",
    "rigify": lambda f, n, s: f"{'' if f == 'thumb' else 'f_'}{f}.0{n}.{s}",
    "unreal": lambda f, n, s: f"{f}_0{n}_{s.lower()}",
    "mpfb": lambda f, n, s: f"finger{hands.FINGERS.index(f) + 1}-{n}.{s}",
    "biped": lambda f, n, s: f"Bip001 {s} Finger{hands.FINGERS.index(f)}{'' if n == 1 else n - 1}",
}
_ACROSS = {"thumb": -0.045, "index": -0.03, "middle": -0.01, "ring": 0.01, "pinky": 0.03}


def rig_of(form: str, seed: int = 0) -> Rig:
    """Return two hands in a T-pose, palms down, whose bones are rolled at random."""
    rng = np.random.default_rng(seed)
    names, parents, rest, length = ["Hand.L", "Hand.R"], [-1, -1], [], []
    for sign in (1.0, -1.0):
        rest.append(frame([sign * 0.7, 0.0, 1.4], [sign, 0.0, 0.0], rng))
        length.append(0.08)
    for s, (side, sign) in enumerate((("L", 1.0), ("R", -1.0))):
        for finger in hands.FINGERS:
            for n in (1, 2, 3):
                out = 0.03 + 0.025 * (n - 1) if finger == "thumb" else 0.09 + 0.03 * (n - 1)
                names.append(FORMS[form](finger, n, side))
                parents.append(s if n == 1 else len(names) - 2)
                head = [sign * (0.7 + out), _ACROSS[finger], 1.4]
                rest.append(frame(head, [sign, 0.0, 0.0], rng))
                length.append(0.03)
    names.append(f"{names[5]}_end")
    parents.append(5)
    rest.append(rest[5])
    length.append(0.01)
    count = len(names)
    return Rig(
        names=names, parents=np.array(parents, np.int32), follows=np.ones(count, bool),
        rest=np.array(rest), length=np.array(length), rotation_mode=["QUATERNION"] * count,
        rotation_locked=np.zeros((count, 3), bool), location_locked=np.zeros((count, 3), bool),
        can_move=np.ones(count, bool), deform=np.ones(count, bool),
    )  # fmt: skip


def frame(head, along, rng):
    """Return a bone's rest matrix, rolled at random."""
    turn = rt.multiply(
        rt.from_rotvec(np.array(along) * rng.uniform(-np.pi, np.pi)),
        rt.between(np.array([0.0, 1.0, 0.0]), np.array(along)),
    )
    out = np.eye(4)
    out[:3, :3], out[:3, 3] = rt.to_matrix(turn), head
    return out


def bones_of() -> BoneMap:
    return BoneMap(roles={"hand.L": "Hand.L", "hand.R": "Hand.R"})


def bent(angle: float, frames: int = 2) -> hands.Fingers:
    bend = np.zeros((frames, 2, 5, 3))
    bend[:, :, 1:] = angle
    thumb = np.tile([1.0, 0.0, 0.0], (frames, 2, 1))
    return hands.Fingers(bend, np.zeros((frames, 2, 5)), thumb, np.ones((frames, 2)))


def posed(rig: Rig, pose, side: int, finger: str) -> np.ndarray:
    """Return (4, 3): a finger's joints and its tip in the first frame."""
    chain = fingers.find(rig)[side].bones[finger]
    turned, at = rt.IDENTITY, rig.rest[rig.index(chain[0]), :3, 3]
    places = [at]
    for k, bone in enumerate(chain):
        i = rig.index(bone)
        rest = rt.from_matrix(rig.rest[i, :3, :3])
        basis = pose.basis[0, pose.bone_names.index(bone)]
        own = rt.multiply(rt.multiply(rest, basis), rt.conjugate(rest))
        turned = rt.multiply(turned, own)
        last = rig.rest[i, :3, 3] + rig.rest[i, :3, 1] * rig.length[i]
        ahead = rig.rest[rig.index(chain[k + 1]), :3, 3] if k < 2 else last
        at = at + rt.rotate(turned, ahead - rig.rest[i, :3, 3])
        places.append(at)
    return np.array(places)


@pytest.mark.parametrize("form", FORMS)
def test_fingers_are_found_by_name(form):
    rig = rig_of(form)
    found = fingers.find(rig)
    assert sorted(found) == [0, 1]
    for side, hand in found.items():
        assert list(hand.bones) == list(hands.FINGERS)
        wanted = [FORMS[form](f, n, "LR"[side]) for f in hands.FINGERS for n in (1, 2, 3)]
        assert hand.names() == wanted


@pytest.mark.parametrize("form", ["mixamo", "rigify"])
@pytest.mark.parametrize("seed", range(3))
def test_fingers_bend_towards_the_palm_however_bones_are_rolled(form, seed):
    rig = rig_of(form, seed)
    pose = fingers.pose(bent(0.7), rig, bones_of())
    for side in range(2):
        for finger in hands.FINGERS[1:]:
            places = posed(rig, pose, side, finger)
            assert places[-1, 2] < 1.4 - 0.03  # palms are down
            lines = rt.normalize(np.diff(places, axis=0))
            turns = np.arccos((lines[1:] * lines[:-1]).sum(axis=1))
            np.testing.assert_allclose(turns, 0.7, atol=1e-6)
            assert np.ptp(places[:, 1]) < 0.003  # and not aside


@pytest.mark.parametrize("angle", [-0.2, 0.5, 1.2])
def test_what_a_hand_shows_comes_back_from_its_joints(angle):
    rig = rig_of("mixamo")
    pose = fingers.pose(bent(angle), rig, bones_of())
    for side, name in enumerate(("Hand.L", "Hand.R")):
        joints = np.zeros((1, 21, 3))
        joints[0, 0] = rig.rest[rig.index(name), :3, 3]
        for f, finger in enumerate(hands.FINGERS):
            first = hands.FIRST[f]
            joints[0, first : first + 4] = posed(rig, pose, side, finger)
        bend, spread, _ = hands.bends(joints, side)
        np.testing.assert_allclose(bend[0, 1:], angle, atol=0.02)
        if angle < 1.0:
            np.testing.assert_allclose(spread[0, 1:], 0.0, atol=0.35)


def test_the_thumbs_mirror_each_other():
    rig = rig_of("mixamo")
    seen = bent(0.3)
    seen.thumb[:] = rt.normalize(np.array([0.7, -0.5, 0.4]))
    pose = fingers.pose(seen, rig, bones_of())
    left, right = (posed(rig, pose, side, "thumb") for side in range(2))
    np.testing.assert_allclose(left * [-1.0, 1.0, 1.0], right, atol=1e-6)
    assert left[-1, 2] < 1.4  # towards the palm


def test_hands_that_were_hardly_seen_are_not_keyed_and_it_is_said():
    seen = bent(0.5)
    seen.sure[:, 1] = 0.1
    pose = fingers.pose(seen, rig_of("unreal"), bones_of())
    assert pose.bone_names and all(name.endswith("_l") for name in pose.bone_names)
    assert any("right hand" in note for note in pose.notes)


def test_a_rig_without_fingers_is_told():
    rig = rig_of("mixamo")
    rig.names = [f"bone{i}" for i in range(len(rig.names))]
    pose = fingers.pose(bent(0.5), rig, bones_of())
    assert not pose.bone_names and pose.notes == [fingers.UNKNOWN]


def test_gaps_are_bridged_and_frames_in_doubt_count_little():
    frames = 30
    rig = rig_of("mixamo")
    joints = np.full((frames, 2, 21, 3), np.nan, np.float32)
    pose = fingers.pose(bent(0.5), rig, bones_of())
    for side, name in enumerate(("Hand.L", "Hand.R")):
        joints[:, side, 0] = rig.rest[rig.index(name), :3, 3]
        for f, finger in enumerate(hands.FINGERS):
            first = hands.FIRST[f]
            joints[:, side, first : first + 4] = posed(rig, pose, side, finger)
    sure = np.ones((frames, 2))
    joints[10:15], sure[10:15] = np.nan, 0.0
    joints[20, :, 5:] += 0.02  # a slip
    sure[20] = 0.06
    seen = hands.Hands(np.arange(frames) / 30.0, joints, sure, np.full((frames, 2), 60.0), {})
    read = hands.fingers(seen, np.arange(frames) / 30.0)
    expected = float(hands.opened(np.full((frames, 1), 0.5))[0, 0])
    np.testing.assert_allclose(read.bend[:, :, 1:], expected, atol=0.1)
    assert read.sure[12].max() < 0.1


def test_the_straightest_that_a_joint_gets_is_straight_but_a_fist_is_a_fist():
    share = np.linspace(0.0, 1.0, 40)[:, None]
    opens = np.degrees(hands.opened(np.radians(15.0 + 65.0 * share)))
    assert opens.min() < 1.0 and abs(opens.max() - 80.0) < 1.0
    exact = np.degrees(hands.opened(np.radians(80.0 * share)))
    assert np.abs(exact - 80.0 * share).max() < 5.0, "who reads a flat hand as flat is believed"
    shut = np.degrees(hands.opened(np.radians(75.0 + 5.0 * share)))
    assert shut.min() > 70.0
