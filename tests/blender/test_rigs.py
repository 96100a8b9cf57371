"""Real rigs in Blender: what moves what, and whether the bones end where the motion says."""

from __future__ import annotations

import json
import math
import os

import bpy
import numpy as np
import pytest
from mathutils import Matrix, Vector
from understudy.addon import fcurves, inbetween, jobs, props, rigs
from understudy.ml import rotations as rt
from understudy.ml.blocking import retarget as rg
from understudy.ml.blocking.body import PARENT, REST_DIRECTION, ROLES, Motion
from understudy.ml.blocking.bonemap import BoneMap, auto_map
from understudy.ml.blocking.channels import to_channels
from understudy.ml.errors import RigError

LIMBS = {"upper_arm": "forearm", "forearm": "hand", "thigh": "shin", "shin": "foot"}
RIGIFY_DEFORM = {
    "hips": "ORG-spine",
    "chest": "ORG-spine.003",
    "neck": "ORG-spine.004",
    "head": "ORG-spine.006",
}


def make_motion(frames: int = 24, seed: int = 3) -> Motion:
    """Return a wild but smooth motion of all segments, the root on its way."""
    rng = np.random.default_rng(seed)
    t = np.linspace(0.0, 1.5, frames)
    rot = np.zeros((frames, len(ROLES), 4))
    for i, role in enumerate(ROLES):
        far = 0.1 if role.startswith("shoulder") else 0.7
        wave = np.sin(t * rng.uniform(1, 4) + rng.uniform(0, 6))
        parent = PARENT[role]
        above = rot[:, ROLES.index(parent)] if parent else np.tile(rt.IDENTITY, (frames, 1))
        rot[:, i] = rt.multiply(above, rt.from_rotvec(far * np.outer(wave, rng.normal(size=3))))
    root = np.stack([0.5 * t, -0.3 * t, 0.9 + 0.05 * np.sin(5 * t)], axis=-1)
    nothing = np.zeros((frames, 4), bool)
    return Motion(t, rot, root, 0.9, nothing, np.ones(frames), np.zeros((frames, 0, 3)), ())


def show(obj: bpy.types.Object, channels, frame: int) -> None:
    """Set one frame's values on the rig's controls and evaluate."""
    for (path, index), values in channels.values.items():
        owner, _, prop = path.rpartition(".")
        getattr(obj.path_resolve(owner), prop)[index] = values[frame]
    obj.update_tag()
    bpy.context.view_layer.update()


def directions(obj: bpy.types.Object, bones: BoneMap) -> dict[str, np.ndarray]:
    """Return where each limb's segment points in the world, joint to joint."""
    found = {}
    for part, following in LIMBS.items():
        for side in "LR":
            start, end = bones.roles.get(f"{part}.{side}"), bones.roles.get(f"{following}.{side}")
            if start and end:
                heads = [obj.matrix_world @ obj.pose.bones[b].head for b in (start, end)]
                found[f"{part}.{side}"] = np.array((heads[1] - heads[0]).normalized())
    return found


def put_on(obj: bpy.types.Object, motion: Motion):
    """Return (rig, bones, channels) with the rig's switches set."""
    rig = rigs.read_rig(obj)
    bones = auto_map(rig)
    for path, value in rig.properties.items():
        rigs.set_property(obj, path, value)
    return rig, bones, to_channels(rg.retarget(motion, rig, bones), rig)


def worst_degrees(obj, rig, bones, channels, motion, facing=rt.IDENTITY) -> float:
    """Return how far, at most, a limb's segment points from where the motion has it."""
    worst = 0.0
    for frame in range(0, len(motion.time), 4):
        show(obj, channels, frame)
        for role, got in directions(obj, bones).items():
            k = ROLES.index(role)
            want = rt.rotate(facing, rt.rotate(motion.rot[frame, k], REST_DIRECTION[k]))
            worst = max(worst, float(np.degrees(np.arccos(np.clip(got @ want, -1.0, 1.0)))))
    return worst


@pytest.fixture
def human(rigify_file) -> bpy.types.Object:
    bpy.ops.wm.open_mainfile(filepath=os.fspath(rigify_file))
    return bpy.data.objects["rig"]


def test_a_metarig_is_told_from_its_rig(human):
    assert props.is_metarig(bpy.data.objects["metarig"])
    assert not props.is_metarig(human)
    assert not props.is_metarig(armature("plain", [("hip", None, (0, 0, 0), (0, 0, 1))]))


