"""Train the heads that read hour, weather and so on off a sentence's vector."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as fn

from .said import CLASSES, Samples

WIDTH = 384


@dataclass(frozen=True)
class Settings:
    """Everything that shapes a run; saved with the weights.

    `prompts` of `prompt_weight` stand beside the clauses; `held` prompts measure and calibrate;
    `pull` keeps the weights small; of what says nothing `silence` is to stay without an answer.
    """

    seed: int = 1
    prompts: int = 3000
    prompt_weight: float = 0.06
    held: int = 2000
    pull: float = 0.01
    steps: int = 200
    silence: float = 0.97


class HeadsNet(nn.Module):
    """One layer a facet; the first class is "nothing said"."""

    def __init__(self) -> None:
        super().__init__()
        self.heads = nn.ModuleList(nn.Linear(WIDTH, 1 + len(n)) for n in CLASSES.values())
        for parameter in self.parameters():
            nn.init.zeros_(parameter)

    def forward(self, vectors: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Return (texts, classes) probabilities for each facet."""
        return tuple(torch.softmax(head(vectors), dim=-1) for head in self.heads)


def train(settings: Settings, vectors: NDArray, samples: Samples) -> HeadsNet:
    """Fit each head to sentence vectors (N, 384)."""
    net = HeadsNet()
    x, weights = torch.from_numpy(vectors), torch.tensor(samples.weights)
    for head, y in zip(net.heads, torch.tensor(samples.labels).T, strict=True):
        _fit(settings, head, x[y >= 0], y[y >= 0], weights[y >= 0])
    return net.eval()


def _fit(settings: Settings, head: nn.Linear, x: Tensor, y: Tensor, weights: Tensor) -> None:
    optimiser = torch.optim.LBFGS(
        head.parameters(), max_iter=settings.steps, line_search_fn="strong_wolfe"
    )

    def loss() -> Tensor:
        optimiser.zero_grad()
        told = fn.cross_entropy(head(x), y, reduction="none") @ weights
        told = told + settings.pull * (head.weight**2).sum()
        told.backward()
        return told

    optimiser.step(loss)


def answers(net: HeadsNet, pieces: list[NDArray]) -> dict[str, tuple[NDArray, NDArray]]:
    """Return of each facet the likeliest class (1 is the first) and how likely it is said.

    Parameters
    ----------
    pieces : of each text, the vectors of it and its clauses (pieces, 384)
    """
    begins = np.cumsum([0, *(len(p) for p in pieces[:-1])])
    with torch.no_grad():
        out = net(torch.from_numpy(np.concatenate(pieces)))
    found = {}
    for facet, told in zip(CLASSES, out, strict=True):
        best = np.maximum.reduceat(told.numpy()[:, 1:], begins)
        found[facet] = 1 + best.argmax(axis=1), best.max(axis=1)
    return found


def calibrate(
    settings: Settings, told: dict[str, tuple[NDArray, NDArray]], samples: Samples
) -> dict[str, float]:
    """Return how likely each facet must be said to be believed.

    Where nothing is said of it, `settings.silence` of the texts stay without an answer.
    """
    sure = {}
    for k, (facet, (_, chance)) in enumerate(told.items()):
        silent = np.array([row[k] == 0 for row in samples.labels])
        sure[facet] = float(np.quantile(chance[silent], settings.silence))
    return sure


def hits(
    told: dict[str, tuple[NDArray, NDArray]], samples: Samples, sure: dict[str, float]
) -> dict[str, dict[str, float]]:
    """Return of each facet the share of what is said that is read, and of silence kept."""
    out = {}
    for k, (facet, (best, chance)) in enumerate(told.items()):
        right = np.array([row[k] for row in samples.labels])
        answer = np.where(chance >= sure[facet], best, 0)
        said, silent = right > 0, right == 0
        out[facet] = {
            "read": float((answer == right)[said].mean()),
            "read wrongly": float(((answer > 0) & (answer != right))[said].mean()),
            "silence kept": float((answer == 0)[silent].mean()),
        }
    return out
