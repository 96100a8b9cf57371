"""Draws the confidence strip, from a batch that is made anew only when record or view change."""

from __future__ import annotations

import gpu
import numpy as np
from bpy.types import Action, Context
from gpu_extras.batch import batch_for_shader

from . import ledger
from .about import LEDGER

_HEIGHT = 5  # pixels at a scale of 1
_OFFSET = 2
_ALPHA = 0.9
_SURE, _DOUBTFUL = np.array([0.25, 0.7, 0.35]), np.array([0.9, 0.25, 0.2])
_DOUBT_AT, _SURE_AT = 0.35, 0.75


class _Strip:
    """What is kept from one drawing to the next."""

    def __init__(self) -> None:
        self._blob: str | None = None
        self._first, self._values = 0, np.zeros(0, np.float32)
        self._batch: object | None = None
        self._view: tuple = ()

    def draw(self, context: Context, action: Action) -> None:
        blob = action[LEDGER]
        if blob != self._blob:
            self._blob, self._view = blob, ()
            self._first, self._values = ledger.confidence(action)
        if not len(self._values):
            return
        shader = gpu.shader.from_builtin("SMOOTH_COLOR")
        self._refresh(context, shader)
        gpu.state.blend_set("ALPHA")
        self._batch.draw(shader)
        gpu.state.blend_set("NONE")

    def _refresh(self, context: Context, shader: object) -> None:
        """Make the batch for the part of the timeline that the region shows."""
        view2d, scale = context.region.view2d, context.preferences.system.ui_scale
        first, count = self._first - 0.5, len(self._values)
        left, _ = view2d.view_to_region(first, 0, clip=False)
        right, _ = view2d.view_to_region(first + count, 0, clip=False)
        if self._view == (left, right, scale):
            return
        edges = np.linspace(left, right, count + 1)
        corners, colours = quads(edges, self._values, _OFFSET * scale, _HEIGHT * scale)
        self._batch = batch_for_shader(shader, "TRIS", {"pos": corners, "color": colours})
        self._view = (left, right, scale)


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
