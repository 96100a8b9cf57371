"""What stops a performance from being laid on a face is said, and nothing is changed."""

from __future__ import annotations

import bpy
import pytest
from faces import new_head, value
from understudy.addon import actions, cli, face, facerig
from understudy.ml.errors import RigError, UnderstudyError


def test_a_mesh_without_shape_keys_is_refused_in_words(face_settings):
    new_head("Bare", ())
    with pytest.raises(RuntimeError, match="Bare has no shape keys, and no armature moves it"):
        bpy.ops.understudy.perform_face()


def test_names_that_say_nothing_are_refused_in_words(face_settings):
    new_head("Odd", ("Key 1", "Key 2"))
    with pytest.raises(RuntimeError, match="do not tell its expressions: find the face map by"):
        bpy.ops.understudy.perform_face()


def test_driven_and_muted_keys_are_told_and_left(head, face_settings):
    keys = head.data.shape_keys
    driver = keys.driver_add('key_blocks["jawOpen"].value').driver
    driver.expression = "0.25"
    keys.key_blocks["cheekPuff"].mute = True
    bpy.ops.understudy.perform_face()
    outcome = bpy.context.window_manager.understudy.outcome
    assert "Driven shape keys were left to their drivers: jawOpen" in outcome
    assert "Muted shape keys do not show until unmuted: cheekPuff" in outcome
    assert ('key_blocks["jawOpen"].value', 0) not in actions.curves_of(keys)


def test_a_locked_curve_stops_all_and_changes_nothing(head, face_settings):
    keys = head.data.shape_keys
    keys.key_blocks["mouthPucker"].keyframe_insert("value", frame=3)
    curve = actions.curves_of(keys)['key_blocks["mouthPucker"].value', 0]
    curve.lock = True
    with pytest.raises(RuntimeError, match="mouthPucker.*is locked"):
        bpy.ops.understudy.perform_face()
    assert len(actions.curves_of(keys)) == 1 and not len(face_settings.performances)


def test_absolute_shape_keys_are_refused(head, face_settings):
    head.data.shape_keys.use_relative = False
    with pytest.raises(RuntimeError, match="are absolute: switch them to relative"):
        bpy.ops.understudy.perform_face()


def test_linked_heads_are_refused_and_overrides_work(head, face_settings, tmp_path):
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


def test_a_spoilt_record_of_a_performance_is_told(head, face_settings):
    bpy.ops.understudy.perform_face()
    face_settings.performances[0].data = "spoilt"
    with pytest.raises(UnderstudyError, match="cannot be read any more"):
        face.request(bpy.context.scene, head, face.Options())


def _models_there() -> bool:
    from understudy.ml.runtime import model_path

    try:
        return bool(model_path("face_landmark_v1"))
    except UnderstudyError:
        return False


@pytest.mark.skipif(not _models_there(), reason="the face networks are exported at set-up")
def test_what_is_no_face_is_told(face_settings):
    bpy.ops.mesh.primitive_cube_add()
    cube = bpy.context.object
    cube.shape_key_add(name="Basis")
    cube.shape_key_add(name="Key 1")
    with pytest.raises(RuntimeError, match="No face is seen on this character from any side"):
        bpy.ops.understudy.map_face_shape()
    assert not len(cube.understudy.face_links)
