"""The batch as an outline of OpenCue: a layer a stage, each after the one before."""

from __future__ import annotations

from .plan import Step

_TEXT = '''"""An OpenCue outline of the batch {name}, made by Understudy.

    python outline_job.py            launch it
    python outline_job.py --show     print the specification that would be sent
"""

import os
import shlex
import sys

import outline
import outline.cuerun
from outline.modules.shell import Shell

HERE = os.path.dirname(os.path.abspath(__file__))
PARAMETERS = {parameters!r}
STEPS = {steps!r}


def build():
    """Return the outline."""
    job, before = outline.Outline({name!r}), None
    for step, count, chunk in STEPS:
        words = [PARAMETERS["Python"] or "python3", os.path.join(HERE, "launch.py"), "run", step]
        words.append("#FRAME_START#-#FRAME_END#")
        for name in ("Root", "Outputs", "Python", "Blender", "Extension"):
            words.append("--%s=%s" % (name.lower(), PARAMETERS[name]))
        command = shlex.join(words)
        layer = Shell(step, command=command, range="1-%d" % count, chunk=chunk, threads=1)
        job.add_layer(layer)
        if before is not None:
            layer.depend_all(before)
        before = layer
    return job


if __name__ == "__main__":
    if "--show" in sys.argv:
        launcher = outline.cuerun.OutlineLauncher(build())
        sys.stdout.write(launcher.serialize(use_pycuerun=False))
    else:
        outline.cuerun.launch(build(), use_pycuerun=False)
'''


def text(name: str, steps: list[Step], parameters: dict[str, str], chunk: int) -> str:
    """Return the outline, a Python file."""
    listed = [(step.name, len(step.rows), chunk) for step in steps]
    return _TEXT.format(name=name, parameters=parameters, steps=listed)
