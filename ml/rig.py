"""A rig as arrays: what the stages know of an armature, without Blender.

`addon.rigs` fills these in from a real armature.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

import numpy as np
from numpy.typing import NDArray

ROTATION_MODES = ("QUATERNION", "AXIS_ANGLE", "XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX")


@dataclass
class Rig:
    """An armature's rest pose and the switches that matter for keying it.

    Attributes
    ----------
    names : list of str
        Bones, parents before children.
    parents : (B,) int
        Index of the bone that each follows; -1 for none. For a control under constraints this
        is the control that really moves it, found by trying, not its parent by name.
    follows : (B,) bool
        Whether the bone also turns with that parent (False: it keeps its own orientation).
    rest : (B, 4, 4)
        Rest matrices in armature space: columns are the bone's x, y (along the bone), z, head.
    length : (B,) armature units
    rotation_mode : list of str
        One of `ROTATION_MODES` a bone.
    rotation_locked, location_locked : (B, 3) bool
        Channels the rigger has locked.
    can_move : (B,) bool
        Whether location channels move the bone (a connected bone's do not).
    deform : (B,) bool
    scale : float
        World metres for one armature unit, along z.
    kind : str
        "rigify" or "plain".
    properties : dict
        RNA path of each switch (IK/FK, follow) to the value that FK control asks for.
    ik : dict
        Limb ("leg.L") to its IK controls: "end" and "pole" bones, "switch" (the RNA path that
        is among `properties`), "value" (of the switch under IK), "properties" (RNA path to
        value that IK control asks for) and "axes" (a bone whose location is in its parent's axes
        to the name of that parent, "" for the armature).
    """

    names: list[str]
    parents: NDArray
    follows: NDArray
    rest: NDArray
    length: NDArray
    rotation_mode: list[str]
    rotation_locked: NDArray
    location_locked: NDArray
    can_move: NDArray
    deform: NDArray
    scale: float = 1.0
    kind: str = "plain"
    properties: dict[str, float] = field(default_factory=dict)
    ik: dict[str, dict] = field(default_factory=dict)

    def index(self, name: str) -> int:
        """Return the place of a bone, or -1."""
        return self.names.index(name) if name in self.names else -1

    def pack(self) -> tuple[dict, dict[str, NDArray]]:
        """Return (JSON values, arrays) that `unpack` turns back into an equal Rig."""
        values = asdict(self)
        arrays = {k: v for k, v in values.items() if isinstance(v, np.ndarray)}
        return {k: v for k, v in values.items() if k not in arrays}, arrays

    @classmethod
    def unpack(cls, meta: dict, arrays: dict[str, NDArray]) -> Rig:
        """Rebuild a Rig from what `pack` returned."""
        return cls(**meta, **arrays)
