"""Save an empty .blend file: python scripts/demo_empty.py FILE.blend."""

from __future__ import annotations

import sys
from pathlib import Path

import bpy

import package


def main() -> int:
    """Save it."""
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    bpy.ops.wm.save_as_mainfile(filepath=str(Path(sys.argv[1]).absolute()), check_existing=False)
    return 0


if __name__ == "__main__":
    package.end_with(main)
