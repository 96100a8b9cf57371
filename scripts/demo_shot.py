"""The demo's whole shot: put the character onto the set, and lay the film out as a sheet.

    <python with bpy> scripts/demo_shot.py cast SET.blend HEAD.blend OUT.blend
    <python with bpy> scripts/demo_shot.py sheet FILM.mp4 SHEET.png

`cast` stands the set's rig on its first mark, turned to the camera, adds a nearer camera, and
gives the rig the head of the other file in the place of its own. `sheet` shows twelve frames of a
film, evenly spread.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import bpy  # first: it puts its other modules on the path

# isort: split
import numpy as np
from mathutils import Matrix, Vector

import package

RIG, HEAD_BONE, OWN_FLOOR = "Human", "ORG-spine.006", "Floor"
TILES, COLUMNS, WIDTH = 12, 3, 480
EYES_M, NEAR_M, CLEAR_M = 1.55, 2.8, 0.5
TURNS = np.radians([0, 20, -20, 40, -40, 60, -60, 90, -90, 120, -120, 180])
CUT, LENGTH = 30, 100  # frames
HEAD_SIZE = 1.5  # of the rig's own: the face is what the shot is about


def cast(args: argparse.Namespace) -> None:
    """Stand the rig on the first mark, with the head on its shoulders."""
    bpy.ops.wm.open_mainfile(filepath=str(args.blend.resolve()))
    rig = bpy.data.objects[RIG]
    bpy.data.objects.remove(bpy.data.objects[OWN_FLOOR])  # it would flicker through the set's
    marks = [o for c in bpy.data.collections if "Marks" in c.name for o in c.objects]
    if marks:
        spot = min(marks, key=lambda o: o.name)
        rig.location = spot.matrix_world.translation
    place_cameras(rig)
    with bpy.data.libraries.load(str(args.head.resolve())) as (there, here):
        here.objects = [name for name in there.objects if name == "Suzanne"]
    (head,) = here.objects
    bpy.context.scene.collection.objects.link(head)
    bpy.context.view_layer.update()
    wear(rig, head)
    bpy.ops.wm.save_as_mainfile(filepath=str(args.out.resolve()))


def place_cameras(rig: bpy.types.Object) -> None:
    """Turn the rig to the layout's first camera, and cut from that to a nearer one of its own.

    The nearer one stands where nothing hides the head, as close to that direction as can be.
    """
    scene = bpy.context.scene
    bpy.context.view_layer.update()
    wide = min((m for m in scene.timeline_markers if m.camera), key=lambda m: m.frame).camera
    head = rig.matrix_world.translation + Vector((0, 0, EYES_M))
    towards = wide.matrix_world.translation - head
    facing = np.arctan2(towards.y, towards.x)
    for turn in TURNS:
        way = Vector((np.cos(facing + turn), np.sin(facing + turn), 0.05)).normalized()
        clear = not scene.ray_cast(
            bpy.context.evaluated_depsgraph_get(), head + CLEAR_M * way, way, distance=NEAR_M
        )[0]
        if clear:
            break
    rig.rotation_euler = (0, 0, facing + turn + np.pi / 2)  # a rig looks along -y
    near = bpy.data.objects.new("Performer", bpy.data.cameras.new("Performer"))
    scene.collection.objects.link(near)
    near.data.lens = 40
    near.location = head + NEAR_M * way + Vector((0, 0, -0.05))
    near.rotation_euler = (head - near.location).to_track_quat("-Z", "Y").to_euler()
    for marker in list(scene.timeline_markers):
        if marker.camera and marker.camera is not wide:
            scene.timeline_markers.remove(marker)
    scene.timeline_markers.new("Performer", frame=scene.frame_start + CUT).camera = near
    scene.frame_end = scene.frame_start + LENGTH


def wear(rig: bpy.types.Object, head: bpy.types.Object) -> None:
    """Fix the head to the rig's head bone, in its size and place, looking where the rig looks."""
    bone = rig.pose.bones[HEAD_BONE]
    box = np.array([Vector(c) for c in head.bound_box])
    size = HEAD_SIZE * bone.length / float(np.ptp(box[:, 2]))
    middle = bone.head + 0.55 * (bone.tail - bone.head)
    place = Matrix.Translation(middle) @ Matrix.Scale(size, 4)
    place @= Matrix.Translation(-Vector((box.min(0) + box.max(0)) / 2))
    head.parent, head.parent_type, head.parent_bone = rig, "BONE", HEAD_BONE
    head.matrix_world = rig.matrix_world @ place


def sheet(args: argparse.Namespace) -> None:
    """Write the sheet."""
    import cv2

    film = cv2.VideoCapture(str(args.film))
    pictures = []
    while (read := film.read())[0]:
        pictures.append(read[1])
    if not pictures:
        sys.exit(f"{args.film} holds no pictures")
    chosen = [pictures[i] for i in np.linspace(0, len(pictures) - 1, TILES).round().astype(int)]
    height = round(WIDTH * chosen[0].shape[0] / chosen[0].shape[1])
    small = [cv2.resize(p, (WIDTH, height), interpolation=cv2.INTER_AREA) for p in chosen]
    rows = [np.hstack(small[i : i + COLUMNS]) for i in range(0, TILES, COLUMNS)]
    cv2.imwrite(str(args.out), np.vstack(rows))


def main() -> int:
    """Do what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    steps = parser.add_subparsers(required=True)
    casting = steps.add_parser("cast")
    casting.set_defaults(run=cast)
    for name in ("blend", "head", "out"):
        casting.add_argument(name, type=Path)
    drawing = steps.add_parser("sheet")
    drawing.set_defaults(run=sheet)
    for name in ("film", "out"):
        drawing.add_argument(name, type=Path)
    args = parser.parse_args()
    args.run(args)
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    package.end_with(main)
