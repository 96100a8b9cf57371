"""Who is rendered: bodies with names for measuring, and anybody."""

from __future__ import annotations

import colorsys

import numpy as np

from truth_body import Look

LOOKS = {
    "man": Look(
        1.0, ("male_casualsuit01", "shoes01", "short01"), (0.45, 0.08, 0.06), (0.08, 0.11, 0.22),
        (0.74, 0.49, 0.36), (0.06, 0.04, 0.03)),
    "woman": Look(
        0.0, ("female_casualsuit01", "shoes01", "short02"), (0.75, 0.72, 0.66), (0.06, 0.10, 0.25),
        (0.80, 0.58, 0.46), (0.20, 0.11, 0.05), 0.97),
    "boy": Look(
        0.6, ("male_casualsuit02", "shoes01", "short02"), (0.14, 0.32, 0.16), (0.28, 0.22, 0.16),
        (0.45, 0.28, 0.19), (0.03, 0.02, 0.02), 0.88),
    "girl": Look(
        0.3, ("female_casualsuit01", "shoes01", "short01"), (0.60, 0.48, 0.15), (0.12, 0.12, 0.13),
        (0.85, 0.66, 0.55), (0.35, 0.22, 0.10), 1.05),
    "elder": Look(
        0.9, ("male_casualsuit02", "shoes01", "short02"), (0.30, 0.30, 0.36), (0.10, 0.09, 0.08),
        (0.78, 0.57, 0.46), (0.62, 0.62, 0.62), 0.98),
    "tall": Look(
        0.75, ("male_casualsuit01", "shoes01", "short02"), (0.70, 0.70, 0.74), (0.30, 0.22, 0.14),
        (0.30, 0.19, 0.13), (0.03, 0.02, 0.02), 1.12),
    "slight": Look(
        0.15, ("female_casualsuit01", "shoes01", "short01"), (0.20, 0.05, 0.22), (0.35, 0.36, 0.40),
        (0.66, 0.46, 0.33), (0.05, 0.04, 0.04), 0.92),
    "stout": Look(
        0.5, ("male_casualsuit02", "shoes01", "short01"), (0.62, 0.24, 0.08), (0.62, 0.60, 0.55),
        (0.88, 0.70, 0.60), (0.55, 0.36, 0.16), 1.02),
}  # fmt: skip


def anybody(seed: int) -> Look:
    """Return somebody drawn at random."""
    rng = np.random.default_rng(seed)

    def colour(dark: float, bright: float) -> tuple[float, float, float]:
        return colorsys.hsv_to_rgb(rng.random(), rng.random() ** 2, rng.uniform(dark, bright))

    suits = ("male_casualsuit01", "male_casualsuit02", "female_casualsuit01")
    clothes = (str(rng.choice(suits)), "shoes01", str(rng.choice(("short01", "short02"))))
    skin = np.array([0.9, 0.66, 0.52]) * rng.uniform(0.25, 1.0)
    return Look(
        float(rng.random()), clothes, colour(0.03, 0.9), colour(0.03, 0.8),
        (float(skin[0]), float(skin[1]), float(skin[2])), colour(0.02, 0.6),
        size=float(np.exp(rng.normal(0.0, 0.07))), legs=float(np.exp(rng.normal(0.0, 0.05))),
        girth=float(np.exp(rng.normal(0.03, 0.07))),
    )  # fmt: skip
