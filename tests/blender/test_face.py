"""From a performance to keys on shape keys, a head and eyes, by the button and the command."""

from __future__ import annotations

import json
from pathlib import Path

import bpy
import numpy as np
import pytest
from mathutils import Vector
from report_form import faults
from understudy.addon import actions, cli, face, facemaps, faceperformances, facerig, ledger
from understudy.ml.errors import RigError, UnderstudyError
from understudy.ml.face import performance as performances
from understudy.ml.face.performance import INDEX, NAMES, Performance

FORM = json.loads(
    (Path(__file__).resolve().parents[2] / "docs" / "report.schema.json").read_text("utf-8")
)


def new_head(name: str = "Head", keys: tuple[str, ...] = NAMES) -> bpy.types.Object:
    """Return an active mesh object with a shape key of each name, each moving something."""
    mesh = bpy.data.meshes.new(name)
    size = max(len(keys), 3)
    mesh.from_pydata([(i, 0, 0) for i in range(size)], [], [tuple(range(size))])
    head = bpy.data.objects.new(name, mesh)
    bpy.context.collection.objects.link(head)
    if keys:
        head.shape_key_add(name="Basis")
    for i, key in enumerate(keys):
        head.shape_key_add(name=key, from_mix=False).data[i].co.z += 1
    bpy.context.view_layer.objects.active = head
    return head


def new_armature(name: str, bones: dict[str, str]) -> bpy.types.Object:
    """Return an armature object with upright bones of these names and rotation modes."""
    rig = bpy.data.objects.new(name, bpy.data.armatures.new(name))
    bpy.context.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    for bone in bones:
        rig.data.edit_bones.new(bone).tail = (0, 0.3, 1)
    bpy.ops.object.mode_set(mode="OBJECT")
    for bone, mode in bones.items():
        rig.pose.bones[bone].rotation_mode = mode
    return rig


@pytest.fixture
def head() -> bpy.types.Object:
    bpy.context.scene.render.fps = 24
    return new_head()


@pytest.fixture
def recording(tmp_path) -> Path:
    """Return the file of two seconds: the jaw opens, the head turns, the eyes look aside."""
    times = np.arange(61) / 30.0
    values = np.zeros((61, 52))
    values[:, INDEX["jawOpen"]] = 0.8 * np.sin(np.pi * times / 2) ** 2
    values[20, INDEX["eyeBlinkLeft"]] = 1.0
    angle = 0.3 * np.sin(np.pi * times / 2)
    turn = np.zeros((61, 4))
    turn[:, 0], turn[:, 2] = np.cos(angle / 2), np.sin(angle / 2)
    gaze = np.zeros((61, 2, 2))
    gaze[:, :, 0] = angle[:, None]
    path = tmp_path / "take.npz"
    performances.write(path, Performance(times, values, turn, gaze=gaze))
    return path


@pytest.fixture
def settings(recording):
    settings = bpy.context.scene.understudy.face
    settings.source, settings.recording = "file", str(recording)
    return settings


def value(head: bpy.types.Object, key: str, frame: int) -> float:
    bpy.context.scene.frame_set(frame)
    return head.data.shape_keys.key_blocks[key].value


def test_the_button_writes_shape_keys_and_keeps_the_performance(head, settings):
    assert bpy.ops.understudy.perform_face() == {"FINISHED"}
    keys = head.data.shape_keys
    assert value(head, "jawOpen", 25) == pytest.approx(0.8, abs=0.02)
    assert value(head, "eyeBlinkLeft", 17) == pytest.approx(1.0, abs=0.01)
    assert value(head, "mouthSmileLeft", 25) == 0
    action = keys.animation_data.action
    assert ledger.report(action)["keys"]["ai"] > 50
    assert {path for path, _ in actions.curves_of(head)} == {"rotation_euler", "location"}
    assert [row.name for row in settings.performances] == ["take.npz"]
    jaw = actions.read_keys(actions.curves_of(keys)['key_blocks["jawOpen"].value', 0])
    assert len(jaw) < 12


