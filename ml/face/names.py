"""A face map from names: the shape keys of a character, told by the habits of those who made it.

Names are first brought into one form: prefixes of exporters go, words are told apart, and the
side becomes a letter of its own. Then each convention's table says what drives a key of that name.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from .facemap import Control, FaceMap, Link
from .performance import NAMES

_TABLES = Path(__file__).with_name("names.json")
_PREFIX = re.compile(
    r"^(?:.*[.:|](?!(?:l|r|left|right)$)|blendshape\d*[._]|ctrl_expressions_|expressions?_|arkit_"
    r"|ak_\d+_|a\d\d_|au_\d+_|head_lod\d_[a-z]+_+|head_|face_|morph_|bs_|facs_"
    r"|.+?(?=fcl_(?:all|brw|eye|mth|ha)_))",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z]*|[a-z]+|\d+")
_SIDES = {"l": "L", "left": "L", "r": "R", "right": "R", "lt": "L", "rt": "R"}
_SIDE_NAMES = {"L": "Left", "R": "Right"}
# These end in a direction, not in a side of the face.
_DIRECTED = {"jaw", "mouth"}

_APPROXIMATE = 0.5  # visemes and moods are no expressions of their own

_ENOUGH = 20  # expressions with keys of their own, beside which visemes would only double

_NAMED = 6  # of what is lacking, in one sentence

COVERS = 4
"""A convention other than ARKit's counts as the character's own from this many of its keys on."""


def words(name: str) -> tuple[str, ...]:
    """Return a name's words in lower case, with sides as "L" and "R".

    >>> words("blendShape1.AK_09_MouthSmile_Left"), words("Mouth_Smile_L"), words("mouthSmileL")
    (('mouth', 'smile', 'L'), ('mouth', 'smile', 'L'), ('mouth', 'smile', 'L'))
    >>> words("CTRL_expressions_browRaiseInL"), words("Face.M_F00_000_00_Fcl_MTH_A")
    (('brow', 'raise', 'in', 'L'), ('fcl', 'mth', 'a'))
    """
    while True:
        plain = _PREFIX.sub("", name, count=1)
        if plain == name or not plain:
            break
        name = plain
    found = []
    for chunk in re.split(r"[^A-Za-z0-9]+", name):
        found += _WORD.findall(chunk)
    return tuple(_SIDES.get(word.lower(), word.lower()) for word in found)


@cache
def _form(found: tuple[str, ...]) -> tuple[str, str]:
    """Return (words run together, sides in the order they came).

    A leading side is taken as a trailing one: LeftBrowDown is brow down left.
    """
    sides = "".join(word for word in found if word in ("L", "R"))
    return "".join(word for word in found if word not in ("L", "R")), sides


@cache
def tables() -> dict[str, dict]:
    """Return convention to title, quality, and keys: form of a name to {expression: weight}."""
    stored = json.loads(_TABLES.read_text("utf-8"))
    out = {"arkit": {"title": "ARKit", "quality": 1.0, "keys": _arkit()}}
    for name, table in stored.items():
        keys: dict[tuple[str, str], dict[str, float]] = {}
        for key, drivers in table["keys"].items():
            for form, weights in _sided(key, drivers):
                keys[form] = weights
        quality = _APPROXIMATE if table.get("approximate") else 1.0
        out[name] = {"title": table["title"], "quality": quality, "keys": keys}
    return out


def _arkit() -> dict[tuple[str, str], dict[str, float]]:
    keys: dict[tuple[str, str], dict[str, float]] = {}
    pairs = defaultdict(list)
    for name in NAMES:
        form = _form(words(name))
        keys[form] = {name: 1.0}
        if form[0] not in _DIRECTED and form[1]:
            pairs[form[0]].append(name)
    for plain, both in pairs.items():  # one key for both sides
        keys.setdefault((plain, ""), dict.fromkeys(both, 0.5))
    keys["cheekpuff", "L"] = keys["cheekpuff", "R"] = {"cheekPuff": 1.0}
    keys["browinnerup", "L"] = keys["browinnerup", "R"] = {"browInnerUp": 1.0}
    return keys


def _sided(key: str, drivers: dict[str, float]) -> Iterable[tuple]:
    """Yield (form, weights) of a line of a table, twice where "*" stands for a side."""
    if "*" not in key:
        yield _form(words(key)), drivers
        return
    for letter, name in _SIDE_NAMES.items():
        weights = {driver.replace("*", name): w for driver, w in drivers.items()}
        yield _form(words(key.replace("*", f"_{letter}_"))), weights


def by_names(controls: Iterable[Control]) -> FaceMap:
    """Map the shape keys whose names some convention knows.

    Every expression is shown by the first convention, in the order of `tables`, that knows a key
    for it; so what ARKit's names cover, nothing else moves a second time. A convention
    with less than `COVERS` of its keys (a stray "aa") does not count.

    Returns
    -------
    FaceMap
        Empty where no name says anything. `notes` tell the conventions found.
    """
    controls = [c for c in controls if c.kind == "key"]
    out, titles = FaceMap(), []
    for name, table in tables().items():
        known = table["keys"]
        found: dict[str, list[Link]] = defaultdict(list)
        matched = set()
        for control in controls:
            form = _form(words(control.name))
            for expression, weight in known.get(form, {}).items():
                found[expression].append(Link(expression, control, weight))
                matched.add(form)
        if len(matched) < (1 if name == "arkit" else COVERS):
            continue
        if table["quality"] < 1.0 and len(out.quality) >= _ENOUGH:
            continue
        used = {link.control for link in out.links}
        fresh = {
            e: _sharpest([k for k in links if k.control not in used])
            for e, links in found.items()
            if e not in out.quality
        }
        fresh = {e: links for e, links in fresh.items() if links}
        if not fresh:
            continue
        titles.append(table["title"])
        for expression, links in fresh.items():
            out.set_expression(expression, links, table["quality"], "names")
    if titles:
        lacking = [name for name in NAMES if name not in out.quality]
        out.notes.append(f"Shape keys named after {' and '.join(titles)}")
        if lacking:
            more = f" and {len(lacking) - _NAMED} more" if len(lacking) > _NAMED else ""
            named = ", ".join(lacking[:_NAMED])
            out.notes.append(f"No shape key was found by name for {named}{more}")
    return out


def _sharpest(links: list[Link]) -> list[Link]:
    """Leave out a mesh's key for both sides where it has one for each side."""
    best: dict[str, float] = {}
    for link in links:
        owner = link.control.owner
        best[owner] = max(best.get(owner, 0.0), link.weight)
    return [link for link in links if link.weight >= 0.6 * best[link.control.owner]]
