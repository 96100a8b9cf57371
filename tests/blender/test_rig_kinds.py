"""A known walk on rigs of many kinds: arms point, knees bend and feet stand as they should."""

from __future__ import annotations

import json
import os
from pathlib import Path

import addon_utils
import bpy
import numpy as np
import pytest
import walks
from mathutils import Matrix, Vector
from understudy.addon import blocking, bonemaps, fcurves, rigs
from understudy.ml import rotations as rt
from understudy.ml.blocking.bonemap import BoneMap, auto_map

RIGIFY = {"hips": "ORG-spine", "chest": "ORG-spine.003", "neck": "ORG-spine.004",
          "head": "ORG-spine.006"}  # fmt: skip
LEGS = ("leg.L", "leg.R")
# What each part is called, from the hips up and outwards; {s} is the side.
NAMES = {
    "mixamo": (
        "mixamorig:Hips mixamorig:Spine mixamorig:Spine1 mixamorig:Spine2 mixamorig:Neck "
        "mixamorig:Head mixamorig:{s}Shoulder mixamorig:{s}Arm mixamorig:{s}ForeArm "
        "mixamorig:{s}Hand mixamorig:{s}UpLeg mixamorig:{s}Leg mixamorig:{s}Foot "
        "mixamorig:{s}ToeBase", "Left Right"),
    "cmu": (
        "Hips LowerBack Spine Spine1 Neck Head {s}Shoulder {s}Arm {s}ForeArm {s}Hand {s}UpLeg "
        "{s}Leg {s}Foot {s}ToeBase", "Left Right"),
    "unreal": (
        "pelvis spine_01 spine_02 spine_03 neck_01 head clavicle_{s} upperarm_{s} lowerarm_{s} "
        "hand_{s} thigh_{s} calf_{s} foot_{s} ball_{s}", "l r"),
    "german": (
        "Becken Wirbelsäule.001 Wirbelsäule.002 Brust Hals Kopf Schlüsselbein.{s} Oberarm.{s} "
        "Unterarm.{s} Hand.{s} Oberschenkel.{s} Unterschenkel.{s} Fuß.{s} Zehen.{s}", "L R"),
    "french": (
        "Bassin Colonne1 Colonne2 Poitrine Cou Tête Clavicule_{s} Bras_{s} AvantBras_{s} "
        "Main_{s} Cuisse_{s} Mollet_{s} Pied_{s} Orteils_{s}", "G D"),
    "japanese": (
        "下半身 上半身 上半身2 上半身3 首 頭 {s}肩 {s}腕 {s}ひじ {s}手首 {s}足 {s}ひざ {s}足首 "
        "{s}つま先", "左 右"),
    "chinese": (
        "骨盆 脊柱1 脊柱2 胸部 脖子 头部 {s}锁骨 {s}上臂 {s}前臂 {s}手掌 {s}大腿 {s}小腿 {s}脚 "
        "{s}脚趾", "左 右"),
    "numbers": (
        "b0 b1 b2 b3 b4 b5 b6{s} b7{s} b8{s} b9{s} b10{s} b11{s} b12{s} b13{s}", "x y"),
}  # fmt: skip
TRUNK = ("hips", "spine", "spine+", "chest", "neck", "head")
LIMBS = ("shoulder", "upper_arm", "forearm", "hand", "thigh", "shin", "foot", "toe")


