"""How a line is said, beside what it speaks of: negation, irony, understatement, and its marks.

An embedding hears what a line is about: "I am not afraid" is near to fear, and "Oh great, another
flat tyre" to joy. What turns that round is said in few forms, which are looked for here (English).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

LOUD = "anger rage joy laughter terror surprise shock fear pain crying"
ASKING = "suspicion doubt confusion interest surprise thinking anxiety"
TRAILING = "thinking sadness anxiety resignation shame dread bittersweet_smile"
COMFORT = "tenderness warm_smile calm"
SOUR = "irritation contempt resignation frustration disappointment disdain"
BRAVE = "wince resignation bittersweet_smile determination calm"
GLAD = "joy polite_smile warm_smile laughter awe surprise relief tenderness pride interest hope"
WRY = "resignation contempt embarrassment irritation disappointment smirk frustration"
HEAVY = (
    "sadness grief crying disappointment pity anger rage irritation frustration glare fear terror "
    "anxiety dread disgust contempt disdain boredom fatigue pain wince shame embarrassment"
)

_MARKS = {"! ！": LOUD, "? ？": ASKING, "... …": TRAILING}
_MARK, _TURNED = 0.03, 0.12  # of a likeness, which is about 0.3 to 0.6 for what fits
_OPPOSITE = {
    "fear": "defiance determination",
    "joy": "disappointment sadness resignation",
    "laughter": "irritation glare contempt",
    "sadness": "calm defiance",
    "shame": "defiance pride",
    "tenderness": "contempt sadness anger",
}
"""What who denies a feeling shows more likely than the feeling."""

_NOT = re.compile(
    r"\b(?:not(?! to\b)|never|no|nobody|no one|none|nothing|without|cannot|\w+n['’]t)\b",
    re.IGNORECASE,
)
_BEING = re.compile(
    r"\b(?:(?:am|is|are|was|were|be|feel|\w+['’](?:m|s|re)) not|(?:is|are|was|were)n['’]t)$",
    re.IGNORECASE,
)
_SCOPE, _NEXT = 4, 2  # words after a negation that it reaches, and after "is not"
_SOOTHE = re.compile(
    r"^(?:please,? )?(?:do not|don['’]t|never|no need to)(?: you)?(?: be| feel)? "
    r"(?:worr|afraid|scared|frighten|cry|fear|panic|nervous|sad|asham|upset)",
    re.IGNORECASE,
)
_PRAISE = (
    "great|lovely|perfect|wonderful|brilliant|fantastic|nice|charming|marvell?ous|splendid|"
    "delightful|terrific|excellent|super|bravo|congratulations|thrilled|delicious"
)
_PRAISES = re.compile(
    rf"^(?:oh,? |well,? |how |just |that['’]s (?:just )?|what an? |so )*(?:{_PRAISE})\b"
    r"|\bhow (?:very )?(?:kind|lovely|nice|charming)\b|\bjust what (?:i|we) (?:needed|wanted)\b"
    r"|\bthank(?:s| you)(?: so much| very much| a lot)? for\b|\bmy favou?rite\b|\blucky me\b",
    re.IGNORECASE,
)
_THANKLESS = re.compile(
    r"\bthank(?:s| you)\b.* for (?:ruin|spoil|wast|wreck|break|los|forget|ly|nothing|leav|strand)",
    re.IGNORECASE,
)
_WRY = re.compile(
    r"^well,? (?:that|this|it) (?:went|was|is|could have) |\bthat went (?:well|smoothly)\b"
    r"|\bas if (?:i|we|you|that)\b|\bof course (?:it|he|she|they|you) (?:did|would|does|is)\b",
    re.IGNORECASE,
)
_UNDERSTATED = re.compile(
    r"\b(?:only|just|merely) (?:an? )?(?:little |tiny )?"
    r"(?:bit|scratch|flesh wound|bruise|graze|cut)"
    r"|\b(?:had|seen|known|been|felt) (?:better|worse)\b"
    r"|\bcould (?:be|have been) (?:better|worse)\b"
    r"|\bnot (?:exactly|so bad|too bad|the best|the worst|my best|ideal)\b"
    r"|\b(?:i['’]m|i am|we['’]re|it['’]s|it is) (?:fine|nothing|all right|okay)\b"
    r"|\bcan['’]t complain\b|\bi['’]ll (?:live|manage|survive)\b|\ba (?:slight|small|tiny) \w+",
    re.IGNORECASE,
)
_TURN = re.compile(r"^(?:but|yet|and yet|still|only|however)\b", re.IGNORECASE)


def turns(part: str) -> bool:
    """Tell whether a clause takes back what was said before it.

    >>> turns("but now I know what to do."), turns("and he left.")
    (True, False)
    """
    return bool(_TURN.match(part))


def negated(part: str) -> tuple[list[str], list[str]]:
    """Return the words that a negation reaches, and those that somebody is said not to be.

    >>> negated("I am not afraid of you.")
    (['afraid', 'of', 'you'], ['afraid', 'of'])
    """
    reached, denied = [], []
    for match in _NOT.finditer(part):
        after = re.split(r"[,;:.!?]", part[match.end() :], maxsplit=1)[0]
        words = re.findall(r"[^\W\d_]+", after)
        reached += words[:_SCOPE]
        if _BEING.search(part[: match.end()]):
            denied += words[:_NEXT]
    return reached, denied


def shifts(
    parts: Sequence[str],
    found: NDArray,
    names: Sequence[str],
    called: Sequence[set[str]],
    told: Sequence[set[str]],
    words: Callable[[str], list[str]],
) -> NDArray[np.float64]:
    """Return (clauses, expressions) what the way of saying adds to or takes from each.

    Parameters
    ----------
    parts : the line's clauses
    found : (clauses, expressions) how near each is by what is spoken of
    called, told : for each expression, the word stems that name it, and those that tell of it
    words : returns the stems of a text
    """
    out = np.zeros(found.shape)
    row = {name: i for i, name in enumerate(names)}
    for at, part in enumerate(parts):
        for group, amount in _said(parts, at, found, row):
            out[at, _rows(group, row)] += amount
        reached, denied = (set(words(" ".join(w))) for w in negated(part))
        for i, name in enumerate(names):
            if called[i] & reached or told[i] & denied:
                out[at, i] -= _TURNED + max(found[at, i], 0.0)
                out[at, _rows(_OPPOSITE.get(name, ""), row)] += _TURNED
    return out


def _said(
    parts: Sequence[str], at: int, found: NDArray, row: dict[str, int]
) -> list[tuple[str, float]]:
    """Return groups of expressions, and by how much one clause speaks for them."""
    part = parts[at]
    end = part.rstrip("\"'”’ )")
    out = [(group, _MARK) for marks, group in _MARKS.items() if end.endswith(tuple(marks.split()))]
    if _SOOTHE.search(part):
        out += [(COMFORT, _TURNED), (HEAVY, -_TURNED)]
    if _UNDERSTATED.search(part):
        out.append((BRAVE, _TURNED))
    if any(_WRY.search(p) for p in parts):
        out += [(GLAD, -_TURNED), (WRY, _TURNED)]
    elif any(_praises_ill(parts, k, found, row) for k in range(len(parts))):
        out += [(GLAD, -_TURNED), (SOUR, _TURNED)]
    return out


def _rows(group: str, row: dict[str, int]) -> list[int]:
    return [row[name] for name in group.split() if name in row]


def _praises_ill(parts: Sequence[str], at: int, found: NDArray, row: dict[str, int]) -> bool:
    """Tell whether a clause praises what is bad by all that the line says beside."""
    if _THANKLESS.search(parts[at]):
        return True
    rest = [k for k in range(len(parts)) if k != at]
    if not rest and "," in parts[at].rstrip(","):
        rest = [at]  # a praise that is set off from the rest
    glad, heavy = (found[rest][:, _rows(group, row)].max(axis=1) for group in (GLAD, HEAVY))
    return bool(rest) and bool(_PRAISES.search(parts[at])) and bool((heavy > glad).all())
