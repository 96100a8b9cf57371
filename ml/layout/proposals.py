"""The task `layout_proposals`: several layouts, each with a thumbnail."""

from __future__ import annotations

import numpy as np

from ..progress import Progress, Steps, scaled
from .picture import picture
from .plan import Layout

WIDTH, HEIGHT = 256, 144
_SHARE = 0.75  # of the work that goes into the layouts themselves


def proposals(params: dict, arrays: dict) -> Steps[tuple[dict, dict]]:
    """Propose layouts and draw them; a task of `ml.tasks`.

    Parameters
    ----------
    params : as of `pipeline.layout`, and picture : [width, height] of the thumbnails, pixels

    Returns
    -------
    meta : as of `pipeline.layout`
    arrays : pictures (N, height, width, 3) uint8, sRGB, in the order of the layouts
    """
    from .pipeline import layout

    width, height = params.get("picture") or (WIDTH, HEIGHT)
    meta, _ = yield from scaled(layout(params, arrays), 0.0, _SHARE)
    pictures = []
    for k, packed in enumerate(meta["layouts"]):
        share = _SHARE + (1 - _SHARE) * k / len(meta["layouts"])
        yield Progress(share, f"Drawing variant {k + 1}")
        pictures.append(picture(Layout.unpack(packed), int(width), int(height)))
    return meta, {"pictures": np.array(pictures, np.uint8)}
