"""The demo's whole shot: put the character onto the set, and lay the film out as a sheet.

    <python with bpy> scripts/demo_shot.py cast SET.blend HEAD.blend OUT.blend
    <python with bpy> scripts/demo_shot.py sheet FILM.mp4 SHEET.png

`cast` stands the set's rig on its first mark, facing the mark's way, and gives it the head of the
other file in the place of its own. `sheet` shows twelve frames of a film, evenly spread.
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

RIG, HEAD_BONE = "Human", "ORG-spine.006"
TILES, COLUMNS, WIDTH = 12, 3, 480
HEAD_SIZE = 1.5  # of the rig's own: the face is what the shot is about


def cast(args: argparse.Namespace) -> None:
    """Stand the rig on the first mark, with the head on its shoulders."""
    bpy.ops.wm.open_mainfile(filepath=str(args.blend.resolve()))
    rig = bpy.data.objects[RIG]
    marks = [o for c in bpy.data.collections if "Marks" in c.name for o in c.objects]
    if marks:
        spot = min(marks, key=lambda o: o.name)
        # A mark's front is +y; a rig looks along -y.
        rig.matrix_world = spot.matrix_world @ Matrix.Rotation(np.pi, 4, "Z")
    with bpy.data.libraries.load(str(args.head.resolve())) as (there, here):
        here.objects = [name for name in there.objects if name == "Suzanne"]
    (head,) = here.objects
    bpy.context.scene.collection.objects.link(head)
    bpy.context.view_layer.update()
    wear(rig, head)
    bpy.ops.wm.save_as_mainfile(filepath=str(args.out.resolve()))


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
