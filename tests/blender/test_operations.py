"""Typed operators and `api.call`: what they take, and that they do what button and command do."""

from __future__ import annotations

import json

import bpy
import numpy as np
import pytest
from faces import new_head
from test_same_result import assert_same, keys_of, laid_out, shape_keys
from understudy.addon import api, cli, operations
from understudy.addon.operations.table import OPERATIONS
from understudy.ml.errors import UnderstudyError
from understudy.ml.face import performance
from understudy.ml.face.performance import INDEX, NAMES, Performance


def said() -> dict:
    """Return what the last operator reported."""
    return json.loads(bpy.context.window_manager.understudy.report)


@pytest.fixture
def keyed(human):
    """Return a person with a gap of twelve frames, who is not the active object."""
    scene = bpy.context.scene
    scene.frame_start, scene.frame_end = 1, 24
    for name in ("spine", "forearm.L"):
        bone = human.pose.bones[name]
        bone.rotation_mode = "XYZ"
        for frame in (*range(1, 7), *range(18, 25)):
            bone.rotation_euler = [0.4 * np.sin(frame / 4 + k) for k in range(3)]
            bone.keyframe_insert("rotation_euler", frame=frame)
    bpy.context.view_layer.objects.active = None
    return human


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: o.name)
def test_a_program_can_list_every_argument(operation):
    group, name = operation.operator.split(".")
    listed = getattr(getattr(bpy.ops, group), name).get_rna_type().properties
    known = operation.schema()["properties"]
    assert set(listed.keys()) - {"rna_type"} == set(known)
    for key, form in known.items():
        prop = listed[key]
        assert prop.description == form["description"] and prop.description, key
        assert not prop.description.endswith("."), key
        assert prop.is_skip_save, "a button would go on with what a script gave"
        if form["type"] in ("integer", "number"):
            low, high = form.get("minimum"), form.get("maximum")
            assert low is None or prop.hard_min == pytest.approx(low), key
            assert high is None or prop.hard_max == pytest.approx(high), key
        if "default" in form and form["type"] != "array" and "enum" not in form:
            assert prop.default == pytest.approx(form["default"]), key
        if "enum" in form and len(prop.enum_items):
            assert [item.identifier for item in prop.enum_items] == form["enum"]
        if form.get("unit") == "radians":
            assert prop.unit == "ROTATION"


def test_the_listing_is_what_programs_read(tmp_path):
    path = tmp_path / "tools.json"
    assert cli.main(["operations", "--to", str(path)]) == 0
    listing = json.loads(path.read_text("utf-8"))
    assert listing == json.loads(json.dumps(api.operations()))
    for tool in listing["tools"]:
        form = tool["inputSchema"]
        assert tool["name"] and tool["description"] and form["type"] == "object"
        assert form["additionalProperties"] is False
        assert hasattr(bpy.ops.understudy, tool["_meta"]["operator"].split(".")[-1])
    names = [tool["name"] for tool in listing["tools"]]
    wanted = ["layout", "block", "inbetween", "face", "lipsync", "playblast", "usd", "report"]
    assert names == wanted


def test_in_betweens_are_alike_by_operator_call_and_command(keyed, tmp_path):
    before = str(tmp_path / "before.blend")
    bpy.ops.wm.save_as_mainfile(filepath=before)
    values = {"rig": "Human", "first": 2, "last": 22, "strength": 0.7, "tolerance": np.radians(3.0)}
    bpy.context.scene.understudy.inbetween.strength = 0.1  # the panel's, which is not asked for
    assert bpy.ops.understudy.run_inbetween(**values) == {"FINISHED"}
    by_operator = keys_of(bpy.data.objects["Human"])
    assert said()["rig"] == "Human" and said()["stage"] == "inbetween" and said()["keys"] > 0
    assert bpy.context.scene.understudy.inbetween.strength == pytest.approx(0.1)
    bpy.ops.wm.open_mainfile(filepath=before)
    report = api.call("inbetween", values)
    assert report["status"] == "done" and report["seconds"] > 0 and report["outputs"] == {}
    assert_same(by_operator, keys_of(bpy.data.objects["Human"]))
    bpy.ops.wm.open_mainfile(filepath=before)
    words = ["--range", "2", "22", "--strength", "0.7", "--tolerance", "3"]
    assert cli.main(["inbetween", *words, "--report", str(tmp_path / "r.json")]) == 0
    assert_same(by_operator, keys_of(bpy.data.objects["Human"]))


