"""The WordPiece tokenizer of BERT's lower-case models, as much of it as short texts need."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

_LONGEST_WORD = 100


class WordPiece:
    """Splits texts into the pieces of a vocabulary.

    Parameters
    ----------
    vocabulary : pieces in the order of their numbers; those that go on a word begin with "##"
    """

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._number = {piece: i for i, piece in enumerate(vocabulary)}
        self._start, self._end = self._number["[CLS]"], self._number["[SEP]"]
        self._unknown, self._pad = self._number["[UNK]"], self._number["[PAD]"]

    def __call__(self, text: str, most: int = 128) -> list[int]:
        """Return the numbers of a text's pieces, start and end marks included."""
        found: list[int] = []
        for word in self._words(text):
            found += self._pieces(word)
        return [self._start, *found[: most - 2], self._end]

    def whole(self, word: str) -> bool:
        """Tell whether a word is a piece of its own."""
        return word in self._number

    def batch(self, texts: Iterable[str], most: int = 128) -> tuple[NDArray, NDArray]:
        """Return (ids, mask), each (texts, tokens) int64, padded at the end."""
        rows = [self(text, most) for text in texts]
        width = max(map(len, rows), default=2)
        ids = np.full((len(rows), width), self._pad, np.int64)
        mask = np.zeros((len(rows), width), np.int64)
        for i, row in enumerate(rows):
            ids[i, : len(row)] = row
            mask[i, : len(row)] = 1
        return ids, mask

    @staticmethod
    def _words(text: str) -> list[str]:
        """Lower the case, drop accents and controls, split at blanks and at each sign."""
        out = []
        for char in unicodedata.normalize("NFD", text.lower()):
            kind = unicodedata.category(char)
            if kind == "Mn" or char in "\x00\ufffd":
                continue
            if char.isspace():
                out.append(" ")
            elif kind[0] == "C":
                continue
            elif _is_sign(char, kind) or _is_chinese(char):
                out.append(f" {char} ")
            else:
                out.append(char)
        return "".join(out).split()

    def _pieces(self, word: str) -> list[int]:
        """Take the longest known piece again and again; a word with a gap is unknown."""
        if len(word) > _LONGEST_WORD:
            return [self._unknown]
        found, start = [], 0
        while start < len(word):
            for stop in range(len(word), start, -1):
                number = self._number.get(("##" if start else "") + word[start:stop])
                if number is not None:
                    found.append(number)
                    start = stop
                    break
            else:
                return [self._unknown]
        return found


def _is_sign(char: str, kind: str) -> bool:
    code = ord(char)
    plain = 33 <= code <= 47 or 58 <= code <= 64 or 91 <= code <= 96 or 123 <= code <= 126
    return plain or kind[0] == "P"


def _is_chinese(char: str) -> bool:
    code = ord(char)
    return (
        0x4E00 <= code <= 0x9FFF
        or 0x3400 <= code <= 0x4DBF
        or 0xF900 <= code <= 0xFAFF
        or (0x20000 <= code <= 0x2FA1F)
    )
