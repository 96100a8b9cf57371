"""Playblasts: whole or not at all, the same twice, and nothing of the scene changed."""

from __future__ import annotations

import json
from pathlib import Path

import bpy
import cv2
import pytest
import report_form
from understudy.addon import cli
from understudy.addon.pipeline import film
from understudy.ml.errors import Cancelled, UnderstudyError

FORM = Path(__file__).resolve().parents[2] / "docs" / "report.schema.json"


@pytest.fixture
def scene():
    """Return a scene in which a cube moves before a camera."""
    scene = bpy.context.scene
    bpy.ops.mesh.primitive_cube_add()
    cube = bpy.context.object
    for frame, x in ((1, -2.0), (6, 2.0)):
        cube.location.x = x
        cube.keyframe_insert("location", frame=frame)
    scene.camera = bpy.data.objects.new("Cam", bpy.data.cameras.new("Cam"))
    scene.camera.location, scene.camera.rotation_euler = (0, -10, 0), (1.5708, 0, 0)
    scene.collection.objects.link(scene.camera)
    scene.frame_start, scene.frame_end = 1, 6
    return scene


def playblast(path: Path, *more: object) -> int:
    words = ["playblast", "--film", path, "--report", path.with_suffix(".json"), "--size", 64, 48]
    return cli.main([str(word) for word in [*words, *more]])


def pictures(path: Path) -> list:
    clip, found = cv2.VideoCapture(str(path)), []
    while True:
        there, picture = clip.read()
        if not there:
            return found
        found.append(picture)


def settings(scene) -> list:
    """Return what filming might leave changed."""
    owners = (scene, scene.render, scene.render.image_settings, scene.display.shading)
    return [len(bpy.data.scenes)] + [
        (prop.identifier, str(getattr(owner, prop.identifier)))
        for owner in owners
        for prop in owner.bl_rna.properties
        if prop.type not in ("POINTER", "COLLECTION")
    ]


def test_a_film_shows_the_motion_and_the_scene_stays(scene, tmp_path, capsys):
    scene.frame_set(4)
    kept = settings(scene)
    assert playblast(tmp_path / "a.mp4") == 0
    shown = pictures(tmp_path / "a.mp4")
    assert len(shown) == 6 and shown[0].shape == (48, 64, 3)
    middles = [(p.sum(axis=(0, 2)) @ range(64)) / p.sum() for p in shown]
    assert middles == sorted(middles) and middles[-1] - middles[0] > 15, "it goes to the right"
    assert kept == settings(scene)
    report = json.loads((tmp_path / "a.json").read_text())
    assert report_form.faults(report, json.loads(FORM.read_text())) == []
    assert report["frames"] == 6 and report["size"] == [64, 48] and report["camera"] == "Cam"
    assert playblast(tmp_path / "a.mp4") == 0
    assert "Nothing to do" in capsys.readouterr().out
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.json", "a.mp4"]


def test_the_same_scene_makes_the_same_bytes(scene, tmp_path):
    for name in ("a.mp4", "b.mp4"):
        assert playblast(tmp_path / name, "--pace", 2) == 0
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()
    assert len(pictures(tmp_path / "a.mp4")) == 3


@pytest.mark.parametrize(
    ("more", "status"),
    [
        (("--camera", "None"), 3),
        (("--range", 9, 2), 3),
        (("--size", 63, 48), 2),
        (("--pace", 0), 2),
        (("--film", "a.avi"), 2),
    ],
)
def test_what_cannot_be_filmed_is_said(scene, tmp_path, more, status):
    assert playblast(tmp_path / "a.mp4", *more) == status
    assert not list(tmp_path.iterdir())


def test_a_film_that_is_stopped_leaves_nothing(scene, tmp_path):
    scenes = len(bpy.data.scenes)
    steps = film.film(scene, film.Options(size=(64, 48)), tmp_path / "a.mp4")
    for _ in range(3):
        next(steps)
    with pytest.raises(Cancelled):
        steps.throw(Cancelled("Cancelled"))
    assert not list(tmp_path.iterdir()) and len(bpy.data.scenes) == scenes


def test_without_a_camera_nothing_is_filmed(scene, tmp_path):
    scene.camera = None
    with pytest.raises(UnderstudyError, match="There is no camera"):
        next(film.film(scene, film.Options(), tmp_path / "a.mp4"))
