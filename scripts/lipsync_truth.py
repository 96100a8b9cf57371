"""The recordings with known phone times that lip sync is measured on; used by bench_lipsync."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import package

package.load()

from understudy.ml.face.phonemes import Phone, classes_of_arpabet, classes_of_ipa  # noqa: E402


@dataclass
class Recording:
    """A wave file, its text, and when each phone is said."""

    name: str
    path: Path
    text: str
    language: str
    phones: list[Phone]
    real: bool


def _lab(path: Path) -> list[Phone]:
    """Read an HTK label file of full contexts: tenths of microseconds."""
    found = []
    for line in path.read_text("utf-8").splitlines():
        start, end, context = line.split()[:3]
        label = re.search(r"-(\w+)\+", context)[1]
        classes = classes_of_arpabet(label)
        found.append(Phone(label, classes, int(start) / 1e7, int(end) / 1e7))
    return found


def _grid(path: Path, tier: str, reader: object) -> list[Phone]:
    """Read one interval tier of a Praat TextGrid, long or short."""
    text = re.sub(r"\w+ (?:\[\d+\])?\s*=|intervals \[\d+\]:|item \[\d*\]:", " ", path.read_text())
    words = re.findall(r'"[^"]*"|[-\d.]+', text.split(f'"{tier}"', 1)[1])
    count, values = int(words[2]), words[3:]
    found = []
    for i in range(count):
        start, end, label = values[3 * i : 3 * i + 3]
        label = label.strip('"')
        found.append(Phone(label, reader(label), float(start), float(end)))
    return found


def _events(path: Path) -> tuple[str, list[Phone]]:
    """Read what espeak-ng said of its own line, in its own letters: only silences and p, b, m."""
    stored = json.loads(path.read_text("utf-8"))
    sounds = [(e["t"], e["ph"]) for e in stored["events"] if not e["ph"].startswith("#")]
    found = []
    for (start, label), (end, _) in zip(sounds, sounds[1:], strict=False):
        known = {**_KIRSHENBAUM, "_": "", "_:": ""}
        classes = classes_of_ipa(known.get(label, label))
        if end > start:
            found.append(Phone(label, classes, start, end))
    return stored["text"], found


_KIRSHENBAUM = {
    **{"aI": "aɪ", "eI": "eɪ", "V": "ʌ", "D": "ð", "3": "ɝ", "E": "ɛ", "T": "θ", "I": "ɪ"},
    **{"U": "ʊ", "O~": "ɔ", "Z": "ʒ", "@-": "ə", "A~": "ɑ", "@": "ə", "W~": "ɛ", "S": "ʃ"},
    **{"A@": "ɑɹ", "u:": "u", "i:": "i", "0": "ɑ", "O:": "ɔ", "i@3": "ɪɝ", "I#": "ɪ", "dZ": "dʒ"},
    **{"tS;": "tʃ", "n^": "n", "o@": "ɔɹ", "R": "ɹ", "a#": "ə", "N": "ŋ", "A:": "ɑ", "oU": "oʊ"},
}


def recordings(folder: Path) -> list[Recording]:
    """Return all of them; `folder` is face/wav of the shared data."""
    found = [
        Recording(
            "ARCTIC slt a0009",
            folder / "cmu_slt_arctic_a0009.wav",
            "He turned sharply, and faced Gregson across the table.",
            "en-us",
            _lab(folder / "cmu_slt_arctic_a0009_phone.lab"),
            True,
        ),
        Recording(
            "praatIO bobby",
            folder / "praatio_bobby.wav",
            "Bobby ripped the ledger.",
            "en-us",
            _grid(folder / "praatio_bobby_phones.TextGrid", "phone", classes_of_arpabet),
            True,
        ),
        Recording(
            "praatIO mary",
            folder / "praatio_mary.wav",
            "Mary rolled the barrel.",
            "en-us",
            _grid(folder / "praatio_mary.TextGrid", "phone", classes_of_ipa),
            True,
        ),
    ]
    spoken = {"en_01": "en-us", "en_02": "en-us", "fr_01": "fr", "ja_01": "ja"}
    for name, language in spoken.items():
        text, phones = _events(folder / f"espeak_{name}.json")
        path = folder / f"espeak_{name}.wav"
        found.append(Recording(f"espeak {name}", path, text, language, phones, False))
    said, start = [], 0.0
    for part in (folder / "flite_en_01.psdur.txt").read_text("utf-8").split():
        label, _, end = part.rpartition(":")
        said.append(Phone(label, classes_of_arpabet(label), start, float(end)))
        start = float(end)
    text = "My mother baked five very thin cookies."
    path = folder / "flite_en_01.wav"
    return [*found, Recording("flite en_01", path, text, "en-us", said, False)]
