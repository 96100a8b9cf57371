"""What every face source makes and every face rig is given: 52 curves, a head and two eyes.

The names and the meaning of the coefficients are Apple's ARKit's: 0 is the neutral face, 1 the
whole expression. Left and right are the actor's own.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import UnderstudyError
from ..rotations import multiply

_SIDES = ("Left", "Right")
_EYE = ("Blink", "LookDown", "LookIn", "LookOut", "LookUp", "Squint", "Wide")
_MOUTH_PAIRS = ("Smile", "Frown", "Dimple", "Stretch")

NAMES = (
    *(f"eye{what}{side}" for side in _SIDES for what in _EYE),
    *("jawForward", "jawLeft", "jawRight", "jawOpen"),
    *("mouthClose", "mouthFunnel", "mouthPucker", "mouthLeft", "mouthRight"),
    *(f"mouth{what}{side}" for what in _MOUTH_PAIRS for side in _SIDES),
    *("mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper"),
    *(f"mouth{what}{side}" for what in ("Press", "LowerDown", "UpperUp") for side in _SIDES),
    *("browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight"),
    *("cheekPuff", "cheekSquintLeft", "cheekSquintRight"),
    *("noseSneerLeft", "noseSneerRight", "tongueOut"),
)
"""The 52 expressions, in the order of the columns of every coefficient array."""

_LIDS = ("Blink", "Squint", "Wide")
REGIONS = {
    "brows": tuple(n for n in NAMES if n.startswith("brow")),
    "eyes": tuple(n for n in NAMES if n.startswith("eyeLook")),
    "lids": tuple(n for n in NAMES if n.startswith("eye") and n[3:].startswith(_LIDS)),
    "cheeks": tuple(n for n in NAMES if n.startswith("cheek")),
    "nose": tuple(n for n in NAMES if n.startswith("nose")),
    "mouth": tuple(n for n in NAMES if n.startswith("mouth")),
    "jaw": tuple(n for n in NAMES if n.startswith(("jaw", "tongue"))),
}
"""The part of the face that each expression moves: every expression is in exactly one."""

INDEX = {name: i for i, name in enumerate(NAMES)}

_TIMECODE = re.compile(r"(\d+):(\d+):(\d+):(\d+)(?:\.(\d+))?$")
_TIMECODE_RATE = 60.0  # Live Link Face counts sixtieths, whatever rate it records at
_POSE_COLUMNS = 9  # head yaw, pitch, roll; the same of the left and of the right eye
_DAY_S = 86400.0


@dataclass
class Performance:
    """A face in motion, before it is laid on a rig.

    Attributes
    ----------
    times : (F,) seconds, rising
        Time of each sample in the source; it need not be evenly spaced.
    coefficients : (F, 52), 0 to 1
        In the order of `NAMES`. A source may go slightly outside.
    head_rotation : (F, 4), wxyz
        Turn of the head from looking straight ahead, in the frame x to the actor's left, y up,
        z forward, out of the face. Identity where the source knows none.
    head_position : (F, 3), metres
        In the same frame, from where the head is at the first sample; 0 where unknown.
    gaze : (F, 2, 2), radians
        (left eye, right eye) x (yaw to the actor's left, pitch up), relative to the head.
    confidence : (F, 7), 0 to 1
        One column for each of `REGIONS`, in its order: how far the source can be trusted.
    source : str
        File name or sentence that a person would recognise it by.
    notes : list of str
        Sentences for the person.
    """

    times: NDArray
    coefficients: NDArray
    head_rotation: NDArray = None
    head_position: NDArray = None
    gaze: NDArray = None
    confidence: NDArray = None
    source: str = ""
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        count = len(self.times)
        defaults = {
            "head_rotation": np.tile([1.0, 0.0, 0.0, 0.0], (count, 1)),
            "head_position": np.zeros((count, 3)),
            "gaze": np.zeros((count, 2, 2)),
            "confidence": np.ones((count, len(REGIONS))),
        }
        for name, value in defaults.items():
            if getattr(self, name) is None:
                setattr(self, name, value)
        shapes = {"times": (), "coefficients": (len(NAMES),)}
        shapes |= {name: value.shape[1:] for name, value in defaults.items()}
        for name, shape in shapes.items():
            value = np.asarray(getattr(self, name), float)
            if value.shape != (count, *shape):
                raise ValueError(f"{name} has shape {value.shape}, expected {(count, *shape)}")
            setattr(self, name, value)

    @property
    def fps(self) -> float:
        """Samples a second, by the median step; 0 for fewer than two samples."""
        return float(1.0 / np.median(np.diff(self.times))) if len(self.times) > 1 else 0.0

    def replace(self, **changes: object) -> Performance:
        """Return a copy with other values of some attributes."""
        return replace(self, **changes)

    def pack(self) -> tuple[dict, dict[str, NDArray]]:
        """Return (JSON values, arrays) that `unpack` turns back into an equal Performance."""
        arrays = {f.name: getattr(self, f.name) for f in fields(self)}
        meta = {name: arrays.pop(name) for name in ("source", "notes")}
        return meta, arrays

    @classmethod
    def unpack(cls, meta: dict, arrays: dict[str, NDArray]) -> Performance:
        """Rebuild a Performance from what `pack` returned; further entries are ignored."""
        known = {f.name for f in fields(cls)}
        return cls(**{k: v for k, v in {**arrays, **meta}.items() if k in known})


def read(path: Path) -> Performance:
    """Read a performance: our own .npz, or a .csv of Live Link Face.

    Raises
    ------
    UnderstudyError
        The file is missing or is neither.
    """
    readers = {".npz": _read_npz, ".csv": _read_csv}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise UnderstudyError(
            f"{path.name} is no performance: give a Live Link Face .csv, or an .npz saved here"
        )
    try:
        return reader(path).replace(source=path.name)
    except (OSError, KeyError, TypeError, ValueError, csv.Error) as exc:
        raise UnderstudyError(f"{path.name} cannot be read as a performance: {exc}") from exc


def write(path: Path, performance: Performance) -> None:
    """Write an .npz that `read` reads."""
    meta, arrays = performance.pack()
    np.savez_compressed(path, notes=np.array(meta["notes"], dtype=np.str_), **arrays)


def _read_npz(path: Path) -> Performance:
    with np.load(path, allow_pickle=False) as stored:
        arrays = dict(stored)
    notes = [str(note) for note in arrays.pop("notes", [])]
    return Performance.unpack({"notes": notes}, arrays)


def _read_csv(path: Path) -> Performance:
    """Read Live Link Face: a timecode, a count, 52 coefficients, and three angles thrice.

    Its angles are radians: yaw, pitch and roll of the head, and of each eye. The eyes' turn
    to the actor's right and down, as their eyeLook coefficients show; the head's are taken to
    have the same signs.
    """
    with open(path, newline="", encoding="utf-8-sig") as file:
        header, *rows = [row for row in csv.reader(file) if row]
    names = [name.strip().lower() for name in header]
    missing = [n for n in NAMES if n.lower() not in names]
    if "timecode" not in names or len(missing) > len(NAMES) // 2:
        raise ValueError("it has not the columns of Live Link Face")
    # A recording that was stopped ends in a row with nothing but its time.
    rows = [row for row in rows if len(row) == len(header)]
    if not rows:
        raise ValueError("it holds no samples")
    table = np.array([[float(cell) for cell in row[1:]] for row in rows])
    columns = {name: table[:, i] for i, name in enumerate(names[1:])}
    zero = np.zeros(len(rows))
    angles = table[:, -_POSE_COLUMNS:] if "headyaw" in columns else np.zeros((len(rows), 9))
    gaze = -angles[:, 3:].reshape(-1, 2, 3)[:, :, :2]
    performance = Performance(
        times=_times([row[names.index("timecode")] for row in rows]),
        coefficients=np.stack([columns.get(n.lower(), zero) for n in NAMES], axis=1),
        head_rotation=_turn(-angles[:, 0], -angles[:, 1], -angles[:, 2]),
        gaze=gaze,
    )
    if missing:
        performance.notes.append(f"It lacks {', '.join(missing)}: they stay 0")
    return performance


def _times(codes: list[str]) -> NDArray:
    """Return seconds since the first of timecodes HH:MM:SS:FF.mmm, which may pass midnight."""
    found = [_TIMECODE.match(code.strip()) for code in codes]
    if None in found:
        raise ValueError(f"{codes[found.index(None)]!r} is no timecode HH:MM:SS:FF.mmm")
    seconds = []
    for match in found:
        hours, minutes, whole, frame = (int(match[i]) for i in range(1, 5))
        part = float(f"0.{match[5] or 0}")
        seconds.append(3600 * hours + 60 * minutes + whole + (frame + part) / _TIMECODE_RATE)
    times = np.array(seconds) - seconds[0]
    times += _DAY_S * np.cumsum(np.diff(times, prepend=times[0]) < -_DAY_S / 2)
    if (np.diff(times) <= 0).any():
        raise ValueError("its times do not rise")
    return times


def _turn(yaw: NDArray, pitch: NDArray, roll: NDArray) -> NDArray:
    """Return (F, 4) wxyz: yaw to the left about y, then pitch up, then roll to the left."""

    def about(axis: int, angle: NDArray) -> NDArray:
        quaternion = np.zeros((len(angle), 4))
        quaternion[:, 0], quaternion[:, 1 + axis] = np.cos(angle / 2), np.sin(angle / 2)
        return quaternion

    # x is to the left, y up, z forward: a right-handed turn about x lowers the face.
    return multiply(multiply(about(1, yaw), about(0, -pitch)), about(2, -roll))