def build(style="mixamo", arms=0.0, spine=3, toes=True, size=1.0, legs=1.0, roll=0.0, prop=False):
    """Build a person in Blender; `arms` is how far they hang at rest, degrees.

    Returns the object and its bones by role.
    """
    words, sides = NAMES[style]
    words, sides = words.split(), sides.split()
    data = bpy.data.armatures.new(style)
    obj = bpy.data.objects.new(style, data)
    bpy.context.scene.collection.objects.link(obj)
    bpy.context.view_layer.objects.active = obj
    bpy.ops.object.mode_set(mode="EDIT")
    hip = 0.9 * legs
    made: dict[str, str] = {}

    def bone(role, name, parent, head, tail):
        edit = data.edit_bones.new(name)
        edit.head, edit.tail = size * Vector(head), size * Vector(tail)
        edit.roll = roll
        edit.parent = data.edit_bones[made[parent]] if parent else None
        made[role] = edit.name

    if prop:
        bone("root", "root", None, (0, 0, 0), (0, 0.2, 0))
    bone("hips", words[0], "root" if prop else None, (0, 0, hip + 0.03), (0, 0, hip + 0.13))
    heights = np.linspace(hip + 0.13, hip + 0.52, spine + 1)
    above = "hips"
    for k in range(spine):
        role = "chest" if k == spine - 1 else "spine" + ("+" * k)
        name = words[3] if role == "chest" else words[1] if k == 0 else f"{words[2]}_{k}"
        bone(role, name, above, (0, 0, heights[k]), (0, 0, heights[k + 1]))
        above = role
    bone("neck", words[4], "chest", (0, 0, hip + 0.55), (0, 0, hip + 0.64))
    bone("head", words[5], "neck", (0, 0, hip + 0.64), (0, 0, hip + 0.86))
    down = np.radians(arms)
    out = np.array([np.cos(down), 0.0, -np.sin(down)])
    for side, x in zip("LR", (1.0, -1.0), strict=True):
        word = dict(zip(LIMBS, [w.format(s=sides["LR".index(side)]) for w in words[6:]],
                        strict=True))  # fmt: skip
        flip = np.array([x, 1.0, 1.0])
        arm = [np.array([0.17, 0.0, hip + 0.5]) + reach * out for reach in (0.0, 0.28, 0.53, 0.7)]
        points = [np.array([0.03, 0.0, hip + 0.5]), *arm]
        leg = np.array([[0.1, 0, hip], [0.1, -0.01, 0.5 * hip + 0.04], [0.1, 0, 0.08],
                        [0.1, -0.14, 0.02], [0.1, -0.2, 0.02]])  # fmt: skip
        for parts, line, top in ((LIMBS[:4], points, "chest"), (LIMBS[4:], leg, "hips")):
            for k, part in enumerate(parts if toes else [p for p in parts if p != "toe"]):
                bone(f"{part}.{side}", word[part], top, flip * line[k], flip * line[k + 1])
                top = f"{part}.{side}"
    bpy.ops.object.mode_set(mode="OBJECT")
    bpy.context.view_layer.update()
    return obj, made


def check_walk(obj, drawn: BoneMap, *, facing=rt.IDENTITY, floor=0.0, arms=1.0, slide=0.012):
    """Hold what is seen of a blocked walk against the walk itself."""
    motion = walks.walk()
    seen = walks.Seen(obj, drawn)
    assert walks.worst_arm_degrees(seen, motion, facing) < arms
    assert walks.knees_bend_forwards(seen, facing)
    slid, off = walks.feet(seen, motion, floor)
    assert slid < slide and off < 0.012
    # From hip to ankle at rest is 0.82 of 0.9 of the walker's leg.
    expected = motion.root[0, 1] - motion.root[-1, 1]
    assert walks.way(seen, facing) * (0.82 / 0.9) == pytest.approx(expected / 0.9, rel=0.08)