def armature(name: str, bones: list[tuple]) -> bpy.types.Object:
    """Build an armature from (name, parent, head, tail)."""
    data = bpy.data.armatures.new(name)
    obj = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(obj)
    bpy.context.view_layer.objects.active = obj
    bpy.ops.object.mode_set(mode="EDIT")
    for bone, parent, head, tail in bones:
        edit = data.edit_bones.new(bone)
        edit.head, edit.tail = Vector(head), Vector(tail)
        edit.parent = data.edit_bones.get(parent) if parent else None
    bpy.ops.object.mode_set(mode="OBJECT")
    bpy.context.view_layer.update()
    return obj


def person(name: str = "person") -> bpy.types.Object:
    """Build a small person in an A-pose."""
    bones = [
        ("hips", None, (0, 0, 0.95), (0, 0, 1.05)),
        ("spine", "hips", (0, 0, 1.05), (0, 0, 1.25)),
        ("chest", "spine", (0, 0, 1.25), (0, 0, 1.45)),
        ("neck", "chest", (0, 0, 1.5), (0, 0, 1.6)),
        ("head", "neck", (0, 0, 1.6), (0, 0, 1.8)),
    ]
    for side, s in (("L", 1.0), ("R", -1.0)):
        bones += [
            (f"upper_arm.{side}", "chest", (0.2 * s, 0, 1.45), (0.4 * s, 0, 1.25)),
            (f"forearm.{side}", f"upper_arm.{side}", (0.4 * s, 0, 1.25), (0.6 * s, -0.05, 1.05)),
            (f"hand.{side}", f"forearm.{side}", (0.6 * s, -0.05, 1.05), (0.7 * s, -0.08, 0.95)),
            (f"thigh.{side}", "hips", (0.1 * s, 0, 0.9), (0.1 * s, -0.02, 0.5)),
            (f"shin.{side}", f"thigh.{side}", (0.1 * s, -0.02, 0.5), (0.1 * s, 0, 0.08)),
            (f"foot.{side}", f"shin.{side}", (0.1 * s, 0, 0.08), (0.1 * s, -0.15, 0.02)),
        ]
    return armature(name, bones)


def test_what_really_moves_rigify_controls(human):
    rig = rigs.read_rig(human)
    assert rig.kind == "rigify"
    above = {n: rig.names[rig.parents[rig.index(n)]] for n in auto_map(rig).names()}
    assert above["chest"] == "torso"
    assert above["neck"] == "chest"
    assert above["head"] == "neck"
    assert above["upper_arm_fk.L"] == "shoulder.L"
    assert above["thigh_fk.R"] == "torso"
    assert above["foot_fk.R"] == "shin_fk.R"
    assert rig.properties['pose.bones["thigh_parent.L"]["IK_FK"]'] == 1.0
    assert all(rig.parents[i] < i for i in range(len(rig.names)))


@pytest.mark.parametrize(
    "place",
    [
        Matrix(),
        Matrix.Translation((3, 1, 0)) @ Matrix.Rotation(2.0, 4, "Z") @ Matrix.Scale(0.4, 4),
    ],
    ids=["at home", "moved, turned and scaled"],
)
def test_rigify_deforms_as_the_motion_says(human, place):
    human.matrix_world = place
    bpy.context.view_layer.update()
    motion = make_motion()
    rig, bones, channels = put_on(human, motion)
    frame = rg.body_frame(rig, bones)
    aligned = rg.alignments(rig, bones, frame)
    worst = 0.0
    for k in range(0, len(motion.time), 4):
        show(human, channels, k)
        for role in bones.roles:
            name = RIGIFY_DEFORM.get(role, f"ORG-{role}")
            rest = np.array(human.data.bones[name].matrix_local)[:3, :3]
            now = np.array(human.pose.bones[name].matrix.to_3x3().normalized())
            got = rt.multiply(rt.from_matrix(now), rt.conjugate(rt.from_matrix(rest)))
            want = rt.multiply(motion.rot[k, ROLES.index(role)], aligned[role])
            worst = max(worst, float(np.degrees(rt.angle_between(got, want))))
            along = human.pose.bones[name.replace("ORG", "DEF")].matrix.col[1].to_3d().normalized()
            bent = along.angle(Vector(now[:, 1]))
            worst = max(worst, float(np.degrees(bent)))
        middle = sum((human.pose.bones[f"DEF-thigh.{s}"].head for s in "LR"), Vector()) / 2
        path = frame.centre * [1, 1, 0] + motion.root[k] * (frame.leg / motion.leg_length)
        np.testing.assert_allclose(middle, path, atol=1e-4)
    assert worst < 0.5
    turn = rt.from_matrix(np.array(place.to_3x3().normalized()))
    assert worst_degrees(human, rig, bones, channels, motion, turn) < 0.5


