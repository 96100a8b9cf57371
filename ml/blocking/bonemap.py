"""Which bone of a rig plays which part of the body: found, checked, saved."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..errors import RigError
from ..rig import Rig
from . import bonenames, bonetree
from .body import ROLES
from .bonetree import ancestors, joining

REQUIRED = ("hips", "thigh.L", "shin.L", "thigh.R", "shin.R")
"""Roles without which a performance cannot be put onto a rig."""

LIMBS = ("arm.L", "arm.R", "leg.L", "leg.R")
"""What can be keyed by rotation or on IK controls."""
_PARTS = {"arm": ("upper_arm", "forearm", "hand"), "leg": ("thigh", "shin", "foot")}
_ARMS = ("upper_arm.L", "forearm.L", "upper_arm.R", "forearm.R")


@dataclass
class BoneMap:
    """The bones that play the roles of `body.ROLES`.

    Attributes
    ----------
    roles : dict of role to bone name
        Roles that the rig lacks are left out.
    extra : dict of "spine" or "neck" to list of bone names
        Further bones of the spine (between "spine" and "chest") and of the neck (after
        "neck"), from the hips towards the head.
    confidence : dict of role to float, 0 to 1
    reason : dict of role to str
        Why the bone was chosen, for a person.
    notes : list of str
        Sentences about what is missing.
    """

    roles: dict[str, str]
    extra: dict[str, list[str]] = field(default_factory=dict)
    confidence: dict[str, float] = field(default_factory=dict)
    reason: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def chain(self, part: str) -> list[str]:
        """Return the bones of the "spine" (hips left out, chest included) or of the "neck"."""
        first, last = ("spine", "chest") if part == "spine" else ("neck", None)
        ends = [self.roles[r] for r in (first,) if r in self.roles]
        top = [self.roles[last]] if last in self.roles else []
        return [*ends, *self.extra.get(part, ()), *top]

    def names(self) -> list[str]:
        """Return every bone that the map drives, each once."""
        extra = [b for bones in self.extra.values() for b in bones]
        return list(dict.fromkeys([*self.roles.values(), *extra]))

    def check(self, rig: Rig) -> None:
        """Raise RigError, in a sentence, where the map does not fit the rig."""
        unknown = [r for r in self.roles if r not in ROLES]
        if unknown:
            raise RigError(f"The bone map has unknown roles: {', '.join(unknown)}.")
        lacking = [r for r in REQUIRED if r not in self.roles]
        if lacking:
            raise RigError(
                f"The bone map has no bone for {', '.join(lacking)}. Choose one for each."
            )
        known = set(rig.names)
        missing = [b for b in self.names() if b not in known]
        if missing:
            raise RigError(
                f"The rig has no bone named {_listed(missing)}, which the bone map asks for. "
                "Choose other bones, or map the rig again."
            )
        used = [*self.roles.values(), *(b for bones in self.extra.values() for b in bones)]
        twice = sorted({b for b in used if used.count(b) > 1})
        if twice:
            raise RigError(f"The bone map uses {_listed(twice)} for more than one role.")

    def to_json(self) -> dict:
        """Return JSON values that `from_json` turns back into an equal map."""
        return {
            "roles": dict(self.roles),
            "extra": {k: list(v) for k, v in self.extra.items()},
            "confidence": {k: float(v) for k, v in self.confidence.items()},
            "reason": dict(self.reason),
            "notes": list(self.notes),
        }

    @classmethod
    def from_json(cls, values: dict) -> BoneMap:
        """Rebuild a map from `to_json`, or from a plain {role: bone} as a person writes it."""
        if not isinstance(values, dict):
            raise RigError("This bone map is no list of roles and bones. Save the map again.")
        if "roles" not in values:
            values = {"roles": values}
        names = [*values["roles"].values()]
        if not all(isinstance(n, str) for n in names):
            raise RigError("This bone map names something that is no bone. Save the map again.")
        known = {k: values[k] for k in ("extra", "confidence", "reason", "notes") if k in values}
        return cls(roles={r: b for r, b in values["roles"].items() if b}, **known)


def roles_of(limb: str) -> tuple[str, str, str]:
    """Return the roles of a limb, from the body outwards.

    >>> roles_of("leg.L")
    ('thigh.L', 'shin.L', 'foot.L')
    """
    part, side = limb.split(".")
    first, second, last = _PARTS[part]
    return f"{first}.{side}", f"{second}.{side}", f"{last}.{side}"


def check_limbs(rig: Rig, bones: BoneMap, limbs: list[str]) -> None:
    """Raise RigError where a limb that should be keyed by IK cannot be."""
    for limb in limbs:
        if limb not in rig.ik:
            raise RigError(
                f"The rig has no IK controls that are known for {limb}: key it by FK instead"
            )
        lacking = [r for r in roles_of(limb) if r not in bones.roles]
        if lacking:
            raise RigError(
                f"The bone map has no {', '.join(lacking)}, which IK of {limb} needs: choose the "
                "bone, or key the limb by FK"
            )


def _listed(names: list[str]) -> str:
    shown = ", ".join(f"“{n}”" for n in names[:6])
    return shown if len(names) <= 6 else f"{shown} and {len(names) - 6} more"


def auto_map(rig: Rig) -> BoneMap:
    """Find the bones of a person in a rig, by names, by the bone tree and by the rest pose.

    Raises
    ------
    RigError
        No hips, legs or arms can be found.
    """
    found = _rigify(rig) if rig.kind == "rigify" else None
    found = found or _by_name(rig) or _by_shape(rig)
    if found is None:
        raise RigError(
            "No person can be found in this rig: it needs hips with two legs and two arms. "
            "Choose the bones by hand in the bone map."
        )
    bones = BoneMap(**found)
    missing = [r for r in ROLES if r not in bones.roles and r not in ("spine", "chest")]
    if not bones.chain("spine"):
        missing.append("spine")
    if missing:
        bones.notes.append(
            f"The rig has no bone for {', '.join(missing)}; the bones around take that part."
        )
    bones.check(rig)
    return bones


_RIGIFY = {
    "hips": ("torso",),
    "chest": ("chest",),
    "neck": ("neck",),
    "head": ("head",),
    "shoulder": ("shoulder",),
    "upper_arm": ("upper_arm_fk",),
    "forearm": ("forearm_fk",),
    "hand": ("hand_fk",),
    "thigh": ("thigh_fk",),
    "shin": ("shin_fk",),
    "foot": ("foot_fk",),
    "toe": ("toe_fk", "toe"),
}


def _rigify(rig: Rig) -> dict | None:
    """Map the FK controls of a generated Rigify rig, or None where they are not the usual ones."""
    known = set(rig.names)
    roles = {}
    for role in ROLES:
        part, _, side = role.partition(".")
        names = [f"{n}.{side}" if side else n for n in _RIGIFY.get(part, ())]
        present = [n for n in names if n in known]
        if present:
            roles[role] = present[0]
    extra = {}
    if "chest" not in roles:
        chain = sorted(n for n in known if n.startswith("spine_fk"))
        if chain:
            roles["chest"], extra["spine"] = chain[-1], chain[1:-1]
    if any(r not in roles for r in (*REQUIRED, *_ARMS)):
        return None
    return {
        "roles": roles,
        "extra": extra,
        "confidence": dict.fromkeys(roles, 1.0),
        "reason": dict.fromkeys(roles, "Rigify's own name for this control"),
    }


def _by_name(rig: Rig) -> dict | None:
    """Map limbs by their names, and the trunk as what joins them; None if limbs are missing."""
    meanings = bonenames.read_names(rig.names)
    depth = [len(ancestors(rig, i)) for i in range(len(rig.names))]
    best: dict[str, tuple] = {}
    for i, m in enumerate(meanings):
        if not m.part or m.helper:
            continue
        role = f"{m.part}.{m.side}" if m.side else m.part
        rank = (-m.preference, depth[i], i)
        if role not in best or rank < best[role]:
            best[role] = rank
    if any(r not in best for r in (*REQUIRED[1:], *_ARMS)):
        return None
    named = {role: rank[-1] for role, rank in best.items()}
    limbs = {r: i for r, i in named.items() if "." in r}
    trunk = _trunk(rig, limbs, named, meanings)
    if trunk is None:
        return None
    sure = {r for r, i in {**trunk.roles, **limbs}.items() if named.get(r) == i}
    return _found(rig, limbs, trunk, {r: (0.95, "by its name") for r in sure}, 0.8)


def _by_shape(rig: Rig) -> dict | None:
    """Map a rig by its tree and rest pose alone; None where no person is seen."""
    limbs = bonetree.find_limbs(rig)
    if limbs is None:
        return None
    trunk = _trunk(rig, limbs, {}, bonenames.read_names([""] * len(rig.names)))
    if trunk is None or "chest" not in trunk.roles:
        # Arms and legs on one bone: a crab or a table, seen without names.
        return None
    why = {r: (0.6, "by the shape of the rest pose") for r in limbs}
    return _found(rig, limbs, trunk, why, 0.6)


def _found(
    rig: Rig, limbs: dict[str, int], trunk: _Trunk, why: dict[str, tuple], placed: float
) -> dict:
    """Return the fields of a BoneMap; roles not in `why` are there by their place."""
    roles = {**trunk.roles, **limbs}
    why = {r: why.get(r, (placed, "by its place in the rig")) for r in roles}
    return {
        "roles": {r: rig.names[roles[r]] for r in ROLES if r in roles},
        "extra": {k: [rig.names[i] for i in v] for k, v in trunk.extra.items() if v},
        "confidence": {r: why[r][0] for r in ROLES if r in roles},
        "reason": {r: why[r][1] for r in ROLES if r in roles},
    }


@dataclass
class _Trunk:
    roles: dict[str, int]
    extra: dict[str, list[int]]


def _trunk(rig: Rig, limbs: dict[str, int], named: dict[str, int], meanings: list) -> _Trunk | None:
    """Follow the bone tree from the legs' joining bone to the arms' and on to the head."""
    legs = joining(rig, limbs["thigh.L"], limbs["thigh.R"])
    arms = joining(rig, limbs["upper_arm.L"], limbs["upper_arm.R"])
    hips = named.get("hips", legs)
    if legs >= 0 and hips not in ancestors(rig, legs) and rig.parents[legs] >= 0:
        hips = legs
    if hips < 0 or arms < 0:
        return None
    upward = ancestors(rig, arms)
    # Where hips and spine hang side by side, the spine begins under what joins them.
    below = joining(rig, hips, arms)
    spine = upward[: upward.index(below)] if below in upward else upward
    spine = [i for i in reversed(spine) if not meanings[i].helper]
    roles, extra = {"hips": hips}, {}
    if spine:
        roles["chest"] = spine[-1]
        extra["spine"] = spine[1:-1]
    if len(spine) > 1:
        roles["spine"] = spine[0]
    hip_joints = rig.rest[[limbs["thigh.L"], limbs["thigh.R"]], :3, 3].mean(axis=0)
    shoulders = rig.rest[[limbs["upper_arm.L"], limbs["upper_arm.R"]], :3, 3].mean(axis=0)
    neck, head = _neck(rig, arms, named, meanings, shoulders - hip_joints)
    taken = {hips, *spine}
    neck = [i for i in neck if i not in taken]
    if head >= 0 and head not in taken:
        roles["head"] = head
    if neck:
        roles["neck"], extra["neck"] = neck[0], neck[1:]
    return _Trunk(roles, extra)


def _neck(
    rig: Rig, arms: int, named: dict[str, int], meanings: list, up: NDArray
) -> tuple[list[int], int]:
    """Return the neck bones from the chest up, and the head (-1 for none)."""
    head = named.get("head", -1)
    if head < 0:
        neck = named.get("neck", -1)
        if neck < 0:
            return bonetree.neck_and_head(rig, arms, up / np.linalg.norm(up))
        more, head = bonetree.neck_and_head(rig, neck, up / np.linalg.norm(up))
        return [neck, *more], head
    line = ancestors(rig, head)
    between = line[1 : line.index(arms)] if arms in line else []
    if not between and "neck" in named and named["neck"] in line:
        between = [named["neck"]]
    return [i for i in reversed(between) if not meanings[i].helper or meanings[i].part], head
