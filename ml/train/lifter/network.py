"""The lifter: residual convolutions over time, from what was detected to a body."""

from __future__ import annotations

import math
from pathlib import Path

import torch
from torch import Tensor, nn

from ...blocking import lifting
from ...blocking.body import ROLES

_JOINTS = len(lifting.JOINTS)


class _Block(nn.Module):
    """A dilated convolution over time and a mixing of channels, added to what came in.

    The mean over all frames is mixed in too: how somebody is built, and how the camera sees them,
    stays the same, and no stretch of a second shows it as well as the whole clip does (Hu et al.,
    "Squeeze-and-Excitation Networks", 2018, over time and added instead of multiplied).
    """

    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.near = nn.Conv1d(
            width, width, 3, padding=dilation, dilation=dilation, padding_mode="replicate"
        )
        self.mix = nn.Conv1d(width, width, 1)
        self.whole = nn.Conv1d(width, width, 1)
        self.drop = nn.Dropout(0.1)
        nn.init.zeros_(self.whole.weight)
        nn.init.zeros_(self.whole.bias)

    def forward(self, x: Tensor) -> Tensor:
        y = nn.functional.gelu(self.near(x))
        return x + self.drop(self.mix(y)) + self.drop(self.whole(y.mean(2, keepdim=True)))


class Lifter(nn.Module):
    """Inputs (B, T, INPUTS) and detected joints (B, T, 17, 3) to what `lifting.OUTPUTS` names."""

    def __init__(self, width: int, dilations: tuple[int, ...]) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(lifting.INPUTS))
        self.register_buffer("scale", torch.ones(lifting.INPUTS))
        self.begin = nn.Conv1d(lifting.INPUTS, width, 1)
        self.blocks = nn.ModuleList(_Block(width, d) for d in dilations)
        self.end = nn.Conv1d(width, sum(lifting.OUTPUTS.values()), 1)
        with torch.no_grad():
            self.end.weight.mul_(0.1)
            self.end.bias.zero_()
            identity = torch.tensor([1.0, 0, 0, 0, 0, -1.0]).repeat(len(ROLES))
            first = 4 * _JOINTS
            self.end.bias[first : first + 6 * len(ROLES)] = identity
            self.end.bias[-len(lifting.HINGES) :] = -1.0

    def settle(self, inputs: Tensor) -> None:
        """Fit the view of the inputs to examples (B, T, INPUTS)."""
        flat = inputs.reshape(-1, inputs.shape[-1])
        self.mean.copy_(flat.mean(0))
        self.scale.copy_(1.0 / flat.std(0).clamp(min=0.02))

    def take_over(self, path: Path) -> None:
        """Begin with the weights of an exported lifter of the same shape, of several the first.

        What it did not have yet keeps the weights that it has here.
        """
        import onnx
        from onnx import numpy_helper

        kept = {
            w.name.removeprefix("members.0."): numpy_helper.to_array(w).copy()
            for w in onnx.load(str(path)).graph.initializer
        }
        with torch.no_grad():
            for name, value in self.state_dict().items():
                if name in kept:
                    value.copy_(torch.tensor(kept[name]))

    def forward(self, inputs: Tensor, detected: Tensor) -> tuple[Tensor, ...]:
        x = ((inputs - self.mean) * self.scale).clamp(-6.0, 6.0).transpose(1, 2)
        x = self.begin(x)
        for block in self.blocks:
            x = block(x)
        y = self.end(x).transpose(1, 2)
        joints, spread, rotation, contact, up, velocity, bend, bend_spread = y.split(
            list(lifting.OUTPUTS.values()), dim=2
        )
        joints = detected + 0.2 * joints.unflatten(2, (_JOINTS, 3))
        hips = joints[:, :, list(lifting.HIPS)].mean(2, keepdim=True)
        # Where depth is in doubt the mean of what may be is bent, though nothing that may be is.
        seen = bends(joints)
        return (
            joints - hips,
            0.05 * torch.exp(spread.clamp(-4.0, 3.0)),
            rotation.unflatten(2, (len(ROLES), 6)),
            contact,
            up,
            velocity,
            (seen + bend).clamp(min=0.0),
            0.2 * torch.exp(bend_spread.clamp(-4.0, 3.0)),
        )


class Together(nn.Module):
    """Several lifters, that err differently, and the mean of what they say.

    Parameters
    ----------
    members : lifters
    shares : of each in the mean, together 1
    spread : factor on how far joints may be off
    """

    def __init__(self, members: list[Lifter], shares: list[float], spread: float) -> None:
        super().__init__()
        self.members, self.shares = nn.ModuleList(members), shares
        with torch.no_grad():
            for member in members:
                first = lifting.OUTPUTS["joints"]
                member.end.bias[first : first + lifting.OUTPUTS["spread"]] += math.log(spread)

    def forward(self, inputs: Tensor, detected: Tensor) -> tuple[Tensor, ...]:
        said = zip(*(member(inputs, detected) for member in self.members), strict=True)
        return tuple(
            sum(s * values for s, values in zip(self.shares, each, strict=True)) for each in said
        )


def bends(joints: Tensor) -> Tensor:
    """Return how far (..., hinges) each of `lifting.HINGES` is bent, radians, 0 when straight."""
    a, b, c = (joints[..., list(k), :] for k in zip(*lifting.HINGES, strict=True))
    upper, lower = (nn.functional.normalize(v, dim=-1) for v in (b - a, c - b))
    # A little short of straight: there the arc cosine's slope has no end.
    return torch.acos((upper * lower).sum(-1).clamp(-0.9998, 0.9998))


def columns(six: Tensor) -> Tensor:
    """Return rotation matrices (..., 3, 3) of their first two columns (..., 6)."""
    x = nn.functional.normalize(six[..., :3], dim=-1)
    y = six[..., 3:] - (x * six[..., 3:]).sum(-1, keepdim=True) * x
    y = nn.functional.normalize(y, dim=-1)
    return torch.stack([x, y, torch.cross(x, y, dim=-1)], dim=-1)
