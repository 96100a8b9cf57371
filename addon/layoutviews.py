"""Thumbnails of proposed layouts as icons of the interface, and that they follow the sliders.

They live until the extension goes.
"""

from __future__ import annotations

import time

import bpy
import bpy.utils.previews
import numpy as np
from numpy.typing import NDArray

_WIDEST = 1.3  # of its height: what a picture keeps of its middle
_kept: list[bpy.utils.previews.ImagePreviewCollection] = []


def show(pictures: NDArray) -> list[int]:
    """Replace the thumbnails by others, and return the numbers of their icons.

    Parameters
    ----------
    pictures : (N, height, width, 3) uint8, sRGB
    """
    clear()
    collection = bpy.utils.previews.new()
    _kept.append(collection)
    numbers = []
    for k, picture in enumerate(pictures):
        preview = collection.new(f"variant {k}")
        # Icons are square: the picture loses something at its sides, and gets bands above and
        # below that are not seen.
        high, wide = picture.shape[:2]
        spare = max(wide - round(_WIDEST * high), 0) // 2
        picture = picture[:, spare : wide - spare]
        high, wide = picture.shape[:2]
        square = np.zeros((max(high, wide), max(high, wide), 4), np.float32)
        top, left = (len(square) - high) // 2, (len(square) - wide) // 2
        square[top : top + high, left : left + wide, :3] = picture / 255.0
        square[top : top + high, left : left + wide, 3] = 1.0
        preview.image_size = square.shape[1::-1]
        preview.image_pixels_float.foreach_set(np.ascontiguousarray(square[::-1]).ravel())
        numbers.append(preview.icon_id)
    return numbers


def clear() -> None:
    """Free the thumbnails; one that is left over at exit is a leak that Blender tells of."""
    while _kept:
        bpy.utils.previews.remove(_kept.pop())
    if bpy.app.timers.is_registered(_propose):
        bpy.app.timers.unregister(_propose)


_REST_S = 0.4
_changed = 0.0


def follow() -> None:
    """Propose again once a dragged slider has come to rest, where proposals are shown."""
    global _changed
    _changed = time.monotonic()
    run = bpy.context.window_manager.understudy
    if bpy.app.background or not len(run.layouts) or bpy.app.timers.is_registered(_propose):
        return
    bpy.app.timers.register(_propose, first_interval=_REST_S)


def _propose() -> float | None:
    """Propose, or return the seconds until it is worth looking again."""
    rest = _REST_S - (time.monotonic() - _changed)
    run = bpy.context.window_manager.understudy
    if rest > 0 or run.title:
        return max(rest, 0.1)
    if len(run.layouts) and bpy.ops.understudy.propose_layouts.poll():
        bpy.ops.understudy.propose_layouts("INVOKE_DEFAULT")
    return None
