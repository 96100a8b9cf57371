"""Read rendered takes, and prepare what the solver is trained on."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[3]
_STORED = ("points", "iris", "presence", "eyes", "lower", "coefficients", "pose", "mpfb")


def face_folder() -> Path:
    """Return the folder of heads and recordings: UNDERSTUDY_DATA or ../shared/data, its face."""
    base = Path(os.environ.get("UNDERSTUDY_DATA") or ROOT.parent / "shared" / "data")
    if not (base / "face").is_dir():
        raise FileNotFoundError("No face data: set UNDERSTUDY_DATA to the data folder")
    return base / "face"


@dataclass
class Takes:
    """Rendered frames, take after take.

    Attributes
    ----------
    points, iris, presence : what the networks found, see `ml.face.mesh`
    eyes, lower : uint8, see `ml.face.patches`
    coefficients : (F, 52)
    pose : (F, 3) true yaw, down and roll of the head, radians
    mpfb : (F,) bool, of MakeHuman's head
    first : (F,) index of the first frame of the same take
    sha256 : of all files
    """

    points: NDArray
    iris: NDArray
    presence: NDArray
    eyes: NDArray
    lower: NDArray
    coefficients: NDArray
    pose: NDArray
    mpfb: NDArray
    first: NDArray
    sha256: str = ""


def read_takes(folder: Path, limit: int | None = None) -> Takes:
    """Read all files of takes in a folder, or the first `limit`."""
    stored = {name: [] for name in _STORED}
    first, count = [], 0
    digest = hashlib.sha256()
    for path in sorted(folder.glob("takes_*.npz"))[:limit]:
        digest.update(path.read_bytes())
        with np.load(path) as file:
            for name in _STORED:
                stored[name].append(file[name])
            starts = np.searchsorted(file["take"], file["take"])
        first.append(starts + count)
        count += len(starts)
    joined = {name: np.concatenate(parts) for name, parts in stored.items()}
    return Takes(**joined, first=np.concatenate(first), sha256=digest.hexdigest())
