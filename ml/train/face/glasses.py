"""Draw glasses over a rendered face: frames, temples, tinted lenses, reflections."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .heads import Head
from .render import Camera

_STEPS = np.linspace(0, 2 * np.pi, 41)
_EARS = np.array([[7.6, 0.4, -8.0], [-7.6, 0.4, -8.0]])


@dataclass(frozen=True)
class Glasses:
    """One pair.

    Attributes
    ----------
    half : (2,) cm, half width and half height of a lens
    square : 0 is an ellipse, near 1 a rectangle
    place : (2,) cm above the eye's middle, and before the eyeball's front
    thick : of the frame, cm
    colour : BGR of frame
    tint : how dark the lenses are
    mirror : how bright what they reflect is
    band : (2,) where on a lens the reflection lies, and how it leans
    """

    half: NDArray
    square: float
    place: NDArray
    thick: float
    colour: tuple[float, float, float]
    tint: float
    mirror: float
    band: NDArray

    @classmethod
    def random(cls, rng: np.random.Generator) -> Glasses:
        """Return any pair."""
        colour = rng.uniform(0, 60) + rng.uniform(0, 25, 3)
        if rng.random() < 0.3:
            colour = rng.uniform(60, 220) + rng.uniform(-30, 30, 3)
        return cls(
            half=np.array([rng.uniform(2.2, 3.0), rng.uniform(1.5, 2.5)]),
            square=rng.uniform(0, 0.75),
            place=np.array([rng.uniform(-0.6, 0.1), rng.uniform(0.8, 1.5)]),
            thick=rng.uniform(0.08, 0.45),
            colour=tuple(colour),
            tint=rng.uniform(0, 0.12),
            mirror=max(rng.uniform(-60, 70), 0.0),
            band=rng.uniform(-0.6, 0.6, 2),
        )

    def put_on(
        self, image: NDArray[np.uint8], person: NDArray, head: Head, camera: Camera
    ) -> NDArray[np.uint8]:
        """Return the picture of a person (V, 3) with glasses; the frame sits on the skull."""
        import cv2

        size = image.shape[0]
        out = image.copy()
        per_cm = size * camera.focal / -camera.position[2]
        width = max(round(self.thick * per_cm), 1)
        rims = [self._rim(person[eye]) for eye in head.eyes]
        for rim, ear in zip(rims, _EARS, strict=True):
            lens = _pixels(rim, camera, size)
            self._glaze(out, lens)
            outer = rim[np.argmax(np.abs(rim[:, 0]))]
            temple = _pixels(np.array([outer, ear]), camera, size)
            if (camera.rotation @ np.array([np.sign(ear[0]), 0.0, 0.0]))[2] > -0.1:
                cv2.polylines(out, [temple], False, self.colour, width, cv2.LINE_AA)
            cv2.polylines(out, [lens], True, self.colour, width, cv2.LINE_AA)
        bridge = np.array([rim[np.argmin(np.abs(rim[:, 0]))] for rim in rims])
        cv2.polylines(out, [_pixels(bridge, camera, size)], False, self.colour, width, cv2.LINE_AA)
        return out

    def _rim(self, eye: NDArray) -> NDArray[np.float64]:
        """Return (41, 3) cm around an eyeball (N, 3), head's frame."""
        middle = eye.mean(axis=0)
        power = 1.0 - 0.8 * self.square
        wave = np.stack([np.cos(_STEPS), np.sin(_STEPS)], axis=1)
        flat = np.sign(wave) * np.abs(wave) ** power * self.half
        x = middle[0] + flat[:, 0] + 0.15 * np.sign(middle[0])
        depth = eye[:, 2].max() + self.place[1] - 0.12 * np.maximum(np.abs(x) - 2.0, 0.0) ** 2 / 2
        return np.stack([x, middle[1] + self.place[0] + flat[:, 1], depth], axis=1)

    def _glaze(self, image: NDArray[np.uint8], lens: NDArray) -> None:
        """Tint a lens, and lay a soft band of light over it, in place."""
        import cv2

        mask = np.zeros(image.shape[:2], np.uint8)
        cv2.fillPoly(mask, [lens], 255)
        cover = mask[..., None].astype(np.float32) / 255
        low, high = lens.min(axis=0), lens.max(axis=0)
        y, x = np.mgrid[: image.shape[0], : image.shape[1]].astype(np.float32)
        across = (x - low[0]) / max(high[0] - low[0], 1) - 0.5
        down = (y - low[1]) / max(high[1] - low[1], 1) - 0.5
        light = np.exp(-(((across - self.band[0] + self.band[1] * down) / 0.18) ** 2))[..., None]
        glazed = image * (1 - self.tint) + self.mirror * light
        image[:] = np.clip(image * (1 - cover) + glazed * cover, 0, 255).astype(np.uint8)


def _pixels(points: NDArray, camera: Camera, size: int) -> NDArray[np.int32]:
    return camera.pixels(camera.place(points), size).round().astype(np.int32)