def test_edits_rewrite_only_what_was_generated(head, settings):
    bpy.ops.understudy.perform_face()
    keys = head.data.shape_keys
    curve = actions.curves_of(keys)['key_blocks["jawOpen"].value', 0]
    curve.keyframe_points.insert(55, 0.123)
    settings.jaw.amplitude = 0.5
    settings.start_frame = 100  # of the next one; the kept one stays where it is
    assert bpy.ops.understudy.apply_face_edits() == {"FINISHED"}
    assert value(head, "jawOpen", 25) == pytest.approx(0.4, abs=0.02)
    assert value(head, "jawOpen", 55) == pytest.approx(0.123, abs=1e-4)
    bpy.ops.understudy.reset_face_edits()
    bpy.ops.understudy.apply_face_edits()
    assert value(head, "jawOpen", 25) == pytest.approx(0.8, abs=0.02)


def test_another_performance_is_mixed_into_the_whole_face(head, settings, tmp_path):
    bpy.ops.understudy.perform_face()
    times = np.arange(61) / 30.0
    values = np.zeros((61, 52))
    values[:, INDEX["browInnerUp"]] = 0.6
    path = tmp_path / "brows.npz"
    performances.write(path, Performance(times, values))
    settings.recording = str(path)
    bpy.ops.understudy.perform_face()
    settings.other, settings.mix = "take.npz", 0.5
    assert bpy.ops.understudy.apply_face_edits() == {"FINISHED"}
    assert value(head, "browInnerUp", 25) == pytest.approx(0.3, abs=0.02)
    assert value(head, "jawOpen", 25) == pytest.approx(0.4, abs=0.02)
    assert head.rotation_euler.z == pytest.approx(0.15, abs=0.02)
    bpy.ops.understudy.reset_face_edits()
    assert settings.mix == settings.jaw.mix == 0


def test_a_stroke_and_an_expression_of_the_library(head, settings):
    bpy.context.scene.frame_current = 60
    assert bpy.ops.understudy.add_expression(expression="joy") == {"FINISHED"}
    assert bpy.ops.understudy.apply_face_edits() == {"FINISHED"}, "an expression alone"
    assert value(head, "mouthSmileLeft", 60) < 0.005
    assert value(head, "mouthSmileLeft", 60 + 15) == pytest.approx(0.9, abs=0.03)
    bpy.ops.understudy.perform_face()
    bpy.context.scene.frame_current = 12
    bpy.ops.understudy.add_face_stroke()
    settings.strokes[0].amount, settings.strokes[0].end = 0.25, 40
    bpy.ops.understudy.apply_face_edits()
    assert value(head, "jawOpen", 25) == pytest.approx(0.2, abs=0.02)
    assert value(head, "mouthSmileLeft", 60 + 15) == pytest.approx(0.9, abs=0.03)
    bpy.ops.understudy.remove_face_stroke()
    bpy.ops.understudy.remove_face_layer()
    assert not len(settings.strokes) and not len(settings.layers)


def test_head_and_eyes_turn_by_bones(head, settings):
    rig = new_armature("Rig", {"head": "QUATERNION", "eye.L": "XYZ", "eye.R": "QUATERNION"})
    head.parent = rig
    bpy.context.view_layer.objects.active = head
    assert bpy.ops.understudy.perform_face() == {"FINISHED"}
    bpy.context.scene.frame_set(25)
    for bone in ("head", "eye.L", "eye.R"):
        posed = rig.pose.bones[bone]
        look = posed.matrix.to_3x3() @ posed.bone.matrix_local.to_3x3().inverted()
        # To the character's left, which is +X.
        assert (look @ Vector((0, -1, 0))).x == pytest.approx(np.sin(0.3), abs=0.02)


def test_eyeballs_that_shape_keys_turn_are_not_turned_twice(head, settings):
    rig = new_armature("Rig", {"eye.L": "XYZ", "eye.R": "XYZ"})
    head.parent = rig
    head.vertex_groups.new(name="eye.L").add([INDEX["eyeLookOutLeft"]], 1.0, "REPLACE")
    bpy.context.view_layer.objects.active = head
    bpy.ops.understudy.perform_face()
    assert rig.animation_data is None
    assert "the eye bones stay" in bpy.context.window_manager.understudy.outcome
    assert value(head, "eyeLookOutLeft", 25) > 0.3


