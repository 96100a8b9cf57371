"""Typed arguments of operations, made from the properties that the panels show.

A property of a settings group says kind, range, unit, default and meaning once. Here it becomes
the argument of an operator and an entry of a JSON schema, and its value is lent to the settings
while they are read: panel, operator and listing cannot differ.
"""

from __future__ import annotations

import contextlib
import difflib
import inspect
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import bpy

from ...ml.errors import UnderstudyError

_KINDS = {
    "BoolProperty": "boolean",
    "IntProperty": "integer",
    "FloatProperty": "number",
    "StringProperty": "string",
    "EnumProperty": "string",
    "CollectionProperty": "array",
    "FloatVectorProperty": "array",
    "IntVectorProperty": "array",
    "BoolVectorProperty": "array",
}
_OF_VECTORS = {"Float": "number", "Int": "integer", "Bool": "boolean"}
_PYTHON = {
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "string": str,
    "array": (list, tuple),
    "object": dict,
}
_WORDS = {
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "string": "a text",
    "array": "a list",
    "object": "an object",
}
_UNITS = {
    "ANGLE": "radians",
    "DISTANCE": "metres",
    "PERCENTAGE": "percent",
    "PIXEL": "pixels",
    "TIME": "frames",
    "TIME_ABSOLUTE": "seconds",
}
_PATHS = {"FILE_PATH", "DIR_PATH"}
_SLACK = 1e-6  # Blender keeps single precision
# Of a setting only: they mean nothing, or harm, on an operator.
_NOT_OF_ARGUMENTS = ("update", "get", "set", "override")


@dataclass(frozen=True)
class Argument:
    """One argument of an operation.

    Attributes
    ----------
    name : its name for operators, the Python interface and the listing
    prop : what a function of `bpy.props` returned: kind, range, unit, default, description
    where : path below `scene.understudy` of the setting that it stands for; "" where it is none
    unset : what holds where it is not given, in words; "" for the property's default
    required : whether it has to be given
    """

    name: str
    prop: object
    where: str = ""
    unset: str = ""
    required: bool = False

    def declared(self) -> object:
        """Return the property for an operator's annotations."""
        words = {k: v for k, v in self.prop.keywords.items() if k not in _NOT_OF_ARGUMENTS}
        # A button must not go on with what a script has given before.
        words["options"] = {*words.get("options", ())} - {"ANIMATABLE"} | {"SKIP_SAVE"}
        words["description"] = self.description
        return self.prop.function(**words)

    @property
    def description(self) -> str:
        """Return what it means, in a sentence without a full stop."""
        text = self.prop.keywords.get("description", "")
        return f"{text}. Where it is not given: {self.unset}" if self.unset else text

    def schema(self) -> dict:
        """Return its JSON schema; "unit" beside the usual words."""
        made = _schema(self.prop) | {"description": self.description}
        if self.unset or self.required:
            made.pop("default", None)
        return made


def properties_of(group: type) -> dict[str, object]:
    """Return the properties of a settings group, by name, as `bpy.props` returned them."""
    return inspect.get_annotations(group, eval_str=True)


def of_group(group: type, where: str = "", leave: Iterable[str] = ()) -> list[Argument]:
    """Return an argument for every setting of a group.

    Those of a group inside it are named after both, such as mouth_amplitude: not every Blender
    takes a dict for a group.

    Parameters
    ----------
    where : path of the group below `scene.understudy`
    leave : names of settings that are no arguments
    """
    found, leave = [], set(leave)
    for name, prop in properties_of(group).items():
        path = f"{where}.{name}" if where else name
        if name in leave or name.startswith("active_"):  # which row of a list is shown
            continue
        if prop.function.__name__ == "PointerProperty":
            inner = of_group(prop.keywords["type"], path)
            found += [
                Argument(f"{name}_{argument.name}", argument.prop, argument.where)
                for argument in inner
            ]
        else:
            found.append(Argument(name, prop, path))
    return found


def needing(name: str, found: Iterable[Argument]) -> list[Argument]:
    """Return the same arguments, one of which has to be given."""
    return [replace(a, required=True) if a.name == name else a for a in found]


def schema(arguments: Iterable[Argument]) -> dict:
    """Return the JSON schema of the object that holds these arguments."""
    arguments = list(arguments)
    required = [argument.name for argument in arguments if argument.required]
    return {
        "type": "object",
        "properties": {argument.name: argument.schema() for argument in arguments},
        **({"required": required} if required else {}),
        "additionalProperties": False,
    }


def _schema(prop: object) -> dict:
    words, function = prop.keywords, prop.function.__name__
    kind = _KINDS[function]
    made = {"type": kind, "title": words.get("name", "")}
    if function.endswith("VectorProperty"):
        item = {"type": _OF_VECTORS[function.removesuffix("VectorProperty")], **_range(words)}
        size = words.get("size", 3)
        return made | {"items": item, "minItems": size, "maxItems": size}
    if kind == "array":
        rows = of_group(words["type"])
        row = schema([Argument("name", _NAME), *rows])
        # Blender's operators take a row only with all its values.
        return made | {"items": row | {"required": list(row["properties"])}}
    if "ENUM_FLAG" in words.get("options", ()):  # several at once
        item = {"type": "string", "enum": [item[0] for item in _items(words)]}
        return made | {"type": "array", "items": item, "default": sorted(words["default"])}
    unit = _UNITS.get(words.get("subtype", "NONE"))
    if unit is not None:
        made["unit"] = unit
    if words.get("subtype") in _PATHS:
        made["format"] = "path"
    made |= _range(words)
    if "items" in words:
        made["enum"] = [item[0] for item in _items(words)]
        made["enumDescriptions"] = [f"{item[1]}: {item[2]}" for item in _items(words)]
    if "default" in words:
        made["default"] = words["default"]
    elif kind == "string":
        made["default"] = made["enum"][0] if "enum" in made else ""
    return made


