"""Text to phones by espeak-ng, called in this process: its library has one voice at a time.

Besides the phones of any of its languages, espeak-ng tells when it would say each, and says it:
the times are a good first guess of how long a person takes, and the sound trains the acoustic
network.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import functools
import importlib
import shutil
import tempfile
import weakref
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import UnderstudyError
from .phonemes import SILENCE, Phone, classes_of_ipa, stress_of

_SYNCHRONOUS = 2
_PHONEME_EVENTS, _PHONEME_IPA, _DONT_EXIT = 0x0001, 0x0002, 0x8000
_WORD, _PHONEME = 1, 7
_RATE, _PITCH, _RANGE = 1, 3, 4
_CHARS_UTF8, _POS_CHARACTER = 1, 1
# The library keeps its data's path in 160 characters and reads it as ASCII on Windows.
_LONGEST_PATH = 140
# Codes that people write, for the library's own.
_USUAL = {"en": "en-us", "zh": "cmn", "zh-cn": "cmn", "zh-tw": "cmn", "jp": "ja", "no": "nb"}
# The first and the last of the Chinese characters.
_KANJI = ("一", "鿿")


class PhonemeError(UnderstudyError):
    """A line of text cannot be turned into phones."""


@dataclass
class Spoken:
    """A line as espeak-ng says it.

    Attributes
    ----------
    phones : list of Phone, in order, silences between clauses with them
    words : (start, end) of each word in the text, in characters
    samples : (N,) float32, -1 to 1; empty where no sound was asked for
    rate : samples a second
    notes : sentences for the person
    """

    phones: list[Phone]
    words: list[tuple[int, int]]
    samples: NDArray
    rate: int
    notes: list[str]


class _Id(ctypes.Union):
    _fields_ = [("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8)]


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("unique", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Id),
    ]


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


class _Library:
    """The loaded library, and what its one callback gathered."""

    def __init__(self) -> None:
        self._lib, data = _find()
        options = _PHONEME_EVENTS | _PHONEME_IPA | _DONT_EXIT
        path = str(data).encode() if data else None
        self.rate = self._lib.espeak_Initialize(_SYNCHRONOUS, 0, path, options)
        if self.rate <= 0:
            raise PhonemeError(
                f"espeak-ng could not read its data in {data}: reinstall the extension"
            )
        self._callback = _Callback(self._gather)  # kept: the library holds only its address
        self._lib.espeak_SetSynthCallback(self._callback)
        self._keep, self._sound, self._events = True, [], []

    def _gather(self, wave: object, count: int, events: object) -> int:
        if wave and count and self._keep:
            self._sound.append(np.ctypeslib.as_array(wave, (count,)).copy())
        i = 0
        while events[i].type:
            event = events[i]
            name = bytes(event.id.string) if event.type == _PHONEME else b""
            place = event.text_position, event.length, event.sample
            self._events.append((event.type, *place, name))
            i += 1
        return 0

    def say(
        self, text: str, voice: str, words_a_minute: int, pitch: int, spread: int, sound: bool
    ) -> tuple[list[tuple], NDArray]:
        """Return the events and the samples of one text."""
        if self._lib.espeak_SetVoiceByName(voice.encode()) != 0:
            raise PhonemeError(f"espeak-ng cannot load its voice {voice}: reinstall the extension")
        for which, value in ((_RATE, words_a_minute), (_PITCH, pitch), (_RANGE, spread)):
            self._lib.espeak_SetParameter(which, value, 0)
        self._keep, self._sound, self._events = sound, [], []
        data = text.encode() + b"\0"
        status = self._lib.espeak_Synth(
            data, len(data), 0, _POS_CHARACTER, 0, _CHARS_UTF8, None, None
        )
        if status != 0:
            raise PhonemeError("espeak-ng could not read the text: shorten it, or split the line")
        self._lib.espeak_Synchronize()
        parts = self._sound or [np.zeros(0, np.int16)]
        return self._events, np.concatenate(parts).astype(np.float32) / 32768.0

    def voices(self) -> dict[str, str]:
        """Return the name of a voice for each language code, and for each voice's own name."""
        self._lib.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_Voice))
        listed, found, i = self._lib.espeak_ListVoices(None), {}, 0
        while listed[i]:
            voice = listed[i].contents
            name = voice.identifier.decode().rpartition("/")[2]
            address = voice.languages + 1  # a byte of priority, then the code
            code = ctypes.string_at(address).decode()
            if code != "variant":
                found[name] = name
                found.setdefault(code, name)
            i += 1
        return found


class _Voice(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_void_p),
        ("identifier", ctypes.c_char_p),
    ]


