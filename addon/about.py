"""What this extension is: its name and version, from the manifest."""

from __future__ import annotations

import functools
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

LEDGER = "understudy_ledger"
"""The ID property of an action that says which of its keys were generated."""

TAKE = "understudy_take"
"""The ID property of an action that is a take: the name of what it animates."""

STAGE = "understudy_stage"
"""The ID property of a take that says which stage wrote on it last."""

CONTEXT = "Understudy"
"""Where words are translated that mean something else to Blender: a face, keys, a performance."""

PACKAGE = __package__.rpartition(".")[0]
"""The name Blender knows the extension by: the key of its preferences."""


@functools.cache
def version() -> str:
    """Return the extension's version."""
    import tomllib

    return tomllib.loads((ROOT / "blender_manifest.toml").read_text("utf-8"))["version"]
