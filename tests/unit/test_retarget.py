"""Rigs of many conventions are mapped, and a motion put onto them points where it should.

Each rig is built from the same person by known steps (names, arm pose, bone axes, up axis,
facing, size), so that what is right is known without the code under test.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from understudy.ml import euler
from understudy.ml import rotations as rt
from understudy.ml.blocking import bonenames
from understudy.ml.blocking import retarget as rg
from understudy.ml.blocking.body import PARENT, REST_DIRECTION, ROLES, Motion
from understudy.ml.blocking.bonemap import BoneMap, auto_map
from understudy.ml.blocking.channels import bone_path, to_channels
from understudy.ml.errors import RigError
from understudy.ml.rig import Rig

SIDED = ("shoulder", "upper_arm", "forearm", "hand", "thigh", "shin", "foot", "toe")
NEXT = {
    "upper_arm": "forearm",
    "forearm": "hand",
    "thigh": "shin",
    "shin": "foot",
}
TRUNK = ("hips", "spine", "chest", "neck", "head")
STYLES = {
    "generic": ("hips spine chest neck head", "{}.{}", SIDED, "LR"),
    "mixamo": (
        "mixamorig:Hips mixamorig:Spine mixamorig:Spine1 mixamorig:Neck mixamorig:Head",
        "mixamorig:{1}{0}",
        "Shoulder Arm ForeArm Hand UpLeg Leg Foot ToeBase".split(),
        ("Left", "Right"),
    ),
    "unreal": (
        "pelvis spine_01 spine_02 neck_01 head",
        "{}_{}",
        "clavicle upperarm lowerarm hand thigh calf foot ball".split(),
        "lr",
    ),
    "biped": (
        "Bip01.Pelvis,Bip01.Spine,Bip01.Spine1,Bip01.Neck,Bip01.Head".replace(".", " "),
        "Bip01 {1} {0}",
        "Clavicle UpperArm Forearm Hand Thigh Calf Foot Toe0".split(),
        "LR",
    ),
    "vroid": (
        "J_Bip_C_Hips J_Bip_C_Spine J_Bip_C_Chest J_Bip_C_Neck J_Bip_C_Head",
        "J_Bip_{1}_{0}",
        "Shoulder UpperArm LowerArm Hand UpperLeg LowerLeg Foot ToeBase".split(),
        "LR",
    ),
    "joints": (
        "Hips Chest Chest2 Neck Head",
        "{1}{0}",
        "Collar Shoulder Elbow Wrist Hip Knee Ankle Toe".split(),
        ("Left", "Right"),
    ),
    "humanik": (
        "Character1_Hips Character1_Spine Character1_Spine1 Character1_Neck Character1_Head",
        "Character1_{1}{0}",
        "Shoulder Arm ForeArm Hand UpLeg Leg Foot ToeBase".split(),
        ("Left", "Right"),
    ),
    "character creator": (
        "CC_Base_Hip CC_Base_Waist CC_Base_Spine01 CC_Base_Neck CC_Base_Head",
        "CC_Base_{1}_{0}",
        "Clavicle Upperarm Forearm Hand Thigh Calf Foot ToeBase".split(),
        "LR",
    ),
    "poser": (
        "hip abdomen chest neck head",
        "{1}{0}",
        "Collar Shldr ForeArm Hand Thigh Shin Foot Toe".split(),
        "lr",
    ),
}


@dataclass
class Build:
    """How to make a rig of the one person."""

    style: str = "generic"
    arms_down_deg: float = 0.0
    elbows_deg: float = 0.0
    roll: bool = False
    any_axes: bool = False
    turn: tuple = (0.0, 0.0, 0.0)
    size: float = 1.0
    spine: int = 2
    neck: int = 1
    leave_out: tuple = ()
    numbers: bool = False
    twists: bool = False
    root: bool = False
    mode: str = "QUATERNION"
    locks: dict = field(default_factory=dict)


def _name(style: str, role: str) -> str:
    trunk, pattern, parts, sides = STYLES[style]
    part, _, side = role.partition(".")
    if not side:
        names = trunk.split(",") if "," in trunk else trunk.split()
        return names[TRUNK.index(role)]
    return pattern.format(parts[SIDED.index(part)], sides["LR".index(side)])


def _joints(build: Build) -> dict[str, tuple[np.ndarray, str | None, np.ndarray]]:
    """Return bone name to (head, parent's name, tail), scene axes, metres."""
    named = {r: _name(build.style, r) for r in ROLES}
    bones = {}
    hips = None
    if build.root:
        bones["Root"] = (np.zeros(3), None, np.array([0, 0.3, 0]))
        hips = "Root"
    pelvis = np.array([0.0, 0.0, 0.95])
    bones[named["hips"]] = (pelvis, hips, pelvis + [0, 0, 0.1])
    above = named["hips"]
    heights = np.linspace(1.05, 1.45, build.spine + 1)
    for k in range(build.spine):
        name = named["chest"] if k == build.spine - 1 else f"{named['spine']}{k or ''}"
        bones[name] = (np.array([0, 0, heights[k]]), above, np.array([0, 0, heights[k + 1]]))
        above = name
    chest = above
    heights = np.linspace(1.5, 1.6, build.neck + 1)
    for k in range(build.neck):
        name = f"{named['neck']}{k or ''}"
        bones[name] = (np.array([0, 0, heights[k]]), above, np.array([0, 0, heights[k + 1]]))
        above = name
    bones[named["head"]] = (np.array([0, 0, 1.6]), above, np.array([0, 0, 1.8]))
    for side, sign in (("L", 1.0), ("R", -1.0)):
        _arm(build, bones, named, chest, side, sign)
        _leg(build, bones, named, side, sign)
    return bones


def _line(build: Build, bones: dict, named: dict, above: str, roles: list, points: list) -> None:
    for k, role in enumerate(roles):
        if role.split(".")[0] in build.leave_out:
            continue
        name, head, tail = named[role], np.array(points[k]), np.array(points[k + 1])
        bones[name] = (head, above, tail)
        above = name
        if build.twists and role.split(".")[0] in ("upper_arm", "forearm", "thigh"):
            bones[f"{name}_twist"] = (0.5 * (head + tail), name, tail)


def _arm(build: Build, bones: dict, named: dict, chest: str, side: str, sign: float) -> None:
    shoulder = np.array([0.18, 0.0, 1.45])
    bend = rt.from_rotvec([0, 0, -np.radians(build.elbows_deg)])
    down = rt.from_rotvec([0, np.radians(build.arms_down_deg), 0])
    fore = rt.rotate(bend, [1.0, 0, 0])
    elbow = np.array([0.28, 0, 0])
    wrist = elbow + 0.25 * fore
    tip = wrist + 0.18 * fore
    points = [shoulder + rt.rotate(down, p) for p in (np.zeros(3), elbow, wrist, tip)]
    points = [np.array([0.03, 0.0, 1.45]), *points]
    roles = [f"{p}.{side}" for p in SIDED[:4]]
    _line(build, bones, named, chest, roles, [p * [sign, 1, 1] for p in points])


def _leg(build: Build, bones: dict, named: dict, side: str, sign: float) -> None:
    points = [[0.1, 0, 0.9], [0.1, 0, 0.5], [0.1, 0, 0.08], [0.1, -0.13, 0.02], [0.1, -0.2, 0.02]]
    if "toe" in build.leave_out:
        points = [*points[:3], [0.1, -0.2, 0.02]]
    roles = [f"{p}.{side}" for p in SIDED[4:]][: len(points) - 1]
    points = [np.array(p) * [sign, 1, 1] for p in points]
    _line(build, bones, named, named["hips"], roles, points)


def make_rig(build: Build) -> Rig:
    bones = _joints(build)
    rng = np.random.default_rng(5)
    whole = rt.from_rotvec(build.turn)
    names = list(bones)
    rest = np.tile(np.eye(4), (len(names), 1, 1))
    length = np.zeros(len(names))
    for i, name in enumerate(names):
        head, _, tail = bones[name]
        along = tail - head
        axes = rt.frame_from(along, [0.3, 0.5, 0.81] if abs(along[2]) < 0.1 else [0.0, -1.0, 0.0])
        if build.roll:
            axes = rt.multiply(axes, rt.from_rotvec([0, rng.uniform(-3, 3), 0]))
        if build.any_axes:
            axes = rt.normalize(rng.normal(size=4))
        rest[i, :3, :3] = rt.to_matrix(rt.multiply(whole, axes))
        rest[i, :3, 3] = build.size * rt.rotate(whole, head)
        length[i] = build.size * np.linalg.norm(along)
    parents = [names.index(bones[n][1]) if bones[n][1] else -1 for n in names]
    if build.numbers:
        names = [f"joint{i}" for i in range(len(names))]
    count = len(names)
    none = np.zeros((count, 3), bool)
    rig = Rig(names, np.array(parents), np.ones(count, bool), rest, length, [build.mode] * count,
              none, none.copy(), np.ones(count, bool), np.ones(count, bool))  # fmt: skip
    for role, locked in build.locks.items():
        rig.rotation_locked[rig.index(_name(build.style, role))] = locked
    return rig


def make_motion(frames: int = 40, seed: int = 1, reach: float = 0.7) -> Motion:
    """Return a wild but smooth motion of all segments, the root on its way."""
    rng = np.random.default_rng(seed)
    t = np.linspace(0.0, 2.0, frames)
    rot = np.zeros((frames, len(ROLES), 4))
    for i, role in enumerate(ROLES):
        part = role.split(".")[0]
        far = 0.1 if part == "shoulder" else reach
        swing = (
            far * rng.normal(size=3) * np.sin(t * rng.uniform(1, 4) + rng.uniform(0, 6))[:, None]
        )
        parent = PARENT[role]
        above = rot[:, ROLES.index(parent)] if parent else np.tile(rt.IDENTITY, (frames, 1))
        rot[:, i] = rt.multiply(above, rt.from_rotvec(swing))
    root = np.stack([0.5 * t, -0.3 * t, 0.9 + 0.05 * np.sin(5 * t)], axis=-1)
    return Motion(t, rot, root, 0.9, np.zeros((frames, 4), bool), np.ones(frames),
                  np.zeros((frames, 0, 3)), ())  # fmt: skip


def evaluate(rig: Rig, pose: rg.Pose) -> np.ndarray:
    """Pose the rig as Blender would: (F, B, 4, 4) in armature space, with 4x4 matrices only."""
    frames = len(pose.basis)
    world = np.zeros((frames, len(rig.names), 4, 4))
    for i, name in enumerate(rig.names):
        local = np.tile(np.eye(4), (frames, 1, 1))
        if name in pose.bone_names:
            local[:, :3, :3] = rt.to_matrix(pose.basis[:, pose.bone_names.index(name)])
        local[:, :3, 3] = pose.location.get(name, np.zeros(3))
        p = rig.parents[i]
        if p < 0:
            world[:, i] = rig.rest[i] @ local
        else:
            world[:, i] = world[:, p] @ (np.linalg.inv(rig.rest[p]) @ rig.rest[i]) @ local
    return world


def hip_path(rig: Rig, bones: BoneMap, world: np.ndarray) -> np.ndarray:
    """Return (F, 3) midway between the hip joints."""
    left, right = (world[:, rig.index(bones.roles[f"thigh.{s}"]), :3, 3] for s in "LR")
    return 0.5 * (left + right)


def worst_angle(rig: Rig, bones: BoneMap, motion: Motion, world: np.ndarray, whole) -> float:
    """Return the largest angle between segments and where the motion has them, radians."""
    worst = 0.0
    for role, name in bones.roles.items():
        part, _, side = role.partition(".")
        i = rig.index(name)
        want = rt.rotate(motion.rot[:, ROLES.index(role)], REST_DIRECTION[ROLES.index(role)])
        if part in NEXT and f"{NEXT[part]}.{side}" in bones.roles:
            j = rig.index(bones.roles[f"{NEXT[part]}.{side}"])
            got = world[:, j, :3, 3] - world[:, i, :3, 3]
        elif part in TRUNK and part not in ("spine", "neck"):
            # The trunk turns as the body does, from however it rests.
            up = rt.rotate(whole, [0.0, 0.0, 1.0])
            got = world[:, i, :3, :3] @ np.linalg.inv(rig.rest[i, :3, :3]) @ up
        else:
            continue
        cosine = np.sum(rt.normalize(got) * rt.rotate(whole, want), axis=-1)
        cross = np.linalg.norm(np.cross(rt.normalize(got), rt.rotate(whole, want)), axis=-1)
        worst = max(worst, float(np.arctan2(cross, cosine).max()))
    return worst


Y_UP = (np.pi / 2 * -1.0, 0.0, 0.0)
RIGS = {
    "T-pose": Build(),
    "A-pose": Build(arms_down_deg=45.0),
    "arms down, elbows bent": Build(arms_down_deg=80.0, elbows_deg=25.0),
    "rolled bones": Build(arms_down_deg=45.0, roll=True),
    "axes anywhere": Build(arms_down_deg=30.0, any_axes=True),
    "Y up": Build(turn=Y_UP, roll=True),
    "faces +X": Build(turn=(0.0, 0.0, np.pi / 2), arms_down_deg=45.0),
    "faces +Y": Build(turn=(0.0, 0.0, np.pi), arms_down_deg=45.0),
    "faces nowhere straight": Build(turn=(0.0, 0.0, 0.7)),
    "centimetres": Build(size=100.0, roll=True),
    "one spine bone": Build(spine=1),
    "six spine bones": Build(spine=6, style="unreal"),
    "three neck bones": Build(neck=3),
    "no collarbones": Build(leave_out=("shoulder",)),
    "no toes": Build(leave_out=("toe",)),
    "no hands": Build(leave_out=("hand",)),
    "root bone and twists": Build(root=True, twists=True, roll=True),
}


@pytest.mark.parametrize("build", RIGS.values(), ids=RIGS.keys())
def test_segments_point_where_the_motion_says(build):
    rig, motion = make_rig(build), make_motion()
    bones = auto_map(rig)
    pose = rg.retarget(motion, rig, bones)
    world = evaluate(rig, pose)
    whole = rt.from_rotvec(build.turn)
    assert worst_angle(rig, bones, motion, world, whole) < 1e-4
    path = rt.rotate(whole, motion.root) * build.size
    np.testing.assert_allclose(hip_path(rig, bones, world), path, atol=2e-3 * build.size)


@pytest.mark.parametrize("style", STYLES)
def test_names_of_many_conventions_are_read(style):
    build = Build(style=style, arms_down_deg=45.0, twists=True, root=True)
    bones = auto_map(make_rig(build))
    assert bones.roles == {r: _name(style, r) for r in ROLES}
    assert min(bones.confidence.values()) > 0.7
    assert not bones.notes


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"arms_down_deg": 45.0},
        {"turn": Y_UP, "size": 100.0},
        {"turn": (0.0, 0.0, np.pi)},
        {"leave_out": ("shoulder",)},
        {"leave_out": ("toe",)},
        {"spine": 5, "neck": 2, "twists": True},
        {"root": True, "arms_down_deg": 60.0},
    ],
    ids=str,
)
def test_a_rig_with_numbers_for_names_is_mapped_by_shape(change):
    build = Build(**change)
    named, numbered = make_rig(build), make_rig(replace(build, numbers=True))
    expected, found = auto_map(named), auto_map(numbered)
    back = dict(zip(numbered.names, named.names, strict=True))
    assert {r: back[b] for r, b in found.roles.items()} == expected.roles
    assert {k: [back[b] for b in v] for k, v in found.extra.items()} == expected.extra
    assert max(found.confidence.values()) < 0.7


