"""From a performance to keys on shape keys, by the button and the command."""

from __future__ import annotations

import json
from pathlib import Path

import bpy
import numpy as np
import pytest
from faces import new_armature, new_head, value
from report_form import faults
from understudy.addon import actions, cli, facemaps, faceperformances, facerig, ledger
from understudy.ml.face import performance as performances
from understudy.ml.face.performance import INDEX, NAMES, Performance

FORM = json.loads(
    (Path(__file__).resolve().parents[2] / "docs" / "report.schema.json").read_text("utf-8")
)


def test_the_button_writes_shape_keys_and_keeps_the_performance(head, face_settings):
    assert bpy.ops.understudy.perform_face() == {"FINISHED"}
    keys = head.data.shape_keys
    assert value(head, "jawOpen", 25) == pytest.approx(0.8, abs=0.02)
    assert value(head, "eyeBlinkLeft", 17) == pytest.approx(1.0, abs=0.01)
    assert value(head, "mouthSmileLeft", 25) == 0
    action = keys.animation_data.action
    assert ledger.report(action)["keys"]["ai"] > 50
    assert {path for path, _ in actions.curves_of(head)} == {"rotation_euler", "location"}
    assert [row.name for row in face_settings.performances] == ["take.npz"]
    jaw = actions.read_keys(actions.curves_of(keys)['key_blocks["jawOpen"].value', 0])
    assert len(jaw) < 12


def test_edits_rewrite_only_what_was_generated(head, face_settings):
    bpy.ops.understudy.perform_face()
    keys = head.data.shape_keys
    curve = actions.curves_of(keys)['key_blocks["jawOpen"].value', 0]
    curve.keyframe_points.insert(55, 0.123)
    face_settings.jaw.amplitude = 0.5
    face_settings.start_frame = 100  # of the next one; the kept one stays where it is
    assert bpy.ops.understudy.apply_face_edits() == {"FINISHED"}
    assert value(head, "jawOpen", 25) == pytest.approx(0.4, abs=0.02)
    assert value(head, "jawOpen", 55) == pytest.approx(0.123, abs=1e-4)
    bpy.ops.understudy.reset_face_edits()
    bpy.ops.understudy.apply_face_edits()
    assert value(head, "jawOpen", 25) == pytest.approx(0.8, abs=0.02)


def test_another_performance_is_mixed_into_the_whole_face(head, face_settings, tmp_path):
    bpy.ops.understudy.perform_face()
    times = np.arange(61) / 30.0
    values = np.zeros((61, 52))
    values[:, INDEX["browInnerUp"]] = 0.6
    path = tmp_path / "brows.npz"
    performances.write(path, Performance(times, values))
    face_settings.recording = str(path)
    bpy.ops.understudy.perform_face()
    face_settings.other, face_settings.mix = "take.npz", 0.5
    assert bpy.ops.understudy.apply_face_edits() == {"FINISHED"}
    assert value(head, "browInnerUp", 25) == pytest.approx(0.3, abs=0.02)
    assert value(head, "jawOpen", 25) == pytest.approx(0.4, abs=0.02)
    assert head.rotation_euler.z == pytest.approx(0.15, abs=0.02)
    bpy.ops.understudy.reset_face_edits()
    assert face_settings.mix == face_settings.jaw.mix == 0


def test_a_stroke_and_an_expression_of_the_library(head, face_settings):
    bpy.context.scene.frame_current = 60
    assert bpy.ops.understudy.add_expression(expression="joy") == {"FINISHED"}
    assert bpy.ops.understudy.apply_face_edits() == {"FINISHED"}, "an expression alone"
    assert value(head, "mouthSmileLeft", 60) < 0.005
    assert value(head, "mouthSmileLeft", 60 + 15) == pytest.approx(0.9, abs=0.03)
    bpy.ops.understudy.perform_face()
    bpy.context.scene.frame_current = 12
    bpy.ops.understudy.add_face_stroke()
    face_settings.strokes[0].amount, face_settings.strokes[0].end = 0.25, 40
    bpy.ops.understudy.apply_face_edits()
    assert value(head, "jawOpen", 25) == pytest.approx(0.2, abs=0.02)
    assert value(head, "mouthSmileLeft", 60 + 15) == pytest.approx(0.9, abs=0.03)
    bpy.ops.understudy.remove_face_stroke()
    bpy.ops.understudy.remove_face_layer()
    assert not len(face_settings.strokes) and not len(face_settings.layers)


def test_other_meshes_of_the_character_follow(face_settings):
    rig = new_armature("Rig", {"root": "XYZ"})
    lashes, head = new_head("Lashes", NAMES[:14]), new_head()
    head.parent = lashes.parent = rig
    bpy.ops.understudy.perform_face()
    assert value(lashes, "eyeBlinkLeft", 17) == pytest.approx(1.0, abs=0.01)


def test_the_map_is_kept_changed_saved_and_loaded(head, face_settings, tmp_path):
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


def test_bones_are_tried_and_put_back(head, face_settings):
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


def test_expressions_become_assets_with_pictures(head, face_settings):
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


def test_live_edits_write_once_the_slider_rests(head, face_settings, monkeypatch):
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
    face_settings.jaw.amplitude = 0.5
    assert kind.modal(live, context, tick) == {"PASS_THROUGH"}
    assert value(head, "jawOpen", 25) == pytest.approx(0.8, abs=0.02)
    assert kind.modal(live, context, tick) == {"PASS_THROUGH"}
    assert value(head, "jawOpen", 25) == pytest.approx(0.4, abs=0.02)
    escape = SimpleNamespace(type="ESC", value="PRESS")
    monkeypatch.setattr(ops, "_LIVE_S", 0.1)
    assert kind.modal(live, context, escape) == {"FINISHED"}
    assert not Window.understudy.face_live
