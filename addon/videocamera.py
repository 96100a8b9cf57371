"""The camera that filmed: an object with its move as keys, the video behind it."""

from __future__ import annotations

import bpy
import numpy as np
from bpy.types import Object, Scene
from mathutils import Quaternion, Vector
from numpy.typing import NDArray

from ..ml.take import Take
from . import fcurves

NAME = "Video Camera"
_SENSOR_MM = 36.0


def write(scene: Scene, rig: Object, video: str, meta: dict, arrays: dict[str, NDArray],
          start_s: float, frame_start: int) -> tuple[Object, list[str]]:  # fmt: skip
    """Make, or move again, the camera that filmed a rig's performance.

    Parameters
    ----------
    meta, arrays : what the blocking task gave under "camera" and "camera_…"

    Returns
    -------
    The camera object, and sentences for the person.
    """
    seat, lens = (_take(part, meta, arrays) for part in ("object", "lens"))
    _into_world(seat, rig)
    camera = _camera_of(scene, rig)
    camera.rotation_mode = "QUATERNION"
    fcurves.write_take(camera, seat)
    fcurves.write_take(camera.data, lens)
    notes = _background(scene, camera, video, meta["size"], start_s, frame_start)
    if scene.camera is None:
        scene.camera = camera
    return camera, notes


def _take(part: str, meta: dict, arrays: dict[str, NDArray]) -> Take:
    lead = f"camera_{part}_"
    own = {k.removeprefix(lead): v for k, v in arrays.items() if k.startswith(lead)}
    return Take.unpack(meta[part], own)


def _into_world(seat: Take, rig: Object) -> None:
    """Bring a Take's location and turn from the rig's space into the world."""
    channels = {(c.data_path, c.index): c.keys for c in seat.channels}
    place = [channels["location", k] for k in range(3)]
    turn = [channels["rotation_quaternion", k] for k in range(4)]
    world = rig.matrix_world
    spin = world.to_quaternion()
    for field in ("co", "handle_left", "handle_right"):
        for rows, move in ((place, lambda v: world @ Vector(v)),
                           (turn, lambda v: spin @ Quaternion(v))):  # fmt: skip
            values = np.stack([keys[field][:, 1] for keys in rows], axis=1)
            values = np.array([list(move(v)) for v in values.tolist()])
            for keys, column in zip(rows, values.T, strict=True):
                keys[field][:, 1] = column


def _camera_of(scene: Scene, rig: Object) -> Object:
    """Return the rig's own video camera, made if there is none in the scene."""
    name = f"{NAME} {rig.name}"
    found = scene.objects.get(name)
    if found is not None and found.type == "CAMERA" and found.is_editable:
        return found
    data = bpy.data.cameras.new(name)
    data.sensor_width, data.sensor_fit = _SENSOR_MM, "AUTO"
    camera = bpy.data.objects.new(name, data)
    scene.collection.objects.link(camera)
    return camera


def _background(scene: Scene, camera: Object, video: str, size: list[int], start_s: float,
                frame_start: int) -> list[str]:  # fmt: skip
    """Show the video behind the camera in step with the scene; return what is not as it was."""
    notes = []
    clip = bpy.data.movieclips.load(video, check_existing=True)
    clip.frame_start = frame_start - round(start_s * clip.fps)
    data = camera.data
    data.show_background_images = True
    shown = next((b for b in data.background_images if b.clip == clip), None)
    shown = shown or data.background_images.new()
    shown.source, shown.clip, shown.frame_method = "MOVIE_CLIP", clip, "FIT"
    shown.alpha, shown.display_depth = 1.0, "BACK"
    rate = scene.render.fps / scene.render.fps_base
    if abs(clip.fps - rate) > 0.05:
        notes.append(
            f"The video runs at {clip.fps:g} frames a second and the scene at {rate:g}, so the "
            "video behind the camera falls out of step: the keys are right"
        )
    render = scene.render
    if abs(size[0] * render.resolution_y - size[1] * render.resolution_x) > 0.02 * (
        size[1] * render.resolution_x
    ):
        notes.append(
            f"The video is {size[0]} by {size[1]} pixels: give the render the same shape to see "
            "the rig over it"
        )
    return notes