def test_a_rig_that_is_no_person_is_refused():
    rig = make_rig(Build(numbers=True))
    few = rig.index("joint5")
    stub = Rig.unpack(
        {**rig.pack()[0], "names": rig.names[:few], "rotation_mode": ["XYZ"] * few},
        {k: v[:few] for k, v in rig.pack()[1].items()},
    )
    with pytest.raises(RigError, match="two legs and two arms"):
        auto_map(stub)


def test_what_a_map_lacks_is_said_in_a_sentence():
    rig = make_rig(Build())
    bones = auto_map(rig)
    with pytest.raises(RigError, match="no bone named “elsewhere”"):
        BoneMap({**bones.roles, "head": "elsewhere"}).check(rig)
    with pytest.raises(RigError, match="no bone for thigh.L"):
        BoneMap({r: b for r, b in bones.roles.items() if r != "thigh.L"}).check(rig)
    with pytest.raises(RigError, match="more than one role"):
        BoneMap({**bones.roles, "head": "neck"}).check(rig)
    again = BoneMap.from_json(bones.to_json())
    assert again == bones
    assert BoneMap.from_json(bones.roles).roles == bones.roles


@pytest.mark.parametrize("mode", ["QUATERNION", "AXIS_ANGLE", *euler.ORDERS])
def test_channels_hold_the_same_rotation_in_every_mode_without_jumps(mode):
    rig, motion = make_rig(Build(mode=mode, roll=True)), make_motion(400)
    pose = rg.retarget(motion, rig, auto_map(rig))
    channels = to_channels(pose, rig)
    for k, bone in enumerate(pose.bone_names):
        prop = {"QUATERNION": "rotation_quaternion", "AXIS_ANGLE": "rotation_axis_angle"}
        path = bone_path(bone, prop.get(mode, "rotation_euler"))
        count = 3 if mode in euler.ORDERS else 4
        values = np.stack([channels.values[path, i] for i in range(count)], axis=-1)
        assert channels.groups[path] == bone
        if mode == "QUATERNION":
            back = values
        elif mode == "AXIS_ANGLE":
            back = rt.from_rotvec(values[:, :1] * values[:, 1:])
        else:
            back = euler.to_quaternion(values, mode)
        assert rt.angle_between(back, pose.basis[:, k]).max() < 1e-6
        if mode != "AXIS_ANGLE":
            assert np.abs(np.diff(values, axis=0)).max() < 1.0


