"""Run the extension's commands with the bpy module instead of a Blender program.

    python scripts/understudy.py block rig.blend --video clip.mp4 --save out.blend
    python scripts/understudy.py ledger report out.blend

The arguments after the .blend file are those of `blender --command understudy`.
"""

from __future__ import annotations

import sys

import package


def main(argv: list[str]) -> int:
    """Carry out one command and return its exit code."""
    extension = package.load()
    from understudy.addon import cli

    extension.register()
    try:
        parser = cli.parser("understudy.py", opens_file=True, only=argv[0] if argv else "")
        return cli.run(parser, argv, cli.open_named)
    finally:
        extension.unregister()


if __name__ == "__main__":
    package.end_with(lambda: main(sys.argv[1:]))
