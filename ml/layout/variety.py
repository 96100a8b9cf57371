"""How different two layouts are, and which of several is the best to show first."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from .plan import ROLES, Layout

ALIKE = 0.12
"""Two variants nearer than this are the same to a person: one is made anew."""
_GRID = 10


def signature(layout: Layout) -> dict[str, NDArray | Counter]:
    """Return what layouts are compared by: where which roles stand, kinds, colours, cameras."""
    outline = np.asarray(layout.room.outline, float)
    low, high = outline.min(axis=0), outline.max(axis=0)
    grid = np.zeros((len(ROLES), _GRID, _GRID))
    for item in layout.items:
        u = (np.asarray(item.pos[:2]) - low) / np.maximum(high - low, 1e-6)
        cell = np.clip((u * _GRID).astype(int), 0, _GRID - 1)
        role = ROLES.index(item.role) if item.role in ROLES else 0
        grid[role, cell[0], cell[1]] += max(item.size[0] * item.size[1], 0.05) ** 0.5
    palette = [layout.palette[n].colour for n in sorted(layout.palette) if n[:7] != "colour_"]
    return {
        "grid": _blurred(grid),
        "kinds": Counter(item.kind for item in layout.items),
        "palette": np.sqrt(np.clip(np.array(palette), 0, 1)),
        "extent": high - low,
        "sky": np.sqrt(np.clip(np.array(layout.atmosphere.sky), 0, 1)),
    }


def _blurred(grid: NDArray) -> NDArray:
    padded = np.pad(grid, ((0, 0), (1, 1), (1, 1)))
    out = 0.4 * grid
    for dx, dy in ((0, 1), (2, 1), (1, 0), (1, 2)):
        out = out + 0.15 * padded[:, dx : dx + _GRID, dy : dy + _GRID]
    return out


def distance(a: dict, b: dict) -> float:
    """Return how different two signatures are: 0 the same, 1 nothing in common."""
    joint = np.abs(a["grid"] - b["grid"]).sum() / max(float((a["grid"] + b["grid"]).sum()), 1e-9)
    names = set(a["kinds"]) | set(b["kinds"])
    total = sum(a["kinds"].values()) + sum(b["kinds"].values())
    kinds = sum(abs(a["kinds"][n] - b["kinds"][n]) for n in names) / max(total, 1)
    colour = min(1.0, 4 * float(np.abs(a["palette"] - b["palette"]).mean()))
    sky = min(1.0, 3 * float(np.abs(a["sky"] - b["sky"]).mean()))
    extent = min(1.0, float(np.abs(np.log(a["extent"] / b["extent"])).mean()) * 2)
    return float(0.5 * joint + 0.25 * kinds + 0.1 * colour + 0.05 * sky + 0.1 * extent)


def spread(layouts: list[Layout]) -> NDArray:
    """Return (N, N) pairwise distances of layouts."""
    found = [signature(layout) for layout in layouts]
    return np.array([[distance(a, b) if a is not b else 0.0 for b in found] for a in found])


def rank(layouts: list[Layout]) -> list[int]:
    """Return indices, the best to show first.

    What counts: wishes met, how the cameras are judged, how likely the placement network finds
    the furniture, and how evenly the place is filled. The weights are set by hand.
    """
    return sorted(range(len(layouts)), key=lambda i: -layouts[i].scores["total"])