def _items(words: dict) -> list[tuple]:
    """Return the choices of an EnumProperty."""
    return words["items"](None, None) if callable(words["items"]) else words["items"]


def _range(words: dict) -> dict:
    names = (("min", "minimum"), ("max", "maximum"))
    return {theirs: words[ours] for ours, theirs in names if ours in words}


_NAME = bpy.props.StringProperty(name="Name", description="Name of the row")


def check(value: object, form: dict, at: str) -> None:
    """Refuse a value that does not fit its JSON schema, of the kinds that `schema` makes.

    Raises
    ------
    UnderstudyError
        It says where, and what is taken there.
    """
    kind = form["type"]
    fits = isinstance(value, _PYTHON[kind]) and (kind == "boolean" or not isinstance(value, bool))
    if not fits or (kind == "number" and not math.isfinite(value)):
        raise UnderstudyError(f"{at} must be {_WORDS[kind]}, not {value!r}")
    low, high = form.get("minimum", -math.inf), form.get("maximum", math.inf)
    if kind in ("integer", "number") and not low - _SLACK <= value <= high + _SLACK:
        raise UnderstudyError(f"{at} must be from {low:g} to {high:g}, not {value!r}")
    if "enum" in form and value not in form["enum"]:
        raise UnderstudyError(f"{at} must be one of {', '.join(form['enum'])}, not {value!r}")
    if kind == "array":
        size = form.get("minItems", len(value))
        if len(value) != size:
            raise UnderstudyError(f"{at} must be a list of {size}, not of {len(value)}")
        for number, item in enumerate(value):
            check(item, form["items"], f"{at}[{number}]")
    if kind == "object":
        _check_object(value, form, at)


def _check_object(value: dict, form: dict, at: str) -> None:
    known = form["properties"]
    for name, item in value.items():
        if name not in known:
            like = difflib.get_close_matches(str(name), known, 1)
            hint = f"; is {like[0]!r} meant?" if like else f"; it takes {', '.join(known)}"
            raise UnderstudyError(f"{at} takes no {name!r}{hint}")
        check(item, known[name], f"{at}: {name}")
    missing = [name for name in form.get("required", ()) if name not in value]
    if missing:
        raise UnderstudyError(f"{at} needs {missing[0]!r}: {known[missing[0]]['description']}")


@contextlib.contextmanager
def lent(scene: bpy.types.Scene, settings: dict[str, object], fresh: Iterable[str]) -> Iterator:
    """Have a scene's settings say other values for a while, and put back all that they said.

    Parameters
    ----------
    settings : path below `scene.understudy` to value; a list of dicts for a list of rows
    fresh : paths that say their default where `settings` does not name them
    """
    root = scene.understudy
    paths = list(dict.fromkeys([*fresh, *settings]))
    with contextlib.ExitStack() as undo:
        for path in paths:
            owner, name = _owner(root, path)
            undo.callback(_put, owner, name, _kept(owner, name))
        for path in paths:
            owner, name = _owner(root, path)
            _put(owner, name, settings.get(path))
        yield


def _owner(root: object, path: str) -> tuple[object, str]:
    *groups, name = path.split(".")
    for group in groups:
        root = getattr(root, group)
    return root, name


def _is_rows(owner: object, name: str) -> bool:
    return owner.bl_rna.properties[name].type == "COLLECTION"


def _kept(owner: object, name: str) -> object:
    """Return what `_put` makes it again: its rows; of a value, itself, or None if it is not set."""
    if _is_rows(owner, name):
        return [
            {
                prop.identifier: plain(getattr(row, prop.identifier))
                for prop in row.bl_rna.properties
                if not prop.is_readonly and row.is_property_set(prop.identifier)
            }
            for row in getattr(owner, name)
        ]
    return plain(getattr(owner, name)) if owner.is_property_set(name) else None


def of_operator(value: object, form: dict) -> object:
    """Return the value of an operator's property as the JSON value of its schema."""
    if "properties" not in form.get("items", {}):
        return plain(value)
    names = form["items"]["properties"]
    return [{name: plain(getattr(row, name)) for name in names} for row in value]


def plain(value: object) -> object:
    """Return a property's value as one that lives on: a vector as a tuple."""
    if isinstance(value, set):
        return sorted(value)
    return value if isinstance(value, str | int | float) else tuple(value)


def _put(owner: object, name: str, value: object | None) -> None:
    if _is_rows(owner, name):
        rows = getattr(owner, name)
        rows.clear()
        for given in value or ():
            row = rows.add()
            for key, item in given.items():
                setattr(row, key, item)
    elif value is None:
        owner.property_unset(name)
    else:
        several = getattr(owner.bl_rna.properties[name], "is_enum_flag", False)
        setattr(owner, name, set(value) if several else value)
