"""What the stage is told of a character: its controls, its head and its eyes."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

import numpy as np
from numpy.typing import NDArray

from .facemap import Control

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


@dataclass
class Turner:
    """Something that turns with the head or an eye, or is looked at.

    Attributes
    ----------
    owner : object's name
    bone : bone's name, or "" for the object itself
    mode : rotation mode
    frame : (3, 3)
        Columns: the face's left, up and forward, in the axes that the channel is counted in.
    rest : (3,) or (4,)
        What is added to: location where it rests, or for objects the rotation there, wxyz.
    reach : float
        Distance from the eyes to what is looked at; 0 for what turns.
    unit : float
        Length of a metre in those axes, for a head that travels as well; 0 for one that does not.
    place : (3,)
        Location where it rests.
    pivot : (3,)
        What stays in its place when it turns, from its own origin, in those axes: a head that is
        an object turns about its neck, wherever its origin lies.
    """

    owner: str
    bone: str
    mode: str = "QUATERNION"
    frame: list = field(default_factory=lambda: np.eye(3).tolist())
    rest: list = field(default_factory=lambda: [1.0, 0.0, 0.0, 0.0])
    reach: float = 0.0
    unit: float = 0.0
    place: list = field(default_factory=lambda: [0.0, 0.0, 0.0])
    pivot: list = field(default_factory=lambda: [0.0, 0.0, 0.0])


@dataclass
class FaceRig:
    """What the stage knows of a character's face.

    Attributes
    ----------
    controls : list of Control
    rest : (C,) value of each control where the face is neutral
    low, high : (C,) the range that each may take
    modes : "owner/bone" to the bone's rotation mode
    head : what turns with the head
    eyes : for the left and the right eye, what turns or is looked at
    both_eyes : what both look at
    """

    controls: list[Control]
    rest: NDArray
    low: NDArray
    high: NDArray
    modes: dict[str, str] = field(default_factory=dict)
    head: Turner | None = None
    eyes: list[Turner | None] = field(default_factory=lambda: [None, None])
    both_eyes: Turner | None = None

    def pack(self) -> dict:
        """Return JSON values that `unpack` turns back into an equal rig."""
        values = asdict(self)
        return {k: v.tolist() if isinstance(v, np.ndarray) else v for k, v in values.items()}

    @classmethod
    def unpack(cls, values: dict) -> FaceRig:
        """Rebuild what `pack` returned."""
        values = dict(values)
        for name in ("rest", "low", "high"):
            values[name] = np.asarray(values[name], float)
        values["controls"] = [Control(**c) for c in values["controls"]]
        for name in ("head", "both_eyes"):
            values[name] = Turner(**values[name]) if values[name] else None
        values["eyes"] = [Turner(**e) if e else None for e in values["eyes"]]
        return cls(**values)


@dataclass
class Writing:
    """How curves are written.

    Attributes
    ----------
    frame_start : scene frame of the performance's first sample
    fps : the scene's frames a second
    tolerance : share of a control's range, and part of a radian, by which keys may stray
    every_frame : a key on every frame instead
    head, eyes : whether they are turned
    """

    frame_start: int = 1
    fps: float = 24.0
    tolerance: float = 0.015
    every_frame: bool = False
    head: bool = True
    eyes: bool = True


def key_path(name: str) -> str:
    r"""Return the path of a shape key's value, from the Key data-block.

    >>> key_path('a "b"')
    'key_blocks["a \\"b\\""].value'
    """
    return f'key_blocks["{_escaped(name)}"].value'


def bone_path(bone: str, prop: str) -> str:
    """Return the path of a property of a pose bone, or of the object where `bone` is empty."""
    return f'pose.bones["{_escaped(bone)}"].{prop}' if bone else prop


def _escaped(name: str) -> str:
    return "".join(_ESCAPES.get(c, c) for c in name)
