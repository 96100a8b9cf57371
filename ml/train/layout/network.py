"""The placement network and the network of object sets."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ...layout.features import OTHER, STATIC

RELATIVE = 11


def relative(poses: Tensor, others: Tensor) -> Tensor:
    """Return (B, K, M, RELATIVE) features of how others lie to things.

    Parameters
    ----------
    poses : (B, K, 5) x, y, yaw in radians, width, depth
    others : (B, K, M, 6) x, y, yaw, width, depth, height
    """
    mine = poses[:, :, None]
    rel = others[..., :2] - mine[..., :2]
    ahead = _turn(rel, mine[..., 2])
    back = _turn(-rel, others[..., 2])
    far = torch.sqrt((rel * rel).sum(-1) + 1e-8)
    apart = others[..., 2] - mine[..., 2]
    reach = 0.5 * (others[..., 3:5].mean(-1) + mine[..., 3:5].mean(-1))
    flat = [far.clamp(max=6) / 3, torch.cos(apart), torch.sin(apart), (far - reach).clamp(-1, 4)]
    parts = [ahead.clamp(-6, 6) / 3, back.clamp(-6, 6) / 3, torch.stack(flat, -1), others[..., 3:]]
    return torch.cat(parts, -1)


def _turn(rel: Tensor, yaw: Tensor) -> Tensor:
    c, s = torch.cos(yaw), torch.sin(yaw)
    x, y = rel[..., 0], rel[..., 1]
    return torch.stack([x * c + y * s, y * c - x * s], -1)


class Placement(nn.Module):
    """Scores poses of a thing: the log of how much likelier the data makes them than chance."""

    def __init__(self, width: int = 48, code: int = 12) -> None:
        super().__init__()
        self.code = nn.Embedding(OTHER + 1, code)
        self.pair = nn.Sequential(
            nn.Linear(2 * code + RELATIVE, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU()
        )
        self.head = nn.Sequential(
            nn.Linear(STATIC + code + 2 * width, 2 * width),
            nn.SiLU(),
            nn.Linear(2 * width, width),
            nn.SiLU(),
            nn.Linear(width, 1),
        )

    def forward(
        self, static: Tensor, poses: Tensor, own: Tensor, others: Tensor, codes: Tensor
    ) -> Tensor:
        """Return (B, K) scores.

        Parameters
        ----------
        static : (B, K, STATIC)
        poses : (B, K, 5); own : (B, K) category of the thing
        others : (B, K, M, 6); codes : (B, K, M) their categories, -1 for none
        """
        there = (codes >= 0).to(static.dtype)[..., None]
        mine = self.code(own)
        theirs = self.code(codes.clamp(min=0))
        each = torch.cat([mine[:, :, None] + 0 * theirs, theirs, relative(poses, others)], -1)
        pair = self.pair(each) * there
        total, most = pair.sum(2) / 4, pair.amax(2)
        return self.head(torch.cat([static, mine, total, most], -1))[..., 0]


class ObjectSet(nn.Module):
    """Says which category comes next, given the room's type and size and what stands there."""

    def __init__(self, categories: int, types: int, width: int = 96) -> None:
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(categories + types + 2, width),
            nn.SiLU(),
            nn.Linear(width, width),
            nn.SiLU(),
            nn.Linear(width, categories + 1),
        )

    def forward(self, counts: Tensor, room: Tensor) -> Tensor:
        """Return (B, categories + 1) logits, the last for "no more".

        `counts` (B, categories); `room` (B, types + 2): one-hot type, scaled root of the area,
        number of openings.
        """
        return self.net(torch.cat([torch.log1p(counts), room], -1))