def travelling(recording: Path) -> None:
    """Let the head of a recording move 10 cm to its left, 5 up and 20 ahead by half-time."""
    take = performances.read(recording)
    way = np.sin(np.pi * take.times / 2)[:, None] * [0.1, 0.05, 0.2]
    performances.write(recording, take.replace(head_position=way))


@pytest.mark.parametrize(
    ("parent", "travel", "moves"),
    [("neck", "free", False), ("neck", "always", True), ("root", "free", True),
     ("root", "never", False)],
)  # fmt: skip
def test_a_head_bone_travels_where_it_hangs_on_no_neck(
    head, settings, recording, parent, travel, moves
):
    travelling(recording)
    rig = new_armature("Rig", {parent: "XYZ", "head": "QUATERNION"})
    bpy.ops.object.mode_set(mode="EDIT")
    rig.data.edit_bones["head"].parent = rig.data.edit_bones[parent]
    bpy.ops.object.mode_set(mode="OBJECT")
    head.parent, rig.scale = rig, (2, 2, 2)
    bpy.context.view_layer.objects.active = head
    settings.travel = travel
    bpy.ops.understudy.perform_face()
    scene = bpy.context.scene
    scene.frame_set(25)
    bone = rig.pose.bones["head"]
    moved = rig.matrix_world @ bone.head - rig.matrix_world @ bone.bone.head_local
    wanted = (0.1, -0.2, 0.05) if moves else (0, 0, 0)
    assert moved[:] == pytest.approx(wanted, abs=4e-3)


def test_a_connected_head_bone_is_told_to_stay(head, settings, recording):
    travelling(recording)
    rig = new_armature("Rig", {"root": "XYZ", "head": "QUATERNION"})
    bpy.ops.object.mode_set(mode="EDIT")
    bone = rig.data.edit_bones["head"]
    bone.parent, bone.use_connect = rig.data.edit_bones["root"], True
    bone.tail = bone.head + Vector((0, 0, 1))
    bpy.ops.object.mode_set(mode="OBJECT")
    head.parent, settings.travel = rig, "always"
    bpy.context.view_layer.objects.active = head
    bpy.ops.understudy.perform_face()
    assert "cannot move (it is connected" in bpy.context.window_manager.understudy.outcome
    assert not any("location" in path for path, _ in actions.curves_of(rig))


def solid_head(keys: tuple[str, ...] = NAMES) -> bpy.types.Object:
    """Return a ball two metres high, two above the floor, whose keys move its front."""
    bpy.ops.mesh.primitive_uv_sphere_add(segments=12, ring_count=8)
    ball = bpy.context.object
    for vertex in ball.data.vertices:
        vertex.co.z += 2
    ball.shape_key_add(name="Basis")
    for key in keys:
        block = ball.shape_key_add(name=key, from_mix=False)
        for point in block.data:
            if point.co.y < -0.3:
                point.co.x += 0.1
    return ball


def test_a_head_that_is_an_object_turns_about_its_neck_and_never_adds_up(settings, recording):
    travelling(recording)
    ball = solid_head()
    ball.location, ball.rotation_euler = (3, 0, 0), (0, 0, 0.5)
    bpy.context.view_layer.update()
    scene = bpy.context.scene
    for _ in range(2):
        assert bpy.ops.understudy.perform_face() == {"FINISHED"}
        scene.frame_set(25)  # the second run begins where the head is turned
    look = ball.matrix_world.to_3x3() @ Vector((0, -1, 0))
    aside = Vector((np.cos(0.5), np.sin(0.5), 0))  # the face's left
    ahead = Vector((np.sin(0.5), -np.cos(0.5), 0))
    assert look.dot(aside) == pytest.approx(np.sin(0.3), abs=0.01)
    moved = ball.matrix_world @ Vector((0, 0, 1.2)) - Vector((3, 0, 1.2))
    assert moved.dot(aside) == pytest.approx(0.1, abs=0.02)
    assert moved.dot(ahead) == pytest.approx(0.2, abs=0.02)
    scene.frame_set(1)
    assert ball.location[:] == pytest.approx((3, 0, 0), abs=0.01)
    settings.head_amount = settings.travel_amount = 0.0
    bpy.ops.understudy.apply_face_edits()
    scene.frame_set(25)
    assert ball.rotation_euler.z == pytest.approx(0.5, abs=0.01)