@pytest.mark.parametrize("order", euler.ORDERS)
def test_euler_angles_pass_the_pole_without_a_turn(order):
    angles = np.zeros((60, 3))
    angles[:, "XYZ".index(order[1])] = np.linspace(0.0, np.pi, 60)
    angles[:, "XYZ".index(order[0])] = 0.4
    found = euler.from_quaternion(euler.to_quaternion(angles, order), order)
    np.testing.assert_allclose(found, angles, atol=1e-6)


def test_locked_axes_stay_and_the_bones_below_make_up_for_them():
    locks = {"shin.L": [False, True, True], "spine": [True, True, True]}
    build = Build(locks=locks, mode="XYZ")
    rig, motion = make_rig(build), make_motion()
    bones = auto_map(rig)
    pose = rg.retarget(motion, rig, bones)
    channels = to_channels(pose, rig)
    assert (bone_path("shin.L", "rotation_euler"), 0) in channels.values
    assert (bone_path("shin.L", "rotation_euler"), 1) not in channels.values
    assert (bone_path("spine", "rotation_euler"), 0) not in channels.values
    world = evaluate(rig, pose)
    free = {r: b for r, b in bones.roles.items() if r not in ("shin.L", "spine", "thigh.L")}
    assert worst_angle(rig, BoneMap(free), motion, world, rt.IDENTITY) < 1e-4


