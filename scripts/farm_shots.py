"""Make the shots that the farm's tests and benchmark run: small rigs with a few keyed poses.

    python scripts/farm_shots.py DIR COUNT [--block CLIP] [--say TEXT]      (a Python with bpy)

Shot sh010 and on, each another motion, and the batch that describes them. With a clip, the even
shots have no poses and are blocked from it first. With a text, it is spoken into line.wav, for the
stage lipsync.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import wave
from pathlib import Path

import package

ORDER = ("layout", "block", "inbetween", "face", "lipsync", "playblast", "report")
BONES = {
    "hips": (None, (0, 0, 1.0), (0, 0, 1.1)),
    "spine": ("hips", (0, 0, 1.1), (0, 0, 1.3)),
    "chest": ("spine", (0, 0, 1.3), (0, 0, 1.5)),
    "neck": ("chest", (0, 0, 1.5), (0, 0, 1.6)),
    "head": ("neck", (0, 0, 1.6), (0, 0, 1.8)),
    "upper_arm": ("chest", (0.15, 0, 1.45), (0.45, 0, 1.45)),
    "forearm": ("upper_arm", (0.45, 0, 1.45), (0.7, 0, 1.45)),
    "hand": ("forearm", (0.7, 0, 1.45), (0.85, 0, 1.45)),
    "thigh": ("hips", (0.1, 0, 1.0), (0.1, -0.01, 0.55)),
    "shin": ("thigh", (0.1, -0.01, 0.55), (0.1, 0, 0.1)),
    "foot": ("shin", (0.1, 0, 0.1), (0.1, -0.12, 0.02)),
    "toe": ("foot", (0.1, -0.12, 0.02), (0.1, -0.2, 0.02)),
}
"""Bone to (parent, head, tail), metres; those off the middle are mirrored."""
SIDED = ("eyeBlink", "mouthSmile", "mouthFrown", "browDown", "eyeSquint", "mouthPress")
SHAPES = (
    "jawOpen",
    "browInnerUp",
    "mouthClose",
    "mouthFunnel",
    "mouthPucker",
    *(f"{name}{side}" for name in SIDED for side in ("Left", "Right")),
)
LAST_FRAME = 30
STRIDE = 10
"""The first shot's number, and what is added for the next: sh010, sh020, …"""


def make_rig() -> object:
    """Return the armature of a person, linked to the scene, with a block for each bone."""
    import bpy

    rig = bpy.data.objects.new("Hero", bpy.data.armatures.new("Hero"))
    bpy.context.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    for name, (parent, head, tail) in BONES.items():
        for side, sign in (("", 1),) if head[0] == 0 else ((".L", 1), (".R", -1)):
            bone = rig.data.edit_bones.new(name + side)
            bone.head, bone.tail = (sign * head[0], *head[1:]), (sign * tail[0], *tail[1:])
            if parent:
                paired = rig.data.edit_bones.get(parent + side)
                bone.parent = paired or rig.data.edit_bones[parent]
    bpy.ops.object.mode_set(mode="OBJECT")
    for bone in rig.pose.bones:
        _hang_block(rig, bone)
    return rig


def _hang_block(rig: object, bone: object) -> None:
    """Give a bone something that a film shows."""
    import bpy

    x, y = 0.04, bone.length
    corners = [(sx * x, sy * y, sz * x) for sx in (-1, 1) for sy in (0, 1) for sz in (-1, 1)]
    sides = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    mesh = bpy.data.meshes.new(bone.name)
    mesh.from_pydata(corners, [], sides)
    block = bpy.data.objects.new(bone.name, mesh)
    bpy.context.collection.objects.link(block)
    block.parent, block.parent_type, block.parent_bone = rig, "BONE", bone.name
    block.location.y = -bone.length  # a child of a bone begins at its tail


