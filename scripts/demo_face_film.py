"""Film a face beside its source, frame by frame.

    <python with bpy> scripts/demo_face_film.py SHOT.blend MESH VIDEO OUT_FOLDER [--step N]

Leaves playblast.mp4 (H.264) and contact_sheet.png in OUT_FOLDER.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

import bpy  # first: it puts its other modules on the path

# isort: split
import numpy as np
from mathutils import Vector

import package
from demo_film import encode, set_up_render

package.load()
from understudy.ml.video import open_video  # noqa: E402 - after package.load()

SIDE = 480
TILES = 12


def frame_camera(mesh: bpy.types.Object) -> None:
    """Place a camera straight before the face."""
    corners = np.array([mesh.matrix_world @ Vector(c) for c in mesh.bound_box])
    low, high = corners.min(axis=0), corners.max(axis=0)
    data = bpy.data.cameras.new("Face")
    data.type = "ORTHO"
    data.ortho_scale = 1.2 * float((high - low)[2])
    camera = bpy.data.objects.new("Face", data)
    bpy.context.scene.collection.objects.link(camera)
    camera.location = (
        (low[0] + high[0]) / 2,
        low[1] - 5 * data.ortho_scale,
        (low[2] + high[2]) / 2,
    )
    camera.rotation_euler = (np.pi / 2, 0, 0)
    data.clip_end = 100 * data.ortho_scale
    bpy.context.scene.camera = camera


def square(picture: np.ndarray) -> np.ndarray:
    """Return the middle square of a picture at the film's size."""
    import cv2

    side = min(picture.shape[:2])
    top, left = (picture.shape[0] - side) // 2, (picture.shape[1] - side) // 2
    return cv2.resize(picture[top : top + side, left : left + side], (SIDE, SIDE))


def film(args: argparse.Namespace) -> None:
    """Render each frame of the source, put the two side by side, and encode."""
    import cv2

    bpy.ops.wm.open_mainfile(filepath=str(args.blend.resolve()))
    scene = bpy.context.scene
    frame_camera(bpy.data.objects[args.mesh])
    set_up_render(scene)
    scene.render.resolution_x = scene.render.resolution_y = SIDE
    work = args.out / "frames"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    fps, pairs, next_frame = scene.render.fps / scene.render.fps_base, [], None
    with open_video(args.video) as video:
        for time_s, picture in video:
            frame = args.start + round(time_s * fps)
            if next_frame is not None and frame < next_frame:
                continue
            next_frame = frame + args.step
            scene.frame_set(frame)
            scene.render.filepath = str(work / "face.png")
            bpy.ops.render.render(write_still=True)
            face = cv2.imread(str(work / "face.png"))
            pair = np.hstack([square(picture[..., ::-1]), face])
            cv2.imwrite(str(work / f"film_{len(pairs) + 1:04d}.png"), pair)
            pairs.append(pair)
    shown = [pairs[i] for i in np.linspace(0, len(pairs) - 1, TILES).round().astype(int)]
    small = [cv2.resize(p, (SIDE, SIDE // 2), interpolation=cv2.INTER_AREA) for p in shown]
    sheet = np.vstack([np.hstack(small[i : i + 3]) for i in range(0, TILES, 3)])
    cv2.imwrite(str(args.out / "contact_sheet.png"), sheet)
    encode(work, len(pairs), (2 * SIDE, SIDE), fps / args.step, args.out / "playblast.mp4")
    shutil.rmtree(work)


def main() -> int:
    """Film what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("blend", type=Path)
    parser.add_argument("mesh", help="name of the head")
    parser.add_argument("video", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--start", type=int, default=1, help="scene frame of the clip's first")
    parser.add_argument("--step", type=int, default=1, help="film every so many frames")
    args = parser.parse_args()
    args.out = args.out.resolve()
    film(args)
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    package.end_with(main)
