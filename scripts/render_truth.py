"""Render clips of a body whose every joint is known: the ground truth of the benchmark.

    build/env/py311/bin/python scripts/render_truth.py [NAME …] [--use measure|tune|noise]

Leaves NAME.mp4 and NAME.gt.npz in build/truth; what is there already is not made again. The data
folder holds the body (CC0) and the motion (CMU). Half a minute a clip on one core.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

import bpy  # first: it puts its other modules on the path

# isort: split
import numpy as np
from mathutils import Matrix, Vector
from numpy.typing import NDArray

import package
import truth_body
from truth_clips import CLIPS, Clip, perform
from truth_looks import LOOKS, anybody

package.load()
from understudy.addon import fcurves, rigs  # noqa: E402
from understudy.ml import take  # noqa: E402
from understudy.ml.blocking.bonemap import auto_map  # noqa: E402
from understudy.ml.blocking.channels import to_channels  # noqa: E402
from understudy.ml.blocking.retarget import retarget  # noqa: E402
from understudy.ml.train.lifter import mocap  # noqa: E402

OUT = package.ROOT / "build" / "truth"
SIZE = (512, 384)
_SENSOR_MM = 36.0
# Azimuth from the performer's front, height of the lens above the floor, both degrees or metres.
ANGLES = {"front": (8.0, 1.5), "side": (82.0, 1.3), "quarter": (42.0, 1.7), "high": (30.0, 2.8)}
JOINTS = (
    *(f"{side}{part}" for side in ("Left", "Right")
      for part in ("Arm", "ForeArm", "Hand", "UpLeg", "Leg", "Foot")),
    "LeftHeel", "LeftToe", "RightHeel", "RightToe", "Nose",
)  # fmt: skip


def animate(body: truth_body.Body, clip: Clip, source: mocap.Performance) -> NDArray:
    """Put the clip's motion on the body, a key a frame; returns the authored key frames."""
    motion, keys = perform(clip, source)
    rig = rigs.read_rig(body.rig)
    channels = to_channels(retarget(motion, rig, auto_map(rig)), rig)
    frames = np.arange(1, len(motion.time) + 1)
    fcurves.write_take(
        body.rig,
        take.Take(
            channels=[
                take.Channel(path, index, channels.groups[path], take.make_keys(frames, values))
                for (path, index), values in channels.values.items()
            ],
            provenance=take.Provenance("blocking"),
            span=(1.0, float(frames[-1])),
        ),
    )
    scene = bpy.context.scene
    scene.frame_start, scene.frame_end = 1, int(frames[-1])
    scene.render.fps = round(source.fps)
    return keys


def read_joints(body: truth_body.Body) -> tuple[NDArray, NDArray, list[str]]:
    """Return joints (F, 17, 3) world metres, bones' turns (F, B, 4), and the bones' names."""
    scene, rig = bpy.context.scene, body.rig
    names = [b.name for b in rig.data.bones]
    meshes = [o for o in scene.objects if o.type == "MESH"]
    for item in meshes:
        item.hide_viewport = True
    joints, turns = [], []
    for frame in range(scene.frame_start, scene.frame_end + 1):
        scene.frame_set(frame)
        row = []
        for name in JOINTS:
            if name in body.points:
                bone, place = body.points[name]
                pose = rig.pose.bones[bone]
                row.append(pose.matrix @ pose.bone.matrix_local.inverted() @ Vector(place))
            else:
                row.append(rig.pose.bones[name].head)
        joints.append([list(rig.matrix_world @ p) for p in row])
        turns.append([list(rig.pose.bones[n].matrix.to_quaternion()) for n in names])
    for item in meshes:
        item.hide_viewport = False
    return np.array(joints), np.array(turns), names


