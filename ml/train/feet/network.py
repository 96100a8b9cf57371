"""Which feet stand: a few convolutions over time, the same for the left foot and the right."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ...blocking import contacts


class Feet(nn.Module):
    """Inputs (B, T, contacts.INPUTS), a foot a row, to logits (B, T, 2) of its heel and toes."""

    def __init__(self, width: int, dilations: tuple[int, ...], drop: float) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(contacts.INPUTS))
        self.register_buffer("scale", torch.ones(contacts.INPUTS))
        self.begin = nn.Conv1d(contacts.INPUTS, width, 1)
        self.near = nn.ModuleList(
            nn.Conv1d(width, width, 3, padding=d, dilation=d, padding_mode="replicate")
            for d in dilations
        )
        self.drop = nn.Dropout(drop)
        self.end = nn.Conv1d(width, 2, 1)

    def settle(self, inputs: Tensor) -> None:
        """Fit the view of the inputs to examples (N, INPUTS)."""
        self.mean.copy_(inputs.mean(0))
        self.scale.copy_(1.0 / inputs.std(0).clamp(min=0.02))

    def forward(self, inputs: Tensor) -> Tensor:
        x = ((inputs - self.mean) * self.scale).clamp(-5.0, 5.0).transpose(1, 2)
        x = self.begin(self.drop(x))
        for near in self.near:
            x = x + self.drop(nn.functional.gelu(near(x)))
        return self.end(x).transpose(1, 2)
