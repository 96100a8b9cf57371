"""Settings of one training run of the lifter, saved with its weights."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Settings:
    """What a run is made of.

    Attributes
    ----------
    minutes : float, the run's length; the learning rate follows it
    width, dilations : the network's channels, and one residual block for each dilation
    frames, batch : size of a batch
    fresh : windows made anew for each step; the rest of a batch is drawn again from a pool
    pool : windows kept
    real : share of windows that the real detector saw
    varied : share of windows that are seen aslant, and half of those played backwards
    rate, decay, warm_up, average : of AdamW and of the running average of the weights
    device, threads, seed : how it runs
    begin : an exported lifter of the same shape to begin with, "" for random weights
    """

    minutes: float = 45.0
    width: int = 192
    dilations: tuple[int, ...] = (1, 2, 4, 8, 4, 1)
    frames: int = 48
    batch: int = 32
    fresh: int = 10
    pool: int = 4000
    real: float = 0.65
    varied: float = 0.0
    rate: float = 1.5e-3
    decay: float = 0.02
    warm_up: int = 200
    average: float = 0.998
    check_minutes: float = 5.0
    device: str = "cpu"
    threads: int = 1
    seed: int = 1
    begin: str = ""


GPU = replace(
    Settings(), minutes=25.0, width=384, dilations=(1, 2, 4, 8, 16, 8, 4, 2, 1), batch=256,
    fresh=64, pool=60000, frames=58, device="cuda", threads=8, average=0.9995, rate=1e-3,
)  # fmt: skip
