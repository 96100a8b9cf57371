"""The long work that can be asked for by name, in this process or in a worker.

A task is a generator function `(params, arrays) -> (meta, arrays)`: `params` and `meta` are
JSON values, the arrays a dict of numpy arrays, and it yields `Progress`. Stages are imported
only when one of their tasks is run, so that enabling the extension loads nothing heavy.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path

from numpy.typing import NDArray

from .progress import Steps

Arrays = dict[str, NDArray]
Task = Callable[[dict, Arrays], Steps[tuple[dict, Arrays]]]

TASKS = {
    "block": "blocking.pipeline:block",
    "block_preview": "blocking.pipeline:preview",
    "check": "runtime:check",
    "face": "face.pipeline:capture",
    "facemarks": "face.landmarks:find_task",
    "inbetween": "inbetween.fill:fill",
    "layout": "layout.pipeline:layout",
    "layout_proposals": "layout.proposals:proposals",
    "lipsync": "face.lipsync:lipsync",
    "perform": "face.stage:perform",
    "suggest": "face.suggest:suggested",
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


def networks(params: dict) -> dict[str, Path]:
    """Return the networks that a task of these `params` can open: name to file."""
    from .runtime import Settings

    return {path.stem: path for path in sorted(Settings.from_params(params).models.glob("*.onnx"))}


def keep_networks_open() -> None:
    """Keep every network that a task opens from now on, for a process that serves many jobs."""
    from . import runtime

    runtime.keep_open()
    runtime.providers_report()  # loads onnxruntime now, before the first job waits for it