def test_reading_a_rig_leaves_no_trace(human):
    bone = human.pose.bones["hand_fk.L"]
    bone.keyframe_insert("rotation_quaternion", frame=1)
    bone.rotation_quaternion = (0.9, 0.3, 0.1, 0.0)
    bone.keyframe_insert("rotation_quaternion", frame=20)
    human.pose.bones["torso"].location = (0.1, 0.2, 0.3)
    human.pose.bones["thigh_parent.L"]["IK_FK"] = 0.25
    bpy.context.scene.frame_set(7)

    def state() -> dict:
        kinds = ("objects", "scenes", "actions", "armatures", "collections", "meshes")
        return {
            "data": {k: sorted(i.name for i in getattr(bpy.data, k)) for k in kinds},
            "pose": [list(map(list, p.matrix_basis)) for p in human.pose.bones],
            "switch": human.pose.bones["thigh_parent.L"]["IK_FK"],
            "action": human.animation_data.action.name,
            "users": human.animation_data.action.users,
            "frame": bpy.context.scene.frame_current,
            "active": bpy.context.view_layer.objects.active,
            "selected": list(bpy.context.selected_objects),
            "mode": human.mode,
        }

    before = state()
    first = rigs.read_rig(human)
    assert state() == before
    for pose_bone in human.pose.bones:
        pose_bone.matrix_basis = Matrix()
    second = rigs.read_rig(human)
    np.testing.assert_array_equal(first.parents, second.parents)


def test_a_hidden_rig_is_read_like_one_that_is_shown(human):
    shown = rigs.read_rig(human)
    human.hide_viewport = True
    try:
        hidden = rigs.read_rig(human)
    finally:
        human.hide_viewport = False
    assert hidden.names == shown.names and (hidden.parents == shown.parents).all()


def test_a_head_that_is_set_to_hang_on_the_body_is_mapped(human):
    human.pose.bones["torso"]["head_follow"] = 0.0
    human.pose.bones["thigh_parent.L"]["FK_limb_follow"] = 1.0
    motion = make_motion()
    rig, bones, channels = put_on(human, motion)
    assert rig.names[rig.parents[rig.index("thigh_fk.L")]] == "torso"
    assert not rig.follows[rig.index("thigh_fk.L")]
    assert worst_degrees(human, rig, bones, channels, motion) < 0.5


def test_ik_over_keyed_bones_is_let_go():
    obj = person()
    bpy.context.view_layer.objects.active = obj
    bpy.ops.object.mode_set(mode="EDIT")
    for side, s in (("L", 1.0), ("R", -1.0)):
        goal = obj.data.edit_bones.new(f"foot_ik.{side}")
        goal.head, goal.tail = (0.1 * s, 0, 0.08), (0.1 * s, 0.2, 0.08)
    bpy.ops.object.mode_set(mode="OBJECT")
    for side in "LR":
        ik = obj.pose.bones[f"shin.{side}"].constraints.new("IK")
        ik.target, ik.subtarget, ik.chain_count = obj, f"foot_ik.{side}", 2
    bpy.context.view_layer.update()
    motion = make_motion()
    rig, bones, channels = put_on(obj, motion)
    path = 'pose.bones["shin.L"].constraints["IK"].influence'
    assert rig.properties[path] == 0.0
    assert bones.roles["foot.L"] == "foot.L"
    assert worst_degrees(obj, rig, bones, channels, motion) < 0.1