def _find() -> tuple[ctypes.CDLL, Path | None]:
    """Return the library and the folder of its data, None where the library knows it."""
    try:
        loader = importlib.import_module("espeakng_loader")
        return ctypes.CDLL(str(loader.get_library_path())), _reachable(loader.get_data_path())
    except (ImportError, OSError, RuntimeError) as exc:
        why = exc
    system = ctypes.util.find_library("espeak-ng")
    if system is not None:
        return ctypes.CDLL(system), None
    raise PhonemeError(
        f"espeak-ng, which turns text into phones, cannot be loaded ({why}): install the "
        "extension's zip for this platform, or leave the text out"
    )


def _reachable(data: str) -> Path:
    """Return a path of the data that the library can take, a copy where its own is too long."""
    path = Path(data)
    if len(str(path)) <= _LONGEST_PATH and str(path).isascii():
        return path
    copy = Path(tempfile.mkdtemp(prefix="understudy-espeak-"))
    shutil.copytree(path, copy / path.name)
    weakref.finalize(_library, shutil.rmtree, copy, True)
    return copy / path.name


@functools.cache
def _library() -> _Library:
    return _Library()


@functools.cache
def _voices() -> dict[str, str]:
    return _library().voices()


def languages() -> list[str]:
    """Return the codes of all languages that espeak-ng speaks here."""
    return sorted(_voices())


def speak(
    text: str,
    language: str = "en-us",
    *,
    variant: str = "",
    words_a_minute: int = 175,
    pitch: int = 50,
    spread: int = 50,
    sound: bool = False,
) -> Spoken:
    """Turn a text into phones with times, and into sound where asked for.

    Parameters
    ----------
    text : of one line, in the language's own script
    language : espeak-ng's code, such as en-us, cmn, ja, fr-fr, es
    variant : name of one of espeak-ng's voice variants, such as f2
    words_a_minute : 80 to 450
    pitch, spread : 0 to 100
    sound : whether to keep the samples

    Raises
    ------
    PhonemeError
        espeak-ng is missing, knows no such language, or finds nothing to say.
    """
    code = language.strip().lower().replace("_", "-")
    voice = _voices().get(code) or _voices().get(_USUAL.get(code, ""))
    if voice is None:
        raise PhonemeError(
            f"espeak-ng knows no language {language!r}: give a code such as en-us, cmn, ja, fr, es"
        )
    voice = f"{voice}+{variant}" if variant else voice
    events, samples = _library().say(text, voice, words_a_minute, pitch, spread, sound)
    rate = _library().rate
    words = [(max(e[1] - 1, 0), max(e[1] - 1, 0) + e[2]) for e in events if e[0] == _WORD]
    phones, foreign = _phones(events, rate)
    if all(p.silent for p in phones):
        raise PhonemeError(
            f"There is nothing to say in {text.strip()!r}: write the words that are spoken"
        )
    return Spoken(phones, words, samples, rate, _notes(text, code, foreign))


def _phones(events: list[tuple], rate: int) -> tuple[list[Phone], bool]:
    """Turn the library's events into phones; tell whether it switched the language."""
    timed, word, foreign = [], -1, False
    for kind, _position, _length, sample, name in events:
        if kind == _WORD:
            word += 1
        if kind != _PHONEME:
            continue
        label = name.split(b"\0")[0].decode("utf-8", "ignore")
        if label.startswith("("):  # a language mark, such as (en)
            foreign = True
            continue
        timed.append((sample / rate, label, word))
    phones: list[Phone] = []
    for i, (start, label, number) in enumerate(timed):
        end = timed[i + 1][0] if i + 1 < len(timed) else start
        classes = classes_of_ipa(label)
        mark = bool(label) and classes == (SILENCE,)  # ʲ and the like belong to the phone before
        quiet_again = classes == (SILENCE,) and phones and phones[-1].silent
        if phones and (mark or quiet_again):
            last = phones.pop()
            phones.append(Phone(last.label, last.classes, last.start, end, last.stress, last.word))
        elif end > start:
            number = -1 if classes == (SILENCE,) else number
            phones.append(Phone(label, classes, start, end, stress_of(label), number))
    return phones, foreign


def _notes(text: str, language: str, foreign: bool) -> list[str]:
    kanji = any(_KANJI[0] <= c <= _KANJI[1] for c in text)
    if language == "ja" and kanji:
        return ["espeak-ng reads Japanese in kana only: write the line in hiragana or katakana"]
    if foreign:
        return [f"Some of the text is not written as in {language}: is the language right?"]
    return []
