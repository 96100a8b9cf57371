"""Sentence vectors: all-MiniLM-L6-v2 with a tokenizer of our own."""

from __future__ import annotations

import json

import numpy as np
from numpy.typing import NDArray

from ..errors import ModelError
from ..runtime import Session, Settings, model_path
from .wordpiece import WordPiece

NETWORK = "words_v1"


class Sentences:
    """Turns texts into unit vectors with the network `words_v1`.

    The names of the scene cards are in the file already encoded, so only what is new is run.

    Raises
    ------
    ModelError
        The network is missing or is not the one its card describes.
    """

    def __init__(self, settings: Settings) -> None:
        try:
            model_path(NETWORK, settings.models)
        except ModelError as exc:
            raise ModelError(
                f"{NETWORK}.onnx is missing: reinstall the extension, or in a checkout run "
                "scripts/export_words.py"
            ) from exc
        self.session = Session(NETWORK, settings)
        data = self.session.metadata
        self._pieces = WordPiece(data["vocabulary"].split("\n"))
        ids, mask = self._pieces.batch(["a"])
        library = self.session(ids=ids, mask=mask)["library"]
        self._known = dict(zip(json.loads(data["phrases"]), library, strict=True))

    def knows(self, word: str) -> bool:
        """Tell whether a word is one of the whole words of the network's vocabulary."""
        return self._pieces.whole(word)

    def __call__(self, texts: list[str]) -> NDArray:
        """Return (N, 384) unit vectors of texts."""
        new = [t for t in dict.fromkeys(texts) if t not in self._known]
        # Of like length together: padding costs as much as words.
        new.sort(key=len)
        for i in range(0, len(new), 32):
            group = new[i : i + 32]
            ids, mask = self._pieces.batch(group)
            vectors = self.session(ids=ids, mask=mask)["vectors"]
            self._known.update(zip(group, vectors, strict=True))
        return np.array([self._known[t] for t in texts], np.float32).reshape(-1, 384)
