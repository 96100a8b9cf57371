"""The acoustic network: frames of log-mel energies to phones, by convolutions over time."""

from __future__ import annotations

import torch
from torch import nn

from ...face.acoustic import BANDS
from ...face.phonemes import CLASSES
from .settings import Settings


class Block(nn.Module):
    """A residual step that looks `dilation` frames to either side."""

    def __init__(self, width: int, dilation: int, dropout: float) -> None:
        super().__init__()
        self.look = nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation)
        self.norm = nn.BatchNorm1d(width)
        self.mix = nn.Conv1d(width, width, 1)
        self.drop = nn.Dropout(dropout)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.mix(self.drop(torch.relu(self.norm(self.look(x)))))


class Voice(nn.Module):
    """(B, F, BANDS) features to (B, F, classes) log-probabilities and (B, F) edges."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        width = settings.width
        self.enter = nn.Sequential(
            nn.Conv1d(BANDS, width, 5, padding=2), nn.BatchNorm1d(width), nn.ReLU()
        )
        blocks = [Block(width, d, settings.dropout) for d in settings.dilations]
        self.blocks = nn.Sequential(*blocks)
        self.leave = nn.Sequential(nn.BatchNorm1d(width), nn.ReLU())
        self.phones = nn.Conv1d(width, len(CLASSES), 1)
        self.edges = nn.Conv1d(width, 1, 1)

    def scores(self, features: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return unnormalised scores, classes first: (B, classes, F) and (B, F)."""
        x = self.leave(self.blocks(self.enter(features.transpose(1, 2))))
        return self.phones(x), self.edges(x)[:, 0]

    def forward(self, features: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        phones, edges = self.scores(features)
        return torch.log_softmax(phones, dim=1).transpose(1, 2), torch.sigmoid(edges)
