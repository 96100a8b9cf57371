"""What cameras, lenses and files do to a picture of a face."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Footage:
    """How all pictures of one take are spoiled.

    Attributes
    ----------
    coarse : the picture is made so much smaller, and larger again
    light : its brightness is multiplied by
    grain : deviation of the noise, of 255
    quality : of the JPEG that it goes through, 0 for none
    shake : longest way that something moves in one exposure, pixels
    """

    coarse: float = 1.0
    light: float = 1.0
    grain: float = 0.0
    quality: int = 0
    shake: float = 0.0

    @classmethod
    def random(cls, rng: np.random.Generator) -> Footage:
        """Return footage of any kind, most of it good."""
        dim = rng.random() < 0.15
        return cls(
            coarse=rng.uniform(1.1, 2.2) if rng.random() < 0.25 else 1.0,
            light=rng.uniform(0.25, 0.7) if dim else 1.0,
            grain=rng.uniform(2.0, 8.0) if dim else 0.0,
            quality=int(rng.integers(25, 90)) if rng.random() < 0.6 else 0,
            shake=rng.uniform(1.0, 5.0) if rng.random() < 0.15 else 0.0,
        )

    def __call__(self, image: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
        """Return the (S, S, 3) picture as it is delivered."""
        import cv2

        size = image.shape[0]
        if self.shake:
            image = _moved(image, rng.uniform(0, self.shake), rng.uniform(0, np.pi))
        if self.light != 1.0:
            noise = rng.normal(0, self.grain, image.shape[:2])[..., None]
            image = np.clip(image * self.light + noise, 0, 255).astype(np.uint8)
        if self.coarse != 1.0:
            small = round(size / self.coarse)
            image = cv2.resize(image, (small, small), interpolation=cv2.INTER_AREA)
        if self.quality:
            stored = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, self.quality])[1]
            image = cv2.imdecode(stored, cv2.IMREAD_COLOR)
        if self.coarse != 1.0:
            image = cv2.resize(image, (size, size), interpolation=cv2.INTER_CUBIC)
        return image


def _moved(image: NDArray, way: float, angle: float) -> NDArray:
    """Return a picture in which all goes `way` pixels while the shutter is open."""
    import cv2

    reach = int(np.ceil(way / 2))
    line = np.zeros((2 * reach + 1, 2 * reach + 1), np.float32)
    for step in np.linspace(-way / 2, way / 2, 4 * reach + 1):
        x, y = step * np.cos(angle), step * np.sin(angle)
        line[round(reach + y), round(reach + x)] += 1
    return cv2.filter2D(image, -1, line / line.sum(), borderType=cv2.BORDER_REPLICATE)
