"""The key picker: residual convolutions over time, from a moving body to a score a frame."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ...blocking import keypicker


class _Block(nn.Module):
    """A dilated convolution over time and a mixing of channels, added to what came in."""

    def __init__(self, width: int, dilation: int, drop: float) -> None:
        super().__init__()
        self.near = nn.Conv1d(
            width, width, 3, padding=dilation, dilation=dilation, padding_mode="replicate"
        )
        self.mix = nn.Conv1d(width, width, 1)
        self.drop = nn.Dropout(drop)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.drop(self.mix(nn.functional.gelu(self.near(x))))


class KeyPicker(nn.Module):
    """Inputs (B, T, keypicker.INPUTS) to logits (B, T)."""

    def __init__(self, width: int, dilations: tuple[int, ...], drop: float) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(keypicker.INPUTS))
        self.register_buffer("scale", torch.ones(keypicker.INPUTS))
        self.drop = nn.Dropout(drop)
        self.begin = nn.Conv1d(keypicker.INPUTS, width, 1)
        self.blocks = nn.ModuleList(_Block(width, d, drop) for d in dilations)
        self.end = nn.Conv1d(width, 1, 1)
        with torch.no_grad():
            self.end.weight.mul_(0.1)
            self.end.bias.fill_(-1.5)

    def settle(self, inputs: Tensor) -> None:
        """Fit the view of the inputs to examples (N, INPUTS)."""
        self.mean.copy_(inputs.mean(0))
        self.scale.copy_(1.0 / inputs.std(0).clamp(min=0.02))

    def forward(self, inputs: Tensor) -> Tensor:
        x = ((inputs - self.mean) * self.scale).clamp(-5.0, 5.0).transpose(1, 2)
        x = self.begin(self.drop(x))
        for block in self.blocks:
            x = block(x)
        return self.end(x)[:, 0]
