"""Digests by which it is known whether anything that a job depends on has changed."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable

import numpy as np

_PIECE = 1 << 20


def of_files(paths: Iterable[str | os.PathLike]) -> str:
    """Return the sha256 of the content of files, one after the other, read in pieces."""
    digest = hashlib.sha256()
    for path in paths:
        with open(path, "rb") as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
    return digest.hexdigest()


def of_values(values: object) -> str:
    """Return the sha256 of JSON values and numpy arrays, nested as they like.

    The order of a dict's keys does not count; an array's type, shape and every bit do.

    >>> of_values({"a": 1, "b": [2]}) == of_values({"b": [2], "a": 1})
    True
    """
    text = json.dumps(values, sort_keys=True, default=_of_array)
    return hashlib.sha256(text.encode()).hexdigest()


def _of_array(value: object) -> list:
    if not isinstance(value, np.ndarray):
        raise TypeError(f"{type(value).__name__} is neither a JSON value nor an array")
    content = hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()
    return [str(value.dtype.descr), list(value.shape), content]
