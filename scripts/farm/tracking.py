"""Shot lists from production tracking: Kitsu through gazu, AYON through ayon-python-api.

Both packages are optional. What a shot is called, its sequence and its frames come from the
server; where its file lies is told by a pattern such as "shots/{sequence}/{shot}/{shot}.blend".
Addresses and keys are read from the environment: KITSU_HOST and KITSU_TOKEN; AYON_SERVER_URL and
AYON_API_KEY. Nothing is ever written to the server.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from .errors import BatchError


@dataclass
class Found:
    """One shot as production tracking knows it; `frames` is None where it does not say."""

    sequence: str
    shot: str
    frames: tuple[int, int] | None


def _variable(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise BatchError(f"set the environment variable {name}")
    return value


def kitsu(project: str) -> list[Found]:
    """Return the shots of a project on a Kitsu server."""
    try:
        import gazu
    except ImportError as exc:
        raise BatchError("Kitsu needs the package gazu: pip install gazu") from exc
    client = gazu.client.create_client(_variable("KITSU_HOST").rstrip("/") + "/api")
    gazu.client.set_tokens({"access_token": _variable("KITSU_TOKEN")}, client=client)
    try:
        known = gazu.project.get_project_by_name(project, client=client)
        if known is None:
            raise BatchError(f"Kitsu has no project {project!r}")
        sequences = gazu.shot.all_sequences_for_project(known, client=client)
        shots = gazu.shot.all_shots_for_project(known, client=client)
    except BatchError:
        raise
    except Exception as exc:  # gazu's errors and those of requests share no base class
        raise BatchError(f"Kitsu could not be asked: {type(exc).__name__} {exc}") from exc
    names = {sequence["id"]: sequence["name"] for sequence in sequences}
    return [
        Found(names.get(shot.get("parent_id"), ""), shot["name"], _kitsu_frames(shot))
        for shot in shots
        if not shot.get("canceled")
    ]


def _kitsu_frames(shot: dict) -> tuple[int, int] | None:
    """Return first and last frame: people type them into text fields."""
    data = shot.get("data") or {}
    try:
        return int(data["frame_in"]), int(data["frame_out"])
    except (KeyError, TypeError, ValueError):
        count = shot.get("nb_frames")
        return (1, count) if isinstance(count, int) and count > 0 else None


def ayon(project: str) -> list[Found]:
    """Return the shots of a project on an AYON server."""
    try:
        import ayon_api
    except ImportError as exc:
        raise BatchError(
            "AYON needs the package ayon-python-api: pip install ayon-python-api"
        ) from exc
    fields = {"name", "path", "active", "attrib.frameStart", "attrib.frameEnd"}
    try:
        server = ayon_api.ServerAPI(_variable("AYON_SERVER_URL"), token=_variable("AYON_API_KEY"))
        folders = list(server.get_folders(project, folder_types=["Shot"], fields=fields))
    except BatchError:
        raise
    except Exception as exc:  # its errors and those of requests share no base class
        raise BatchError(f"AYON could not be asked: {type(exc).__name__} {exc}") from exc
    return [_ayon_shot(folder) for folder in folders if folder.get("active", True)]


def _ayon_shot(folder: dict) -> Found:
    parents = [part for part in folder["path"].split("/") if part][:-1]
    attributes = folder.get("attrib") or {}
    first, last = attributes.get("frameStart"), attributes.get("frameEnd")
    frames = (first, last) if isinstance(first, int) and isinstance(last, int) else None
    return Found(parents[-1] if parents else "", folder["name"], frames)


SERVERS: dict[str, Callable[[str], list[Found]]] = {"kitsu": kitsu, "ayon": ayon}


def batch_of(name: str, found: list[Found], pattern: str, stages: list[str]) -> dict:
    """Return the JSON form of a batch.

    Parameters
    ----------
    pattern : path of a shot's file, with {sequence} and {shot}
    stages : of every shot; in-betweens and films are told the shot's frames
    """
    if not found:
        raise BatchError("no shots were found: is it the right project?")
    try:
        shots = [_entry(shot, pattern, stages) for shot in found]
    except (KeyError, IndexError, ValueError) as exc:
        raise BatchError(f"--blend {pattern}: only {{sequence}} and {{shot}} are known") from exc
    return {"schema": 1, "name": name, "stages": stages, "shots": shots}


def _entry(shot: Found, pattern: str, stages: list[str]) -> dict:
    name = f"{shot.sequence}_{shot.shot}" if shot.sequence else shot.shot
    entry: dict = {
        "shot": name,
        "blend": pattern.format(sequence=shot.sequence, shot=shot.shot),
    }
    framed = [stage for stage in ("inbetween", "playblast") if stage in stages]
    if shot.frames is not None and framed:
        entry["parameters"] = {stage: {"range": list(shot.frames)} for stage in framed}
    return entry
