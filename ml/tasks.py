"""The long work that can be asked for by name, in this process or in a worker.

A task is a generator function `(params, arrays) -> (meta, arrays)`: `params` and `meta` are
JSON values, the arrays a dict of numpy arrays, and it yields `Progress`. Stages are imported
only when one of their tasks is run, so that enabling the extension loads nothing heavy.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable

from numpy.typing import NDArray

from . import digest
from .progress import Steps

Arrays = dict[str, NDArray]
Task = Callable[[dict, Arrays], Steps[tuple[dict, Arrays]]]

TASKS = {
    "block": "blocking.pipeline:block",
}
"""Name to "module:function", the module relative to this package."""


def resolve(name: str) -> Task:
    """Return a task by its name in `TASKS`, or by "module:function" of any other module.

    Raises
    ------
    KeyError
        There is no such task.
    """
    if ":" in name:
        module, _, function = name.partition(":")
        return getattr(importlib.import_module(module), function)
    module, _, function = TASKS[name].partition(":")
    return getattr(importlib.import_module(f"{__package__}.{module}"), function)


def network_digests(params: dict, names: Iterable[str]) -> dict[str, str]:
    """Return the sha256 of each named network's file, where a task of these `params` finds it.

    Raises
    ------
    ModelError
        One is missing.
    """
    from .runtime import Settings, model_path

    folder = Settings.from_params(params).models
    return {name: digest.of_files([model_path(name, folder)]) for name in names}