def test_the_eyes_of_a_head_that_is_an_object_go_with_it(settings, recording):
    take = performances.read(recording)
    performances.write(recording, take.replace(gaze=np.zeros_like(take.gaze) + [0.2, 0.0]))
    ball = solid_head()
    for side, x in (("L", 0.4), ("R", -0.4)):
        eye = bpy.data.objects.new(f"Eye_{side}", None)
        eye.parent, eye.location = ball, (x, -1, 2)
        bpy.context.collection.objects.link(eye)
    bpy.context.view_layer.objects.active = ball
    scene = bpy.context.scene
    for _ in range(2):
        bpy.ops.understudy.perform_face()
        scene.frame_set(25)
    eye = bpy.data.objects["Eye_L"]
    look = ball.matrix_world.to_3x3().inverted() @ eye.matrix_world.to_3x3() @ Vector((0, -1, 0))
    assert look.x == pytest.approx(np.sin(0.2), abs=0.01), "relative to the head, once"


def test_a_head_does_not_turn_away_from_its_eyes(settings):
    ball = solid_head()
    bpy.ops.mesh.primitive_uv_sphere_add(radius=0.1, location=(0.4, -0.7, 2.2))
    eye = bpy.context.object
    bpy.context.view_layer.objects.active = ball
    bpy.ops.understudy.perform_face()
    assert ball.animation_data is None
    outcome = bpy.context.window_manager.understudy.outcome
    assert f"{eye.name} would be left behind" in outcome
    eye.parent = ball
    bpy.context.view_layer.update()
    bpy.ops.understudy.perform_face()
    assert ball.animation_data is not None


def test_a_body_does_not_turn_with_its_face(settings):
    body = solid_head()
    for block in body.data.shape_keys.key_blocks[1:]:
        for point, rest in zip(block.data, body.data.shape_keys.reference_key.data, strict=True):
            if rest.co.z < 2.8:
                point.co = rest.co
    bpy.ops.understudy.perform_face()
    assert body.animation_data is None
    assert "is more than a head" in bpy.context.window_manager.understudy.outcome


def test_eyes_by_shape_keys_by_a_bone_they_track_and_by_turning_bones(head, settings):
    rig = new_armature("Rig", {"look": "XYZ", "eye.L": "XYZ", "eye.R": "XYZ"})
    bpy.ops.object.mode_set(mode="EDIT")
    target = rig.data.edit_bones["look"]
    target.head, target.tail = (0, -3, 0), (0, -3, 1)
    bpy.ops.object.mode_set(mode="OBJECT")
    for side in "LR":
        track = rig.pose.bones[f"eye.{side}"].constraints.new("DAMPED_TRACK")
        track.target, track.subtarget = rig, "look"
    head.parent = rig
    bpy.context.view_layer.objects.active = head
    bpy.ops.understudy.perform_face()
    bpy.context.scene.frame_set(25)
    moved = rig.pose.bones["look"].head - rig.data.bones["look"].head_local
    assert moved.x == pytest.approx(3 * np.tan(0.3), abs=0.05)
    assert moved.y == pytest.approx(0, abs=1e-3)
    assert value(head, "eyeLookOutLeft", 25) == pytest.approx(0.3 / np.radians(38), abs=0.02)
    assert value(head, "eyeLookInRight", 25) == pytest.approx(0.3 / np.radians(38), abs=0.02)
    assert not any("eye." in path for path, _ in actions.curves_of(rig))


def test_eyes_follow_what_they_are_constrained_to(head, settings):
    target = bpy.data.objects.new("Look", None)
    target.location = (0, -2, 0)
    bpy.context.collection.objects.link(target)
    for side in "LR":
        eye = bpy.data.objects.new(f"Eye_{side}", None)
        eye.parent = head
        bpy.context.collection.objects.link(eye)
        eye.constraints.new("DAMPED_TRACK").target = target
    bpy.context.view_layer.update()
    assert bpy.ops.understudy.perform_face() == {"FINISHED"}
    bpy.context.scene.frame_set(25)
    assert target.location.x == pytest.approx(2 * np.tan(0.3), abs=0.03)
    assert target.location.y == pytest.approx(-2, abs=1e-4)


