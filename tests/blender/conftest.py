"""Rigs and takes for the tests that use Blender."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import bpy  # first: it puts its other modules on the path

# isort: split
import addon_utils
import numpy as np
import pytest
from understudy.ml import take
from understudy.ml.face import performance as performances
from understudy.ml.face.performance import INDEX, Performance

sys.path.insert(0, str(Path(__file__).resolve().parent))  # for what the tests share

from faces import new_head  # noqa: E402


def new_armature(name: str, bones: dict[str, str]) -> bpy.types.Object:
    """Return an armature object, linked to no collection, with a bone a metre each.

    `bones` maps names to rotation modes.
    """
    scratch = bpy.data.objects.new(name, bpy.data.armatures.new(name))
    bpy.context.collection.objects.link(scratch)
    bpy.context.view_layer.objects.active = scratch
    bpy.ops.object.mode_set(mode="EDIT")
    for i, bone in enumerate(bones):
        edit = scratch.data.edit_bones.new(bone)
        edit.head, edit.tail = (i, 0, 0), (i, 0, 1)
    bpy.ops.object.mode_set(mode="OBJECT")
    for bone, mode in bones.items():
        scratch.pose.bones[bone].rotation_mode = mode
    return scratch


@pytest.fixture
def rig() -> bpy.types.Object:
    """Return an armature with a bone for each kind of rotation, and a switch."""
    rig = new_armature("Hero", {'a"b': "QUATERNION", "hip": "XYZ", "arm": "AXIS_ANGLE"})
    rig.pose.bones["hip"]["IK_FK"] = 0.0
    return rig


def path_of(bone: str, prop: str) -> str:
    """Return the RNA path of a pose bone's property."""
    return f'pose.bones["{bpy.utils.escape_identifier(bone)}"].{prop}'


@pytest.fixture(scope="session")
def rigify_file(tmp_path_factory, extension) -> Path:
    """Generate a Rigify human once, as its button does, and save it."""
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    addon_utils.enable("rigify", default_set=True)
    bpy.ops.object.armature_human_metarig_add()
    bpy.ops.pose.rigify_generate()
    path = tmp_path_factory.mktemp("rigify") / "human.blend"
    bpy.ops.wm.save_as_mainfile(filepath=os.fspath(path), check_existing=False)
    return path


@pytest.fixture
def make_take() -> Callable[..., take.Take]:
    """Return a maker of takes: every bone's rotation, and the hip's location, keyed."""

    def make(frames=(1, 5, 9), *, stage="blocking", seed=0, span=None, **values) -> take.Take:
        rng = np.random.default_rng(seed)
        sizes = {
            ('a"b', "rotation_quaternion"): 4,
            ("hip", "rotation_euler"): 3,
            ("hip", "location"): 3,
            ("arm", "rotation_axis_angle"): 4,
        }
        channels = [
            take.Channel(
                path_of(bone, prop),
                index,
                bone,
                take.make_keys(frames, rng.uniform(0.1, 1, len(frames)), key_type=take.EXTREME),
            )
            for (bone, prop), size in sizes.items()
            for index in range(size)
        ]
        return take.Take(
            channels=channels,
            provenance=take.Provenance(stage, {"net_v1": "ab" * 32}, {"clip.mp4": "cd" * 32}),
            span=span or (min(frames), max(frames)),
            **values,
        )

    return make


BODY = {
    "hips": (None, (0, 0, 1.0), (0, 0, 1.1)),
    "spine": ("hips", (0, 0, 1.1), (0, 0, 1.3)),
    "chest": ("spine", (0, 0, 1.3), (0, 0, 1.5)),
    "neck": ("chest", (0, 0, 1.5), (0, 0, 1.6)),
    "head": ("neck", (0, 0, 1.6), (0, 0, 1.8)),
    "shoulder": ("chest", (0.05, 0, 1.45), (0.15, 0, 1.45)),
    "upper_arm": ("shoulder", (0.15, 0, 1.45), (0.45, 0, 1.45)),
    "forearm": ("upper_arm", (0.45, 0, 1.45), (0.7, 0, 1.45)),
    "hand": ("forearm", (0.7, 0, 1.45), (0.85, 0, 1.45)),
    "thigh": ("hips", (0.1, 0, 1.0), (0.1, -0.01, 0.55)),
    "shin": ("thigh", (0.1, -0.01, 0.55), (0.1, 0, 0.1)),
    "foot": ("shin", (0.1, 0, 0.1), (0.1, -0.12, 0.02)),
    "toe": ("foot", (0.1, -0.12, 0.02), (0.1, -0.2, 0.02)),
}
"""Bone to (parent, head, tail); those off the middle are mirrored."""


@pytest.fixture
def human() -> bpy.types.Object:
    """Return the active armature of a person in a T-pose, with common names."""
    rig = bpy.data.objects.new("Human", bpy.data.armatures.new("Human"))
    bpy.context.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    for name, (parent, head, tail) in BODY.items():
        for side, sign in (("", 1),) if head[0] == 0 else ((".L", 1), (".R", -1)):
            bone = rig.data.edit_bones.new(name + side)
            bone.head, bone.tail = (sign * head[0], *head[1:]), (sign * tail[0], *tail[1:])
            if parent:
                paired = rig.data.edit_bones.get(parent + side)
                bone.parent = paired or rig.data.edit_bones[parent]
    bpy.ops.object.mode_set(mode="OBJECT")
    return rig


@pytest.fixture
def head() -> bpy.types.Object:
    """Return the active mesh of a face with the 52 shape keys, in a scene of 24 frames a second."""
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
def face_settings(recording: Path) -> bpy.types.PropertyGroup:
    """Return the face tool's settings, with the recording chosen."""
    settings = bpy.context.scene.understudy.face
    settings.source, settings.recording = "file", str(recording)
    return settings


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> str:
    """Let blocking run a task that sees no video, and return the module of such tasks."""
    from understudy.addon import blocking

    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    monkeypatch.setattr(blocking, "TASK", "stub_tasks:block")
    return "stub_tasks"


@pytest.fixture
def walker(human) -> bpy.types.Object:
    """Return the person with the body keyed densely on frames 1 to 4, then on 20."""
    from keyed_rigs import MODES, key

    rng = np.random.default_rng(0)
    ends = {b.name: rng.uniform(-0.6, 0.6, 3) for b in human.pose.bones}
    for i, bone in enumerate(human.pose.bones):
        bone.rotation_mode = list(MODES.values())[i % 3]
        for frame in (1, 2, 3, 4, 20):
            key(human, bone.name, frame, ends[bone.name] * frame / 12)
    for frame in (1, 2, 3, 4, 20):
        key(human, "hips", frame, move=(0.05 * frame, 0, 0.01 * frame))
    return human
