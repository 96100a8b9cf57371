"""The networks of this stage, as far as they are installed."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

from ..errors import UnderstudyError
from .settings import Settings


@dataclass(frozen=True)
class Networks:
    """What proposes a residual on the base curve; if installed, what weighs it, and holds feet."""

    residual: Callable
    blend: Callable | None = None
    standing: Callable | None = None

    def models(self) -> dict[str, str]:
        """Return the names of the open files and their sha256."""
        there = [n for n in (self.residual, self.blend, self.standing) if n is not None]
        return {n.session.name: n.session.sha256 for n in there}


def open_network(params: dict, settings: Settings) -> tuple[Networks | None, dict]:
    """Return the networks, or None for the plain method, and what is told about them."""
    from ..runtime import Settings as Runtime

    plain = {"method": "plain", "models": {}}
    if settings.method == "plain":
        return None, plain
    runtime = Runtime.from_params(params)
    from .network import NAME

    file = runtime.models / f"{NAME}.onnx"
    if not file.is_file():
        if settings.method == "network":
            raise UnderstudyError(
                f"The network {NAME} is not installed: use the plain method, or install it"
            )
        return None, plain
    networks = _networks(runtime, file.stat().st_mtime_ns)
    provider = networks.residual.session.provider
    return networks, {"method": "network", "models": networks.models(), "provider": provider}


@functools.lru_cache(maxsize=1)
def _networks(runtime: object, _changed: int) -> Networks:
    """Return the open networks; kept, because opening them takes longer than using them."""
    from . import blend, network, standing

    more = (
        opened(runtime) if (runtime.models / f"{name}.onnx").is_file() else None
        for name, opened in ((blend.NAME, blend.Blend), (standing.NAME, standing.Standing))
    )
    return Networks(network.Network(runtime), *more)