def test_other_meshes_of_the_character_follow(settings):
    rig = new_armature("Rig", {"root": "XYZ"})
    lashes, head = new_head("Lashes", NAMES[:14]), new_head()
    head.parent = lashes.parent = rig
    bpy.ops.understudy.perform_face()
    assert value(lashes, "eyeBlinkLeft", 17) == pytest.approx(1.0, abs=0.01)


def test_the_map_is_kept_changed_saved_and_loaded(head, settings, tmp_path):
    assert bpy.ops.understudy.map_face_names() == {"FINISHED"}
    rows = head.understudy.face_links
    assert len(rows) == 52
    head.understudy.active_face_link = [r.name for r in rows].index("jawOpen")
    bpy.ops.understudy.edit_face_map()
    row = rows[head.understudy.active_face_link]
    assert facemaps.is_measured(rows, "mouthPucker") and not facemaps.is_measured(rows, "jawOpen")
    row.control, row.weight = "cheekPuff", 0.5
    rows["mouthPucker"].weight = 0.8  # its quality was measured at 1
    assert not facemaps.is_measured(rows, "mouthPucker")
    assert facemaps.stored(head).method["mouthPucker"] == "hand"
    rows["mouthPucker"].weight = 1.0
    assert facemaps.is_measured(rows, "mouthPucker")
    bpy.ops.understudy.perform_face()
    assert value(head, "cheekPuff", 25) == pytest.approx(0.4, abs=0.02)
    path = tmp_path / "map.json"
    assert bpy.ops.understudy.save_face_map(filepath=str(path)) == {"FINISHED"}
    other = new_head("Other")
    assert bpy.ops.understudy.load_face_map(filepath=str(path)) == {"FINISHED"}
    assert {k.control.owner for k in facemaps.stored(other).links} == {"Other"}
    bpy.ops.understudy.clear_face_map()
    assert facemaps.stored(other) is None


def test_a_mesh_without_shape_keys_is_refused_in_words(settings):
    new_head("Bare", ())
    with pytest.raises(RuntimeError, match="Bare has no shape keys, and no armature moves it"):
        bpy.ops.understudy.perform_face()


def test_names_that_say_nothing_are_refused_in_words(settings):
    new_head("Odd", ("Key 1", "Key 2"))
    with pytest.raises(RuntimeError, match="do not tell its expressions: find the face map by"):
        bpy.ops.understudy.perform_face()


def test_driven_and_muted_keys_are_told_and_left(head, settings):
    keys = head.data.shape_keys
    driver = keys.driver_add('key_blocks["jawOpen"].value').driver
    driver.expression = "0.25"
    keys.key_blocks["cheekPuff"].mute = True
    bpy.ops.understudy.perform_face()
    outcome = bpy.context.window_manager.understudy.outcome
    assert "Driven shape keys were left to their drivers: jawOpen" in outcome
    assert "Muted shape keys do not show until unmuted: cheekPuff" in outcome
    assert ('key_blocks["jawOpen"].value', 0) not in actions.curves_of(keys)


def test_a_locked_curve_stops_all_and_changes_nothing(head, settings):
    keys = head.data.shape_keys
    keys.key_blocks["mouthPucker"].keyframe_insert("value", frame=3)
    curve = actions.curves_of(keys)['key_blocks["mouthPucker"].value', 0]
    curve.lock = True
    with pytest.raises(RuntimeError, match="mouthPucker.*is locked"):
        bpy.ops.understudy.perform_face()
    assert len(actions.curves_of(keys)) == 1 and not len(settings.performances)


def test_absolute_shape_keys_are_refused(head, settings):
    head.data.shape_keys.use_relative = False
    with pytest.raises(RuntimeError, match="are absolute: switch them to relative"):
        bpy.ops.understudy.perform_face()


