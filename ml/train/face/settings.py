"""Every number of a training run of the face solver, saved with its weights."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """One run. The defaults are for one core of a CPU.

    Attributes
    ----------
    channels : of the first layer of the picture networks; the others are multiples
    hidden : width of the layers behind them
    minutes : the run ends after so long
    takes : in a batch; all frames of a take are seen against its own neutral face
    rate : highest learning rate
    decay : weight decay
    average : of the weights, a step
    blind : share of the takes whose pictures are hidden, so that points alone serve too
    held_out : takes, the first ones, that are measured on only
    half : bfloat16 inside the network
    start : checkpoint, or exported network, whose weights a run begins with, "" for none
    """

    channels: int = 16
    hidden: int = 256
    minutes: float = 40.0
    takes: int = 8
    rate: float = 1.5e-3
    decay: float = 1e-2
    average: float = 0.998
    blind: float = 0.1
    held_out: int = 30
    half: bool = True
    start: str = ""
    seed: int = 1
    device: str = "cpu"


GPU = Settings(channels=48, hidden=768, minutes=240.0, takes=64, rate=1e-3, device="cuda")
"""For a run on an accelerator with ten or more times the pictures; not yet run."""
