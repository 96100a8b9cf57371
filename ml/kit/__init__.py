"""The procedural kit: every kind of thing as a light mesh, of any size, in several styles.

`build` gives the polygons of one kind; `ml.layout.kinds` lists the kinds with their real sizes.
"""

from __future__ import annotations

import functools
import zlib

import numpy as np

from . import (  # noqa: F401 - each registers its kinds
    appliances,
    buildings,
    containers,
    decor,
    devices,
    furniture,
    lamps,
    machines,
    monuments,
    nature,
    objects,
    passages,
    reef,
    ships,
    storage,
    street,
    structure,
    vehicles,
)
from .form import Form, Solid
from .parts import KINDS, Job
from .style import ROLES, STYLES, Style, find_style

__all__ = ["KINDS", "ROLES", "STYLES", "Solid", "Style", "build", "find_style", "names"]

Size = tuple[float, float, float]

INSTEAD = "crate"
"""What is built for a kind that is not known."""


def names() -> list[str]:
    """Return every kind that can be built."""
    return sorted(KINDS)


def build(kind: str, size: Size, style: str = "", seed: int = 0) -> Solid:
    """Make one thing.

    Parameters
    ----------
    kind : a name in `KINDS`; another one gives a crate
    size : (width, depth, height) along x, y and z in metres; the solid fills this box exactly
    style : a name in `STYLES`, or a word that is a kind of one
    seed : of what is irregular: branches, cracks, books

    Returns
    -------
    Solid
        Its box's bottom centre at the origin, its front towards +Y.
    """
    rounded = tuple(round(max(float(v), 1e-3), 3) for v in size)
    return _build(kind.replace(" ", "_"), rounded, find_style(style), seed)


@functools.lru_cache(maxsize=2048)
def _build(kind: str, size: Size, style: Style, seed: int) -> Solid:
    rng = np.random.default_rng([seed, zlib.crc32(kind.encode())])
    form = Form(rng)
    KINDS.get(kind, KINDS[INSTEAD])(Job(form, *size, style))
    return form.finish(size)
