"""Cheapest paths through candidates in order, exactly, by dynamic programming."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def best_path(edge: NDArray, count: int) -> tuple[NDArray, NDArray]:
    """Return the cheapest paths from the first to the last candidate, exactly.

    Parameters
    ----------
    edge : (N, N), cost from row to column, infinity where there is no way
    count : int
        Largest number of stops.

    Returns
    -------
    total : (count + 1,) cheapest cost with exactly that many stops
    previous : (count + 1, N) for tracing back
    """
    n = len(edge)
    best = np.full(n, np.inf)
    best[0] = 0.0
    total = np.full(count + 1, np.inf)
    previous = np.zeros((count + 1, n), int)
    for stops in range(2, count + 1):
        through = best[:, None] + edge
        previous[stops] = through.argmin(axis=0)
        best = through.min(axis=0)
        total[stops] = best[-1]
    return total, previous


def trace(previous: NDArray, stops: int) -> NDArray:
    """Return the rows (stops,) of the best path with so many stops, from `best_path`."""
    at, path = previous.shape[1] - 1, []
    for k in range(stops, 1, -1):
        path.append(at)
        at = previous[k, at]
    return np.array([at, *reversed(path)])


def fewest(allowed: NDArray) -> int:
    """Return the smallest number of stops on a path of allowed segments."""
    reach = np.zeros(len(allowed), bool)
    reach[0] = True
    stops = 1
    while not reach[-1]:
        reach = (reach[:, None] & allowed).any(axis=0)
        stops += 1
    return stops
