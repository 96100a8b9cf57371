"""The batch as lines for a shell, or for any farm that runs commands.

Lines of one step may run in any order, and at once; the next step begins after all of them.
"""

from __future__ import annotations

import argparse
import os
import shlex
from pathlib import Path

from .launch import Places, by_itself, words_of
from .plan import Step


def text(steps: list[Step], parameters: dict[str, str]) -> str:
    """Return the lines, with a comment before each step."""
    places = Places(parameters["Root"], parameters["Outputs"], None)
    how = argparse.Namespace(**{k.lower(): v for k, v in parameters.items()})
    lines = []
    for step in steps:
        lines.append(f"# {step.name}: {len(step.rows)} tasks")
        for row in step.rows:
            command, blend, words = words_of(row, places, make=False)
            report = Path(words[words.index("--report") + 1])
            line = shlex.join(by_itself(how, (command, blend, words)))
            lines.append(f"mkdir -p {shlex.quote(os.fspath(report.parent))} && {line}")
    return "\n".join(lines) + "\n"