def place_camera(clip: Clip, joints: NDArray) -> tuple[NDArray, NDArray]:
    """Make the clip's camera, keyed where it moves.

    Returns
    -------
    (F, 4, 4) of its world matrices, and its lens (F,) in millimetres.
    """
    scene = bpy.context.scene
    data = bpy.data.cameras.new("camera")
    data.sensor_width = _SENSOR_MM
    camera = bpy.data.objects.new("camera", data)
    scene.collection.objects.link(camera)
    scene.camera = camera
    lens, place, aim = _stand_back(clip, joints)
    data.lens = lens[0]
    out = []
    camera.rotation_mode = "QUATERNION"
    last = None
    for f in range(len(joints)):
        shake = 0.004 * np.sin([0.9 * f, 1.3 * f]) if clip.move else np.zeros(2)
        look = Vector(aim[f] - place[f] + [shake[0], 0.0, shake[1]])
        turn = look.to_track_quat("-Z", "Y")
        if last is not None:
            turn.make_compatible(last)
        last = turn
        camera.location, camera.rotation_quaternion = place[f], turn
        if clip.move or f == 0:
            camera.keyframe_insert("location", frame=f + 1)
            camera.keyframe_insert("rotation_quaternion", frame=f + 1)
        if clip.move == "zoom":
            data.lens = lens[f]
            data.keyframe_insert("lens", frame=f + 1)
        out.append(np.array(Matrix.Translation(place[f]) @ turn.to_matrix().to_4x4()))
    return np.array(out), lens


