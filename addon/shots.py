"""Cameras of a layout: each shot a camera with its move as keys, and a marker that binds it."""

from __future__ import annotations

import math

import bpy
import numpy as np
from bpy.types import Object, Scene
from mathutils import Matrix, Vector
from numpy.typing import NDArray

from ..ml.layout.plan import CameraKey, Layout, Shot
from ..ml.take import Channel, Provenance, Take, make_keys
from . import fcurves
from .shell import New
from .surfaces import OWNED, Surfaces

STAGE = "layout"
SENSOR = 36.0


def build(layout: Layout, surfaces: Surfaces, new: New) -> list[Object]:
    """Make the cameras at their first keys; their moves are written by `animate`."""
    cameras = []
    for shot in layout.shots:
        if not shot.keys:
            continue
        data = surfaces.own(bpy.data.cameras.new(shot.name))
        data.sensor_fit, data.sensor_width = "AUTO", SENSOR  # along the picture's longer side
        data.lens = shot.keys[0].lens or shot.lens
        data.clip_start, data.clip_end = 0.05, 2000.0
        camera = new(shot.name, data, "Cameras")
        camera.rotation_mode = "XYZ"
        camera.location = shot.keys[0].pos
        camera.rotation_euler = aim(shot.keys[0])
        for name in ("size", "angle", "move", "duration"):
            camera[f"shot_{name}"] = getattr(shot, name)
        cameras.append(camera)
    return cameras


def aim(key: CameraKey) -> tuple[float, float, float]:
    """Return the Euler angles of a camera that looks at its key's target, rolled."""
    way = Vector(key.target) - Vector(key.pos)
    if way.length < 1e-6:
        way = Vector((0.0, 1.0, 0.0))
    turn = way.to_track_quat("-Z", "Y").to_matrix()
    return tuple((turn @ Matrix.Rotation(math.radians(key.roll), 3, "Z")).to_euler("XYZ"))


def takes(shot: Shot, start: float, provenance: Provenance) -> tuple[Take | None, Take | None]:
    """Return the keys of a shot's camera object and of its lens; None for what stands still."""
    if len(shot.keys) < 2:
        return None, None
    frames = np.array([start + key.frame for key in shot.keys])
    angles = np.unwrap(np.array([aim(key) for key in shot.keys]), axis=0)
    span = (float(start), float(start + max(shot.duration - 1, frames[-1] - start)))
    places = np.array([key.pos for key in shot.keys])
    numbers = {("location", i): places[:, i] for i in range(3)}
    numbers |= {("rotation_euler", i): angles[:, i] for i in range(3)}
    lenses = np.array([key.lens or shot.lens for key in shot.keys])
    body = _take(numbers, frames, span, provenance)
    lens = _take({("lens", 0): lenses}, frames, span, provenance) if np.ptp(lenses) > 0.05 else None
    return body, lens


def _take(
    numbers: dict[tuple[str, int], NDArray], frames: NDArray, span: tuple, provenance: Provenance
) -> Take | None:
    group = {"location": "Object Transforms", "rotation_euler": "Object Transforms"}
    channels = [
        Channel(path, index, group.get(path, "Camera"), make_keys(frames, values))
        for (path, index), values in numbers.items()
        if np.ptp(values) > 1e-5
    ]
    return Take(channels, provenance, span) if channels else None


def animate(
    layout: Layout, surfaces: Surfaces, cameras: list[Object], start: int, provenance: Provenance
) -> list[tuple[Object, int, int]]:
    """Write the moves, one shot after the other; return (camera, first frame, keys) of each."""
    shots, written, frame = [s for s in layout.shots if s.keys], [], start
    for shot, camera in zip(shots, cameras, strict=True):
        keys = 0
        both = zip((camera, camera.data), takes(shot, frame, provenance), strict=True)
        for (owner, take), part in zip(both, ("move", "lens"), strict=True):
            if take is not None:
                keys += fcurves.write_take(owner, take).keys
                surfaces.own(owner.animation_data.action, f"{shot.name} {part}")
        written.append((camera, frame, keys))
        frame += max(int(shot.duration), 1)
    return written


def bind(scene: Scene, written: list[tuple[Object, int, int]]) -> list[str]:
    """Bind the cameras to markers; an artist's own bound markers are left to rule alone."""
    theirs = [m for m in scene.timeline_markers if m.camera is not None and OWNED not in m.camera]
    if theirs:
        return [
            f"The scene's own markers bind cameras ({theirs[0].name}, …): the shots got no "
            "markers; bind them by hand (Ctrl+B) where they should be seen"
        ]
    for camera, frame, _ in written:
        scene.timeline_markers.new(camera.name, frame=frame).camera = camera
    return []


def unbind(scene: Scene, cameras: set[Object]) -> list[tuple[str, int, Object]]:
    """Remove the markers of cameras that go, and return them for `rebind`."""
    gone = [m for m in scene.timeline_markers if m.camera in cameras]
    kept = [(m.name, m.frame, m.camera) for m in gone]
    for marker in gone:
        scene.timeline_markers.remove(marker)
    return kept