KINDS = {
    "Mixamo, T-pose": {"style": "mixamo"},
    "CMU": {"style": "cmu", "roll": 0.7},
    "Unreal, A-pose, a root, five spine bones": {
        "style": "unreal", "arms": 48.0, "spine": 5, "prop": True},
    "two spine bones": {"style": "mixamo", "spine": 2, "arms": 30.0},
    "five spine bones": {"style": "mixamo", "spine": 5},
    "no toes": {"style": "unreal", "toes": False},
    "long legs": {"style": "cmu", "legs": 1.3},
    "short legs": {"style": "mixamo", "legs": 0.7},
    "a giant in centimetres": {"style": "unreal", "size": 400.0, "arms": 40.0},
    "German": {"style": "german", "arms": 20.0},
    "French": {"style": "french", "roll": 1.2},
    "Japanese": {"style": "japanese", "arms": 35.0},
    "Chinese": {"style": "chinese"},
    "numbers": {"style": "numbers", "arms": 45.0, "roll": -0.4},
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_a_walk_arrives(kind):
    obj, made = build(**kind)
    bones = auto_map(rigs.read_rig(obj))
    wrong = {r: (bones.roles.get(r), b) for r, b in made.items()
             if "+" not in r and r != "root" and bones.roles.get(r) != b}  # fmt: skip
    assert not wrong
    assert len(bones.chain("spine")) == kind.get("spine", 3)
    walks.block(obj, walks.walk(), bones)
    check_walk(obj, bones)


@pytest.mark.parametrize(
    ("place", "unit"),
    [
        (Matrix.Translation((3, -2, 0.7)) @ Matrix.Rotation(2.1, 4, "Z"), 1.0),
        (Matrix.Scale(0.01, 4), 0.01),
        (Matrix.Rotation(-0.6, 4, "Z") @ Matrix.Scale(2.5, 4), 1.0),
    ],
    ids=["moved and turned", "centimetre scene", "scaled and turned"],
)
def test_a_walk_arrives_on_a_placed_object(place, unit):
    bpy.context.scene.unit_settings.scale_length = unit
    obj, _ = build("unreal", arms=40.0)
    obj.matrix_world = place
    bpy.context.view_layer.update()
    bones = auto_map(rigs.read_rig(obj))
    walks.block(obj, walks.walk(), bones)
    facing = np.array(place.to_quaternion())
    check_walk(obj, bones, facing=facing, floor=place.translation.z)


def test_a_rig_under_a_scaled_and_turned_parent_walks():
    parent = bpy.data.objects.new("stage", None)
    bpy.context.scene.collection.objects.link(parent)
    parent.matrix_world = Matrix.Rotation(1.0, 4, "Z") @ Matrix.Scale(1.8, 4)
    obj, _ = build("mixamo")
    obj.parent = parent
    bpy.context.view_layer.update()
    bones = auto_map(rigs.read_rig(obj))
    walks.block(obj, walks.walk(), bones)
    check_walk(obj, bones, facing=np.array(parent.matrix_world.to_quaternion()))


@pytest.fixture(scope="module")
def rigify_files(tmp_path_factory, rigify_file) -> dict[str, Path]:
    """Generate Rigify people of several proportions, as its button does, and save them."""
    folder = tmp_path_factory.mktemp("rigify")
    files = {"human": rigify_file}
    for kind, add in (("child", "human"), ("giant", "human"), ("basic", "basic_human")):
        bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
        addon_utils.enable("rigify", default_set=True)
        getattr(bpy.ops.object, f"armature_{add}_metarig_add")()
        if add == "human":
            _reshape(bpy.context.object, *((0.55, 0.8) if kind == "child" else (3.2, 1.25)))
        bpy.ops.pose.rigify_generate()
        files[kind] = folder / f"{kind}.blend"
        bpy.ops.wm.save_as_mainfile(filepath=os.fspath(files[kind]), check_existing=False)
    return files


def _reshape(metarig, size: float, legs: float) -> None:
    """Scale a metarig, its legs (all below the hips) by more or less than the rest."""
    bpy.ops.object.mode_set(mode="EDIT")
    bones = metarig.data.edit_bones
    hip = bones["thigh.L"].head.z
    ends = {}
    for bone in bones:
        for end in ("head", "tail"):
            place = getattr(bone, end).copy()
            low = min(place.z, hip)
            place.z = legs * low + (place.z - low)
            ends[bone.name, end] = size * place
    for (name, end), place in ends.items():
        setattr(bones[name], end, place)
    bpy.ops.object.mode_set(mode="OBJECT")


def _deform(bones: BoneMap) -> BoneMap:
    return BoneMap({r: RIGIFY.get(r, f"ORG-{r}") for r in bones.roles if r != "spine"})


@pytest.mark.parametrize("kind", ["human", "child", "giant", "basic"])
@pytest.mark.parametrize("ik", [(), LEGS], ids=["FK", "IK"])
def test_a_walk_arrives_on_rigify(rigify_files, kind, ik):
    bpy.ops.wm.open_mainfile(filepath=os.fspath(rigify_files[kind]))
    obj = next(o for o in bpy.data.objects if o.type == "ARMATURE" and o.name.startswith("rig"))
    bones = auto_map(rigs.read_rig(obj))
    walks.block(obj, walks.walk(), bones, keys=14 if ik else None, ik=ik)
    drawn = _deform(bones)
    motion, seen = walks.walk(), walks.Seen(obj, drawn)
    assert walks.knees_bend_forwards(seen)
    slid, off = walks.feet(seen, motion, 0.0)
    assert slid < 0.012 and off < 0.012
    if not ik:
        assert walks.worst_arm_degrees(seen, motion) < 1.0


def test_makehuman_game_engine_walks(data):
    path = data / "video" / "mh_body" / "rigs" / "standard" / "rig.game_engine.json"
    if not path.is_file():
        pytest.skip("no game_engine rig in the data folder")
    about = json.loads(path.read_text())
    about = about.get("bones", about)
    obj = bpy.data.objects.new("rig", bpy.data.armatures.new("rig"))
    bpy.context.scene.collection.objects.link(obj)
    bpy.context.view_layer.objects.active = obj
    bpy.ops.object.mode_set(mode="EDIT")
    for name, bone in about.items():
        edit = obj.data.edit_bones.new(name)
        edit.head, edit.tail = (bone[e]["default_position"] for e in ("head", "tail"))
        edit.roll = bone.get("roll", 0.0)
    for name, bone in about.items():
        edit = obj.data.edit_bones[name]
        edit.parent = obj.data.edit_bones[bone["parent"]] if bone["parent"] else None
    bpy.ops.object.mode_set(mode="OBJECT")
    bones = auto_map(rigs.read_rig(obj))
    walks.block(obj, walks.walk(), bones)
    motion, seen = walks.walk(), walks.Seen(obj, bones)
    assert walks.worst_arm_degrees(seen, motion) < 1.0
    slid, off = walks.feet(seen, motion, 0.0)
    assert slid < 0.012 and off < 0.012 and walks.knees_bend_forwards(seen)


def test_a_map_made_by_hand_travels_with_the_rig_into_another_file(tmp_path):
    obj, made = build("numbers")
    bones = BoneMap({r: b for r, b in made.items() if "+" not in r},
                    {"spine": [made["spine+"]]})  # fmt: skip
    del bones.roles["head"]
    bonemaps.store(obj, bones)
    path = os.fspath(tmp_path / "rig.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    with bpy.data.libraries.load(path) as (_, into):
        into.objects = ["numbers"]
    other = bpy.data.objects["numbers"]
    bpy.context.scene.collection.objects.link(other)
    bpy.context.view_layer.update()
    kept = bonemaps.stored(other)
    assert (kept.roles, kept.extra) == (bones.roles, bones.extra)
    walks.block(other, walks.walk(), kept)
    check_walk(other, kept)


def test_a_map_is_exported_changed_and_imported(tmp_path):
    obj, made = build("numbers")
    assert bpy.ops.understudy.map_rig() == {"FINISHED"}
    path = tmp_path / "map.json"
    assert bpy.ops.understudy.export_rig_map(filepath=os.fspath(path)) == {"FINISHED"}
    written = json.loads(path.read_text("utf-8"))
    assert written["roles"]["forearm.L"] == made["forearm.L"]
    del written["roles"]["head"]
    path.write_text(json.dumps(written), "utf-8")
    assert bpy.ops.understudy.clear_rig_map() == {"FINISHED"}
    assert bpy.ops.understudy.import_rig_map(filepath=os.fspath(path)) == {"FINISHED"}
    assert bonemaps.stored(obj).roles == written["roles"]
    other, _ = build("cmu")
    assert bpy.context.object == other
    with pytest.raises(RuntimeError, match="has no bone named"):
        bpy.ops.understudy.import_rig_map(filepath=os.fspath(path))
    assert bonemaps.stored(other) is None


def test_each_limb_is_keyed_its_own_way_range_by_range(rigify_files):
    """The left leg by IK in one range, the right arm in the next: switches say so, and hold."""
    bpy.ops.wm.open_mainfile(filepath=os.fspath(rigify_files["human"]))
    obj = bpy.data.objects["rig"]
    bones = auto_map(rigs.read_rig(obj))
    switches = {limb: about["switch"] for limb, about in rigs.read_rig(obj).ik.items()}
    motion = walks.walk()
    spans = {}
    for start, ik in ((1, ("leg.L",)), (101, ("arm.R",))):
        rig = rigs.read_rig(obj, bones.names())
        frames = np.arange(start, start + len(motion.time))
        made = walks.take_of(rig, motion, bones, frames, 12, ik)
        blocking._key_switches(obj, made, {s: limb in ik for limb, s in switches.items()})
        fcurves.write_take(obj, made)
        spans[ik[0]] = frames
    for limb, path in switches.items():
        for asked, frames in spans.items():
            for frame in (frames[0], frames[-1]):
                bpy.context.scene.frame_set(int(frame))
                assert obj.path_resolve(path) == (0.0 if asked == limb else 1.0), (limb, frame)