def test_what_is_not_given_comes_from_the_panel_only_where_that_is_asked_for(keyed):
    settings = bpy.context.scene.understudy.inbetween
    settings.density, settings.use_range, settings.range_end = "every", True, 24
    settings.range_start = 1
    api.call("inbetween", {})
    few = len(keys_of(keyed)['pose.bones["spine"].rotation_euler', 0])
    api.call("inbetween", {"use_panel": True})
    every = len(keys_of(keyed)['pose.bones["spine"].rotation_euler', 0])
    assert few < every == 24
    assert settings.density == "every" and settings.use_range


def test_only_the_named_bones_are_filled(keyed):
    bpy.ops.understudy.run_inbetween(bones=[{"name": "spine"}], density="every")
    curves = keys_of(keyed)
    counts = {path.split('"')[1]: len(keys) for (path, _), keys in curves.items()}
    assert counts == {"spine": 24, "forearm.L": 13}


def test_a_video_is_blocked_by_name(human, stub, tmp_path):
    before = str(tmp_path / "before.blend")
    bpy.ops.wm.save_as_mainfile(filepath=before)
    values = {"video": "clip.mp4", "key_count": 4, "interpolation": "CONSTANT", "start_frame": 7}
    assert bpy.ops.understudy.run_block(rig="Human", **values) == {"FINISHED"}
    by_operator = keys_of(human)
    bpy.ops.wm.open_mainfile(filepath=before)
    words = ["block", "--video", "clip.mp4", "--keys", "4", "--stepped", "--start-frame", "7"]
    assert cli.main([*words, "--report", str(tmp_path / "r.json")]) == 0
    assert_same(by_operator, keys_of(bpy.data.objects["Human"]))


@pytest.mark.parametrize("source", ["recording", "expression"])
def test_a_face_is_performed_by_name(tmp_path, source):
    times = np.arange(30) / 30
    coefficients = np.zeros((30, len(NAMES)))
    coefficients[:, INDEX["jawOpen"]] = np.sin(times) ** 2
    path = tmp_path / "take.npz"
    performance.write(path, Performance(times, coefficients))
    new_head()
    before = str(tmp_path / "before.blend")
    bpy.ops.wm.save_as_mainfile(filepath=before)
    if source == "recording":
        values, words = {"recording": str(path), "mouth_amplitude": 1.0}, ["--performance", path]
    else:
        values, words = {"expression": "surprise", "amplitude": 0.5}, ["--expression", "surprise"]
        words += ["--amplitude", 0.5]
    assert bpy.ops.understudy.run_face(mesh="Head", **values) == {"FINISHED"}
    by_operator = keys_of(shape_keys())
    bpy.ops.wm.open_mainfile(filepath=before)
    assert cli.main(["face", *map(str, words), "--report", str(tmp_path / "r.json")]) == 0
    assert_same(by_operator, keys_of(shape_keys()))


def test_rows_are_given_as_rows_and_the_panel_keeps_its_own(tmp_path):
    new_head()
    settings = bpy.context.scene.understudy.face
    kept = settings.layers.add()
    kept.name, kept.frame = "fear", 3
    row = {"name": "surprise", "frame": 5.0, "amplitude": 1.0, "speed": 1.0}
    assert bpy.ops.understudy.run_face(layers=[row]) == {"FINISHED"}
    assert said()["stage"] == "face" and said()["keys"] > 0
    assert [(r.name, r.frame) for r in settings.layers] == [("fear", 3.0)]


def test_words_are_laid_out_by_name():
    prompt = "small bedroom with a bed and a desk"
    values = {"prompt": prompt, "seed": 5, "variants": 2, "pick": 2}
    assert bpy.ops.understudy.run_layout(**values) == {"FINISHED"}
    by_operator = laid_out()
    assert said()["prompt"] == prompt and bpy.context.scene.understudy.layout.prompt == ""
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    api.lay_out(prompt, seed=5, variants=2, pick=2)
    assert len(by_operator) > 8 and laid_out() == by_operator


def test_parts_of_the_first_proposals_are_kept():
    values = {"prompt": "attic", "seed": 5, "variants": 2, "keep": "lights=2 back=1", "reroll": 9}
    assert bpy.ops.understudy.run_layout(**values) == {"FINISHED"}
    kept = laid_out()
    del values["keep"], values["reroll"]
    assert bpy.ops.understudy.run_layout(**values) == {"FINISHED"}
    assert laid_out() != kept


