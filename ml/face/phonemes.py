"""Speech sounds: the classes that the whole of lip sync speaks of, and the way to them.

IPA, as espeak-ng writes it for every language, and ARPABET, as dictionaries and corpora write
English, both become sequences of the same broad classes: what the ear of the acoustic network
can tell apart, and what lips, jaw and tongue do differently.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

SILENCE = 0
CLASSES = (
    "sil",
    *("p", "b", "m", "f", "v", "w", "θ", "ð", "t", "d", "n", "s", "z", "l", "ɹ", "r"),
    *("ʃ", "ʒ", "j", "k", "ɡ", "ŋ", "x", "h"),
    *("i", "ɪ", "e", "ɛ", "a", "ɑ", "ɔ", "o", "ʊ", "u", "ʌ", "ə", "ɝ", "y", "ø"),
)
"""Names of the classes, mostly the IPA sign that stands for them all; 0 is silence."""

INDEX = {name: i for i, name in enumerate(CLASSES)}
VOWELS = frozenset(range(INDEX["i"], len(CLASSES)))
BILABIALS = frozenset(INDEX[c] for c in "pbm")
LABIODENTALS = frozenset(INDEX[c] for c in "fv")

_SAME = {
    "p": "pɸ",
    "b": "bβɓʙ",
    "m": "m",
    "f": "f",
    "v": "vʋⱱɱ",
    "w": "wʍɰɥ",
    "θ": "θ",
    "ð": "ð",
    "t": "tʈ",
    "d": "dɖɗ",
    "n": "nɳɲɴ",
    "s": "s",
    "z": "z",
    "l": "lɫɭʎʟɬɮɺ",
    "ɹ": "ɹɻ",
    "r": "rɾɽ",
    "ʃ": "ʃɕʂ",
    "ʒ": "ʒʑʐɧ",
    "j": "jʝ",
    "k": "kcq",
    "ɡ": "ɡgɟɢɠʛ",
    "ŋ": "ŋ",
    "x": "xçχɣʁʀħ",
    "h": "hɦʔʕʜʢ",
    "i": "i",
    "ɪ": "ɪɨᵻ",
    "e": "e",
    "ɛ": "ɛæ",
    "a": "a",
    "ɑ": "ɑɒ",
    "ɔ": "ɔ",
    "o": "oɤ",
    "ʊ": "ʊɵ",
    "u": "uɯʉ",
    "ʌ": "ʌɐ",
    "ə": "əɘ",
    "ɝ": "ɝɚɜɞ",
    "y": "yʏ",
    "ø": "øœɶ",
}
_CLASS_OF = {sign: INDEX[name] for name, signs in _SAME.items() for sign in signs}
# NFD would take these apart into a letter and a mark.
_WHOLE = {"ç": "x"}

_ARPABET = {
    **{"aa": "ɑ", "ae": "ɛ", "ah": "ʌ", "ao": "ɔ", "aw": "aʊ", "ax": "ə", "axr": "ɝ"},
    **{"ay": "aɪ", "b": "b", "ch": "tʃ", "d": "d", "dh": "ð", "dx": "r", "eh": "ɛ"},
    **{"er": "ɝ", "ey": "eɪ", "f": "f", "g": "ɡ", "hh": "h", "hv": "h", "ih": "ɪ", "ix": "ɪ"},
    **{"iy": "i", "jh": "dʒ", "k": "k", "l": "l", "m": "m", "n": "n", "ng": "ŋ", "ow": "oʊ"},
    **{"oy": "ɔɪ", "p": "p", "pt": "p", "q": "h", "r": "ɹ", "s": "s", "sh": "ʃ", "t": "t"},
    **{"th": "θ", "uh": "ʊ", "uw": "u", "ux": "u", "v": "v", "w": "w", "y": "j", "z": "z"},
    **{"zh": "ʒ", "el": "əl", "em": "əm", "en": "ən"},
}
_QUIET = ("", "sil", "pau", "h#", "sp", "ssil", "_", "_:", "brth")

STRESS_NONE, STRESS_SECONDARY, STRESS_PRIMARY = 0.0, 0.5, 1.0


@dataclass(frozen=True)
class Phone:
    """One speech sound of a line, at a time.

    Attributes
    ----------
    label : as it was written, IPA or ARPABET; empty for a silence
    classes : indices into `CLASSES`, more than one for diphthongs and affricates
    start, end : seconds
    stress : 0 none, 0.5 secondary, 1 primary; of a vowel
    word : number of its word in the line, -1 in a silence
    """

    label: str
    classes: tuple[int, ...]
    start: float
    end: float
    stress: float = STRESS_NONE
    word: int = -1

    @property
    def silent(self) -> bool:
        return self.classes == (SILENCE,)

    def over(self, classes: frozenset[int]) -> bool:
        """Tell whether any part of it is one of `classes`."""
        return any(c in classes for c in self.classes)


def classes_of_ipa(label: str) -> tuple[int, ...]:
    """Return the classes of a phone in IPA; length, tone, stress and nasality are passed over.

    >>> [CLASSES[c] for c in classes_of_ipa("ˈaɪ")]
    ['a', 'ɪ']
    >>> [CLASSES[c] for c in classes_of_ipa("ɑ̃")]
    ['ɑ']
    >>> classes_of_ipa("")
    (0,)
    """
    for sign, same in _WHOLE.items():
        label = label.replace(sign, same)
    found: list[int] = []
    for sign in unicodedata.normalize("NFD", label):
        if unicodedata.category(sign) not in ("Ll", "Lo"):
            continue  # marks, modifiers, digits
        found.append(_CLASS_OF.get(sign, INDEX["ə"]))
    # A doubled sign is a long sound, not two.
    once = [c for i, c in enumerate(found) if i == 0 or c != found[i - 1]]
    return tuple(once) or (SILENCE,)


def classes_of_arpabet(label: str) -> tuple[int, ...]:
    """Return the classes of an ARPABET phone, with or without its stress digit.

    >>> [CLASSES[c] for c in classes_of_arpabet("CH")]
    ['t', 'ʃ']
    """
    name = label.strip().lower().rstrip("012")
    if name in _QUIET:
        return (SILENCE,)
    return tuple(INDEX[c] for c in _ARPABET[name])


def stress_of(label: str) -> float:
    """Return the stress that an IPA label carries."""
    if "ˈ" in label:
        return STRESS_PRIMARY
    return STRESS_SECONDARY if "ˌ" in label else STRESS_NONE
