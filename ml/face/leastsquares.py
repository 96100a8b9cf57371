"""The plain way from a face mesh to expressions: bounded least squares on their motions.

It knows nothing of pictures, only of points, and does without any network but the mesh's. What
the mesh network does not show (most of the brows and cheeks) it cannot find.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .pose import Basis

RIDGE = 0.3
"""How much an expression costs: share of the mean squared motion of all expressions."""

_ITERATIONS = 80


def solve(
    shift: NDArray, basis: Basis, low: float = 0.0, high: float = 1.0, ridge: float = RIDGE
) -> NDArray[np.float64]:
    """Return (F, 52) coefficients whose motions best add up to what was seen.

    Parameters
    ----------
    shift : (F, 468, 3) cm, in the head's frame, from the person's neutral face
    low, high : bounds of the coefficients; minus and plus infinity for none
    ridge : how much an expression costs, see `RIDGE`
    """
    motion = basis.motion.reshape(len(basis.motion), -1)
    gram = motion @ motion.T
    gram[np.diag_indices_from(gram)] += ridge * np.trace(gram) / len(gram) + 1e-9
    right = shift.reshape(len(shift), -1) @ motion.T
    value = np.linalg.solve(gram, right.T).T
    if np.isinf(low) and np.isinf(high):
        return value
    # Accelerated projected gradient: all frames at once, and a bound never needs an active set.
    step = 1.0 / np.linalg.eigvalsh(gram)[-1]
    value = np.clip(value, low, high)
    ahead, momentum = value, 1.0
    for _ in range(_ITERATIONS):
        new = np.clip(ahead - step * (ahead @ gram - right), low, high)
        following = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        ahead = new + (momentum - 1) / following * (new - value)
        value, momentum = new, following
    return value
