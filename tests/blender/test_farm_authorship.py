"""Who made what, over a whole file, after everything that can happen to an action."""

from __future__ import annotations

import json
from pathlib import Path

import addon_utils
import bpy
import pytest
import report_form
from understudy.addon import actions, cli, fcurves
from understudy.addon.pipeline import authorship
from understudy.ml import cards
from understudy.ml.inbetween.network import NAME

FORM = Path(__file__).resolve().parents[2] / "docs" / "report.schema.json"


@pytest.fixture
def written(rig, make_take):
    """Return a rig with 42 generated keys, of which one was edited."""
    fcurves.write_take(rig, make_take())
    curve = next(iter(actions.curves_of(rig).values()))
    curve.keyframe_points[1].co[1] += 0.5
    return rig


WRITTEN = {"ai": 41, "edited": 1}


def keys(**options) -> dict[str, int]:
    return {k: v for k, v in authorship.report(**options)["keys"].items() if v}


def test_a_file_without_animation_says_so():
    record = authorship.report()
    assert record["characters"] == [] and not any(record["keys"].values())
    assert "0 keys" in record["statement"]


def test_saved_and_loaded(written, tmp_path):
    path = str(tmp_path / "a.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    assert keys() == WRITTEN
    assert authorship.report()["file"] == "a.blend"


@pytest.mark.parametrize("link", [False, True])
def test_appended_and_linked(written, tmp_path, link):
    path = str(tmp_path / "a.blend")
    bpy.data.libraries.write(path, {written})
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    with bpy.data.libraries.load(path, link=link) as (_, into):
        into.objects = ["Hero"]
    bpy.context.scene.collection.objects.link(into.objects[0])
    assert keys() == WRITTEN
    assert [c["name"] for c in authorship.report()["characters"]] == ["Hero"]


def test_pushed_down_to_the_nla(written):
    data = written.animation_data
    action, slot = data.action, getattr(data, "action_slot", None)
    data.action = None
    strip = data.nla_tracks.new().strips.new("pushed", 1, action)
    if slot is not None:
        strip.action_slot = slot
    assert keys() == WRITTEN
    (character,) = authorship.report()["characters"]
    assert character["plays"][0]["way"] == "nla"
    data.nla_tracks[0].mute = True
    assert authorship.report()["characters"][0]["plays"][0]["way"] == "muted"


def test_an_action_that_was_duplicated_is_counted_where_it_plays(written):
    data = written.animation_data
    copy, slot = data.action.copy(), getattr(data, "action_slot", None)
    original = data.action
    data.action = copy
    if slot is not None:
        data.action_slot = copy.slots[0]
    original.use_fake_user = True
    record = authorship.report()
    assert keys() == WRITTEN
    assert {k: v for k, v in record["keys_not_in_use"].items() if v} == WRITTEN
    assert [a["in_use"] for a in record["actions"]] == [True, False]


def test_an_object_that_was_duplicated_is_another_character(written):
    other = written.copy()
    bpy.context.scene.collection.objects.link(other)
    assert keys() == WRITTEN, "both play the same keys"
    other.animation_data.action = written.animation_data.action.copy()
    if hasattr(other.animation_data, "action_slot"):
        other.animation_data.action_slot = other.animation_data.action.slots[0]
    assert keys() == {"ai": 82, "edited": 2}
    names = [c["name"] for c in authorship.report()["characters"]]
    assert names == ["Hero", "Hero.001"]
    assert keys(only=other) == WRITTEN


def test_delete_generated_keys(rig, make_take):
    """Blender's operator takes away transform keys of the type Generated of what is selected."""
    if "delete_fix_to_camera_keys" not in dir(bpy.ops.object):
        addon_utils.enable("copy_global_transform")  # built in from 5.0
    take = make_take()
    for channel in take.channels:
        channel.keys["type"] = 5
    fcurves.write_take(rig, take)
    assert keys() == {"ai": 42}
    scene = bpy.context.scene
    scene.camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    scene.collection.objects.link(scene.camera)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="POSE")
    bpy.ops.pose.select_all(action="SELECT")
    assert bpy.ops.object.delete_fix_to_camera_keys() == {"FINISHED"}
    bpy.ops.object.mode_set(mode="OBJECT")
    after = keys()
    assert after["deleted"] > 0 and sum(after.values()) == 42
    assert after.get("ai", 0) == sum(
        len(curve.keyframe_points) for curve in actions.curves_of(rig).values()
    )


def test_keys_marked_generated_without_a_record_are_told(rig):
    rig.location = (1, 2, 3)
    rig.keyframe_insert("location", frame=1, keytype="GENERATED")
    record = authorship.report()
    assert record["unrecorded"] == 3
    assert "3 more keys are marked as generated" in record["statement"]


def test_two_characters_their_faces_and_a_camera(written, make_take):
    mesh = bpy.data.meshes.new("Face")
    face = bpy.data.objects.new("Face", mesh)
    bpy.context.scene.collection.objects.link(face)
    face.parent = written
    face.shape_key_add(name="Basis")
    face.shape_key_add(name="jawOpen")
    mesh.shape_keys.key_blocks["jawOpen"].keyframe_insert("value", frame=4)
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    bpy.context.scene.collection.objects.link(camera)
    camera.keyframe_insert("location", frame=1)
    record = authorship.report()
    assert {k: v for k, v in record["keys"].items() if v} == {**WRITTEN, "human": 4}
    hero = next(c for c in record["characters"] if c["name"] == "Hero")
    assert {p["moves"] for p in hero["plays"]} == {"Hero", mesh.shape_keys.name}
    assert "Camera" in {c["name"] for c in record["characters"]}


def test_the_card_of_a_network_gives_data_and_licence(rig, make_take):
    folder = authorship.ROOT / "onnx_models"
    card = cards.read(NAME, folder)
    take = make_take()
    take.provenance.models.clear()
    take.provenance.models[NAME] = card["sha256"]
    take.provenance.parameters["prompt"] = "a palace"
    fcurves.write_take(rig, take)
    record = authorship.report()
    (model,) = record["models"]
    assert "CMU Graphics Lab" in model["data"] and "GPL" in model["licence"]
    assert "CMU Graphics Lab" in record["statement"] and "prompt 'a palace'" in record["statement"]


def test_the_command_writes_both_and_does_nothing_the_second_time(written, tmp_path, capsys):
    words = ["ledger", "report", "--report", str(tmp_path / "r.json")]
    words += ["--text", str(tmp_path / "r.txt")]
    assert cli.main(words) == 0
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["authorship"]["keys"]["ai"] == 41
    assert report_form.faults(report, json.loads(FORM.read_text())) == []
    assert (tmp_path / "r.txt").read_text().startswith("AI use statement")
    assert "Nothing to do" not in capsys.readouterr().out
    assert cli.main(words) == 0
    assert "Nothing to do" in capsys.readouterr().out
    next(iter(actions.curves_of(written).values())).keyframe_points[0].co[1] += 1
    assert cli.main(words) == 0
    assert json.loads((tmp_path / "r.json").read_text())["keys"]["edited"] == 2
    assert cli.main(["ledger", "report", "--report", "x", "--text", "x"]) == 2
