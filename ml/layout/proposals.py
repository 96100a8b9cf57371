"""The task `layout_proposals`: several layouts, each with a thumbnail."""

from __future__ import annotations

import numpy as np

from ..errors import UnderstudyError
from ..progress import Progress, Steps, scaled
from .mixing import locks_of
from .picture import picture
from .plan import Layout

WIDTH, HEIGHT = 256, 144
_SHARE = 0.75  # of the work that goes into the layouts themselves


def proposals(params: dict, arrays: dict) -> Steps[tuple[dict, dict]]:
    """Propose layouts and draw them; a task of `ml.tasks`.

    Parameters
    ----------
    params : as of `pipeline.layout`, and
        picture : [width, height] of the thumbnails, pixels
        again : {"keep": [[zone or part, number of a variant from 1], ...], "seed": int}, where
            parts of the proposals are kept and the rest is proposed anew; only these come back

    Returns
    -------
    meta : as of `pipeline.layout`
    arrays : pictures (N, height, width, 3) uint8, sRGB, in the order of the layouts
    """
    from .pipeline import layout

    width, height = params.get("picture") or (WIDTH, HEIGHT)
    again = params.get("again")
    first = 0.5 * _SHARE if again else _SHARE
    meta, _ = yield from scaled(layout(params, arrays), 0.0, first)
    if again:
        others, said = _kept(params, again, meta["layouts"])
        meta, _ = yield from scaled(layout(others, arrays), first, _SHARE - first)
        meta["notes"] = [*meta["notes"], *said]
    pictures = []
    for k, packed in enumerate(meta["layouts"]):
        share = _SHARE + (1 - _SHARE) * k / len(meta["layouts"])
        yield Progress(share, f"Drawing variant {k + 1}")
        pictures.append(picture(Layout.unpack(packed), int(width), int(height)))
    return meta, {"pictures": np.array(pictures, np.uint8)}


def _kept(params: dict, again: dict, packed: list[dict]) -> tuple[dict, list[str]]:
    """Return the parameters of the second proposals, and notes on what is kept."""
    for part, number in again["keep"]:
        if not 1 <= number <= len(packed):
            raise UnderstudyError(f"{part}={number}: there are {len(packed)} variants")
    taken = [(part, Layout.unpack(packed[n - 1])) for part, n in again["keep"]]
    locks, said = locks_of(taken)
    return {
        **params,
        "seed": again["seed"],
        "locks": {**locks, **(params.get("locks") or {})},
    }, said
