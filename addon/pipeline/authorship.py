"""Who made what, over a whole file: by character, with networks, seeds, prompts and licences.

The ledger lies on each Action, so it comes along wherever an action goes: saved, appended,
linked, copied, pushed down to the NLA. Here every use of an action in the file is found, its
keys are counted once, and the words for a festival or a distributor are written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import bpy
from bpy.types import ID, Action, Object

from ...ml import cards
from ...ml.keys import AI, STATUS
from .. import ledger
from ..about import LEDGER, ROOT, version
from ..actions import HAS_SLOTS, bags_of, slot_of

SCHEMA = 1
_NAMES = (*STATUS, "deleted")
_WORDS = ("prompt", "text", "words")


@dataclass(frozen=True)
class Use:
    """One place where an action plays: what it moves, by which slot, and how."""

    owner: ID
    action: Action
    slot: int
    way: str


def report(only: Object | None = None) -> dict:
    """Return the report of the open file, or of one character in it; JSON values only."""
    uses = [use for use in _uses() if only is None or only in _objects_of(use.owner)]
    counted: dict[tuple[str, int], dict] = {}
    characters: dict[str, list[dict]] = {}
    for use in uses:
        key = (_key(use.action), use.slot)
        if key not in counted:
            counted[key] = ledger.report(use.action, use.slot) | {"in_use": True}
        entry = {"moves": use.owner.name, "kind": use.owner.bl_rna.identifier, "way": use.way}
        for name in _characters_of(use.owner):
            characters.setdefault(name, []).append(entry | {"record": key})
    actions = list(counted.values())
    if only is None:
        actions += [
            ledger.report(action) | {"in_use": False}
            for action in bpy.data.actions
            if LEDGER in action and _key(action) not in {name for name, _ in counted}
        ]
    result = {
        "schema": SCHEMA,
        "file": Path(bpy.data.filepath).name,
        "scenes": [scene.name for scene in bpy.data.scenes],
        "keys": _sum(entry["keys"] for entry in actions if entry["in_use"]),
        "keys_not_in_use": _sum(entry["keys"] for entry in actions if not entry["in_use"]),
        "unrecorded": _unrecorded({use.action for use in uses}),
        "characters": [
            _character(name, played, counted) for name, played in sorted(characters.items())
        ],
        "actions": [{k: v for k, v in a.items() if k != "statement"} for a in actions],
        "models": _models(actions),
        "understudy": version(),
        "blender": bpy.app.version_string,
    }
    return {**result, "statement": statement(result)}


def _key(action: Action) -> str:
    """Return a name that no other action has: a linked one may be called as a local one."""
    return f"{action.library.filepath}:{action.name}" if action.library else action.name


def _owners() -> Iterator[ID]:
    """Yield everything in the file that can be animated."""
    for prop in bpy.data.bl_rna.properties:
        if prop.type != "COLLECTION":
            continue
        for item in getattr(bpy.data, prop.identifier):
            yield item
            if getattr(item, "node_tree", None) is not None:
                yield item.node_tree


def _uses() -> Iterator[Use]:
    for owner in _owners():
        data = getattr(owner, "animation_data", None)
        if data is None:
            continue
        seen = set()
        if data.action is not None:
            seen.add((_key(data.action), slot_of(owner)))
            yield Use(owner, data.action, slot_of(owner), "active")
        for track in data.nla_tracks:
            for strip in _leaves(track.strips):
                slot = _slot_of_strip(strip)
                if (_key(strip.action), slot) not in seen:
                    seen.add((_key(strip.action), slot))
                    yield Use(owner, strip.action, slot, "muted" if track.mute else "nla")


def _leaves(strips: object) -> Iterator[object]:
    for strip in strips:
        yield from _leaves(strip.strips)
        if strip.action is not None:
            yield strip


def _slot_of_strip(strip: object) -> int:
    if not HAS_SLOTS or strip.action_slot is None:
        return 0
    return strip.action_slot.handle


def _objects_of(owner: ID) -> list[Object]:
    """Return the objects that an animated data-block belongs to."""
    if isinstance(owner, Object):
        return [owner]
    data = owner.user if isinstance(owner, bpy.types.Key) else owner
    return [obj for obj in bpy.data.objects if obj.data is data]


def _characters_of(owner: ID) -> list[str]:
    """Return the rigs whose performance it is, else the objects, else its own name."""
    names = []
    for obj in _objects_of(owner):
        rig = obj
        while obj is not None:
            rig = obj if obj.type == "ARMATURE" else rig
            obj = obj.parent
        names.append(rig.name)
    return sorted(set(names)) or [owner.name]


def _character(name: str, played: list[dict], counted: dict) -> dict:
    records = {entry["record"]: counted[entry["record"]] for entry in played}
    return {
        "name": name,
        "keys": _sum(record["keys"] for record in records.values()),
        "stages": sorted({run["stage"] for r in records.values() for run in r["runs"]}),
        "plays": [
            {
                **{k: v for k, v in e.items() if k != "record"},
                "action": counted[e["record"]]["action"],
            }
            for e in played
        ],
    }


def _sum(counts: Iterator[dict]) -> dict[str, int]:
    total = Counter()
    for one in counts:
        total.update(one)
    return {name: int(total[name]) for name in _NAMES}


def _unrecorded(actions: set[Action]) -> int:
    """Count keys of type Generated in actions without a record: some other tool's, or lost."""
    return sum(
        point.type == "GENERATED"
        for action in actions
        if LEDGER not in action
        for _, bag in bags_of(action)
        for curve in bag.fcurves
        for point in curve.keyframe_points
    )