def test_the_root_falls_back_to_a_bone_that_may_move():
    rig = make_rig(Build(root=True))
    bones = auto_map(rig)
    motion = make_motion()
    rig.location_locked[rig.index("hips")] = [False, True, False]
    pose = rg.retarget(motion, rig, bones)
    assert list(pose.location) == ["Root"]
    middle = hip_path(rig, bones, evaluate(rig, pose))
    np.testing.assert_allclose(middle, motion.root, atol=2e-3)
    rig.can_move[:] = False
    pose = rg.retarget(motion, rig, bones)
    assert not pose.location
    assert "stays on its spot" in pose.notes[0]


@pytest.mark.parametrize("numbers", [False, True])
def test_hips_and_spine_side_by_side_are_carried_by_what_joins_them(numbers):
    named = make_rig(Build(root=True))
    rig = make_rig(Build(root=True, numbers=numbers))
    rig.parents[named.index("spine")] = named.index("Root")
    bones = auto_map(rig)
    assert bones.roles["hips"] == rig.names[named.index("hips")]
    assert bones.chain("spine") == [rig.names[named.index(n)] for n in ("spine", "chest")]
    motion = make_motion()
    pose = rg.retarget(motion, rig, bones)
    assert list(pose.location) == [rig.names[named.index("Root")]]
    np.testing.assert_allclose(hip_path(rig, bones, evaluate(rig, pose)), motion.root, atol=2e-3)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("L_Hip L_Knee L_Ankle L_Foot", "thigh.L shin.L foot.L toe.L"),
        ("L_hip_jnt L_shoulder_jnt L_elbow_jnt", "thigh.L upper_arm.L forearm.L"),
        ("lThighBend lThighTwist lShldrBend", "thigh.L - upper_arm.L"),
        ("c_thigh_fk.l c_leg_fk.l thigh_twist.l c_foot_ik.l", "thigh.L shin.L - -"),
        ("leg_left knee_left arm_right forearm_right", "thigh.L shin.L upper_arm.R forearm.R"),
        ("arm_upper_L arm_lower_L leg_upper_R leg_lower_R", "upper_arm.L forearm.L thigh.R shin.R"),
        ("lcalf rthigh lforearm", "shin.L thigh.R forearm.L"),
        ("左足 右ひざ 左足首 足IK.L", "thigh.L shin.R foot.L -"),
        ("LeftHandThumb1 LeftToe_End Bip01_R_Toe0Nub", "- - -"),
    ],
)
def test_what_single_names_say(names, expected):
    read = bonenames.read_names(names.split())
    roles = ["-" if m.helper or not m.part else f"{m.part}.{m.side}" for m in read]
    assert " ".join(roles) == expected


