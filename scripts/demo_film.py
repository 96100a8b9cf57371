"""Film what was blocked: the source with the detected skeleton beside the rig, frame by frame.

    <python with bpy> scripts/demo_film.py SHOT.blend VIDEO OUT_FOLDER [--report report.json]

Leaves playblast.mp4 (H.264) and contact_sheet.png in OUT_FOLDER.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import bpy  # first: it puts its other modules on the path

# isort: split
import numpy as np
from mathutils import Vector

import package
from demo_pictures import Key, Shot, compose, contact_sheet
from demo_rig import stick_figure

package.load()
from understudy.addon import actions  # noqa: E402 - after package.load()
from understudy.ml import progress, take  # noqa: E402
from understudy.ml.blocking import tracker  # noqa: E402
from understudy.ml.video import open_video  # noqa: E402

RENDER = (640, 480)
TYPES = {take.EXTREME: "extreme", take.BREAKDOWN: "breakdown", take.GENERATED: "generated"}


@dataclass(frozen=True)
class Seen:
    """The clip's landmarks by time, for drawing over its frames."""

    landmarks: tracker.Landmarks

    def at(self, time_s: float) -> np.ndarray | None:
        """Return the (33, 3) landmarks (x, y in pixels, visibility) nearest to a time."""
        nearest = int(np.abs(self.landmarks.time - time_s).argmin())
        if not self.landmarks.found[nearest]:
            return None
        points = self.landmarks.image[nearest, :, :2]
        return np.column_stack([points, self.landmarks.visibility[nearest]])


def find_rig() -> bpy.types.Object:
    """Return the animated armature of the scene."""
    for item in bpy.context.scene.objects:
        if item.type == "ARMATURE" and actions.action_of(item):
            return item
    sys.exit("No animated armature in the file: was the clip blocked?")


def has_body(rig: bpy.types.Object) -> bool:
    """Say whether anything that renders moves with the rig."""
    for item in bpy.context.scene.objects:
        bound = any(m.type == "ARMATURE" and m.object is rig for m in item.modifiers)
        if item.type == "MESH" and not item.hide_render and (bound or item.parent is rig):
            return True
    return False


def key_poses(rig: bpy.types.Object, report: dict) -> list[Key]:
    """Return the poses keyed on the rig, with the report's confidence where it has one."""
    found: dict[float, int] = {}
    for curve in actions.curves_of(rig).values():
        for key in actions.read_keys(curve):
            frame = round(float(key["co"][0]), 2)
            # A pose is named for its most telling channel.
            found[frame] = max(found.get(frame, 0), int(key["type"]), key=_weight)
    values = (report.get("confidence") or {}).get("key_poses", [])
    sure = dict(zip((round(f, 2) for f in report.get("key_poses", [])), values, strict=False))
    # Where feet begin and end to stand has keys that are no poses.
    poses = [f for f in sorted(found) if not sure or f in sure]
    return [Key(f, TYPES.get(found[f], "key"), sure.get(f)) for f in poses]


def _weight(key_type: int) -> int:
    return {take.EXTREME: 2, take.BREAKDOWN: 1}.get(key_type, 0)


