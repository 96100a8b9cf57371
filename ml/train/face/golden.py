"""MediaPipe's golden portrait: a real face's mesh, and what MediaPipe's own network says of it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_VALUES_A_VERTEX = 5  # x, y, z, and two that place a texture


def portrait(folder: Path) -> tuple[NDArray, dict[str, float]]:
    """Return the mesh (468, 3), as if in pixels, and MediaPipe's coefficients by name.

    Parameters
    ----------
    folder : `mediapipe_golden` of the data folder
    """
    text = (folder / "portrait_expected_face_geometry.pbtxt").read_text("utf-8")
    values = [float(v) for v in re.findall(r"vertex_buffer: (\S+)", text)]
    mesh = np.array(values).reshape(-1, _VALUES_A_VERTEX)[:468, :3]
    text = (folder / "portrait_expected_blendshapes.pbtxt").read_text("utf-8")
    pairs = re.findall(r'score: (\S+)\s+label: "(\w+)"', text)
    # Its own frame is upright, x right, y up, z to the camera, centimetres.
    return 10.0 * mesh * [1, -1, -1], {name: float(score) for score, name in pairs}