def _stand_back(clip: Clip, joints: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    """Return lens (F,) in mm, and where the camera is and looks (F, 3) to hold all in view."""
    rng = np.random.default_rng(clip.seed + 1)
    hips = joints[:, [3, 9]].mean(axis=1)
    across = joints[:, 3] - joints[:, 9]
    ahead = np.cross(across.mean(axis=0), [0.0, 0.0, 1.0])
    facing = np.arctan2(ahead[1], ahead[0])
    if clip.camera == "random":
        azimuth, height = rng.uniform(-np.pi, np.pi), rng.uniform(0.6, 2.6)
        lens = float(rng.uniform(24.0, 50.0))
    elif clip.camera == "any":
        azimuth, height = rng.uniform(-np.pi, np.pi), rng.uniform(0.3, 3.2)
        lens = float(np.exp(rng.uniform(np.log(20.0), np.log(60.0))))
    else:
        degrees, height = ANGLES[clip.camera]
        azimuth, lens = np.radians(degrees), clip.lens
    focal = lens / _SENSOR_MM * SIZE[0]
    away = np.array([np.cos(facing + azimuth), np.sin(facing + azimuth), 0.0])
    low, high = joints.min(axis=(0, 1)), joints.max(axis=(0, 1))
    middle = 0.5 * (low + high)
    spread = hips @ np.cross(away, [0.0, 0.0, 1.0])
    drift = np.zeros((len(joints), 3))
    aim = np.tile([*middle[:2], 0.92 * middle[2]], (len(joints), 1))
    if clip.move:
        smooth = _slow(hips, 0.5 * bpy.context.scene.render.fps)
        aim = smooth * [1.0, 1.0, 0.0] + [0.0, 0.0, 0.9 * middle[2]]
        if clip.move in ("dolly", "hand"):
            drift = (smooth - smooth.mean(axis=0)) * [1.0, 1.0, 0.0]
        spread = np.zeros(1)
    width = np.ptp(spread) + 1.1
    far = max(focal * width / (0.9 * SIZE[0]), focal * (high[2] + 0.25) / (0.92 * SIZE[1]))
    far += 0.5 * np.ptp(hips @ away) + 0.3
    if clip.camera == "random":
        far *= rng.uniform(1.0, 1.4)
    elif clip.camera == "any":
        far *= rng.uniform(1.0, 1.9)
        room = 0.5 * np.array(SIZE) / focal * far - 0.5 * np.array([width, high[2] + 0.25])
        aside = rng.uniform(-0.7, 0.7, 2) * np.maximum(room, 0.0)
        aim = aim + aside[0] * np.cross(away, [0.0, 0.0, 1.0]) + [0.0, 0.0, aside[1]]
    place = middle * [1.0, 1.0, 0.0] + far * away + [0.0, 0.0, height] + drift
    return np.full(len(joints), lens) * _zoomed(clip, len(joints)), _moved(clip, place, aim), aim


def _zoomed(clip: Clip, frames: int) -> NDArray:
    """Return (F,) by how much the lens is longer than at first."""
    return _eased(frames, 1.0, 1.6) if clip.move == "zoom" else np.ones(frames)


def _moved(clip: Clip, place: NDArray, aim: NDArray) -> NDArray:
    """Return camera places (F, 3) that move in, around, or as in a walking hand."""
    frames = len(place)
    out = place - aim
    if clip.move == "push":
        out = out * _eased(frames, 1.25, 0.8)[:, None]
    elif clip.move == "orbit":
        angle = np.radians(_eased(frames, -20.0, 20.0))
        c, s = np.cos(angle), np.sin(angle)
        x, y, z = out.T
        out = np.stack([c * x - s * y, s * x + c * y, z], axis=1)
    elif clip.move == "hand":
        step = 2.0 * np.pi * 1.9 * np.arange(frames) / bpy.context.scene.render.fps
        out = out + np.stack([0.03 * np.sin(0.5 * step), 0.01 * np.cos(step),
                              0.025 * np.sin(step)], axis=1)  # fmt: skip
    return out + aim


def _eased(frames: int, first: float, last: float) -> NDArray:
    t = np.linspace(0.0, 1.0, frames)
    return first + (last - first) * t * t * (3.0 - 2.0 * t)


def _slow(path: NDArray, sigma: float) -> NDArray:
    from scipy.ndimage import gaussian_filter1d

    return gaussian_filter1d(path, sigma, axis=0, mode="nearest")


def surroundings(clip: Clip, cameras: NDArray) -> None:
    """Make a floor, walls and boxes, textured so that a moving camera can be followed.

    The room holds the camera (F, 4, 4).
    """
    wide = max(9.0, float(np.abs(cameras[:, :2, 3]).max()) + 1.0)
    rng = np.random.default_rng(clip.seed + 2)
    picture = bpy.data.images.new("noise", 256, 256)
    coarse = np.kron(rng.uniform(0.5, 0.85, (32, 32, 1)), np.ones((8, 8, 1)))
    fine = coarse + rng.uniform(-0.08, 0.08, (256, 256, 1))
    tint = rng.uniform(0.7, 1.0, 3)
    picture.pixels.foreach_set(
        np.concatenate([fine * tint, np.ones((256, 256, 1))], axis=2).astype(np.float32).ravel()
    )
    plain = not clip.move and rng.random() < 0.4
    colour = (*rng.uniform(0.35, 0.75, 3), 1.0)
    material = bpy.data.materials.new("room")
    material.diffuse_color = colour
    if not plain:
        material.use_nodes = True
        node = material.node_tree.nodes.new("ShaderNodeTexImage")
        node.image = picture
        material.node_tree.nodes.active = node
    bpy.ops.mesh.primitive_plane_add(size=40.0)
    _cover(bpy.context.object, material, 20.0)
    for k in range(4):
        bpy.ops.mesh.primitive_plane_add(size=40.0)
        wall = bpy.context.object
        turn = Matrix.Rotation(0.5 * np.pi * k, 4, "Z")
        wall.matrix_world = turn @ Matrix.Translation((0, wide, 0)) @ Matrix.Rotation(
            0.5 * np.pi, 4, "X")  # fmt: skip
        _cover(wall, material, 14.0)
    for _ in range(8):
        angle, far = rng.uniform(0, 2 * np.pi), rng.uniform(5.5, 8.0)
        tall = rng.uniform(0.4, 2.0)
        where = (far * np.cos(angle), far * np.sin(angle), 0.5 * tall)
        bpy.ops.mesh.primitive_cube_add(size=1.0, location=where)
        box = bpy.context.object
        box.scale = (rng.uniform(0.4, 1.0), rng.uniform(0.4, 1.0), tall)
        own = bpy.data.materials.new("box")
        own.diffuse_color = (*rng.uniform(0.1, 0.7, 3), 1.0)
        box.data.materials.append(own)


def _cover(item: bpy.types.Object, material: bpy.types.Material, repeats: float) -> None:
    item.data.materials.append(material)
    uv = item.data.uv_layers.active.data
    values = np.zeros(2 * len(uv), np.float32)
    uv.foreach_get("uv", values)
    uv.foreach_set("uv", values * repeats)


def set_up_render(target: Path, shadows: bool = True) -> None:
    """Choose Workbench with FXAA, textures, shadows (half the time), and H.264 from Blender."""
    scene = bpy.context.scene
    scene.render.engine = "BLENDER_WORKBENCH"
    scene.display.render_aa = "FXAA"
    shading = scene.display.shading
    shading.light, shading.color_type = "STUDIO", "TEXTURE"
    shading.show_shadows, shading.shadow_intensity = shadows, 0.4
    scene.world = bpy.data.worlds.new("sky")
    scene.world.color = (0.4, 0.45, 0.5)
    scene.view_settings.view_transform = "Standard"
    scene.render.resolution_x, scene.render.resolution_y = SIZE
    scene.render.resolution_percentage = 100
    settings = scene.render.image_settings
    if "media_type" in settings.bl_rna.properties:  # 5.0: a film is a kind of its own
        settings.media_type = "VIDEO"
    settings.file_format = "FFMPEG"
    film = scene.render.ffmpeg
    film.format, film.codec = "MPEG4", "H264"
    film.constant_rate_factor, film.gopsize, film.audio_codec = "HIGH", 12, "NONE"
    scene.render.filepath = str(target)


def write_truth(clip: Clip, target: Path, joints: NDArray, turns: NDArray, names: list[str],
                cameras: NDArray, lens: NDArray, keys: NDArray) -> None:  # fmt: skip
    """Write what is known of a clip; the form is that of the data folder's rendered clips."""
    focal = lens / _SENSOR_MM * SIZE[0]
    world_to = np.linalg.inv(cameras) * np.array([1.0, 1.0, -1.0, 1.0])[:, None]
    e = world_to[:, :3]
    seen = np.einsum("fij,fkj->fki", e[:, :, :3], joints) + e[:, None, :, 3]
    half = 0.5 * np.array(SIZE, float)
    px = half + focal[:, None, None] * seen[..., :2] / seen[..., 2:] * [1.0, -1.0]
    np.savez_compressed(
        target, pos=joints, names=np.array(JOINTS), px=px, E=e, fps=30.0, rotq=turns,
        bones=np.array(names), res=np.array(SIZE), fpx=focal[0], zoom=focal / focal[0],
        keys=keys + 1, use=clip.use, source=clip.source, move=clip.move,
    )  # fmt: skip


def make(clip: Clip, source: mocap.Performance, data: Path) -> None:
    """Render one clip."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    look = anybody(clip.seed) if clip.look == "random" else LOOKS[clip.look]
    body = truth_body.build(data / "video" / "mh_body", look)
    keys = animate(body, clip, source)
    joints, turns, names = read_joints(body)
    cameras, lens = place_camera(clip, joints)
    surroundings(clip, cameras)
    part = OUT / f"{clip.name}.part.mp4"
    set_up_render(part, clip.camera != "any" or clip.seed % 4 == 0)
    bpy.ops.render.render(animation=True)
    write_truth(clip, OUT / f"{clip.name}.gt.npz", joints, turns, names, cameras, lens, keys)
    part.replace(OUT / f"{clip.name}.mp4")


def main() -> int:
    """Render what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("names", nargs="*", help="clips by name; none for all")
    parser.add_argument("--use", action="append", help="only clips for this use")
    parser.add_argument("--data", type=Path, help="the data folder")
    args = parser.parse_args()
    beside = package.ROOT.parent / "shared" / "data"
    data = args.data or Path(os.environ.get("UNDERSTUDY_DATA", beside))
    OUT.mkdir(parents=True, exist_ok=True)
    wanted = [c for c in CLIPS if not args.names or c.name in args.names]
    wanted = [c for c in wanted if not args.use or c.use in args.use]
    wanted = [c for c in wanted if not (OUT / f"{c.name}.mp4").is_file()]
    sources = {p.name: p for p in mocap.load(("cmu_bvh", "cmu_fbx"), data / "motion")}
    for number, clip in enumerate(wanted, start=1):
        begun = time.monotonic()
        make(clip, sources[clip.source], data)
        print(f"{number}/{len(wanted)} {clip.name} {time.monotonic() - begun:.0f} s", flush=True)
    return 0


if __name__ == "__main__":
    package.end_with(main)
