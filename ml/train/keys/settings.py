"""Settings of one training run of the key picker, saved with its weights."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Settings:
    """What a run is made of.

    Attributes
    ----------
    clips, held_out : clips made to learn from, and to watch the training by
    seconds : usual length of a clip
    epochs : how often each clip is seen, turned and mirrored anew
    width, dilations : the network's channels, and one residual block for each dilation
    frames, batch : size of a batch
    rate, decay, drop, average : of AdamW, dropout and the running average of the weights
    device, threads, seed : how it runs
    """

    clips: int = 2400
    held_out: int = 200
    seconds: float = 3.6
    epochs: int = 14
    width: int = 64
    dilations: tuple[int, ...] = (1, 2, 4, 8, 4, 2, 1)
    frames: int = 96
    batch: int = 32
    rate: float = 2e-3
    decay: float = 0.1
    drop: float = 0.2
    average: float = 0.995
    device: str = "cpu"
    threads: int = 1
    seed: int = 1


GPU = replace(
    Settings(), clips=20000, held_out=600, epochs=40, width=128, batch=128, device="cuda",
    threads=8, average=0.999,
)  # fmt: skip
