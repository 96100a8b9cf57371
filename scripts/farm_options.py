"""Write down what the commands take, for scripts/farm, which needs no Blender to know it.

    build/env/py311/bin/python scripts/farm_options.py      (a Python with bpy)

Reads the commands' own parsers, so that a batch is checked by what the commands take; writes
scripts/farm/options.json, and docs/batch.schema.json from it.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import farm_schema
import package
from farm import stages

# Not of a batch: what the plan gives itself, and what is for a person at one file.
OWN = {"help", "save", "report", "force", "seed", "thumbs", "storyboard", "save-map", "find"}
PATHS = {"video"}  # what takes a path, a folder, or one image of a sequence, as a text


def parser_of(words: tuple[str, ...]) -> argparse.ArgumentParser:
    """Return the parser of a command."""
    from understudy.addon import cli

    parser = cli.parser("understudy")
    for word in words:
        choices = next(a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
        parser = choices.choices[word]
    return parser


def options_of(stage: stages.Stage) -> dict[str, dict]:
    """Return what a batch may say of a stage: option to kind, range, choices and words."""
    found = {}
    for action in parser_of(stage.command)._actions:
        name = next((w[2:] for w in action.option_strings if w.startswith("--")), "help")
        if name not in OWN and name not in stage.files:
            found[name] = _described(name, action)
    return found


def _described(name: str, action: argparse.Action) -> dict:
    made: dict = {"kind": _kind(name, action)}
    for end, word in (("low", "minimum"), ("high", "maximum")):
        limit = getattr(action.type, end, None)
        if limit is not None and abs(limit) != float("inf"):
            made[word] = action.type.kind(limit)
    if action.choices:
        made["choices"] = list(action.choices)
    return made | {"about": (action.help or "").replace("%%", "%")}


def _kind(name: str, action: argparse.Action) -> str:
    whole = action.type is int or getattr(action.type, "kind", None) is int
    number = action.type is float or getattr(action.type, "kind", None) is float
    if isinstance(action, argparse._StoreTrueAction):
        return "flag"
    if action.nargs == 2:
        return "pair" if number else "frames"
    if action.nargs == "+":
        return "wholes" if whole else "words"
    if action.type is Path or name in PATHS:
        return "path"
    if getattr(action.type, "__name__", "") == "_person":
        return "text or whole"
    if getattr(action.type, "__name__", "") == "_count":
        return "whole"
    return "whole" if whole else "number" if number else "text"


def text() -> str:
    """Return the file's content."""
    package.load()
    found = {name: options_of(stage) for name, stage in stages.STAGES.items()}
    return json.dumps(found, indent=1) + "\n"


def main() -> int:
    """Write both files."""
    import understudy

    understudy.register()
    try:
        stages.PATH_OF_OPTIONS.write_text(text(), "utf-8")
    finally:
        understudy.unregister()
    stages.load()
    farm_schema.PATH.write_text(farm_schema.text(), "utf-8")
    return 0


if __name__ == "__main__":
    package.load()
    package.end_with(main)
