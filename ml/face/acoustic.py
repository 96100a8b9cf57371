"""What is heard: log-mel features of a recording, and the network that tells phones from them."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from ..runtime import Session, Settings
from .audio import RATE
from .phonemes import CLASSES

NETWORK = "voice_v1"
HOP = 160
"""Samples between two frames: 10 ms."""
FRAME_S = HOP / RATE
BANDS = 40
_WINDOW, _FFT = 400, 512
_LOWEST_HZ, _HIGHEST_HZ = 80.0, 7600.0
_FLOOR = 1e-6  # of the loud frames' mean power: what lies below is noise of one kind or another
_ACTIVE = 1e-4
_SCALE = 3.0
_CHUNK, _CONTEXT = 6000, 64  # frames the network sees at a time, and on either side of them


def _mel(hz: NDArray | float) -> NDArray | float:
    return 2595.0 * np.log10(1.0 + np.asarray(hz) / 700.0)


@functools.lru_cache(maxsize=256)
def filterbank(warp: float = 1.0) -> NDArray:
    """Return (257, BANDS) triangles on the mel scale.

    Parameters
    ----------
    warp : factor on all frequencies; above 1 as of a shorter throat
    """
    edges = 700.0 * (10 ** (np.linspace(_mel(_LOWEST_HZ), _mel(_HIGHEST_HZ), BANDS + 2) / 2595) - 1)
    edges = np.minimum(edges * warp, RATE / 2 - 1 - np.arange(BANDS + 2)[::-1])
    hz = np.linspace(0, RATE / 2, _FFT // 2 + 1)[:, None]
    rising = (hz - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - hz) / (edges[2:] - edges[1:-1])
    weights = np.clip(np.minimum(rising, falling), 0, None)
    return (weights / np.maximum(weights.sum(axis=0), 1e-9)).astype(np.float32)


def features(samples: NDArray, warp: float = 1.0) -> NDArray:
    """Return (F, BANDS) log-mel energies, one row each `HOP` samples, normalised.

    Each band is relative to its mean over the frames that are not silence, so that microphone,
    room and level matter little.

    Parameters
    ----------
    samples : (N,) at `RATE`
    """
    frames = max(len(samples) // HOP, 1)
    padded = np.pad(samples, (_WINDOW // 2, _WINDOW)).astype(np.float32)
    padded[1:] -= 0.97 * padded[:-1]
    windows = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::HOP][:frames]
    spectrum = np.empty((frames, _FFT // 2 + 1), np.float32)
    for at in range(0, frames, _CHUNK):  # ten minutes at once would take half a gigabyte
        part = windows[at : at + _CHUNK] * np.hanning(_WINDOW).astype(np.float32)
        spectrum[at : at + _CHUNK] = np.abs(np.fft.rfft(part, _FFT)) ** 2
    energies = spectrum @ filterbank(round(warp, 3))
    return normalise(energies)


def normalise(energies: NDArray) -> NDArray:
    """Return logarithms of (F, BANDS) energies relative to the active frames' mean."""
    power = energies.sum(axis=1)
    loud = np.percentile(power, 95) + 1e-12
    logs = np.log(energies + loud / BANDS * _FLOOR)
    active = logs[power > _ACTIVE * loud]
    return ((logs - active.mean(axis=0)) / _SCALE).astype(np.float32)


class Hearing:
    """The acoustic network, opened."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.session = Session(NETWORK, settings)

    def __call__(self, samples: NDArray) -> tuple[NDArray, NDArray]:
        """Hear a recording.

        Parameters
        ----------
        samples : (N,) at `RATE`

        Returns
        -------
        (F, classes) log-probabilities of `phonemes.CLASSES`
        (F,) probability that one phone ends and another begins at this frame
        """
        heard = features(samples)
        phones, edges = [], []
        for at in range(0, len(heard), _CHUNK):
            before = min(at, _CONTEXT)
            part = heard[at - before : at + _CHUNK + _CONTEXT]
            out = self.session(features=part[None])
            keep = slice(before, before + min(_CHUNK, len(heard) - at))
            phones.append(out["phones"][0][keep])
            edges.append(out["edges"][0][keep])
        phones, edges = np.concatenate(phones), np.concatenate(edges)
        assert phones.shape[1] == len(CLASSES), "the network was made for other classes"
        return phones.astype(float), edges.astype(float)
