"""Render hands whose bend is known, and measure how near the fingers that are read come to it.

    build/env/py311/bin/python scripts/hand_truth.py [near turned far] [--data FOLDER]

A body of the data folder (CC0) holds up both hands before the camera and closes them, from near and
from far. Leaves build/truth/hands_*.mp4.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import bpy  # first: it puts its other modules on the path

# isort: split
import numpy as np
from mathutils import Vector
from numpy.typing import NDArray

import package
import render_truth
import truth_body
import truth_looks

package.load()
from understudy.addon import rigs  # noqa: E402
from understudy.ml import rotations as rt  # noqa: E402
from understudy.ml.blocking import fingers, hands, solver  # noqa: E402
from understudy.ml.blocking.body import ROLES, Motion  # noqa: E402
from understudy.ml.blocking.bonemap import auto_map  # noqa: E402
from understudy.ml.blocking.channels import to_channels  # noqa: E402
from understudy.ml.blocking.retarget import retarget  # noqa: E402
from understudy.ml.blocking.tracker import track  # noqa: E402
from understudy.ml.progress import run  # noqa: E402
from understudy.ml.train.lifter import bodies  # noqa: E402
from understudy.ml.video import open_video  # noqa: E402

FRAMES = 32
VIEWS = {"near": (1.6, "man"), "turned": (1.8, "woman"), "far": (6.0, "man")}


def hands_up() -> Motion:
    """Return somebody who holds both hands up, palms to the front."""
    rot = np.tile(rt.IDENTITY, (FRAMES, len(ROLES), 1))
    quarter = 0.5 * np.pi
    for side, sign in (("L", -1.0), ("R", 1.0)):
        up = rt.multiply(
            rt.from_rotvec([0.0, 0.0, sign * quarter]), rt.from_rotvec([0.0, sign * quarter, 0.0])
        )
        down = rt.from_rotvec([0.0, -sign * 0.6, 0.0])
        for part, turn in (("upper_arm", down), ("forearm", up), ("hand", up)):
            rot[:, ROLES.index(f"{part}.{side}")] = turn
    offsets = bodies.proportions()
    root, joints = bodies.stand(rot, np.tile([0.0, 0.0, 1.0], (FRAMES, 1)), offsets)
    return Motion(
        np.arange(FRAMES) / 30.0, rot, root, bodies.leg_length(offsets),
        np.ones((FRAMES, 4), bool), np.ones(FRAMES), joints, solver.JOINT_NAMES,
    )  # fmt: skip


def closing() -> hands.Fingers:
    """Return hands that close one after the other and open again."""
    time = np.arange(FRAMES) / (FRAMES - 1)
    bend = np.zeros((FRAMES, 2, 5, 3))
    for side in range(2):
        share = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.clip(1.4 * time - 0.4 * side, 0.0, 1.0))
        bend[:, side, 1:] = share[:, None, None] * [1.2, 1.4, 0.9]
        bend[:, side, 0, 1:] = share[:, None] * [0.5, 0.7]
    thumb = np.tile(rt.normalize(np.array([0.75, -0.6, 0.25])), (FRAMES, 2, 1))
    return hands.Fingers(bend, np.zeros((FRAMES, 2, 5)), thumb, np.ones((FRAMES, 2)))


def put(body: truth_body.Body) -> None:
    """Key the body at every frame."""
    rig = rigs.read_rig(body.rig)
    bones = auto_map(rig)
    scene = bpy.context.scene
    scene.frame_start, scene.frame_end, scene.render.fps = 1, FRAMES, 30
    for pose in (retarget(hands_up(), rig, bones), fingers.pose(closing(), rig, bones)):
        for (path, index), values in to_channels(pose, rig).values.items():
            owner, name = body.rig.path_resolve(path.rpartition(".")[0]), path.rpartition(".")[2]
            for f, value in enumerate(values):
                getattr(owner, name)[index] = value
                owner.keyframe_insert(name, index=index, frame=f + 1)


def true_bends(body: truth_body.Body) -> NDArray:
    """Return (F, 2, 5, 3) radians by which the posed bones are bent."""
    rig = rigs.read_rig(body.rig)
    found, bones = fingers.find(rig), auto_map(rig)
    out = np.zeros((FRAMES, 2, 5, 3))
    for frame in range(FRAMES):
        bpy.context.scene.frame_set(frame + 1)
        for side in range(2):
            wrist = body.rig.pose.bones[bones.roles[f"hand.{'LR'[side]}"]].head
            joints = np.zeros((1, 21, 3))
            joints[0, 0] = wrist
            for f, name in enumerate(hands.FINGERS):
                chain = [body.rig.pose.bones[b] for b in found[side].bones[name]]
                places = [*(b.head for b in chain), chain[-1].tail]
                joints[0, hands.FIRST[f] : hands.FIRST[f] + 4] = places
            out[frame, side] = hands.bends(joints, side)[0][0]
    return out


def render(data: Path, view: str) -> tuple[Path, NDArray]:
    """Render a view; return the clip and the true bends."""
    far, look = VIEWS[view]
    bpy.ops.wm.read_factory_settings(use_empty=True)
    body = truth_body.build(data / "video" / "mh_body", truth_looks.LOOKS[look], "game_engine")
    put(body)
    made = bpy.data.cameras.new("camera")
    camera = bpy.data.objects.new("camera", made)
    bpy.context.scene.collection.objects.link(camera)
    bpy.context.scene.camera = camera
    made.lens = 28.0
    aside = 0.35 if view == "turned" else 0.0
    camera.location = (aside * far, -far, 1.35)
    aim = Vector((0.0, 0.0, 1.25 if far < 3.0 else 0.95)) - camera.location
    camera.rotation_euler = aim.to_track_quat("-Z", "Y").to_euler()
    target = render_truth.OUT / f"hands_{view}.mp4"
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.is_file():
        part = target.with_suffix(".part.mp4")
        render_truth.set_up_render(part)
        bpy.context.scene.render.resolution_percentage = 200
        bpy.ops.render.render(animation=True)
        part.replace(target)
    return target, true_bends(body)


def main() -> int:
    """Render what is missing and print how far the fingers that are read are off."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("views", nargs="*", choices=[[], *VIEWS], help="which; none for all")
    parser.add_argument("--data", type=Path, help="the data folder")
    args = parser.parse_args()
    beside = package.ROOT.parent / "shared" / "data"
    data = args.data or Path(os.environ.get("UNDERSTUDY_DATA", beside))
    print("view      hand    sure  bend off by, degrees a finger   correlation")
    for view in args.views or VIEWS:
        clip, true = render(data, view)
        with open_video(clip) as video:
            marks = run(track(video))
        with open_video(clip) as video:
            seen = run(hands.watch(video, marks))
        read = hands.fingers(seen, np.arange(FRAMES) / 30.0)
        for side, name in enumerate(("left", "right")):
            a, b = (np.degrees(v[:, side, 1:].sum(axis=2)) for v in (read.bend, true))
            like = np.corrcoef(a.mean(axis=1), b.mean(axis=1))[0, 1] if a.std() else np.nan
            said = "not read"
            if read.read(side):
                said = f"{np.abs(a - b).mean():8.1f} of {np.ptp(b):.0f}"
            print(f"{view:9} {name:6}{read.sure[:, side].mean():6.2f}  {said:30} {like:6.2f}")
    return 0


if __name__ == "__main__":
    package.end_with(main)
