"""Filters that steady landmarks as they come, frame by frame, at uneven times."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray


class OneEuro:
    """Low-pass filter whose cut-off rises with speed: still points rest, fast ones do not lag.

    Parameters
    ----------
    min_cutoff : Hz, at rest; one, or one for each value
    beta : Hz for each unit of speed (values, times `scale`, a second); one, or one for each value
    derivate_cutoff : Hz, of the speed itself
    """

    def __init__(
        self, min_cutoff: float | NDArray, beta: float | NDArray, derivate_cutoff: float = 1.0
    ) -> None:
        self.min_cutoff = min_cutoff
        self.beta = beta
        self.derivate_cutoff = derivate_cutoff
        self.reset()

    def reset(self) -> None:
        """Forget the past."""
        self._time = math.nan
        self._raw = self._speed = self._value = np.zeros(0)

    def __call__(
        self, time_s: float, value: NDArray, scale: float | NDArray = 1.0
    ) -> NDArray[np.float64]:
        """Return the filtered value, of any shape; `scale` brings it to the unit of `beta`."""
        step = time_s - self._time
        if math.isnan(step):
            self._speed = np.zeros_like(value, np.float64)
            self._value = np.array(value, np.float64)
        elif step <= 0:
            return np.array(value, np.float64)
        else:
            speed = (value - self._raw) * (scale / step)
            self._speed = self._speed + _alpha(self.derivate_cutoff, step) * (speed - self._speed)
            alpha = _alpha(self.min_cutoff + self.beta * np.abs(self._speed), step)
            self._value = self._value + alpha * (value - self._value)
        self._time = time_s
        self._raw = np.array(value, np.float64)
        return self._value


def _alpha(cutoff: float | NDArray, step: float) -> float | NDArray:
    """Return the weight of a new value `step` seconds after the last."""
    return 1.0 / (1.0 + 1.0 / (2.0 * math.pi * cutoff * step))


class LowPass:
    """First-order filter with a fixed weight for each new value."""

    def __init__(self, alpha: float) -> None:
        self.alpha = alpha
        self.reset()

    def reset(self) -> None:
        """Forget the past."""
        self._value: NDArray | None = None

    def __call__(self, value: NDArray) -> NDArray[np.float64]:
        """Return the filtered value."""
        if self._value is None:
            self._value = np.array(value, np.float64)
        else:
            self._value = self._value + self.alpha * (value - self._value)
        return self._value
