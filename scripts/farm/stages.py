"""The stages that a batch can ask for: which command each is, and what it takes.

A test holds this table against the commands' own parsers, so that a job that is accepted here is
not refused on the farm an hour later.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from .errors import BatchError


@dataclass(frozen=True)
class Kind:
    """A kind of value: what it is called, and whether a JSON value or a word is one."""

    name: str
    fits: Callable[[object], bool]
    is_path: bool = False


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and value.isprintable()


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(map(_is_number, value))


def _is_whole_pair(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(map(_is_whole, value))


def _are_words(value: object) -> bool:
    # A word that begins with a dash would be read as an option.
    return (
        isinstance(value, list)
        and bool(value)
        and all(_is_text(word) and not word.startswith("-") for word in value)
    )


TEXT = Kind("a text", _is_text)
PATH = Kind("a path", _is_text, is_path=True)
NUMBER = Kind("a number", _is_number)
WHOLE = Kind("a whole number", _is_whole)
FLAG = Kind("true or false", lambda value: isinstance(value, bool))
PAIR = Kind("a list of two numbers", _is_pair)
FRAMES = Kind("a list of two whole numbers", _is_whole_pair)
WORDS = Kind("a list of texts", _are_words)
TEXT_OR_WHOLE = Kind("a text or a whole number", lambda v: _is_text(v) or _is_whole(v))

_MACHINE = {"device": TEXT, "accelerator": PATH, "models": PATH}


@dataclass(frozen=True)
class Stage:
    """One stage of a chain.

    Attributes
    ----------
    command : its words on the command line
    options : option, without the dashes, to the kind of its value
    required : options that have to be given
    one_of : options of which exactly one has to be given
    seeded : whether it takes --seed
    saves : whether it leaves a .blend file, which the next stage opens
    files : option to the name of a further file that is written in the task's folder
    """

    command: tuple[str, ...]
    options: dict[str, Kind] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    seeded: bool = False
    saves: bool = True
    files: dict[str, str] = field(default_factory=dict)


STAGES = {
    "layout": Stage(
        ("layout",),
        {
            "prompt": TEXT,
            "variants": WHOLE,
            "pick": WHOLE,
            "lights-of": WHOLE,
            "density": NUMBER,
            "mood": NUMBER,
            "camera-style": TEXT,
            "assets": PATH,
            "libraries": FLAG,
            "keep-world": FLAG,
            **_MACHINE,
        },
        required=("prompt",),
        seeded=True,
    ),
    "block": Stage(
        ("block",),
        {
            "video": PATH,
            "rig": TEXT,
            "person": TEXT_OR_WHOLE,
            "start-frame": WHOLE,
            "range": PAIR,
            "sequence-fps": NUMBER,
            "keys": WHOLE,
            "tolerance": NUMBER,
            "stepped": FLAG,
            "linear": FLAG,
            "key-types": TEXT,
            "in-place": FLAG,
            "bone-map": PATH,
            **_MACHINE,
        },
        required=("video",),
        seeded=True,
    ),
    "inbetween": Stage(
        ("inbetween",),
        {
            "rig": TEXT,
            "range": FRAMES,
            "bones": WORDS,
            "strength": NUMBER,
            "contact-hold": NUMBER,
            "smoothness": NUMBER,
            "tolerance": NUMBER,
            "tolerance-size": NUMBER,
            "variant": WHOLE,
            "breakdown": FLAG,
            "every-frame": FLAG,
            "align": TEXT,
            "method": TEXT,
            **_MACHINE,
        },
        seeded=True,
    ),
    "face": Stage(
        ("face",),
        {
            "video": PATH,
            "performance": PATH,
            "kept": TEXT,
            "expression": TEXT,
            "mesh": TEXT,
            "map": PATH,
            "edit": PATH,
            "start-frame": WHOLE,
            "amplitude": NUMBER,
            "speed": NUMBER,
            "tolerance": NUMBER,
            "every-frame": FLAG,
            "no-head": FLAG,
            "no-eyes": FLAG,
            **_MACHINE,
        },
        one_of=("video", "performance", "kept", "expression"),
    ),
    "lipsync": Stage(
        ("lipsync",),
        {
            "wav": PATH,
            "text": TEXT,
            "language": TEXT,
            "start-frame": WHOLE,
            "marker": TEXT,
            "mesh": TEXT,
            "map": PATH,
            "dub": TEXT,
            "no-strip": FLAG,
            "jaw": NUMBER,
            "lips": NUMBER,
            "precision": NUMBER,
            "tolerance": NUMBER,
            "every-frame": FLAG,
            **_MACHINE,
        },
        required=("wav",),
    ),
    "playblast": Stage(
        ("playblast",),
        {
            "size": FRAMES,
            "range": FRAMES,
            "pace": WHOLE,
            "camera": TEXT,
            "engine": TEXT,
            "note": TEXT,
        },
        saves=False,
        files={"film": "playblast.mp4"},
    ),
    "report": Stage(
        ("ledger", "report"),
        {"rig": TEXT},
        saves=False,
        files={"text": "report.txt"},
    ),
}
"""In the order in which a chain may run them."""


def words_of(stage: str, name: str, value: object, place: Callable[[str], object]) -> list:
    """Return the words of one option.

    Parameters
    ----------
    place : makes of a path what the plan keeps in its place
    """
    kind, option = STAGES[stage].options[name], f"--{name}"
    if kind is FLAG:
        return [option] if value else []
    if isinstance(value, list):
        return [option, *map(str, value)]
    # In one word, so that a value may begin with a dash; a path is one by itself.
    return [option, place(value)] if kind.is_path else [f"{option}={value}"]


def check(stage: str, name: str, value: object, at: str) -> None:
    """Refuse a parameter that the stage does not take."""
    kind = STAGES[stage].options.get(name)
    if kind is None:
        known = ", ".join(STAGES[stage].options)
        raise BatchError(f"{at}: the stage {stage!r} takes no {name!r}; it takes {known}")
    if not kind.fits(value):
        raise BatchError(f"{at} must be {kind.name}, not {value!r}")


def parse(stage: str, name: str, word: str, at: str) -> object:
    """Return the value of a word from a table or the command line."""
    kind = STAGES[stage].options.get(name)
    value: object = word
    if kind is FLAG:
        value = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}.get(
            word.lower(), word
        )
    elif kind in (WHOLE, NUMBER, TEXT_OR_WHOLE):
        value = _number(word, whole=kind is not NUMBER)
    elif kind in (PAIR, FRAMES):
        value = [_number(part, whole=kind is FRAMES) for part in word.split()]
    elif kind is WORDS:
        value = word.split()
    check(stage, name, value, at)
    return value


def _number(word: str, *, whole: bool) -> object:
    """Return the number that a word says, or the word."""
    for read in (int,) if whole else (int, float):
        try:
            return read(word)
        except ValueError:
            continue
    return word