def test_files_are_written_by_name(keyed, tmp_path):
    text, report = tmp_path / "who.txt", tmp_path / "who.json"
    assert bpy.ops.understudy.run_report(text=str(text), report_file=str(report)) == {"FINISHED"}
    assert text.read_text("utf-8").startswith("AI use statement")
    made = json.loads(report.read_text("utf-8"))
    assert made["keys"]["human"] == 78 and made["outputs"]["text"]["path"] == str(text)
    if bpy.app.build_options.usd:
        layer = tmp_path / "anim.usda"
        assert bpy.ops.understudy.run_usd(animation_file=str(layer)) == {"FINISHED"}
        assert layer.is_file() and said()["objects"] == {"animation": ["Human"]}


@pytest.mark.parametrize(
    ("name", "values", "says"),
    [
        ("inbetwen", {}, "no operation 'inbetwen'"),
        ("inbetween", {"strenght": 1}, "is 'strength' meant"),
        ("inbetween", {"strength": 50}, "strength must be from 0 to 1.5, not 50"),
        ("inbetween", {"strength": "much"}, "must be a number"),
        ("inbetween", {"strength": float("nan")}, "must be a number"),
        ("inbetween", {"variant": True}, "must be a whole number"),
        ("inbetween", {"density": "many"}, "must be one of few, breakdown, every"),
        ("inbetween", {"bones": "spine"}, "must be a list"),
        ("inbetween", {"bones": [{}]}, r"bones\[0\] needs 'name'"),
        ("inbetween", {"rig": "Nobody"}, "no object is named 'Nobody'"),
        ("block", {}, "needs 'video'"),
        ("block", {"video": "a.mp4", "frames": "1 two"}, "whole numbers"),
        ("face", {}, "exactly one of"),
        ("face", {"video": "a.mp4", "kept": "b"}, "exactly one of"),
        ("layout", {"prompt": "attic", "keep": "back=9"}, "not such as back=2"),
        ("usd", {}, "nothing would be written"),
        ("playblast", {"film": "a.avi"}, "ends in .mp4"),
        ("layout", {"prompt": " "}, "Say what place"),
    ],
)
def test_wrong_values_are_refused_in_words_and_nothing_changes(keyed, name, values, says):
    before = keys_of(keyed)
    with pytest.raises(UnderstudyError, match=says):
        api.call(name, values)
    assert_same(before, keys_of(keyed))


def test_an_operator_refuses_too(keyed):
    with pytest.raises(RuntimeError, match="no object is named 'Nobody'"):
        bpy.ops.understudy.run_inbetween(rig="Nobody")
    with pytest.raises(TypeError, match="strenght"):
        bpy.ops.understudy.run_inbetween(strenght=1.0)
    with pytest.raises(TypeError):
        bpy.ops.understudy.run_inbetween(strength="much")


def test_every_setting_of_a_panel_is_an_argument_or_knowingly_none():
    """A setting that is added to a panel comes along by itself; these lists are what does not."""
    for operation in OPERATIONS:
        taken = {a.where for a in operation.arguments if a.where} | set(operation.resets)
        for path in taken:
            owner, _, name = path.rpartition(".")
            group = bpy.context.scene.understudy
            for part in filter(None, owner.split(".")):
                group = getattr(group, part)
            assert name in group.bl_rna.properties, path
    assert operations.named("block").name == "block"


def test_lent_settings_come_back_as_they_were():
    """Every setting that a stage takes, of whatever kind, set and unset."""
    from understudy.addon.operations import arguments

    scene = bpy.context.scene
    for operation in OPERATIONS:
        places = {a.where: a.schema() for a in operation.arguments if a.where}

        def state(places=places) -> list:
            owners = [arguments._owner(scene.understudy, path) for path in places]
            return [arguments._kept(owner, name) for owner, name in owners]

        plain = {"number": 0.9, "integer": 3, "string": "x", "boolean": True}
        values = {}
        for path, form in places.items():
            if "enum" in form:
                values[path] = form["enum"][-1]
            elif form["type"] in plain:
                values[path] = plain[form["type"]]
            elif "enum" in form.get("items", {}):
                values[path] = form["items"]["enum"][:1]
        for lend in (values, {}):
            before = state()
            with arguments.lent(scene, lend, places):
                inside = state()
                assert lend == {} or inside != before
            assert state() == before
        with arguments.lent(scene, values, ()):
            before = state()
            with arguments.lent(scene, {}, places):
                assert all(not kept for kept in state())
            assert state() == before
