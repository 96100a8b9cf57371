"""The JSON schema of a batch, made from the table of stages: `python3 scripts/farm_schema.py`."""

from __future__ import annotations

from . import batch, stages

_NUMBERS = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
_TEXT = {"type": "string", "minLength": 1}
_KINDS = {
    stages.TEXT: _TEXT,
    stages.PATH: {**_TEXT, "description": "From the batch's folder, or absolute."},
    stages.NUMBER: {"type": "number"},
    stages.WHOLE: {"type": "integer"},
    stages.FLAG: {"type": "boolean"},
    stages.PAIR: _NUMBERS,
    stages.FRAMES: {**_NUMBERS, "items": {"type": "integer"}},
    stages.WORDS: {"type": "array", "items": {**_TEXT, "pattern": "^[^-]"}, "minItems": 1},
    stages.WHOLES: {"type": "array", "items": {"type": "integer"}, "minItems": 1},
    stages.TEXT_OR_WHOLE: {"anyOf": [_TEXT, {"type": "integer"}]},
}


def schema() -> dict:
    """Return the schema; what spans several places, such as names that clash, it cannot say."""
    name = {"type": "string", "pattern": f"^{batch.NAME.pattern}$"}
    shot_name = {"type": "string", "pattern": f"^{batch.SHOT.pattern}$"}
    chain = {
        "description": "In this order, each once.",
        "type": "array", "items": {"enum": list(stages.STAGES)}, "minItems": 1, "uniqueItems": True,
    }  # fmt: skip
    seed = {"type": "integer", "minimum": 0, "maximum": batch.LARGEST_SEED}
    seeds = {
        "description": "A chain of results each.",
        "type": "array", "items": seed, "minItems": 1, "uniqueItems": True,
    }  # fmt: skip
    common = {"stages": chain, "seeds": seeds, "parameters": _parameters()}
    shot = {
        "type": "object",
        "required": ["shot", "blend"],
        "additionalProperties": False,
        "properties": {
            "shot": {**shot_name, "description": "Its name, and that of its folder."},
            "blend": {"type": "string", "pattern": r"\.[bB][lL][eE][nN][dD]$"},
            **common,
        },
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Understudy batch",
        "description": "Shots, stages, seeds and parameters, of which scripts/farm makes jobs. "
        "What a shot says goes before what holds for all.",
        "type": "object",
        "required": ["schema", "name", "shots"],
        "additionalProperties": False,
        "properties": {
            "schema": {"const": batch.SCHEMA},
            "name": name,
            **common,
            "shots": {"type": "array", "items": shot, "minItems": 1},
        },
    }


def _parameters() -> dict:
    return {
        "description": "Stage to option to value; the options are those of the commands.",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            name: {
                "type": "object",
                "additionalProperties": False,
                "properties": {k: _option(option) for k, option in stage.options.items()},
            }
            for name, stage in stages.STAGES.items()
        },
    }


def _option(option: stages.Option) -> dict:
    made = dict(_KINDS[option.kind])
    if option.choices:
        value = {"enum": list(option.choices)}
        made = {**made, "items": value} if made["type"] == "array" else value
    for word, limit in (("minimum", option.low), ("maximum", option.high)):
        if limit is not None:
            made[word] = limit
    made["description"] = ". ".join(filter(None, (option.about, made.get("description"))))
    return made