def test_linked_heads_are_refused_and_overrides_work(head, settings, tmp_path):
    source = tmp_path / "lib.blend"
    bpy.data.libraries.write(str(source), {head})
    bpy.data.objects.remove(head)
    with bpy.data.libraries.load(str(source), link=True) as (_, to):
        to.objects = ["Head"]
    linked = next(o for o in bpy.data.objects if o.library)
    bpy.context.collection.objects.link(linked)
    with pytest.raises(RigError, match="linked from another file"):
        facerig.find_face(linked)
    mine = linked.override_hierarchy_create(bpy.context.scene, bpy.context.view_layer)
    mine.override_library.is_system_override = False
    bpy.context.view_layer.objects.active = mine
    if mine.data.shape_keys.override_library is None and mine.data.library is not None:
        with pytest.raises(RigError, match="make a library override"):
            facerig.find_face(mine)
        return
    assert bpy.ops.understudy.perform_face() == {"FINISHED"}
    assert value(mine, "jawOpen", 25) == pytest.approx(0.8, abs=0.02)


def test_the_command_does_what_the_button_does(head, recording, tmp_path):
    save, report = tmp_path / "out.blend", tmp_path / "out.json"
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "in.blend"))
    words = ["face", "--performance", str(recording), "--mesh", "Head", "--save", str(save)]
    words += ["--report", str(report), "--save-map", str(tmp_path / "map.json")]
    assert cli.main(words) == cli.DONE
    record = json.loads(report.read_text("utf-8"))
    assert not faults(record, FORM)
    assert record["expressions"] == 52 and record["source"] == "take.npz"
    assert record["provenance"]["inputs"]["take.npz"]
    assert FORM["properties"]["stage"] and (tmp_path / "map.json").is_file()
    bpy.ops.wm.open_mainfile(filepath=str(save))
    again = bpy.data.objects["Head"]
    assert value(again, "jawOpen", 25) == pytest.approx(0.8, abs=0.02)
    assert faceperformances.find(bpy.context.scene).performance.times[-1] == pytest.approx(2.0)
    assert cli.main(["face", "--kept", "take.npz", "--report", str(report), "--force"]) == cli.DONE


def test_the_command_lays_an_expression_on(head, tmp_path):
    report = tmp_path / "out.json"
    words = ["face", "--expression", "surprise", "--speed", "2", "--report", str(report)]
    assert cli.main([*words, "--start-frame", "10"]) == cli.DONE
    assert value(head, "jawOpen", 10) == 0
    assert value(head, "jawOpen", 10 + 5) == pytest.approx(0.9 * 0.35, abs=0.03)


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["--performance", "none.csv"], cli.FAILED),
        (["--performance", "x.mp3"], cli.FAILED),
        (["--kept", "nobody"], cli.FAILED),
        (["--expression", "rapture"], cli.USAGE),
        (["--kept", "a", "--mesh", "nobody"], cli.USAGE),
    ],
)
def test_the_command_says_what_is_wrong(head, words, status, tmp_path):
    assert cli.main(["face", *words, "--report", str(tmp_path / "r.json")]) == status
    assert head.data.shape_keys.animation_data is None


def test_a_spoilt_record_of_a_performance_is_told(head, settings):
    bpy.ops.understudy.perform_face()
    settings.performances[0].data = "spoilt"
    with pytest.raises(UnderstudyError, match="cannot be read any more"):
        face.request(bpy.context.scene, head, face.Options())


def _models_there() -> bool:
    from understudy.ml.runtime import model_path

    try:
        return bool(model_path("face_landmark_v1"))
    except UnderstudyError:
        return False


def test_bones_are_tried_and_put_back(head, settings):
    from understudy.addon.facesurface import Probe, measure

    rig = new_armature("Rig", {"jaw": "XYZ", "root": "XYZ"})
    for i, vertex in enumerate(head.data.shape_keys.reference_key.data):
        vertex.co.z = 0.02 * i  # a face has a height
    head.parent = rig
    head.modifiers.new("Armature", "ARMATURE").object = rig
    head.vertex_groups.new(name="jaw").add([0, 1, 2], 1.0, "REPLACE")
    rig.pose.bones["jaw"].location.x = 0.25
    head.data.shape_keys.key_blocks["jawOpen"].value = 0.5
    bpy.context.view_layer.update()
    found = facerig.find_face(head)
    measured = measure(found)
    triangle, bary = np.zeros(468, int), np.zeros((468, 3))
    for vertex, rows in ((0, slice(None, 300)), (40, slice(300, None))):
        where, corner = np.argwhere(measured.triangles == vertex)[0]
        triangle[rows], bary[rows] = where, np.eye(3)[corner]
    probe = Probe(found, measured, triangle, bary)
    tried = probe.of_bone("jaw")
    assert {(c.kind, c.axis) for c in tried} >= {("location", 0), ("location", 2)}
    along = next(motion for c, (motion, _) in tried.items() if (c.kind, c.axis) == ("location", 0))
    assert along[0, 0] == pytest.approx(1.0, abs=1e-3) and not along[-1].any()
    assert probe.of_bone("root") == {}
    assert rig.pose.bones["jaw"].location.x == 0.25
    assert head.data.shape_keys.key_blocks["jawOpen"].value == 0.5
    lifted = probe.of_key(facemaps.Control("Head", "key", NAMES[0]))
    assert lifted.max() == pytest.approx(1.0) and lifted[-1].max() == 0