def key_poses(rig: object, number: int) -> None:
    """Key every second bone, densely about a gap; another motion for each number."""
    draw = random.Random(number)
    gap = range(9, 20 + draw.randrange(5))
    for bone in list(rig.pose.bones)[::2]:
        bone.rotation_mode = "XYZ"
        waves = [(draw.uniform(0.1, 0.5), draw.uniform(0, 6)) for _ in range(3)]
        for frame in range(1, LAST_FRAME + 1):
            if frame not in gap:
                bone.rotation_euler = [size * math.sin(frame / 5 + at) for size, at in waves]
                bone.keyframe_insert("rotation_euler", frame=frame)


def add_face(rig: object) -> None:
    """Hang a face on the head, with shape keys of common names."""
    import bpy

    bpy.ops.mesh.primitive_uv_sphere_add(segments=16, ring_count=8, radius=0.12)
    face = bpy.context.object
    face.name, face.parent, face.parent_type, face.parent_bone = "Face", rig, "BONE", "head"
    face.shape_key_add(name="Basis")
    for number, name in enumerate(SHAPES):
        block = face.shape_key_add(name=name)
        for point in block.data[number * 6 : number * 6 + 6]:
            point.co.z -= 0.02


def add_camera() -> None:
    """Look at the person from the front and a little from the side."""
    import bpy

    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    bpy.context.collection.objects.link(camera)
    camera.location, camera.rotation_euler = (1.2, -4.5, 1.2), (math.radians(88), 0, 0.26)
    bpy.context.scene.camera = camera


def speak(path: Path, text: str) -> None:
    """Write a spoken line as a WAV file."""
    import numpy as np

    package.load()
    from understudy.ml.face import espeak

    spoken = espeak.speak(text, "en-us", sound=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(spoken.rate)
        file.writeframes((32767 * np.clip(spoken.samples, -1, 1)).astype("<i2").tobytes())


def make(
    folder: Path, count: int, clip: Path | None, stages: list[str], parameters: dict | None = None
) -> Path:
    """Write the shots and their batch; return the batch's path."""
    import bpy

    folder.mkdir(parents=True, exist_ok=True)
    shots = []
    for number in range(count):
        bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
        scene, rig = bpy.context.scene, make_rig()
        scene.frame_start, scene.frame_end = 1, LAST_FRAME
        name, blocked = f"sh{STRIDE * (number + 1):03}", clip is not None and number % 2 == 0
        add_camera()
        if {"face", "lipsync"} & set(stages):
            add_face(rig)
            bpy.context.view_layer.objects.active = rig
        shot: dict = {"shot": name, "blend": f"{name}.blend"}
        if blocked:
            shot["stages"] = [s for s in ORDER if s in ("block", *stages)]
            shot["parameters"] = {"block": {"video": str(clip), "keys": 4 + number % 5}}
        else:
            key_poses(rig, number)
        bpy.ops.wm.save_as_mainfile(filepath=str(folder / f"{name}.blend"), check_existing=False)
        shots.append(shot)
    batch = folder / "reel.json"
    data = {"schema": 1, "name": "reel", "stages": stages, "shots": shots}
    data["parameters"] = parameters or {}
    batch.write_text(json.dumps(data, indent=2) + "\n", "utf-8")
    return batch


def main() -> int:
    """Make them."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("count", type=int)
    parser.add_argument("--block", type=Path, metavar="CLIP", help="a video")
    parser.add_argument("--say", default="", metavar="TEXT", help="a line for lipsync")
    parser.add_argument("--stages", nargs="+", default=["inbetween", "report"])
    parser.add_argument("--parameters", default="{}", help="for all shots, JSON")
    args = parser.parse_args()
    clip = args.block.absolute() if args.block else None
    folder, parameters = args.folder.absolute(), json.loads(args.parameters)
    if args.say:
        folder.mkdir(parents=True, exist_ok=True)
        speak(folder / "line.wav", args.say)
        parameters["lipsync"] = {"wav": "line.wav", "text": args.say} | parameters.get(
            "lipsync", {}
        )
    os.write(1, f"{make(folder, args.count, clip, args.stages, parameters)}\n".encode())
    return 0


if __name__ == "__main__":
    package.end_with(main)
