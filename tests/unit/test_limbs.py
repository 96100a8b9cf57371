"""Limbs on IK controls: where the controls go, and that what stands stands still."""

from __future__ import annotations

import numpy as np
import pytest
from test_retarget import Build, make_motion, make_rig
from understudy.ml import rotations as rt
from understudy.ml import take
from understudy.ml.blocking import keyposes, pipeline
from understudy.ml.blocking.bonemap import auto_map
from understudy.ml.blocking.channels import Channels
from understudy.ml.blocking.limbs import Posed, limb_keys
from understudy.ml.blocking.retarget import retarget
from understudy.ml.errors import RigError


def rig_with_ik(parent: str | None, plain_location: bool):
    """Return a rig with a foot control and a pole target for the left leg."""
    rig = make_rig(Build())
    bones = auto_map(rig)
    hip, knee, foot = (rig.index(bones.roles[r]) for r in ("thigh.L", "shin.L", "foot.L"))
    above = -1 if parent is None else rig.index(bones.roles[parent])
    for name, place in (("foot_ik", rig.rest[foot, :3, 3]),
                        ("knee_pole", rig.rest[knee, :3, 3] + [0.0, -0.6, 0.0])):  # fmt: skip
        rest = np.eye(4)
        rest[:3, :3] = rt.to_matrix(rt.from_rotvec([0.4, 0.9, -0.3]))
        rest[:3, 3] = place
        rig.names.append(name)
        rig.rest = np.concatenate([rig.rest, rest[None]])
        rig.parents = np.append(rig.parents, above)
        rig.follows, rig.length = np.append(rig.follows, True), np.append(rig.length, 0.1)
        rig.rotation_mode.append("QUATERNION")
        none = np.zeros((1, 3), bool)
        rig.rotation_locked = np.concatenate([rig.rotation_locked, none])
        rig.location_locked = np.concatenate([rig.location_locked, none])
        rig.can_move, rig.deform = np.append(rig.can_move, True), np.append(rig.deform, False)
    axes = {"foot_ik": ""} if plain_location else {}
    rig.ik = {"leg.L": {"end": "foot_ik", "pole": "knee_pole", "switch": "x", "value": 0.0,
                        "properties": {}, "axes": axes}}  # fmt: skip
    return rig, bones, (hip, knee, foot)


@pytest.mark.parametrize("parent", [None, "hips"])
@pytest.mark.parametrize("plain_location", [False, True])
def test_controls_go_where_foot_and_knee_are(parent, plain_location):
    rig, bones, (hip, knee, foot) = rig_with_ik(parent, plain_location)
    rng, frames = np.random.default_rng(3), 6
    above = rig.index(bones.roles["hips"])
    turned = {i: rt.normalize(rng.normal(size=(frames, 4))) for i in (above, hip, knee, foot)}
    heads = {i: rig.rest[i, :3, 3] + rng.normal(0.0, 0.2, (frames, 3)) for i in turned}
    contact = np.zeros((frames, 4), bool)
    contact[1:4, :2] = True
    keyed = limb_keys(rig, bones, ["leg.L"], Posed(dict(turned), dict(heads)), contact)
    end = rig.index("foot_ik")
    rest = rt.from_matrix(rig.rest[end, :3, :3])
    carry = turned[above] if parent else np.tile(rt.IDENTITY, (frames, 1))
    start = rig.rest[end, :3, 3] * np.ones((frames, 1))
    if parent:
        start = heads[above] + rt.rotate(carry, rig.rest[end, :3, 3] - rig.rest[above, :3, 3])
    # As Blender puts a bone together: parent, rest, location, own turn.
    axes = rt.IDENTITY if plain_location else rest
    place = start + rt.rotate(rt.multiply(carry, axes), keyed.location["foot_ik"])
    np.testing.assert_allclose(place, heads[foot], atol=1e-9)
    turn = rt.multiply(rt.multiply(carry, rest), keyed.basis["foot_ik"])
    wanted = rt.multiply(turned[foot], rest)
    assert rt.angle_between(turn, wanted).max() < 1e-6
    assert keyed.still == {"foot_ik": [(1, 4)]}
    assert set(keyed.dropped) == {bones.roles[r] for r in ("thigh.L", "shin.L", "foot.L")}


def test_ik_takes_the_place_of_the_leg_only():
    rig, bones, _ = rig_with_ik(None, False)
    motion = make_motion()
    plain, keyed = retarget(motion, rig, bones), retarget(motion, rig, bones, ik=["leg.L"])
    gone = {bones.roles[r] for r in ("thigh.L", "shin.L", "foot.L")}
    assert set(plain.bone_names) - set(keyed.bone_names) == gone
    assert {"foot_ik", "knee_pole"} <= set(keyed.location)
    with pytest.raises(RigError, match="no IK controls that are known for arm.R"):
        retarget(motion, rig, bones, ik=["arm.R"])


def test_a_standing_control_stands_between_its_keys():
    frames = np.arange(40)
    path = ("p", 0)
    values = {path: np.sin(frames / 4.0), ("q", 0): np.cos(frames / 5.0)}
    channels = Channels(values, {"p": "foot", "q": "hips"})
    poses = keyposes.KeyPoses(
        np.array([0, 12, 26, 39]), np.full(4, take.EXTREME), np.zeros(40), 0.0
    )
    made = pipeline.key_channels(channels, frames, poses, {}, {"foot": [(8, 20)]})
    by_path = {c.data_path: c.keys for c in made}
    assert by_path["q"]["co"][:, 0].tolist() == [0, 12, 26, 39]
    foot = by_path["p"]
    assert foot["co"][:, 0].tolist() == [0, 8, 12, 19, 26, 39]
    assert (foot["type"] == take.MOVING_HOLD).sum() == 2
    held = foot[(foot["co"][:, 0] >= 8) & (foot["co"][:, 0] < 20)]
    assert np.ptp(held["co"][:, 1]) < 1e-6 and np.ptp(held["handle_right"][:, 1]) < 1e-6


def test_frames_that_somebody_chose_are_keyed():
    motion = make_motion()
    frames = np.arange(1, 41)
    solved = pipeline._Solved(None, {}, frames, frames / 30, motion, {}, None)
    poses = pipeline._poses(solved, {"fps": 30.0, "frames": [3, 3, 11, 500, 30]})
    assert poses.index.tolist() == [2, 10, 29]
    rows = keyposes.pick_many(motion, 30.0, (3, 6))
    assert [len(row.index) for row in rows] == [3, 6] and rows[0].error_deg > rows[1].error_deg
