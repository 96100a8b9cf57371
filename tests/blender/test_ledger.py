"""The record of generated keys, kept through everything that happens to an action."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from understudy.addon import actions, fcurves, ledger

LOCATION = 'pose.bones["hip"].location'


@pytest.fixture
def written(rig, make_take):
    """Return a rig with 14 curves of three generated keys."""
    fcurves.write_take(rig, make_take())
    return rig


def counts(owner) -> dict[str, int]:
    return {k: v for k, v in ledger.report(owner.animation_data.action)["keys"].items() if v}


def curve_of(owner, index=0):
    return actions.curves_of(owner)[LOCATION, index]


def test_every_status_is_reported(written):
    points = curve_of(written).keyframe_points
    points[0].co[1] += 1
    points[1].co[0] += 1
    curve_of(written).update()
    points = curve_of(written, 1).keyframe_points
    points.remove(points[2])
    points.insert(20, 1.0)
    assert counts(written) == {"ai": 39, "edited": 1, "retimed": 1, "human": 1, "deleted": 1}


@pytest.mark.parametrize("field", ["interpolation", "type", "handle_left_type"])
def test_any_change_a_person_makes_to_a_key_is_an_edit(written, field):
    value = {"interpolation": "CONSTANT", "type": "BREAKDOWN", "handle_left_type": "VECTOR"}[field]
    setattr(curve_of(written).keyframe_points[1], field, value)
    assert counts(written) == {"ai": 41, "edited": 1}


def test_selecting_and_neighbours_are_no_edit(written):
    curve = curve_of(written)
    curve.keyframe_points[1].select_control_point = True
    curve.keyframe_points.insert(7, 5.0)  # moves the automatic handles beside it
    curve.update()
    assert counts(written) == {"ai": 42, "human": 1}


def test_the_record_survives_saving_and_loading(written, tmp_path):
    curve_of(written).keyframe_points[0].co[1] += 1
    path = str(tmp_path / "saved.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    assert counts(bpy.data.objects["Hero"]) == {"ai": 41, "edited": 1}


def test_a_copy_of_the_action_carries_the_record(written):
    copy = written.animation_data.action.copy()
    assert ledger.report(copy)["keys"]["ai"] == 42
    assert ledger.report(copy)["runs"][0]["models"] == {"net_v1": "ab" * 32}


def test_renaming_the_object_or_the_action_changes_nothing(written):
    written.name = "Villain"
    written.animation_data.action.name = "Act"
    assert counts(written) == {"ai": 42}


def test_delete_generated_keys_is_seen_as_deletion(rig, make_take):
    take = make_take()
    for channel in take.channels:
        channel.keys["type"] = 5
    fcurves.write_take(rig, take)
    for curve in list(actions.curves_of(rig).values()):  # what Blender's operator does
        for point in reversed(curve.keyframe_points):
            if point.type == "GENERATED":
                curve.keyframe_points.remove(point)
    assert counts(rig) == {"deleted": 42}
    fcurves.write_take(rig, make_take(seed=1))
    assert counts(rig) == {"ai": 42}


def test_each_run_is_counted_by_itself(written, make_take):
    curve_of(written).keyframe_points[1].co[1] += 1
    fcurves.write_take(written, make_take((5, 9, 13), seed=3))
    first, second = ledger.report(written.animation_data.action)["runs"]
    assert first["keys"]["ai"] == 14 and first["keys"]["edited"] == 1
    assert second["keys"]["ai"] == 41
    assert second["span"] == [5, 13] and second["id"] == 2


def test_a_run_without_keys_is_forgotten(written, make_take):
    fcurves.write_take(written, make_take(seed=1))
    assert [r["id"] for r in ledger.report(written.animation_data.action)["runs"]] == [2]
    fcurves.clear_take(written)
    assert ledger.LEDGER not in written.animation_data.action


@pytest.mark.parametrize("blob", ["", "nonsense", "eJwDAAAAAAE=", 7])
def test_a_spoilt_record_makes_every_key_the_artists(written, make_take, blob):
    written.animation_data.action[ledger.LEDGER] = blob
    assert counts(written) == {"human": 42}
    fcurves.write_take(written, make_take((1, 5, 9), seed=1))
    assert counts(written) == {"human": 42}


def test_a_record_of_another_format_is_not_guessed_at(written, monkeypatch):
    monkeypatch.setattr(ledger, "FORMAT", ledger.FORMAT + 1)
    assert counts(written) == {"human": 42}


def test_the_statement_names_networks_inputs_and_numbers(written):
    curve_of(written).keyframe_points[0].co[1] += 1
    text = ledger.report(written.animation_data.action)["statement"]
    for part in (
        "Of 42 keys, 41",
        "1 were proposed and then edited",
        "net_v1 (abababababab)",
        "clip.mp4 (cdcdcdcdcdcd)",
        "blocking",
    ):
        assert part in text


def test_the_operators_report_and_remove(written):
    bpy.context.view_layer.objects.active = written
    assert bpy.ops.understudy.report_ledger() == {"FINISHED"}
    assert "AI use statement" in bpy.data.texts["AI use statement"].as_string()
    assert bpy.ops.understudy.clear_generated() == {"FINISHED"}
    assert not actions.curves_of(written)
    assert not bpy.ops.understudy.clear_generated.poll()


def test_the_last_run_says_how_far_a_frame_can_be_trusted(rig, make_take):
    assert ledger.confidence(ledger.Ledger.load(None))[1].size == 0
    fcurves.write_take(rig, make_take((1, 5), confidence=np.full(5, 0.25)))
    fcurves.write_take(rig, make_take((4, 9), stage="face", confidence=np.full(6, 0.5)))
    first, values = ledger.confidence(ledger.Ledger.load(rig.animation_data.action))
    assert first == 1
    assert values == pytest.approx([0.25, 0.25, 0.25, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5])
    report = ledger.report(rig.animation_data.action)
    assert "confidence" not in report["runs"][0]
