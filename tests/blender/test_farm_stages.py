"""What the farm's table says of the commands, held against the commands themselves."""

from __future__ import annotations

import argparse

import bpy  # noqa: F401 - marks the module as one that needs Blender
import pytest
from understudy.addon import cli

from farm import stages


def parser_of(words: tuple[str, ...]) -> argparse.ArgumentParser:
    """Return the parser of a command."""
    parser = cli.parser("understudy")
    for word in words:
        choices = next(a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
        parser = choices.choices[word]
    return parser


@pytest.mark.parametrize("stage", stages.STAGES)
def test_a_command_takes_what_its_stage_offers(stage):
    about, parser = stages.STAGES[stage], parser_of(stages.STAGES[stage].command)
    options = {word: action for action in parser._actions for word in action.option_strings}
    wanted = [*about.options, *about.files, "report"]
    wanted += ["seed"] * about.seeded + ["save"] * about.saves
    assert not [name for name in wanted if f"--{name}" not in options]
    left_out = {n for n, a in options.items() if a.required} - {
        f"--{n}" for n in (*about.required, *about.files)
    }
    assert not left_out, "a batch could not give it"
    for name, kind in about.options.items():
        action = options[f"--{name}"]
        flag = isinstance(action, argparse._StoreTrueAction)
        assert flag == (kind is stages.FLAG), name
        if action.nargs is None and isinstance(action, argparse._AppendAction):
            continue  # may be given more than once; a batch gives it once
        many = {stages.PAIR: 2, stages.FRAMES: 2, stages.WORDS: "+"}
        assert action.nargs == (0 if flag else many.get(kind)), name
