"""The stages that a batch can ask for: which command each is, and what it takes.

What the options take is read from the commands' own parsers, by scripts/farm_options.py, so that a
job that is accepted here is not refused on the farm an hour later.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

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


def _are_wholes(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_whole, value))


TEXT = Kind("a text", _is_text)
PATH = Kind("a path", _is_text, is_path=True)
NUMBER = Kind("a number", _is_number)
WHOLE = Kind("a whole number", _is_whole)
FLAG = Kind("true or false", lambda value: isinstance(value, bool))
PAIR = Kind("a list of two numbers", _is_pair)
FRAMES = Kind("a list of two whole numbers", _is_whole_pair)
WORDS = Kind("a list of texts", _are_words)
WHOLES = Kind("a list of whole numbers", _are_wholes)
TEXT_OR_WHOLE = Kind("a text or a whole number", lambda v: _is_text(v) or _is_whole(v))
KINDS = {
    "text": TEXT,
    "path": PATH,
    "number": NUMBER,
    "whole": WHOLE,
    "flag": FLAG,
    "pair": PAIR,
    "frames": FRAMES,
    "words": WORDS,
    "wholes": WHOLES,
    "text or whole": TEXT_OR_WHOLE,
}
PATH_OF_OPTIONS = Path(__file__).with_name("options.json")


@dataclass(frozen=True)
class Option:
    """What one option of a stage takes, as its command says.

    Attributes
    ----------
    kind : of its value
    low, high : between which a number has to be; None for no limit
    choices : the texts that it may be; empty for any
    about : what it means
    """

    kind: Kind
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    about: str = ""

    def check(self, value: object, at: str) -> None:
        """Refuse a value that the command would not take."""
        if not self.kind.fits(value):
            raise BatchError(f"{at} must be {self.kind.name}, not {value!r}")
        if self.choices and not set(value if isinstance(value, list) else [value]) <= {
            *self.choices
        }:
            raise BatchError(f"{at} must be of {', '.join(self.choices)}, not {value!r}")
        if self.kind in (NUMBER, WHOLE):
            low = -math.inf if self.low is None else self.low
            high = math.inf if self.high is None else self.high
            if not low <= value <= high:
                raise BatchError(f"{at} must be from {low:g} to {high:g}, not {value!r}")


@dataclass(frozen=True)
class Stage:
    """One stage of a chain.

    Attributes
    ----------
    command : its words on the command line
    required : options that have to be given
    one_of : options of which exactly one has to be given
    seeded : whether it takes --seed
    saves : whether it leaves a .blend file, which the next stage opens
    files : option to the name of a further file that is written in the task's folder
    options : option, without the dashes, to what it takes; read from options.json
    """

    command: tuple[str, ...]
    required: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    seeded: bool = False
    saves: bool = True
    files: dict[str, str] = field(default_factory=dict)
    options: dict[str, Option] = field(default_factory=dict)


STAGES = {
    "layout": Stage(("layout",), required=("prompt",), seeded=True),
    "block": Stage(("block",), required=("video",), seeded=True),
    "inbetween": Stage(("inbetween",), seeded=True),
    "face": Stage(("face",), one_of=("video", "performance", "kept", "expression")),
    "lipsync": Stage(("lipsync",), one_of=("wav", "lines")),
    "playblast": Stage(("playblast",), saves=False, files={"film": "playblast.mp4"}),
    "report": Stage(("ledger", "report"), saves=False, files={"text": "report.txt"}),
}
"""In the order in which a chain may run them."""


def load() -> None:
    """Read what the commands take; scripts/farm_options.py writes it from their parsers."""
    found = json.loads(PATH_OF_OPTIONS.read_text("utf-8")) if PATH_OF_OPTIONS.is_file() else {}
    for stage, options in found.items():
        STAGES[stage].options.clear()
        for name, said in options.items():
            STAGES[stage].options[name] = Option(
                KINDS[said["kind"]],
                said.get("minimum"),
                said.get("maximum"),
                tuple(said.get("choices", ())),
                said["about"],
            )


load()


def words_of(stage: str, name: str, value: object, place: Callable[[str], object]) -> list:
    """Return the words of one option.

    Parameters
    ----------
    place : makes of a path what the plan keeps in its place
    """
    kind, option = STAGES[stage].options[name].kind, f"--{name}"
    if kind is FLAG:
        return [option] if value else []
    if isinstance(value, list):
        return [option, *map(str, value)]
    # In one word, so that a value may begin with a dash; a path is one by itself.
    return [option, place(value)] if kind.is_path else [f"{option}={value}"]


def check(stage: str, name: str, value: object, at: str) -> None:
    """Refuse a parameter that the stage does not take."""
    option = STAGES[stage].options.get(name)
    if option is None:
        known = ", ".join(STAGES[stage].options)
        raise BatchError(f"{at}: the stage {stage!r} takes no {name!r}; it takes {known}")
    option.check(value, at)


def parse(stage: str, name: str, word: str, at: str) -> object:
    """Return the value of a word from a table or the command line."""
    option = STAGES[stage].options.get(name)
    kind, value = option.kind if option else None, word
    if kind is FLAG:
        value = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}.get(
            word.lower(), word
        )
    elif kind in (WHOLE, NUMBER, TEXT_OR_WHOLE):
        value = _number(word, whole=kind is not NUMBER)
    elif kind in (PAIR, FRAMES):
        value = [_number(part, whole=kind is FRAMES) for part in word.split()]
    elif kind is WHOLES:
        value = [_number(part, whole=True) for part in word.split()]
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
