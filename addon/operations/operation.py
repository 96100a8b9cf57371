"""An operation and the values of one call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import bpy
from bpy.types import Context

from . import arguments
from .arguments import Argument


@dataclass(frozen=True)
class Operation:
    """Something that can be asked for.

    Attributes
    ----------
    name : that of the command; the operator is `understudy.run_<name>`
    title : what a person reads
    description : what it does, in a sentence without a full stop
    arguments : what it takes
    resets : settings that are no arguments, and say their default unless the panels are asked
    implied : argument to the (setting, value) that it brings along
    start : reads what a stage needs and returns its `work.Work`; None where `act` does it
    act : does it at once and returns the report
    changes : whether the open file is changed; else only files are written
    """

    name: str
    title: str
    description: str
    arguments: tuple[Argument, ...]
    resets: tuple[str, ...] = ()
    implied: dict[str, tuple[str, object]] | None = None
    start: Callable[[Context, Given], object] | None = None
    act: Callable[[Context, Given], dict] | None = None
    changes: bool = True

    @property
    def operator(self) -> str:
        """Return the operator's id."""
        return f"understudy.run_{self.name}"

    def schema(self) -> dict:
        """Return the JSON schema of the arguments."""
        return arguments.schema(self.arguments)


class Given:
    """The values that one call has given, checked."""

    def __init__(self, operation: Operation, values: dict) -> None:
        arguments.check(values, operation.schema(), operation.name)
        self._operation, self._values = operation, values

    def __contains__(self, name: str) -> bool:
        return self._values.get(name) not in (None, "")

    def get(self, name: str, default: object = None) -> object:
        """Return a value, or `default` where it was not given or is empty."""
        return self._values[name] if name in self else default

    def path(self, name: str) -> str:
        """Return a path as an absolute one; "" where it was not given."""
        return str(Path(bpy.path.abspath(self._values[name])).absolute()) if name in self else ""

    def settings(self, scene: bpy.types.Scene) -> object:
        """Return the block within which the panels' settings say what was given."""
        where = {a.name: a.where for a in self._operation.arguments if a.where}
        chosen = {}
        for name, (path, value) in (self._operation.implied or {}).items():
            if name in self._values:
                chosen[path] = value
        chosen |= {where[name]: value for name, value in self._values.items() if name in where}
        fresh = [] if self.get("use_panel") else [*where.values(), *self._operation.resets]
        return arguments.lent(scene, chosen, fresh)

    def machine(self, options: object) -> object:
        """Have the options name the device that was asked for."""
        if "device" in self:
            options.device = self.get("device")
        return options
