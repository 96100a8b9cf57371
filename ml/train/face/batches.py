"""Lay rendered takes out as the network takes them, and vary them as they are drawn."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...face import features
from ...face.performance import NAMES
from ...face.pose import Basis, align
from .data import Takes
from .fitting import mirror_features, mirror_names
from .generate import RESTS

_ABSOLUTE = np.array([n.startswith("eyeLook") for n in NAMES])
"""Expressions that are not measured against the neutral face."""

_STORED = ("points", "iris", "eyes", "lower", "coefficients")
REFERENCES = 4
"""Frames of a take, its first ones, that all are compared with: those at rest, and some that are
not, since the solver compares a clip with frames all over it."""

_REST_SHARE = 0.5  # of the draws
_FRAMES = 16
_STRETCH, _SHIFT = 0.04, 1.0  # share of the size, patch pixels: standard deviations


@dataclass
class Stock:
    """All frames, ready to be drawn.

    Attributes
    ----------
    points : (REFERENCES, F, features.COUNT), against each of the first frames of the take
    target : (REFERENCES, F, 52)
    eyes, lower : uint8, see `ml.face.patches`
    takes : (T, 2) first frame and one past the last of each take
    mpfb : (T,) bool
    """

    points: NDArray
    target: NDArray
    eyes: NDArray
    lower: NDArray
    takes: NDArray
    mpfb: NDArray
    order: NDArray
    names: NDArray
    sha256: str

    def __len__(self) -> int:
        return len(self.takes)

    @property
    def pictures(self) -> int:
        """How many there are in all."""
        return len(self.eyes)

    def draw(self, which: NDArray, rng: np.random.Generator, blind: float) -> dict[str, Tensor]:
        """Return a batch of whole takes, mirrored, relit and hidden at random.

        Parameters
        ----------
        which : indices of takes
        blind : share of the takes whose pictures are hidden
        """
        return _joined([_draw_take(self, take, rng, blind) for take in which])


@dataclass
class Films:
    """Filmed performances; every frame is seen against any other one of its film.

    Attributes
    ----------
    films : what `sequences.generate` stored of each
    faces : of each film, (F, 468, 3) cm, every frame in the head's frame
    basis : the average face
    order, names : see `Stock`
    """

    films: list[dict[str, NDArray]]
    faces: list[NDArray]
    basis: Basis
    order: NDArray
    names: NDArray
    sha256: str

    def __len__(self) -> int:
        return len(self.films)

    @property
    def pictures(self) -> int:
        """How many there are in all."""
        return sum(len(film["points"]) for film in self.films)

    def draw(self, which: NDArray, rng: np.random.Generator, blind: float) -> dict[str, Tensor]:
        """Return a batch of frames of each of some films, varied as those of `Stock`."""
        return _joined([self._draw(film, rng, blind) for film in which])

    def _draw(self, which: int, rng: np.random.Generator, blind: float) -> dict:
        film = self.films[which]
        rest = int(rng.integers(len(film["points"])))
        frames = np.append(rng.choice(len(film["points"]), _FRAMES, replace=False), rest)
        points, _ = features.compute(
            film["points"][frames].astype(float),
            film["iris"][frames].astype(float),
            self.faces[which][rest],
            np.array([_FRAMES]),
            self.basis,
        )
        true = film["coefficients"]
        target = true[frames[:-1]] - np.where(_ABSOLUTE, 0.0, true[rest])
        eyes, lower = (film[name][frames].astype(np.float32) for name in ("eyes", "lower"))
        return _varied(points[:-1], target, eyes, lower, (self.order, self.names), rng, blind)


def read_films(folder: Path, basis: Basis) -> Films:
    """Read all films in a folder."""
    digest, films, faces = hashlib.sha256(), [], []
    for path in sorted(folder.glob("sequence_*.npz")):
        digest.update(path.read_bytes())
        with np.load(path) as file:
            films.append({name: file[name] for name in _STORED})
        points = films[-1]["points"].astype(float)
        faces.append(align(points, basis.template, basis.weight).to_head(points))
    return Films(films, faces, basis, mirror_features(basis), mirror_names(), digest.hexdigest())


def _joined(drawn: list[dict[str, NDArray]]) -> dict[str, Tensor]:
    """Lay parts, each of one person, together; "person" says of which part a frame is."""
    joined = {name: np.concatenate([part[name] for part in drawn]) for name in drawn[0]}
    joined["person"] = np.repeat(np.arange(len(drawn)), [len(part["target"]) for part in drawn])
    return {name: torch.from_numpy(value) for name, value in joined.items()}


def prepare(takes: Takes, basis: Basis) -> Stock:
    """Compute the features of all takes, against each of their first frames."""
    count = len(takes.points)
    firsts = np.unique(takes.first)
    spans = np.stack([firsts, np.append(firsts[1:], count)], axis=1)
    points = np.zeros((REFERENCES, count, features.COUNT), np.float16)
    target = np.zeros((REFERENCES, count, 52), np.float32)
    for low, high in spans:
        part = slice(low, high)
        seen, iris = (of[part].astype(float) for of in (takes.points, takes.iris))
        faces = align(seen[:REFERENCES], basis.template, basis.weight).to_head(seen[:REFERENCES])
        for rest, face in enumerate(faces):
            points[rest, part], _ = features.compute(seen, iris, face, np.array([rest]), basis)
            start = np.where(_ABSOLUTE, 0.0, takes.coefficients[low + rest])
            target[rest, part] = takes.coefficients[part] - start
    return Stock(
        points,
        target,
        takes.eyes,
        takes.lower,
        spans,
        takes.mpfb[firsts],
        mirror_features(basis),
        mirror_names(),
        takes.sha256,
    )


def _draw_take(stock: Stock, take: int, rng: np.random.Generator, blind: float) -> dict:
    low, high = stock.takes[take]
    rest = int(rng.integers(RESTS if rng.random() < _REST_SHARE else REFERENCES))
    frames = np.arange(low, high)
    points = stock.points[rest, frames].astype(np.float32)
    target = stock.target[rest, frames]
    eyes, lower = (
        stock_part[np.append(frames, low + rest)].astype(np.float32)
        for stock_part in (stock.eyes, stock.lower)
    )
    return _varied(points, target, eyes, lower, (stock.order, stock.names), rng, blind)


def _varied(
    points: NDArray,
    target: NDArray,
    eyes: NDArray,
    lower: NDArray,
    mirror: tuple[NDArray, NDArray],
    rng: np.random.Generator,
    blind: float,
) -> dict[str, NDArray]:
    """Mirror, relight, cover and hide at random; the last picture is the one at rest."""
    if rng.random() < 0.5:
        order, sign = mirror[0].T
        points = points[:, order] * sign.astype(np.float32)
        target = target[:, mirror[1]]
        eyes, lower = eyes[:, ::-1].copy(), lower[:, :, ::-1].copy()
    for picture in (eyes, lower):
        _reshape(picture, rng)
        _relight(picture, rng)
    if rng.random() < 0.15:
        _cover(lower[:-1], rng)
    count = len(target)
    return {
        "points": points,
        "eyes": np.ascontiguousarray(eyes[:-1]),
        "lower": np.ascontiguousarray(lower[:-1]),
        "rest_eyes": np.repeat(eyes[-1:], count, axis=0),
        "rest_lower": np.repeat(lower[-1:], count, axis=0),
        "sighted": np.full((count, 1), float(rng.random() >= blind), np.float32),
        "target": target.astype(np.float32),
    }


def _reshape(picture: NDArray, rng: np.random.Generator) -> None:
    """Shift and stretch all frames alike in place, as another person's face would lie."""
    import cv2

    height, width = picture.shape[-2:]
    scale = 1.0 + rng.normal(0, _STRETCH, 2)
    middle = np.array([width, height]) / 2
    matrix = np.column_stack([np.diag(scale), middle * (1 - scale) + rng.normal(0, _SHIFT, 2)])
    for one in picture.reshape(-1, height, width):
        one[:] = cv2.warpAffine(one, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)


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
