"""The neutral result of anything that moves: channels of keys, and where they came from.

A Take knows nothing of Blender, though its fields are those of Blender's keyframe points, in
Blender's numbers, so that `addon.fcurves` writes each field in one bulk call.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

CONSTANT, LINEAR, BEZIER = 0, 1, 2
FREE, AUTO, VECTOR, ALIGNED, AUTO_CLAMPED = range(5)
KEYFRAME, EXTREME, BREAKDOWN, JITTER, MOVING_HOLD, GENERATED = 0, 1, 2, 3, 4, 5

KEY = np.dtype(
    [
        ("co", np.float32, 2),
        ("handle_left", np.float32, 2),
        ("handle_right", np.float32, 2),
        ("interpolation", np.int32),
        ("handle_left_type", np.int32),
        ("handle_right_type", np.int32),
        ("type", np.int32),
    ]
)
"""One key. `co` and the handles are (scene frame, value in the property's own unit)."""


def make_keys(
    frames: ArrayLike,
    values: ArrayLike,
    *,
    interpolation: int = BEZIER,
    handle: int = AUTO_CLAMPED,
    key_type: ArrayLike = GENERATED,
) -> NDArray:
    """Return (N,) keys at `frames` with `values`; handles are left for Blender to compute."""
    frames, values = np.asarray(frames, np.float32), np.asarray(values, np.float32)
    keys = np.zeros(len(frames), KEY)
    for name in ("co", "handle_left", "handle_right"):
        keys[name] = np.stack([frames, values], axis=-1)
    keys["interpolation"] = interpolation
    keys["handle_left_type"] = keys["handle_right_type"] = handle
    keys["type"] = key_type
    return keys


@dataclass
class Channel:
    """Keys of one animated number.

    Attributes
    ----------
    data_path : str
        RNA path from the animated data-block, names escaped: `pose.bones["hips"].location`.
    index : int
        Index in the array property; 0 for a single number.
    group : str
        F-curve group, the bone's name for a pose bone.
    keys : (N,) array of `KEY`
        Sorted by frame.
    """

    data_path: str
    index: int
    group: str
    keys: NDArray


@dataclass
class Provenance:
    """Where a Take came from; what the ledger writes down.

    Attributes
    ----------
    stage : str
        "blocking", "inbetween", "face", "lipsync" or "layout".
    models : dict
        Name of each network to the sha256 of its file.
    inputs : dict
        Name of each input ("clip.mp4") to the sha256 of its content.
    parameters : dict
        Settings that shaped the result, JSON values only.
    seed : int
        0 where nothing was random.
    """

    stage: str
    models: dict[str, str] = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)
    parameters: dict = field(default_factory=dict)
    seed: int = 0


@dataclass
class Take:
    """What a stage proposes for one animated data-block.

    Attributes
    ----------
    channels : list of Channel
    provenance : Provenance
    span : (first, last), scene frames
        Closed range the take answers for; a rerun replaces its own keys inside it.
    confidence : (F,) array, 0 to 1
        One number a frame of `span`, whole frames, for the strip that the artist sees.
    properties : dict
        RNA path to number: switches the rig needs for these channels, such as IK/FK.
    notes : list of str
        Sentences for the person: what was left out, or should not be trusted.
    """

    channels: list[Channel]
    provenance: Provenance
    span: tuple[float, float]
    confidence: NDArray = field(default_factory=lambda: np.zeros(0, np.float32))
    properties: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def pack(self) -> tuple[dict, dict[str, NDArray]]:
        """Return (JSON values, arrays) that `unpack` turns back into an equal Take."""
        counts = [len(c.keys) for c in self.channels]
        keys = [c.keys for c in self.channels]
        meta = {
            "channels": [[c.data_path, c.index, c.group] for c in self.channels],
            "counts": counts,
            "provenance": asdict(self.provenance),
            "span": list(self.span),
            "properties": self.properties,
            "notes": self.notes,
        }
        arrays = {
            "keys": np.concatenate(keys) if keys else np.zeros(0, KEY),
            "confidence": np.asarray(self.confidence, np.float32),
        }
        return json.loads(json.dumps(meta)), arrays

    @classmethod
    def unpack(cls, meta: dict, arrays: dict[str, NDArray]) -> Take:
        """Rebuild a Take from what `pack` returned."""
        parts = np.split(arrays["keys"], np.cumsum(meta["counts"])[:-1])
        names = meta["channels"]
        channels = [Channel(*n, keys) for n, keys in zip(names, parts, strict=False)]
        return cls(
            channels=channels,
            provenance=Provenance(**meta["provenance"]),
            span=(meta["span"][0], meta["span"][1]),
            confidence=arrays["confidence"],
            properties=meta["properties"],
            notes=meta["notes"],
        )
