"""Draws the confidence strip, from what was read of the record, and a batch for the view."""

from __future__ import annotations

import gpu
import numpy as np
from bpy.types import Action, Context
from gpu_extras.batch import batch_for_shader

from . import ledger, strip
from .about import LEDGER

_HEIGHT = 5  # pixels at a scale of 1
_OFFSET = 2
_ALPHA = 0.9
_SURE, _DOUBTFUL = np.array([0.25, 0.7, 0.35]), np.array([0.9, 0.25, 0.2])
_DOUBT_AT, _SURE_AT = 0.35, 0.75
_MOST = 16  # actions whose records are kept


class _Strip:
    """What is kept from one drawing to the next."""

    def __init__(self) -> None:
        # By the action's number, for several may be shown: its record, and what that says.
        self._read: dict[int, tuple[str, int, np.ndarray]] = {}
        self._batch: object | None = None
        self._view: tuple = ()

    def draw(self, context: Context, action: Action) -> None:
        blob, number = action[LEDGER], action.session_uid
        kept, first, values = self._read.get(number, ("", 0, ()))
        if kept != blob:
            strip.soon(f"confidence {number}", lambda: self._keep(number, blob))
        elif len(values):
            self._show(context, number, first, values)

    def _keep(self, number: int, blob: str) -> None:
        if len(self._read) >= _MOST:
            self._read.clear()
        self._read[number] = blob, *ledger.confidence(ledger.Ledger.read(blob))
        self._view = ()

    def _show(self, context: Context, number: int, first: int, values: np.ndarray) -> None:
        """Draw the bars, made anew where the region shows another part of the timeline."""
        view2d, scale = context.region.view2d, context.preferences.system.ui_scale
        left, _ = view2d.view_to_region(first - 0.5, 0, clip=False)
        right, _ = view2d.view_to_region(first - 0.5 + len(values), 0, clip=False)
        shader = gpu.shader.from_builtin("SMOOTH_COLOR")
        if self._view != (number, left, right, scale):
            self._view = number, left, right, scale
            edges, seen = shown(left, right, context.region.width, values)
            corners, colours = quads(edges, seen, _OFFSET * scale, _HEIGHT * scale)
            content = {"pos": corners, "color": colours}
            self._batch = batch_for_shader(shader, "TRIS", content) if len(corners) else None
        if self._batch is None:
            return
        gpu.state.blend_set("ALPHA")
        self._batch.draw(shader)
        gpu.state.blend_set("NONE")


def shown(
    left: float, right: float, width: float, values: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return (N + 1,) edges in pixels and (N,) values of what can be seen of (F,) frames.

    Frames beside the region are left out, and where several share a pixel the worst stands for
    them: what is drawn does not grow with the length of a shot.

    Parameters
    ----------
    left, right : pixels where the first frame begins and the last one ends
    width : pixels of the region
    values : (F,) 0 to 1; NaN where nothing is known
    """
    wide = max(right - left, 1.0) / len(values)  # zoomed far out, all of it is one pixel
    step = max(int(1.0 / wide), 1)
    first, last = np.clip([-left / wide, (width - left) / wide + 1], 0, len(values)).astype(int)
    first -= first % step  # the same frames share a pixel wherever the view begins
    part = values[first:last]
    part = np.append(part, np.full(-len(part) % step, np.nan, part.dtype)).reshape(-1, step)
    edges = left + wide * (first + step * np.arange(len(part) + 1))
    return edges, np.fmin.reduce(part, axis=1)


def quads(
    edges: np.ndarray, values: np.ndarray, bottom: float, height: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return (6 N, 2) corners and (6 N, 4) colours of a bar for each frame that has a value.

    Parameters
    ----------
    edges : (F + 1,) left and right ends of the frames, pixels
    values : (F,) 0 to 1; NaN where nothing is known
    bottom, height : pixels
    """
    known = np.flatnonzero(~np.isnan(values))
    left, right = edges[known], edges[known + 1]
    low, high = np.full(len(known), bottom), np.full(len(known), bottom + height)
    corners = [(left, low), (right, low), (right, high), (left, low), (right, high), (left, high)]
    vertices = np.stack([np.stack(c, -1) for c in corners], 1).reshape(-1, 2)
    share = np.clip((values[known] - _DOUBT_AT) / (_SURE_AT - _DOUBT_AT), 0, 1)[:, None]
    colours = np.hstack([_DOUBTFUL + share * (_SURE - _DOUBTFUL), np.full_like(share, _ALPHA)])
    return vertices.astype(np.float32), np.repeat(colours, 6, axis=0).astype(np.float32)


draw = _Strip().draw
