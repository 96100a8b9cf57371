"""The part of JSON Schema that docs/report.schema.json uses, so that no package is needed."""

from __future__ import annotations

import re

TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "number": (int, float),
    "integer": int,
    "boolean": bool,
    "null": type(None),
}
KNOWN = {
    "$schema", "title", "description", "$defs", "$ref", "type", "const", "enum", "pattern",
    "minimum", "maximum", "minItems", "maxItems", "items", "required", "properties",
    "additionalProperties", "propertyNames", "allOf", "if", "then",
}  # fmt: skip


def faults(value: object, form: dict, root: dict | None = None, at: str = "report") -> list[str]:
    """Return what is wrong with a JSON value, a sentence each; an unknown rule is an error."""
    root = form if root is None else root
    assert not form.keys() - KNOWN, f"no rule for {form.keys() - KNOWN}"
    if "$ref" in form:
        return faults(value, root["$defs"][form["$ref"].removeprefix("#/$defs/")], root, at)
    if "type" in form and not _is(value, form["type"]):
        return [f"{at} is no {form['type']}: {value!r}"]
    found = []
    if "const" in form and value != form["const"]:
        found.append(f"{at} is not {form['const']!r}")
    if "enum" in form and value not in form["enum"]:
        found.append(f"{at} is none of {form['enum']}")
    if isinstance(value, str) and not re.search(form.get("pattern", ""), value):
        found.append(f"{at} does not match {form['pattern']}")
    if _is(value, "number"):
        if not form.get("minimum", value) <= value <= form.get("maximum", value):
            found.append(f"{at} is out of range: {value}")
    if isinstance(value, list):
        if not form.get("minItems", 0) <= len(value) <= form.get("maxItems", len(value)):
            found.append(f"{at} has {len(value)} items")
        for i, item in enumerate(value):
            found += faults(item, form.get("items", {}), root, f"{at}[{i}]")
    if isinstance(value, dict):
        found += _in_object(value, form, root, at)
    for part in form.get("allOf", []):
        if "if" not in part or not faults(value, part["if"], root, at):
            found += faults(value, part.get("then", part), root, at)
    return found


def _is(value: object, kinds: str | list[str]) -> bool:
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if isinstance(value, bool):  # in Python, an int too
        return "boolean" in kinds
    return any(isinstance(value, TYPES[kind]) for kind in kinds)


def _in_object(value: dict, form: dict, root: dict, at: str) -> list[str]:
    found = [f"{at} lacks {name}" for name in form.get("required", []) if name not in value]
    known, others = form.get("properties", {}), form.get("additionalProperties", {})
    for name, item in value.items():
        found += faults(name, form.get("propertyNames", {}), root, f"the name {name!r} in {at}")
        rule = known.get(name, others)
        if rule is False:
            found.append(f"{at} has {name}, which is not foreseen")
        else:
            found += faults(item, rule, root, f"{at}.{name}")
    return found
