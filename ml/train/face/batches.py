"""Lay rendered takes out as the network takes them, and vary them as they are drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...face import features, patches
from ...face.performance import NAMES
from ...face.pose import Basis, align
from .data import Takes
from .fitting import mirror_features, mirror_names
from .generate import RESTS

_ABSOLUTE = np.array([n.startswith("eyeLook") for n in NAMES])
"""Expressions that are not measured against the neutral face."""


@dataclass
class Stock:
    """All frames, ready to be drawn.

    Attributes
    ----------
    points : (RESTS, F, features.COUNT), against each frame at rest of the take
    target : (RESTS, F, 52)
    eyes, lower : uint8, see `ml.face.patches`
    takes : (T, 2) first frame and one past the last of each take
    row, mpfb : (T,) bool
    """

    points: NDArray
    target: NDArray
    eyes: NDArray
    lower: NDArray
    takes: NDArray
    row: NDArray
    mpfb: NDArray
    order: NDArray
    names: NDArray


def prepare(takes: Takes, basis: Basis) -> Stock:
    """Cut the patches and compute the features of all takes."""
    import cv2

    count = len(takes.points)
    pose = align(takes.points.astype(float), basis.template, basis.weight)
    eyes = np.zeros((count, 2, patches.EYE_SIZE, patches.EYE_SIZE), np.uint8)
    lower = np.zeros((count, patches.LOWER_HEIGHT, patches.LOWER_WIDTH), np.uint8)
    for i, jpeg in enumerate(takes.pictures):
        gray = cv2.imdecode(jpeg, cv2.IMREAD_GRAYSCALE)
        eyes[i], lower[i] = patches.cut(gray, pose[[i]])
    firsts = np.unique(takes.first)
    spans = np.stack([firsts, np.append(firsts[1:], count)], axis=1)
    points = np.zeros((RESTS, count, features.COUNT), np.float16)
    target = np.zeros((RESTS, count, 52), np.float32)
    for low, high in spans:
        part = slice(low, high)
        for rest in range(RESTS):
            face = pose[[low + rest]].to_head(takes.points[[low + rest]].astype(float))[0]
            found, _ = features.compute(
                takes.points[part].astype(float),
                takes.iris[part].astype(float),
                face,
                np.array([rest]),
                basis,
            )
            points[rest, part] = found
            start = np.where(_ABSOLUTE, 0.0, takes.coefficients[low + rest])
            target[rest, part] = takes.coefficients[part] - start
    return Stock(
        points,
        target,
        eyes,
        lower,
        spans,
        takes.row[firsts],
        takes.mpfb[firsts],
        mirror_features(basis),
        mirror_names(),
    )


def draw(stock: Stock, which: NDArray, rng: np.random.Generator, blind: float) -> dict[str, Tensor]:
    """Return a batch of whole takes, mirrored, relit and hidden at random.

    Parameters
    ----------
    which : indices of takes
    blind : share of the takes whose pictures are hidden
    """
    parts: dict[str, list] = {}
    for take in which:
        for name, value in _draw_take(stock, take, rng, blind).items():
            parts.setdefault(name, []).append(value)
    joined = {name: np.concatenate(value) for name, value in parts.items()}
    return {name: torch.from_numpy(value) for name, value in joined.items()}


def _draw_take(stock: Stock, take: int, rng: np.random.Generator, blind: float) -> dict:
    low, high = stock.takes[take]
    rest = int(rng.integers(RESTS))
    frames = np.arange(low, high)
    if len(frames) > 20:  # neighbours in a row are nearly the same
        frames = np.sort(rng.choice(frames, 16, replace=False))
    points = stock.points[rest, frames].astype(np.float32)
    target = stock.target[rest, frames]
    eyes, lower = (
        stock_part[np.append(frames, low + rest)].astype(np.float32)
        for stock_part in (stock.eyes, stock.lower)
    )
    if rng.random() < 0.5:
        order, sign = stock.order.T
        points = points[:, order] * sign.astype(np.float32)
        target = target[:, stock.names]
        eyes, lower = eyes[:, ::-1], lower[:, :, ::-1]
    for picture in (eyes, lower):
        _relight(picture, rng)
    if rng.random() < 0.15:
        _cover(lower[:-1], rng)
    sighted = np.full((len(frames), 1), float(rng.random() >= blind), np.float32)
    return {
        "points": points,
        "eyes": np.ascontiguousarray(eyes[:-1]),
        "lower": np.ascontiguousarray(lower[:-1]),
        "rest_eyes": np.repeat(eyes[-1:], len(frames), axis=0),
        "rest_lower": np.repeat(lower[-1:], len(frames), axis=0),
        "sighted": sighted,
        "target": target,
    }


def _relight(picture: NDArray, rng: np.random.Generator) -> None:
    """Change light and grain in place: much for all frames alike, little from frame to frame."""
    shape = (len(picture), *[1] * (picture.ndim - 1))
    gain = np.exp(rng.normal(0, 0.2)) * np.exp(rng.normal(0, 0.04, shape))
    picture *= gain
    picture += rng.normal(0, 12) + rng.normal(0, 3, shape)
    grain = rng.uniform(0, 4) * rng.standard_normal(picture.shape[1:], np.float32)
    picture += np.roll(grain, int(rng.integers(50)), axis=-1)
    np.clip(picture, 0, 255, out=picture)


def _cover(picture: NDArray, rng: np.random.Generator) -> None:
    """Lay a plain piece over a part of some frames, as a hand may."""
    _, height, width = picture.shape
    y, x = rng.integers(height - 8), rng.integers(width - 8)
    tall, wide = rng.integers(8, 30, 2)
    some = rng.random(len(picture)) < 0.5
    picture[some, y : y + tall, x : x + wide] = rng.uniform(30, 220)