@pytest.mark.skipif(not _models_there(), reason="the face networks are exported at set-up")
def test_what_is_no_face_is_told(settings):
    bpy.ops.mesh.primitive_cube_add()
    cube = bpy.context.object
    cube.shape_key_add(name="Basis")
    cube.shape_key_add(name="Key 1")
    with pytest.raises(RuntimeError, match="No face is seen on this character from any side"):
        bpy.ops.understudy.map_face_shape()
    assert not len(cube.understudy.face_links)


def test_expressions_become_assets_with_pictures(head, settings):
    bpy.ops.understudy.perform_face()
    played = head.data.shape_keys.animation_data.action
    assert bpy.ops.understudy.save_expressions(only="joy, micro_fear") == {"FINISHED"}
    assert head.data.shape_keys.animation_data.action is played
    assert value(head, "jawOpen", 25) == pytest.approx(0.8, abs=0.02)
    joy = bpy.data.actions["Head: Joy"]
    assert "felt smile" in joy.asset_data.description and "Face" in joy.asset_data.tags
    assert "Micro-expression" in bpy.data.actions["Head: Micro fear"].asset_data.tags
    assert tuple(joy.preview.image_size) == (128, 128)
    paths = {c.data_path for _, bag in actions.bags_of(joy) for c in bag.fcurves}
    assert 'key_blocks["mouthSmileLeft"].value' in paths
    assert 'key_blocks["browDownLeft"].value' not in paths
    before = len(bpy.data.actions)
    bpy.ops.understudy.save_expressions(only="joy")
    assert len(bpy.data.actions) == before
    with pytest.raises(RuntimeError, match="no expression 'rapture'"):
        bpy.ops.understudy.save_expressions(only="rapture")


def test_live_edits_write_once_the_slider_rests(head, settings, monkeypatch):
    from types import SimpleNamespace

    from understudy.ops import face as ops

    class Window:
        understudy = bpy.context.window_manager.understudy

        def __getattr__(self, name):
            return lambda *args, **_: None

    bpy.ops.understudy.perform_face()
    context = SimpleNamespace(
        window_manager=Window(), scene=bpy.context.scene, object=head, window=None,
        preferences=bpy.context.preferences,
    )  # fmt: skip
    live = SimpleNamespace(bl_label="Live Edits", _number=head.session_uid, _timer=None)
    kind = ops.UNDERSTUDY_OT_live_face_edits
    live._edits, live._write = kind._edits, lambda c: kind._write(live, c)
    live._object = lambda: kind._object(live)
    live._end = lambda c: kind._end(live, c)
    live._shown = live._seen = kind._edits(context)
    Window.understudy.face_live = True
    tick = SimpleNamespace(type="TIMER", value="NOTHING")
    settings.jaw.amplitude = 0.5
    assert kind.modal(live, context, tick) == {"PASS_THROUGH"}
    assert value(head, "jawOpen", 25) == pytest.approx(0.8, abs=0.02)
    assert kind.modal(live, context, tick) == {"PASS_THROUGH"}
    assert value(head, "jawOpen", 25) == pytest.approx(0.4, abs=0.02)
    escape = SimpleNamespace(type="ESC", value="PRESS")
    monkeypatch.setattr(ops, "_LIVE_S", 0.1)
    assert kind.modal(live, context, escape) == {"FINISHED"}
    assert not Window.understudy.face_live