def frame_camera(rig: bpy.types.Object, first: int, last: int) -> bpy.types.Object:
    """Place a camera before the rig that holds all of its motion in view."""
    scene = bpy.context.scene
    names = [b.name for b in rig.data.bones if b.use_deform]
    points = []
    for frame in range(first, last + 1, max(1, (last - first) // 40)):
        scene.frame_set(frame)
        points += [(rig.matrix_world @ rig.pose.bones[n].head)[:] for n in names]
    points = np.array(points)
    low, high = points.min(axis=0), points.max(axis=0)
    centre = (low + high) / 2
    data = bpy.data.cameras.new("Playblast")
    data.lens = 50.0
    camera = bpy.data.objects.new("Playblast", data)
    scene.collection.objects.link(camera)
    tan_x = 0.5 * data.sensor_width / data.lens
    tan_z = tan_x * RENDER[1] / RENDER[0]
    margin = 1.25
    half = margin * (high - low) / 2
    distance = max(half[0] / tan_x, (half[2] + 0.1) / tan_z) + (high[1] - low[1]) / 2
    camera.location = (centre[0], centre[1] - distance, centre[2] + 0.16 * distance)
    aim = Vector(centre) - camera.location
    camera.rotation_euler = aim.to_track_quat("-Z", "Y").to_euler()
    return camera


def set_up_render(scene: bpy.types.Scene) -> None:
    """Choose Workbench with FXAA: the one engine that is fast without a graphics card."""
    scene.render.engine = "BLENDER_WORKBENCH"
    scene.display.render_aa = "FXAA"
    shading = scene.display.shading
    shading.light, shading.color_type = "STUDIO", "MATERIAL"
    shading.show_shadows, shading.shadow_intensity = True, 0.35
    shading.show_cavity = False
    scene.world = scene.world or bpy.data.worlds.new("Playblast")
    scene.world.color = (0.30, 0.34, 0.38)
    scene.view_settings.view_transform = "Standard"
    scene.render.resolution_x, scene.render.resolution_y = RENDER
    scene.render.resolution_percentage = 100
    scene.render.image_settings.file_format = "PNG"
    scene.render.image_settings.color_mode = "RGB"
    scene.render.film_transparent = False


def render(folder: Path, first: int, last: int) -> None:
    """Render the rig's frames as numbered pictures."""
    scene = bpy.context.scene
    set_up_render(scene)
    scene.frame_start, scene.frame_end = first, last
    scene.render.filepath = str(folder / "rig_")
    bpy.ops.render.render(animation=True)


def project(rig: bpy.types.Object, camera: bpy.types.Object) -> np.ndarray:
    """Return the middle of the rig's hips in the render, pixels from the top left."""
    from bpy_extras.object_utils import world_to_camera_view

    bones = [b for b in rig.pose.bones if b.bone.use_deform] or list(rig.pose.bones)
    heads = np.array([(rig.matrix_world @ b.head)[:] for b in bones])
    middle = Vector((heads.min(axis=0) + heads.max(axis=0)) / 2)
    x, y, _ = world_to_camera_view(bpy.context.scene, camera, middle)
    return np.array([x * RENDER[0], (1.0 - y) * RENDER[1]])


def body_height_px(rig: bpy.types.Object, camera: bpy.types.Object) -> float:
    """Return about how tall the standing rig is in the render, pixels."""
    ends = [p for b in rig.data.bones if b.use_deform for p in (b.head_local, b.tail_local)]
    heights = [(rig.matrix_world @ end).z for end in ends]
    tall = max(heights) - min(heights)
    away = (camera.location - rig.matrix_world @ rig.pose.bones[0].head).length
    return tall / away * camera.data.lens / camera.data.sensor_width * RENDER[0]


def shots(
    video_path: Path, start_s: float, seen: Seen, frames: range, fps: float, rendered: Path
) -> Iterator[Shot]:
    """Yield each scene frame's source picture, landmarks and render, reading the video once."""
    import cv2

    with open_video(video_path, start_s) as video:
        pictures = iter(video)
        time_s, picture = next(pictures)
        following = next(pictures, None)
        for frame in frames:
            wanted = start_s + (frame - frames.start) / fps
            while following is not None and abs(following[0] - wanted) <= abs(time_s - wanted):
                time_s, picture = following
                following = next(pictures, None)
            rig_picture = cv2.imread(str(rendered / f"rig_{frame:04d}.png"))
            yield Shot(frame, picture[..., ::-1], seen.at(time_s), rig_picture, video.scale)


def encode(pictures: Path, count: int, size: tuple[int, int], fps: float, out: Path) -> None:
    """Turn numbered pictures into an H.264 film with Blender's own encoder."""
    scene = bpy.data.scenes.new("Film")
    bpy.context.window.scene = scene
    editor = scene.sequence_editor_create()
    strips = editor.strips if hasattr(editor, "strips") else editor.sequences  # 4.4 renamed it
    strip = strips.new_image("Film", str(pictures / "film_0001.png"), channel=1, frame_start=1)
    for number in range(2, count + 1):
        strip.elements.append(f"film_{number:04d}.png")
    scene.frame_start, scene.frame_end = 1, count
    scene.render.fps, scene.render.fps_base = round(fps), round(fps) / fps
    scene.render.resolution_x, scene.render.resolution_y = size
    scene.render.resolution_percentage = 100
    scene.view_settings.view_transform = "Standard"
    settings = scene.render.image_settings
    if "media_type" in settings.bl_rna.properties:  # 5.0: a film is a kind of its own
        settings.media_type = "VIDEO"
    settings.file_format = "FFMPEG"
    settings.color_mode = "RGB"
    film = scene.render.ffmpeg
    film.format, film.codec = "MPEG4", "H264"
    film.constant_rate_factor, film.gopsize = "HIGH", 12
    film.audio_codec = "NONE"
    scene.render.use_sequencer = True
    scene.render.filepath = str(out)
    bpy.ops.render.render(animation=True)


def film(args: argparse.Namespace) -> None:
    """Render, compose and encode."""
    import cv2

    bpy.ops.wm.open_mainfile(filepath=str(args.blend.resolve()))
    scene, rig = bpy.context.scene, find_rig()
    report = json.loads(args.report.read_text("utf-8")) if args.report else {}
    if not has_body(rig):
        stick_figure(rig)
    keys = key_poses(rig, report)
    first, last = int(np.floor(keys[0].frame)), int(np.ceil(keys[-1].frame))
    fps = scene.render.fps / scene.render.fps_base
    scene.camera = frame_camera(rig, first, last)
    work = args.out / "frames"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    render(work, first, last)
    middles, height = {}, 0.0
    for key in keys:
        scene.frame_set(round(key.frame))
        middles[round(key.frame)] = project(rig, scene.camera)
        height = max(height, body_height_px(rig, scene.camera))
    used = report.get("provenance", {}).get("parameters", {})
    start_s = used.get("start_s") or 0.0
    # The clip's first frame lies where blocking began; the person may have come in later.
    begin = used.get("frame_start", first)
    with open_video(args.video, start_s) as video:
        seen = Seen(progress.run(tracker.track(video)))
    tiles, size, count = [], (0, 0), 0
    for shot in shots(args.video, start_s, seen, range(begin, last + 1), fps, work):
        if shot.frame < first:
            continue
        picture = compose(shot, keys, (first, last), fps)
        count += 1
        size = (picture.shape[1], picture.shape[0])
        cv2.imwrite(str(work / f"film_{count:04d}.png"), picture)
        if shot.frame in middles:
            tiles.append((shot, middles[shot.frame], height))
    cv2.imwrite(str(args.out / "contact_sheet.png"), contact_sheet(tiles, keys))
    encode(work, count, size, fps, args.out / "playblast.mp4")
    shutil.rmtree(work)


def main() -> int:
    """Film what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("blend", type=Path)
    parser.add_argument("video", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--report", type=Path)
    args = parser.parse_args()
    args.out = args.out.resolve()
    film(args)
    return 0


if __name__ == "__main__":
    package.end_with(main)
