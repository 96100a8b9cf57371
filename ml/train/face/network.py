"""The solver network: a picture network for eyes, one for the lower face, and the points."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from ...face import features
from ...face.patches import EYE_SIZE, LOWER_HEIGHT, LOWER_WIDTH

EXPRESSIONS = 52
_LAYERS = 4  # of the picture networks
_MIN_DEVIATION, _MAX_DEVIATION = 0.015, 1.0


def _pictures(channels: int, height: int, width: int, out: int) -> nn.Sequential:
    """Return a network from (N, 2, height, width) to (N, out)."""
    sizes = [2, channels, 2 * channels, 3 * channels, 4 * channels]
    layers = []
    for before, after in zip(sizes, sizes[1:], strict=False):
        layers += [nn.Conv2d(before, after, 3, 2, 1), nn.BatchNorm2d(after), nn.SiLU()]
        height, width = (height + 1) // 2, (width + 1) // 2
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(sizes[-1] * height * width, out))


class SolverNet(nn.Module):
    """From points and pictures of a face, and those of its neutral, to expressions.

    Forward takes, with N frames of one neutral or of several:

    points : (N, features.COUNT)
    eyes, lower : (N, 2, 56, 56), (N, 56, 64), 0 to 255
    rest_eyes, rest_lower : the same of the neutral face
    sighted : (N, 1), 0 where the pictures are not to be looked at

    and returns value and deviation, (N, 52): expressions against the neutral face (the eyes'
    direction: against looking ahead), and how far they may be off.
    """

    def __init__(self, channels: int, hidden: int) -> None:
        super().__init__()
        self.eye = _pictures(channels, EYE_SIZE, EYE_SIZE, 64)
        self.low = _pictures(channels, LOWER_HEIGHT, LOWER_WIDTH, 96)
        self.dots = nn.Sequential(
            nn.Linear(features.COUNT, hidden),
            nn.LayerNorm(hidden),
            nn.SiLU(),
            nn.Linear(hidden, 128),
        )
        seen = 2 * 64 + 96
        self.head = nn.Sequential(
            nn.Linear(seen + 128 + 1, hidden),
            nn.LayerNorm(hidden),
            nn.SiLU(),
            nn.Linear(hidden, hidden),
            nn.SiLU(),
            nn.Linear(hidden, 2 * EXPRESSIONS),
        )

    def forward(
        self,
        points: Tensor,
        eyes: Tensor,
        lower: Tensor,
        rest_eyes: Tensor,
        rest_lower: Tensor,
        sighted: Tensor,
    ) -> tuple[Tensor, Tensor]:
        """Return value and deviation, see the class."""
        return self.read(
            self.see_eyes(eyes, rest_eyes), self.see_lower(lower, rest_lower), points, sighted
        )

    def see_eyes(self, eyes: Tensor, rest_eyes: Tensor) -> Tensor:
        """Return (N, 2, 64), what is seen in each eye's picture."""
        pair = _against(eyes.flatten(0, 1), rest_eyes.flatten(0, 1))
        return self.eye(pair).unflatten(0, (-1, 2))

    def see_lower(self, lower: Tensor, rest_lower: Tensor) -> Tensor:
        """Return (N, 96), what is seen in the lower face's picture."""
        return self.low(_against(lower, rest_lower))

    def read(
        self, eyes: Tensor, lower: Tensor, points: Tensor, sighted: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return value and deviation of what was seen."""
        seen = torch.cat([eyes.flatten(1), lower], dim=1)
        both = torch.cat([seen * sighted, self.dots(points), sighted], dim=1)
        value, spread = self.head(both).chunk(2, dim=1)
        spread = torch.sigmoid(spread - 2.0)
        return value, _MIN_DEVIATION + (_MAX_DEVIATION - _MIN_DEVIATION) * spread


def read_exported(path: Path) -> dict[str, Tensor]:
    """Return the state of a `SolverNet` that gives what an exported network gives.

    In the exported one the batch norms are part of the convolutions before them, which stand in
    the file in the order in which they are used.
    """
    import onnx
    from onnx import numpy_helper

    stored = {i.name: numpy_helper.to_array(i) for i in onnx.load(path).graph.initializer}
    state = {k[4:]: torch.from_numpy(v.copy()) for k, v in stored.items() if k.startswith("net.")}
    folded = [torch.from_numpy(v.copy()) for k, v in stored.items() if "Conv" in k]
    for part in ("eye", "low"):
        for layer in range(_LAYERS):
            weight, bias = folded.pop(0), folded.pop(0)
            one, nothing = torch.ones_like(bias), torch.zeros_like(bias)
            conv, norm = f"{part}.{3 * layer}", f"{part}.{3 * layer + 1}"
            state |= {f"{conv}.weight": weight, f"{conv}.bias": bias}
            state |= {f"{norm}.weight": one, f"{norm}.bias": nothing}
            state |= {f"{norm}.running_mean": nothing.clone(), f"{norm}.running_var": one.clone()}
            state[f"{norm}.num_batches_tracked"] = torch.tensor(0)
    return state


def grown(net: SolverNet, state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the state in which a network does what a smaller one does, with channels to spare.

    What comes out of the new channels weighs nothing yet.
    """
    out = {}
    for name, mine in net.state_dict().items():
        given = state[name]
        if mine.dim() > 1 and mine.shape[1] > given.shape[1]:
            mine = mine.clone()
            mine[: len(given), given.shape[1] :] = 0
            mine[len(given) :] *= 6**0.5  # so that what comes out is of the size of what goes in
        if mine.dim():
            mine = mine.clone()
            mine[tuple(slice(n) for n in given.shape)] = given
        out[name] = mine
    return out


def _against(now: Tensor, rest: Tensor) -> Tensor:
    """Return (N, 2, H, W): a picture and its neutral one, both by the neutral's light."""
    middle = rest.mean(dim=(1, 2), keepdim=True)
    size = (rest - middle).square().mean(dim=(1, 2), keepdim=True).sqrt() + 4.0
    return torch.stack([(now - rest) / size, (rest - middle) / size], dim=1)