@pytest.mark.parametrize("fk_end", [0.0, 1.0])
def test_a_switch_between_ik_and_fk_is_turned_to_its_fk_end(fk_end):
    obj = person()
    controls = [b.name for b in obj.data.bones]
    bpy.context.view_layer.objects.active = obj
    bpy.ops.object.mode_set(mode="EDIT")
    for name in controls:
        obj.data.edit_bones[name].use_deform = False
        for prefix in ("DEF", "IK"):
            above = obj.data.edit_bones[name].parent
            copy = obj.data.edit_bones.new(f"{prefix}-{name}")
            copy.head, copy.tail = obj.data.edit_bones[name].head, obj.data.edit_bones[name].tail
            copy.roll = obj.data.edit_bones[name].roll
            copy.use_deform = prefix == "DEF"
            copy.parent = obj.data.edit_bones[f"{prefix}-{above.name}"] if above else None
    bpy.ops.object.mode_set(mode="OBJECT")
    switch = obj.pose.bones["hips"]
    switch["FKIK"] = 1.0 - fk_end
    switch.id_properties_ui("FKIK").update(min=0.0, max=1.0)
    for name in controls:
        # The trunk has no second chain; the limbs follow one of the two.
        sources = [name, f"IK-{name}"] if "." in name else [name]
        for k, source in enumerate(sources):
            follow = obj.pose.bones[f"DEF-{name}"].constraints.new("COPY_TRANSFORMS")
            follow.target, follow.subtarget = obj, source
            if k:
                driver = follow.driver_add("influence").driver
                variable = driver.variables.new()
                variable.targets[0].id = obj
                variable.targets[0].data_path = 'pose.bones["hips"]["FKIK"]'
                driver.expression = f"abs({variable.name} - {fk_end})"
    bpy.context.view_layer.update()
    motion = make_motion()
    rig, bones, channels = put_on(obj, motion)
    assert rig.properties == {'pose.bones["hips"]["FKIK"]': fk_end}
    assert not any(name.startswith(("DEF-", "IK-")) for name in bones.names())
    deforming = BoneMap({role: f"DEF-{bone}" for role, bone in bones.roles.items()})
    assert worst_degrees(obj, rig, deforming, channels, motion) < 0.1


def test_a_bone_that_something_else_rules_is_named():
    obj = person()
    copy = obj.pose.bones["thigh.L"].constraints.new("COPY_ROTATION")
    copy.target, copy.subtarget = obj, "thigh.R"
    bpy.context.view_layer.update()
    with pytest.raises(RigError, match="“thigh.L” cannot be posed: the constraint “Copy Rotation”"):
        rigs.read_rig(obj)


@pytest.mark.parametrize("mode", ["QUATERNION", "AXIS_ANGLE", "XYZ", "ZYX", "YXZ"])
def test_every_rotation_mode_ends_at_the_same_pose(mode):
    obj = person()
    for bone in obj.pose.bones:
        bone.rotation_mode = mode
    motion = make_motion()
    rig, bones, channels = put_on(obj, motion)
    assert worst_degrees(obj, rig, bones, channels, motion) < 0.1


@pytest.mark.parametrize("name", ["02_01.bvh", "05_10.bvh"])
@pytest.mark.parametrize("up", ["Y", "Z"])
def test_imported_bvh_takes_another_motion(data, name, up):
    path = data / "video" / "mh_body" / name
    if not path.is_file():
        pytest.skip(f"no {name} in the data folder")
    bpy.ops.import_anim.bvh(filepath=os.fspath(path), axis_up="Y", axis_forward="-Z", frame_start=1)
    obj = bpy.context.object
    obj.animation_data.action = None
    for bone in obj.pose.bones:
        bone.matrix_basis = Matrix()
    if up == "Z":
        # The same rig, its armature Y-up and the object turned instead.
        turn = Matrix.Rotation(np.pi / 2, 4, "X")
        obj.data.transform(turn.inverted())
        obj.matrix_world = obj.matrix_world @ turn
    bpy.context.view_layer.update()
    motion = make_motion()
    rig, bones, channels = put_on(obj, motion)
    assert bones.roles["thigh.L"] == "lThigh"
    assert worst_degrees(obj, rig, bones, channels, motion, facing(obj)) < 0.1


def facing(obj: bpy.types.Object) -> np.ndarray:
    """Return the turn from scene axes to how a rig stands in the world, by its hips and eyes."""
    heads = {b.name: np.array(obj.matrix_world @ b.head_local) for b in obj.data.bones}
    left = next(heads[n] for n in heads if n.lower() in ("lthigh", "leftupleg", "thigh_l"))
    right = next(heads[n] for n in heads if n.lower() in ("rthigh", "rightupleg", "thigh_r"))
    across = left - right
    return rt.frame_from([0.0, 0.0, 1.0], np.round(across / np.abs(across).max()), "zx")


@pytest.mark.parametrize("kind", ["mixamo", "game_engine", "cmu_mb"])
def test_makehuman_rigs_take_a_motion(data, kind):
    path = data / "video" / "mh_body" / "rigs" / "standard" / f"rig.{kind}.json"
    if not path.is_file():
        pytest.skip(f"no {path.name} in the data folder")
    bones = json.loads(path.read_text())
    bones = bones.get("bones", bones)
    order = sorted(bones, key=lambda n: _depth(bones, n))
    obj = armature(
        kind,
        [
            (n, bones[n]["parent"], *(bones[n][e]["default_position"] for e in ("head", "tail")))
            for n in order
        ],
    )
    motion = make_motion()
    rig, found, channels = put_on(obj, motion)
    assert len(found.roles) == len(ROLES)
    assert worst_degrees(obj, rig, found, channels, motion) < 0.1


