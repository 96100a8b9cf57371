"""Expressions of the library as action assets of one character, with pictures of it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import bpy
import numpy as np
from bpy.types import ID, Action, Object, Scene
from numpy.typing import NDArray

from ..ml.errors import UnderstudyError
from ..ml.face import library
from ..ml.face.edit import Edit, Layer, edited, extended, still
from ..ml.face.facemap import FaceMap
from ..ml.face.facerig import FaceRig, Writing
from ..ml.face.raster import Surface, View, draw
from ..ml.progress import Progress
from ..ml.take import Provenance, Take
from . import face, facemaps, facerig, facesurface, fcurves
from .actions import HAS_SLOTS
from .blocking import frame_rate

TAG = "Understudy"
_PIXELS = 128
_MARGIN = 1.15
_REST = 1e-4


def save(scene: Scene, obj: Object, names: list[str]) -> Iterator[Progress]:
    """Make an action asset of each expression, in this file; what the character plays stays.

    Assets of the same name on the same character are made anew.

    Raises
    ------
    UnderstudyError
        The character has no face map, or cannot be animated.
    """
    found = facerig.find_face(obj)
    links = face.face_map_of(found, [])
    rig = facerig.read_rig(found, facemaps.bone_controls(links))
    view = None if not found.meshes else _Pictures(found, links, rig)
    made = 0
    for done, name in enumerate(names):
        expression = library.find(name)
        yield Progress(done / len(names), expression.title)
        takes = _takes(expression, links, rig, frame_rate(scene))
        if not takes:
            continue
        picture = None if view is None else view.of(expression.coefficients())
        for owner, take in takes:
            _keep(obj, owner, take, expression, picture, alone=len(takes) == 1)
        made += 1
    if not made:
        raise UnderstudyError(
            f"The face map of {obj.name} shows none of these expressions: check its lines"
        )
    return made


def _takes(
    expression: library.Expression, links: FaceMap, rig: FaceRig, fps: float
) -> list[tuple[ID, Take]]:
    """Return what an expression moves, beginning at frame 0; controls at rest are left out."""
    from ..ml.face.retarget import retarget

    whole = Edit(layers=[Layer(expression.name, 0.0)])
    source = edited(extended(still(0.05, 2 * fps), whole), whole)
    writing = Writing(0, fps, head=False)
    provenance = Provenance(face.STAGE, parameters={"expression": expression.name})
    out = []
    for (owner, block), take in retarget(source, links, rig, writing, provenance).items():
        take.channels = [c for c in take.channels if np.ptp(c.keys["co"][:, 1]) > _REST]
        if take.channels:
            item = bpy.data.objects[owner]
            out.append((item.data.shape_keys if block == "KEY" else item, take))
    return out


def _keep(
    obj: Object,
    owner: ID,
    take: Take,
    expression: library.Expression,
    picture: NDArray | None,
    *,
    alone: bool,
) -> Action:
    title = f"{obj.name}: {expression.title}" + ("" if alone else f" ({owner.id_type.title()})")
    old = bpy.data.actions.get(title)
    if old is not None and old.asset_data is not None and TAG in old.asset_data.tags:
        bpy.data.actions.remove(old)
    with _aside(owner):
        fcurves.write_take(owner, take)
        action = owner.animation_data.action
    action.name, action.use_fake_user = title, True
    action.asset_mark()
    data = action.asset_data
    data.description = expression.description
    data.author = TAG
    for tag in (TAG, "Face", "Micro-expression" if expression.micro else "Expression"):
        data.tags.new(tag, skip_if_exists=True)
    if picture is not None:
        preview = action.preview_ensure()
        preview.image_size = (_PIXELS, _PIXELS)
        preview.image_pixels_float.foreach_set(picture.ravel())
    return action


@contextlib.contextmanager
def _aside(owner: ID) -> Iterator[None]:
    """Let a data-block play nothing for a moment, and then what it played."""
    had = owner.animation_data is not None
    data = owner.animation_data or owner.animation_data_create()
    action, slot = data.action, data.action_slot if HAS_SLOTS else None
    data.action = None
    try:
        yield
    finally:
        data.action = action
        if HAS_SLOTS and action is not None:
            data.action_slot = slot
        if not had:
            owner.animation_data_clear()


class _Pictures:
    """Draws the face with shape keys set, without touching the scene."""

    def __init__(self, found: facerig.Face, links: FaceMap, rig: FaceRig) -> None:
        self._measured = facesurface.measure(found)
        self._weights, self._rig = links.matrix(rig.controls), rig
        self._offsets = [facesurface.key_offsets(self._measured, c) for c in rig.controls]
        moving = np.any([np.abs(o).max(axis=1) > 0 for o in self._offsets], axis=0)
        points = self._measured.points
        around = points[moving] if moving.any() else points
        low, high = around.min(axis=0)[:2], around.max(axis=0)[:2]
        self._view = View((low + high) / 2, _MARGIN * float((high - low).max()), _PIXELS)

    def of(self, coefficients: NDArray) -> NDArray:
        """Return (H, W, 4) floats, from the bottom row up as Blender has them."""
        values = np.clip(self._weights @ coefficients, self._rig.low, self._rig.high)
        points = self._measured.points.copy()
        for value, offset in zip(values, self._offsets, strict=True):
            if value:
                points += value * offset
        surface = Surface(points, self._measured.triangles, self._measured.colours)
        picture = draw(surface, self._view)
        image = picture.image[::-1, :, ::-1].astype(np.float32) / 255.0
        seen = (picture.triangle[::-1] >= 0).astype(np.float32)
        return np.concatenate([image, seen[..., None]], axis=2)