def _models(actions: list[dict]) -> list[dict]:
    """Return each network that was used, with what its card says of data and licence."""
    used = {(n, h) for a in actions for run in a["runs"] for n, h in run["models"].items()}
    found = []
    for name, sha256 in sorted(used):
        card = cards.read(name, ROOT / "onnx_models")
        same = card.get("sha256") == sha256
        found.append(
            {
                "name": name,
                "sha256": sha256,
                # Another version's card says nothing of this one's data.
                "data": card.get("Data", "") if same else "",
                "licence": card.get("Licence", "") if same else "",
            }
        )
    return found


def statement(record: dict) -> str:
    """Put a report into the words of an AI use statement, plain text."""
    where = f"file {record['file']!r}" if record["file"] else "the open file"
    lines = [f"AI use statement: {where}", _share(record["keys"], "All animation")]
    for character in record["characters"]:
        if character["stages"]:
            stages = ", ".join(character["stages"])
            lines.append(f"{_share(character['keys'], character['name'])} Stages: {stages}.")
    if record["unrecorded"]:
        lines.append(
            f"{record['unrecorded']} more keys are marked as generated and have no record: what "
            "made them is not known."
        )
    runs = [run | {"action": a["action"]} for a in record["actions"] for run in a["runs"]]
    for run in sorted(runs, key=lambda run: (run["time"], run["action"])):
        lines.append(_run(run))
    for model in record["models"]:
        said = f"data: {model['data']} Licence: {model['licence']}".strip()
        known = said if model["data"] else "its card is not in this version of Understudy."
        lines.append(f"Network {model['name']} (sha256 {model['sha256']}): {known}")
    if runs:
        lines.append(
            "All of it ran on this computer; nothing was sent anywhere. Numbers in brackets begin "
            "the sha256 of a file."
        )
    return "\n".join(lines)


def _share(keys: dict[str, int], what: str) -> str:
    there = sum(keys[name] for name in STATUS)
    if there == keys["human"] and not keys["deleted"]:
        return f"{what}: {there} keys, all made by a person or by other tools."
    return (
        f"{what}: {there} keys, of which {keys[STATUS[AI]]} were proposed by software and stand "
        f"unchanged, {keys['edited']} were proposed and then edited by a person, "
        f"{keys['retimed']} were proposed and then retimed by a person, {keys['human']} were made "
        f"by a person. {keys['deleted']} proposed keys were deleted."
    )


def _run(run: dict) -> str:
    models = ", ".join(f"{k} ({v[:12]})" for k, v in run["models"].items()) or "none"
    inputs = ", ".join(f"{k} ({v[:12]})" for k, v in run["inputs"].items()) or "none"
    words = "; ".join([f"seed {run['seed']}", *_asked(run["parameters"])])
    return (
        f"{run['time']}: {run['stage']} on action {run['action']!r}, Understudy {run['version']}; "
        f"networks: {models}; inputs: {inputs}; {words}."
    )


def _asked(parameters: object) -> Iterator[str]:
    """Yield the words that a run was asked with, also those of each line that was spoken."""
    if isinstance(parameters, list):
        for item in parameters:
            yield from _asked(item)
    elif isinstance(parameters, dict):
        for name, value in parameters.items():
            if name in _WORDS and isinstance(value, str) and value:
                yield f"{name} {value!r}"
            yield from _asked(value)
