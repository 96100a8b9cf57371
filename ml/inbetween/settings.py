"""What an artist may say about in-betweens; light enough to be read when Blender starts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Settings:
    """What the sliders say.

    Attributes
    ----------
    strength : 0 (the artist's own curves) to 1.5
    contact_hold, smoothness : 0 to 1
    tolerance_deg : degrees that fitted curves may stray
    tolerance_size : share of the height that they may stray
    variant, seed : which take; 0 is the plain one
    breakdown : only one pose between two keys
    every_frame : a key on every frame instead of few
    align : "pose" (bones keyed together stay so) or "bone" (fewest keys for each)
    method : "auto", "network" or "plain"
    """

    strength: float = 1.0
    contact_hold: float = 1.0
    smoothness: float = 0.0
    tolerance_deg: float = 2.0
    tolerance_size: float = 0.01
    variant: int = 0
    seed: int = 0
    breakdown: bool = False
    every_frame: bool = False
    align: str = "pose"
    method: str = "auto"

    @classmethod
    def of(cls, params: dict) -> Settings:
        """Read a job's parameters."""
        return cls(**{k: params[k] for k in cls.__dataclass_fields__ if k in params})