def test_without_root_motion_the_character_stays_but_still_sinks():
    rig, motion = make_rig(Build()), make_motion()
    bones = auto_map(rig)
    pose = rg.retarget(motion, rig, bones, root_motion=False)
    middle = hip_path(rig, bones, evaluate(rig, pose))
    np.testing.assert_allclose(middle[:, :2], 0.0, atol=1e-6)
    np.testing.assert_allclose(middle[:, 2], motion.root[:, 2], atol=2e-3)


def test_a_bone_that_keeps_its_own_orientation_is_posed_all_the_same():
    rig, motion = make_rig(Build()), make_motion()
    bones = auto_map(rig)
    rig.follows[rig.index("head")] = False
    pose = rg.retarget(motion, rig, bones)
    head = pose.basis[:, pose.bone_names.index("head")]
    rest = rt.from_matrix(rig.rest[rig.index("head"), :3, :3])
    got = rt.multiply(rt.multiply(rest, head), rt.conjugate(rest))
    assert rt.angle_between(got, motion.rot[:, ROLES.index("head")]).max() < 1e-6


def test_standing_feet_are_put_on_the_floor_of_other_proportions():
    """Longer shins than the performer's: in a crouch the same angles leave the feet in the air."""
    rig = make_rig(Build())
    for side in "LR":
        for part in ("shin", "foot", "toe"):
            rig.rest[rig.index(f"{part}.{side}"), 2, 3] -= {"shin": -0.1}.get(part, 0.0)
    bones = auto_map(rig)
    motion = make_motion(60)
    motion.rot[:] = rt.IDENTITY
    bend = np.linspace(0.0, 1.2, 60)
    for side in "LR":
        thigh, shin = ROLES.index(f"thigh.{side}"), ROLES.index(f"shin.{side}")
        motion.rot[:, thigh] = rt.from_rotvec(np.outer(-bend, [1, 0, 0]))
        motion.rot[:, shin] = rt.from_rotvec(np.outer(0.4 * bend, [1, 0, 0]))
    motion.root[:, :2] = 0.0
    motion.root[:, 2] = 0.5 * np.cos(0.4 * bend) + 0.4 * np.cos(bend)
    motion.contact[:] = True
    world = evaluate(rig, rg.retarget(motion, rig, bones))
    ankle = world[:, rig.index("foot.L"), 2, 3]
    assert np.abs(ankle - 0.08).max() < 0.01
    motion.contact[:] = False
    world = evaluate(rig, rg.retarget(motion, rig, bones))
    assert np.abs(world[:, rig.index("foot.L"), 2, 3] - 0.08).max() > 0.03
