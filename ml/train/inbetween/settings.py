"""All that decides a training run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """All that decides a training run; saved with the weights.

    The defaults are for one core of a CPU.

    Attributes
    ----------
    width, blocks, heads : size of the network
    rate, warm_up, decay : learning rate, steps until it is reached, weight decay
    average : share of the running average that a step keeps
    tokens : bones times frames times windows of a batch
    minutes : how long to train; the rate falls to nothing over this time
    nodes : fewest and most frames of a gap that become tokens
    longest : frames of the longest gap
    augmentation : how often rigs are changed, 0 to 1
    hinted : share of windows whose hints are given, for takes at run time
    uneven : share of batches with poses keyed at uneven frames, else one gap
    limbs : share of batches in which one limb is open and the rest of the body known
    start : checkpoint or exported file whose weights a new run begins with, of as many blocks or
        fewer; "" for none
    half : bfloat16 inside the network
    threads, workers : of torch; processes that draw batches
    check_minutes, keep_minutes : between validations, between checkpoints
    """

    width: int = 64
    blocks: int = 3
    heads: int = 4
    rate: float = 2e-3
    warm_up: int = 150
    decay: float = 0.02
    average: float = 0.999
    tokens: int = 8000
    minutes: float = 60.0
    nodes: tuple[int, int] = (4, 8)
    longest: int = 60
    augmentation: float = 0.4
    hinted: float = 0.15
    uneven: float = 0.36
    limbs: float = 0.22
    start: str = ""
    seed: int = 1
    device: str = "cpu"
    half: bool = True
    threads: int = 1
    workers: int = 0
    check_minutes: float = 5.0
    keep_minutes: float = 3.0


GPU = Settings(
    width=192,
    blocks=6,
    heads=6,
    tokens=120_000,
    minutes=24,
    device="cuda",
    threads=2,
    workers=14,
    augmentation=0.8,
    average=0.9995,
    rate=1e-3,
    warm_up=500,
    nodes=(6, 14),
    hinted=0.25,
)
"""The full model: an H200-class GPU for about 25 minutes."""
