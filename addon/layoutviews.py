"""Thumbnails of proposed layouts as icons of the interface; they live until the extension goes."""

from __future__ import annotations

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
