"""What scripts/farm knows of the commands, held against the commands themselves."""

from __future__ import annotations

import json
import warnings

import bpy  # noqa: F401 - marks the module as one that needs Blender
import pytest
from understudy.addon import face, faceprops, fillprops, inbetween, lipsync, lipsyncprops
from understudy.addon.operations.arguments import properties_of

import farm_options
from farm import stages

RENEW = "build/env/py311/bin/python scripts/farm_options.py"


def test_what_the_farm_knows_is_what_the_commands_take():
    known = json.loads(stages.PATH_OF_OPTIONS.read_text("utf-8"))
    now = json.loads(farm_options.text())
    for stage, options in known.items():
        for name, said in options.items():
            assert said == now[stage].get(name), f"{stage}.{name} is another now: {RENEW}"
        new = now[stage].keys() - options.keys()
        if new:  # a batch cannot give it yet, and nothing it gives is wrong
            warnings.warn(f"{stage} takes {', '.join(sorted(new))} too: {RENEW}", stacklevel=1)


@pytest.mark.parametrize("stage", stages.STAGES)
def test_a_batch_can_give_all_that_a_command_needs(stage):
    about, parser = stages.STAGES[stage], farm_options.parser_of(stages.STAGES[stage].command)
    words = {word[2:]: action for action in parser._actions for word in action.option_strings}
    wanted = [*about.required, *about.one_of, *about.files, "report"]
    wanted += ["seed"] * about.seeded + ["save"] * about.saves
    assert not [name for name in wanted if name not in words]
    needed = {name for name, action in words.items() if action.required}
    assert needed <= {*about.required, *about.files}, "a batch could not give it"


def test_functions_and_panels_have_the_same_defaults():
    """A function's options are a dataclass, which loads without Blender's properties."""
    groups = {
        inbetween.Options: (fillprops.UnderstudyInbetween, "strength contact_hold smoothness"),
        face.Options: (faceprops.UnderstudyFace, "tolerance every_frame"),
        lipsync.Options: (lipsyncprops.UnderstudyLipsync, "jaw lips precision tolerance"),
    }
    for options, (group, names) in groups.items():
        declared = properties_of(group)
        for name in names.split():
            own = options.__dataclass_fields__[name].default
            assert own == declared[name].keywords["default"], (options, name)
