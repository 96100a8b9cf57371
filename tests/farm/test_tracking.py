"""Shot lists of Kitsu and AYON: their own clients against a server that answers as theirs do.

The answers are written after the servers' documented forms; no real server was asked.
"""

from __future__ import annotations

import http.server
import json
import threading

import pytest

import farm_shotlist
from farm import batch

pytest.importorskip("gazu", reason="the environment farm has it")

PROJECT = {"id": "p-1", "type": "Project", "name": "Dragon", "project_status_name": "Open"}
SEQUENCE = {"id": "s-1", "type": "Sequence", "name": "SQ01", "project_id": "p-1"}


def kitsu_shot(name: str, data: dict | None, frames: int | None = None, **more: object) -> dict:
    common = {"id": name, "type": "Shot", "project_id": "p-1", "parent_id": "s-1"}
    return {**common, "name": name, "data": data, "nb_frames": frames, "canceled": False, **more}


def ayon_node(path: str, attributes: dict, active: bool = True) -> dict:
    node = {"name": path.rsplit("/", 1)[1], "path": path, "active": active, "id": path}
    return {"cursor": path, "node": {**node, "allAttrib": json.dumps(attributes)}}


ANSWERS = {
    "GET /api/data/projects?name=Dragon": [PROJECT],
    "GET /api/data/projects?name=Nobody": [],
    "GET /api/data/projects/p-1/sequences": [SEQUENCE],
    "GET /api/data/projects/p-1/shots": [
        kitsu_shot("SH010", {"frame_in": "1001", "frame_out": "1048", "fps": "24"}),
        kitsu_shot("SH020", None, 50),
        kitsu_shot("SH030", {"frame_in": ""}),
        kitsu_shot("SH040", {}, canceled=True),
    ],
    "GET /api/info": {"version": "1.5.0", "user": {"name": "farm"}, "attributes": []},
    "GET /api/users/me": {"name": "farm"},
    "POST /graphql": {
        "data": {
            "project": {
                "folders": {
                    "edges": [
                        ayon_node("/ep1/SQ01/SH010", {"frameStart": 1001, "frameEnd": 1048}),
                        ayon_node("/ep1/SQ01/SH020", {"frameStart": None}),
                        ayon_node("/ep1/SQ01/SH030", {}, active=False),
                    ],
                    "pageInfo": {"endCursor": "", "hasNextPage": False},
                }
            }
        }
    },
}


class _Server(http.server.BaseHTTPRequestHandler):
    seen: list[str] = []

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = f"{self.command} {self.path}"
        self.seen.append(asked)
        there = asked in ANSWERS
        body = json.dumps(ANSWERS.get(asked, {"message": "no such place"})).encode()
        self.send_response(200 if there or self.path == "/" else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = _answer  # noqa: N815 - http.server asks for these names

    def log_message(self, *_words: object) -> None:
        """Print nothing."""


@pytest.fixture
def server(monkeypatch):
    """Return the requests that a server saw; the environment names it."""
    made = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Server)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{made.server_port}"
    for name, value in (
        ("KITSU_HOST", address), ("KITSU_TOKEN", "t"),
        ("AYON_SERVER_URL", address), ("AYON_API_KEY", "k"),
    ):  # fmt: skip
        monkeypatch.setenv(name, value)
    _Server.seen.clear()
    yield _Server.seen
    made.shutdown()
    made.server_close()


def shotlist(kind: str, project: str, path, *more: str) -> int:
    words = ["--blend", "{sequence}/{shot}.blend", "--stages", "inbetween", "playblast"]
    return farm_shotlist.main([kind, project, *words, "--out", str(path), *more])


@pytest.mark.parametrize(("kind", "count"), [("kitsu", 3), ("ayon", 2)])
def test_a_project_becomes_a_batch(server, tmp_path, kind, count):
    out = tmp_path / "reel.json"
    assert shotlist(kind, "Dragon", out) == 0
    shots = batch.read(out).shots
    assert [s.name for s in shots] == ["SQ01_SH010", "SQ01_SH020", "SQ01_SH030"][:count]
    assert shots[0].blend == "SQ01/SH010.blend"
    assert shots[0].parameters["inbetween"] == {"range": [1001, 1048]}
    wanted = {"range": [1, 50]} if kind == "kitsu" else {}
    assert shots[1].parameters["playblast"] == wanted
    assert all(s.startswith(("GET", "POST /graphql")) for s in server), "nothing is written there"


@pytest.mark.parametrize("kind", ["kitsu", "ayon"])
def test_what_goes_wrong_is_said_and_nothing_is_written(
    server, tmp_path, monkeypatch, capsys, kind
):
    out = tmp_path / "reel.json"
    assert shotlist(kind, "Dragon", out, "--blend", "{show}.blend") == 2
    assert "only {sequence} and {shot}" in capsys.readouterr().err
    if kind == "kitsu":
        assert shotlist(kind, "Nobody", out) == 2
        assert "no project 'Nobody'" in capsys.readouterr().err
    monkeypatch.setenv(
        {"kitsu": "KITSU_HOST", "ayon": "AYON_SERVER_URL"}[kind], "http://127.0.0.1:9"
    )
    assert shotlist(kind, "Dragon", out) == 2
    assert "could not be asked" in capsys.readouterr().err
    monkeypatch.delenv({"kitsu": "KITSU_TOKEN", "ayon": "AYON_API_KEY"}[kind])
    assert shotlist(kind, "Dragon", out) == 2
    assert "set the environment variable" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
