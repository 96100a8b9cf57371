"""What a bone's name says: which side, which part of a person, and whether it is a helper."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

_TOKEN = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|[左右]|[^\x00-\x7f左右]+")
_LEFT, _RIGHT = {"l", "left", "lf", "lt", "左"}, {"r", "right", "rt", "rg", "右"}
# Words that say how a bone is used, or whose rig it is, and nothing of the body.
_NOISE = set(
    "bip biped j jnt bn b sk skel cc base valvebiped character mixamorig rig ctrl control con "
    "c x m center centre bone bones def deform org fk main g joints".split()
)
_HELPERS = set(
    "twist twst roll ik pole target tgt end nub helper hlp adj adjust corrective jiggle tweak mch "
    "vis wgt dummy site socket null offset stretch bendy scale spin heel rock swing parent pivot "
    "visual driver mirror twister gizmo".split()
)
_PREFERENCE = {"fk": 3, "ctrl": 2, "control": 2, "con": 2, "def": -2, "deform": -2, "org": -3}

_WORDS = {
    "hips": "hips hip pelvis hipbone pelvic rootmaster 下半身",
    "spine": "spine lowerback abdomen abdomenlower waist back spinelower belly 上半身",
    "chest": "chest upperchest thorax ribcage chestupper upperback spineupper",
    "neck": "neck necklower neckupper 首",
    "head": "head skull 頭",
    "shoulder": "shoulder clavicle clav collar collarbone scapula 肩",
    "upper_arm": "upperarm uparm arm armupper bicep shldr shldrbend humerus armup 腕",
    "forearm": "forearm lowerarm lowarm elbow forearmbend armlower lorarm armlow ひじ",
    "hand": "hand wrist palm 手首",
    "thigh": "thigh upleg upperleg legupper thighbend femur legup 足",
    "shin": "shin calf lowerleg lowleg leg knee leglower lorleg crus shinbone leglow ひざ",
    "foot": "foot ankle feet 足首",
    "toe": "toe toes toebase ball toezero forefoot つま先",
}
_PART = {word: part for part, words in _WORDS.items() for word in words.split()}
_VOCABULARY = {*_PART, "hip"}
_ABOVE_KNEE, _BELOW_KNEE = set(_WORDS["thigh"].split()), set(_WORDS["shin"].split()) - {"leg"}
_ABOVE_ELBOW = set(_WORDS["upper_arm"].split()) - {"arm"}
_BELOW_ELBOW = set(_WORDS["forearm"].split())
SIDED = ("shoulder", "upper_arm", "forearm", "hand", "thigh", "shin", "foot", "toe")


@dataclass(frozen=True)
class Meaning:
    """What one name says.

    Attributes
    ----------
    part : str
        A role without its side, or "" where the name says none.
    side : str
        "L", "R" or "".
    word : str
        The letters that were understood: "upleg".
    helper : bool
        A twist, IK, pole or end bone, never to be driven.
    preference : int
        Higher for a control than for the deforming bone under it.
    """

    part: str
    side: str
    word: str
    helper: bool
    preference: int


def tokens(name: str) -> list[str]:
    """Split a name at case, digits and separators; a namespace before the last colon goes.

    >>> tokens("mixamorig:LeftUpLeg")
    ['left', 'up', 'leg']
    """
    bare = unicodedata.normalize("NFKC", re.split(r"[:|]", name)[-1])
    found = [t.lower() for t in _TOKEN.findall(bare)]
    split = []
    for t in found:
        # "lthigh": a side letter stuck to a word.
        if t not in _VOCABULARY and t[0] in "lr" and t[1:] in _VOCABULARY:
            split += [t[0], t[1:]]
        else:
            split.append(t)
    return split


def side_of(token: str) -> str:
    """Return "L", "R" or "" for one of `tokens`."""
    return "L" if token in _LEFT else "R" if token in _RIGHT else ""


def read_names(names: list[str]) -> list[Meaning]:
    """Read all names of a rig together: what most of them share says nothing of the body."""
    split = [tokens(n) for n in names]
    count = Counter(t for ts in split for t in set(ts))
    common = {t for t, n in count.items() if n > 0.6 * len(names)}
    common -= _LEFT | _RIGHT | _VOCABULARY
    meanings = [_meaning(ts, common) for ts in split]
    words = {m.word for m in meanings if m.side}
    return [_settle(m, words) for m in meanings]


def _meaning(split: list[str], common: set[str]) -> Meaning:
    side = ""
    kept = []
    for t in split:
        if t in _LEFT and not side:
            side = "L"
        elif t in _RIGHT and not side:
            side = "R"
        elif not t.isdigit() and t not in _NOISE and t not in common:
            kept.append(t)
    word = "".join(kept)
    preference = sum(_PREFERENCE.get(t, 0) for t in split)
    helper = any(t in _HELPERS for t in kept)
    return Meaning(_PART.get(word, ""), side, word, helper, preference)


def _settle(m: Meaning, words: set[str]) -> Meaning:
    """Decide words whose meaning depends on the rig's other names.

    Rigs named by joints ("LeftHip, LeftKnee, LeftShoulder, LeftElbow") call the thigh "hip" and
    the upper arm "shoulder".
    """
    part = m.part
    if m.side and m.word == "hip":
        part = "" if words & _ABOVE_KNEE else "thigh"
    elif m.word == "shoulder" and not words & {*_ABOVE_ELBOW, "arm"}:
        part = "upper_arm"
    elif m.word == "leg" and words & _BELOW_KNEE and not words & _ABOVE_KNEE:
        part = "thigh"
    elif m.word == "arm" and words & _ABOVE_ELBOW:
        part = "" if words & _BELOW_ELBOW else "forearm"
    elif m.word == "foot" and "ankle" in words:
        part = "" if words & set(_WORDS["toe"].split()) else "toe"
    if bool(m.side) != (part in SIDED):
        part = ""
    return Meaning(part, m.side, m.word, m.helper, m.preference)