def _depth(bones: dict, name: str) -> int:
    parent = bones[name]["parent"]
    return 1 + _depth(bones, parent) if parent else 0


def test_rigs_that_cannot_be_animated_are_refused_in_words(tmp_path):
    with pytest.raises(RigError, match="Choose an armature"):
        rigs.read_rig(None)
    mesh = bpy.data.objects.new("cube", bpy.data.meshes.new("cube"))
    with pytest.raises(RigError, match="“cube”, a mesh, is chosen"):
        rigs.read_rig(mesh)
    loose = bpy.data.objects.new("loose", person().data)
    with pytest.raises(RigError, match="in no scene"):
        rigs.read_rig(loose)
    empty = bpy.data.objects.new("empty", bpy.data.armatures.new("empty"))
    bpy.context.scene.collection.objects.link(empty)
    with pytest.raises(RigError, match="no bones"):
        rigs.read_rig(empty)
    obj = person()
    for scale, words in (
        ((-1, 1, 1), "negative scale"),
        ((0, 0, 0), "scaled to nothing"),
        ((1, 2, 1), "more along one axis"),
        ((math.nan, 1, 1), "no number"),
    ):
        obj.scale = scale
        bpy.context.view_layer.update()
        with pytest.raises(RigError, match=words):
            rigs.read_rig(obj)
    obj.scale = (1, 1, 1)
    bpy.context.view_layer.objects.active = obj
    bpy.ops.object.mode_set(mode="EDIT")
    with pytest.raises(RigError, match="Edit Mode"):
        rigs.read_rig(obj)
    bpy.ops.object.mode_set(mode="OBJECT")


def test_a_linked_rig_needs_an_override_and_then_works(rigify_file):
    with bpy.data.libraries.load(os.fspath(rigify_file), link=True) as (_, into):
        into.objects = ["rig"]
    linked = bpy.data.objects["rig"]
    bpy.context.scene.collection.objects.link(linked)
    bpy.context.view_layer.update()
    with pytest.raises(RigError, match="library override"):
        rigs.read_rig(linked)
    override = linked.override_create(remap_local_usages=True)
    override.override_library.is_system_override = False
    bpy.context.view_layer.update()
    rig = rigs.read_rig(override)
    assert rig.names[rig.parents[rig.index("chest")]] == "torso"


@pytest.mark.parametrize("method", ["plain", "network"])
def test_inbetweens_of_ik_controls(human, method):
    if method == "network":
        pytest.importorskip("onnxruntime")
    keyed = ("torso", "hand_ik.L", "foot_ik.R")
    for name in keyed:
        bone = human.pose.bones[name]
        bone.rotation_mode = "XYZ" if name == "torso" else "QUATERNION"
        rotation = "rotation_euler" if name == "torso" else "rotation_quaternion"
        for frame in (1, 2, 3, 4, 20, 40):
            bone.location = (0.02 * frame, 0.05 * np.sin(frame / 6), 0.0)
            if name == "torso":
                bone.rotation_euler = (0.1 * np.sin(frame / 5), 0.0, 0.01 * frame)
            else:
                bone.rotation_quaternion = (1.0, 0.1 * np.sin(frame / 5), 0.0, 0.01 * frame)
            for path in ("location", rotation):
                bone.keyframe_insert(path, frame=frame)
    before = {k: fcurves.read_keys(c) for k, c in fcurves.curves_of(human).items()}
    options = inbetween.Options(span=(1, 40), method=method)
    asked = inbetween.request(bpy.context.scene, human, options)
    job = jobs.start(inbetween.TASK, asked.params, asked.arrays, in_process=True)
    report = inbetween.finish(human, asked, job.result())
    assert report["keys"] > 0 and set(report["bones"]) == set(keyed)
    after = {k: fcurves.read_keys(c) for k, c in fcurves.curves_of(human).items()}
    assert after.keys() == before.keys()
    for channel, keys in before.items():
        mine = after[channel][np.isin(after[channel]["co"][:, 0], keys["co"][:, 0])]
        assert (mine["co"] == keys["co"]).all() and (mine["type"] == keys["type"]).all()
    # The control leaves the dense stretch with the speed it came with.
    curve = fcurves.curves_of(human)[('pose.bones["hand_ik.L"].location', 0)]
    assert abs((curve.evaluate(5) - curve.evaluate(4)) - 0.02) < 0.012
