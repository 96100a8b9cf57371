"""USD layers, written and read back by Blender."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import bpy
import numpy as np
import pytest
import report_form
from understudy.addon import cli
from understudy.addon.pipeline import usd
from understudy.ml.errors import UnderstudyError

FORM = Path(__file__).resolve().parents[2] / "docs" / "report.schema.json"
FRAMES = (1, 5, 9)


@pytest.fixture
def scene():
    """Return a scene with a table that stands, and a camera and a ball that move."""
    scene = bpy.context.scene
    scene.frame_start, scene.frame_end = FRAMES[0], FRAMES[-1]
    bpy.ops.mesh.primitive_cube_add(location=(0, 3, 0.5))
    bpy.context.object.name = "Table"
    bpy.ops.mesh.primitive_uv_sphere_add(segments=8, ring_count=4)
    ball = bpy.context.object
    ball.name = "Ball"
    camera = bpy.data.objects.new("Shot", bpy.data.cameras.new("Shot"))
    scene.collection.objects.link(camera)
    for k, frame in enumerate(FRAMES):
        ball.location, ball.rotation_euler = (k, 0, k * k), (0.1, 0.2 * k, 0)
        camera.location = (0, -8 - k, 2)
        for obj in (ball, camera):
            obj.keyframe_insert("location", frame=frame)
            obj.keyframe_insert("rotation_euler", frame=frame)
    return scene


def places(names: list[str]) -> dict:
    """Return where each object is at each frame."""
    found = {}
    for frame in FRAMES:
        bpy.context.scene.frame_set(frame)
        for name in names:
            found[name, frame] = np.array(bpy.data.objects[name].matrix_world)
    return found


def test_a_blender_without_usd_is_told(scene, tmp_path, monkeypatch):
    bare = SimpleNamespace(app=SimpleNamespace(build_options=SimpleNamespace(usd=False)))
    monkeypatch.setattr(usd, "bpy", bare)
    path = tmp_path / "anim.usda"
    with pytest.raises(UnderstudyError, match="without USD"):
        usd.export(scene, {"animation": path})
    assert not path.exists()


@pytest.mark.skipif(not bpy.app.build_options.usd, reason="this Blender was built without USD")
def test_what_moves_and_what_stands_come_back(scene, tmp_path):
    names = ["Table", "Ball", "Shot"]
    before, selected = places(names), [o.name for o in bpy.context.selected_objects]
    words = ["usd", "--animation", tmp_path / "anim.usda", "--layout", tmp_path / "layout.usda"]
    words += ["--shot", tmp_path / "shot.usda", "--report", tmp_path / "r.json"]
    assert cli.main([str(word) for word in words]) == 0
    assert [o.name for o in bpy.context.selected_objects] == selected
    report = json.loads((tmp_path / "r.json").read_text())
    assert report_form.faults(report, json.loads(FORM.read_text())) == []
    assert report["objects"] == {"animation": ["Ball", "Shot"], "layout": ["Table"]}
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    bpy.ops.wm.usd_import(filepath=str(tmp_path / "shot.usda"))
    after = places(names)
    assert max(np.abs(after[key] - before[key]).max() for key in before) < 1e-4


def test_a_rig_and_what_it_bends_move_together(rig, scene):
    mesh = bpy.data.objects["Table"]
    mesh.modifiers.new("Armature", "ARMATURE").object = rig
    assert not usd.moves(mesh)
    rig.pose.bones["hip"].keyframe_insert("location", frame=1)
    assert usd.moves(rig) and usd.moves(mesh)


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ((), 2),
        (("--shot", "s.usda"), 2),
        (("--layout", "a.obj"), 2),
        (("--layout", "a.usda", "--animation", "a.usda"), 2),
        (("--layout", "none/a.usda"), 3),
    ],
)
def test_what_cannot_be_written_is_said(scene, tmp_path, monkeypatch, words, status):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["usd", *words]) == status
    assert not list(tmp_path.iterdir())


def test_an_empty_layer_is_refused(scene, tmp_path):
    bpy.data.objects.remove(bpy.data.objects["Table"])
    assert cli.main(["usd", "--layout", str(tmp_path / "a.usda")]) == 3
    assert not list(tmp_path.iterdir())
