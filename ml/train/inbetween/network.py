"""The network in torch: tokens (frame, bone), attention over bones and over time in turn."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from ...inbetween.features import HAS_LOCATION, RELATIONS, WIDTH

OUTPUTS = 8
"""Residual turn (3) and shift (3), gate, contact."""

ROTATION_SCALE, LOCATION_SCALE = 1.0, 0.25
"""Radians, heights for one unit of output and one second of room."""

_GATE_OPEN = 2.0
_FURTHEST = 6.0  # spreads from the middle that an input may stand


class Attention(nn.Module):
    """Self-attention over the axis before the last, with an added bias."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(width)
        self.inward = nn.Linear(width, 3 * width)
        self.outward = nn.Linear(width, width)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """Attend. `x` (R, L, width), `bias` broadcastable to (R, heads, L, L)."""
        rows, length, width = x.shape
        q, k, v = (
            self.inward(self.norm(x))
            .reshape(rows, length, 3, self.heads, width // self.heads)
            .permute(2, 0, 3, 1, 4)
            .unbind(0)
        )
        y = functional.scaled_dot_product_attention(q, k, v, attn_mask=bias)
        return x + self.outward(y.transpose(1, 2).reshape(rows, length, width))


class Block(nn.Module):
    """Attention over bones, attention over time, then each token by itself."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.over_bones = Attention(width, heads)
        self.over_time = Attention(width, heads)
        self.relation = nn.Embedding(RELATIONS, heads)
        self.distance = nn.Sequential(nn.Linear(5, 16), nn.GELU(), nn.Linear(16, heads))
        self.own = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )
        nn.init.zeros_(self.relation.weight)

    def forward(self, x: Tensor, relation: Tensor, apart: Tensor) -> Tensor:
        """Run. `x` (N, T, B, width), `relation` (B, B), `apart` (N, T, T, 5)."""
        n, t, b, width = x.shape
        bias = self.relation(relation).permute(2, 0, 1)[None]
        x = self.over_bones(x.reshape(n * t, b, width), bias).reshape(n, t, b, width)
        bias = self.distance(apart).permute(0, 3, 1, 2)
        bias = bias[:, None].expand(n, b, -1, t, t).reshape(n * b, -1, t, t)
        x = x.transpose(1, 2).reshape(n * b, t, width)
        x = self.over_time(x, bias).reshape(n, b, t, width).transpose(1, 2)
        return x + self.own(x)


class InbetweenNet(nn.Module):
    """Residual on the base curve for every bone and frame.

    The last layer starts at zero: the untrained network is the base curve.
    """

    def __init__(self, width: int = 64, blocks: int = 4, heads: int = 4) -> None:
        super().__init__()
        self.register_buffer("middle", torch.zeros(WIDTH))
        self.register_buffer("spread", torch.ones(WIDTH))
        self.inward = nn.Linear(WIDTH, width)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(blocks))
        self.norm = nn.LayerNorm(width)
        self.outward = nn.Linear(width, OUTPUTS)
        nn.init.zeros_(self.outward.weight)
        nn.init.zeros_(self.outward.bias)

    def settle(self, batches: list[Tensor]) -> None:
        """Take the middle and spread of the inputs from examples (N, T, B, WIDTH)."""
        rows = torch.cat([b.reshape(-1, WIDTH) for b in batches])
        self.middle.copy_(rows.mean(0))
        self.spread.copy_(rows.std(0).clamp(min=0.02))

    def forward(
        self, x: Tensor, seconds: Tensor, room: Tensor, relation: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return residual turn and shift (N, T, B, 3), gate and contact (N, T, B).

        Parameters
        ----------
        x : (N, T, B, WIDTH)
        seconds : (N, T)
        room : (N, T, B), see `features.Tokens`
        relation : (B, B) int64
        """
        dt = seconds[:, :, None] - seconds[:, None, :]
        near = dt.abs()
        apart = torch.stack(
            [dt, near, torch.log1p(30 * near), torch.exp(-10 * near), torch.sign(dt)], dim=-1
        )
        may_move = x[..., HAS_LOCATION, None]
        x = self.inward(((x - self.middle) / self.spread).clamp(-_FURTHEST, _FURTHEST))
        for block in self.blocks:
            x = block(x, relation, apart)
        y = self.outward(self.norm(x))
        play = room[..., None]
        return (
            ROTATION_SCALE * play * y[..., 0:3],
            LOCATION_SCALE * play * may_move * y[..., 3:6],
            torch.sigmoid(y[..., 6] + _GATE_OPEN),
            torch.sigmoid(y[..., 7]),
        )
