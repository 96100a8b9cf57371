"""What shapes the acoustic network and its training."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Settings of one run, saved with its weights.

    Attributes
    ----------
    width : channels of a frame
    dilations : of the residual blocks, in frames
    espeak_lines, flite_lines : synthetic lines of about 5 s to train on
    check_lines : of each kind, kept for the check
    versions : spoiled versions of each line
    crop, batch : frames of a training window, windows a step
    rate, decay, smoothing : of the optimiser; share of label smoothing
    minutes : processor time of the training itself
    """

    width: int = 112
    dilations: tuple[int, ...] = (1, 1, 2, 2, 4, 4, 8, 1)
    dropout: float = 0.1
    espeak_lines: int = 2200
    flite_lines: int = 1600
    check_lines: int = 60
    versions: int = 2
    crop: int = 320
    batch: int = 20
    rate: float = 2e-3
    warm_up: int = 100
    decay: float = 0.02
    smoothing: float = 0.05
    edge_weight: float = 0.5
    average: float = 0.998
    minutes: float = 12.0
    seed: int = 1
    threads: int = 1
    check_minutes: float = 2.0
