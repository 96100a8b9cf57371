"""Lay the photographs of the window test side by side for the documentation.

    <python with cv2> scripts/docs_pictures.py [--from build/window] [--to docs/pictures]

The photographs are those that tests/window/run.py leaves: real panels of a real Blender.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import cv2
import numpy as np

import env

SHEETS = {
    "panels_layout": ("layout_nothing_1.0", "layout_proposed_1.0"),
    "panels_blocking": ("blocking_ready_1.0", "blocking_preview_1.0", "blocking_at_work_1.0"),
    "panels_inbetween": ("inbetween_nothing_1.0", "inbetween_filled_1.0", "inbetween_live_1.0"),
    "panels_face": ("face_ready_1.0", "face_performed_1.0", "face_map_found_1.0"),
    "panels_lipsync": ("lipsync_nothing_1.0", "lipsync_ready_1.0"),
    "panels_takes": ("takes_kept_1.0", "setup_checked_1.0", "rig_map_found_1.0"),
    "panels_chinese": tuple(
        f"zh_HANS/{name}_1.0" for name in ("layout_nothing", "blocking_ready", "inbetween_filled")
    ),
    "window_example": ("filled",),
    "window_first": ("first",),
    "window_blocked": ("blocking",),
    "window_at_work": ("blocking_at_work",),
}
"""Picture of the documentation to the photographs it is made of, left to right."""

GAP, GROUND = 12, 48  # pixels, and the level of grey between and below the panels
WIDEST = 1400


def sheet(paths: list[Path]) -> np.ndarray:
    """Return the photographs side by side, their tops in line, without the sidebar's tabs."""
    parts = [cv2.imread(str(path)) for path in paths]
    missing = [path for path, part in zip(paths, parts, strict=True) if part is None]
    if missing:
        raise SystemExit(f"{missing[0]} is not there: run tests/window/run.py first")
    height = max(len(part) for part in parts)
    padded = [
        cv2.copyMakeBorder(
            part, 0, height - len(part), 0, GAP if k < len(parts) - 1 else 0,
            cv2.BORDER_CONSTANT, value=[GROUND] * 3,
        )
        for k, part in enumerate(parts)
    ]  # fmt: skip
    whole = np.hstack(padded)
    share = WIDEST / whole.shape[1]
    if share < 1:
        whole = cv2.resize(whole, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    return whole


def main() -> int:
    """Make every picture."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--from", dest="source", type=Path, default=env.BUILD / "window")
    parser.add_argument("--to", type=Path, default=env.ROOT / "docs" / "pictures")
    args = parser.parse_args()
    for name, states in SHEETS.items():
        picture = sheet([args.source / f"{state}.png" for state in states])
        kind = "jpg" if len(states) == 1 else "png"  # a whole window has a scene in it
        quality = [cv2.IMWRITE_PNG_COMPRESSION, 9, cv2.IMWRITE_JPEG_QUALITY, 90]
        cv2.imwrite(str(args.to / f"{name}.{kind}"), picture, quality)
        env.say(f"{name}.{kind}: {picture.shape[1]} x {picture.shape[0]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
