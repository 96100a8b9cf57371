"""Sign a playblast with C2PA: who made which keys goes into the film itself, and can be checked.

    python scripts/sign_film.py FILM.mp4 --report report.json --out signed.mp4 \\
        --certificates chain.pem --key key.pem
    python scripts/sign_film.py --check signed.mp4

Needs the package c2pa-python (the environment farm has it). The certificates are the studio's own,
the signer's first; no time stamp server is asked unless one is named. It signs .mp4, .png and .jpg;
C2PA knows no .blend or .usd, beside which the report stays as a file.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

ASSERTION = "org.understudy.keyframe_authorship"
SOURCES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
KINDS = {".mp4": "video/mp4", ".png": "image/png", ".jpg": "image/jpeg"}
ALGORITHMS = ("es256", "es384", "es512", "ps256", "ps384", "ps512", "ed25519")


class SignError(Exception):
    """Says what keeps the film from being signed."""


def manifest(report: dict, title: str) -> dict:
    """Return the manifest: what was done to the pictures, and who made the keys behind them."""
    record = report.get("authorship")
    if not isinstance(record, dict) or "keys" not in record:
        raise SignError("the report holds no authorship: make it with `understudy ledger report`")
    agent = {"name": "Understudy", "version": record["understudy"]}
    proposed = sum(record["keys"][name] for name in ("ai", "edited", "retimed"))
    kind = "compositeWithTrainedAlgorithmicMedia" if proposed else "digitalCreation"
    action = {"action": "c2pa.created", "softwareAgent": agent, "digitalSourceType": SOURCES + kind}
    facts = {
        "keys": record["keys"],
        "unrecorded": record["unrecorded"],
        "characters": [{k: c[k] for k in ("name", "keys", "stages")} for c in record["characters"]],
        "runs": [run for entry in record["actions"] for run in entry["runs"]],
        "models": record["models"],
        "statement": record["statement"],
    }
    return {
        "claim_generator_info": [agent],
        "title": title,
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": [action]}},
            {"label": ASSERTION, "data": facts},
        ],
    }


def sign(film: Path, report: dict, certificates: bytes, key: bytes, out: Path, **how: str) -> None:
    """Write a signed copy of a film, whole or not at all."""
    import c2pa

    kind = KINDS.get(film.suffix.lower())
    if kind is None:
        raise SignError(f"{film.name}: C2PA signs {', '.join(KINDS)}")
    info = c2pa.C2paSignerInfo(
        how.get("algorithm", "es256").encode(),
        certificates,
        key,
        (how.get("server") or "").encode(),
    )
    if not how.get("server"):
        info.ta_url = None
    beside = out.with_name(f".{out.stem}-{os.getpid()}{out.suffix}")
    try:
        builder = c2pa.Builder(json.dumps(manifest(report, film.stem)))
        with film.open("rb") as source, beside.open("w+b") as target:
            builder.sign(c2pa.Signer.from_info(info), kind, source, target)
        os.replace(beside, out)
    except (c2pa.C2paError, OSError) as exc:
        raise SignError(f"{film.name} could not be signed: {exc}") from exc
    finally:
        beside.unlink(missing_ok=True)


def check(film: Path) -> dict:
    """Return what a signed film says: "state", "problems" and the "authorship"."""
    import c2pa

    try:
        with film.open("rb") as source, c2pa.Reader(KINDS[film.suffix.lower()], source) as reader:
            said = json.loads(reader.json())
    except (c2pa.C2paError, OSError, KeyError) as exc:
        raise SignError(f"{film.name} holds no signature that can be read: {exc}") from exc
    active = said["manifests"][said["active_manifest"]]
    facts = [a["data"] for a in active["assertions"] if a["label"].startswith(ASSERTION)]
    return {
        "state": said.get("validation_state", "Invalid"),
        "problems": [entry["code"] for entry in said.get("validation_status", [])],
        "authorship": facts[0] if facts else None,
    }


def main(argv: list[str]) -> int:
    """Sign or check one film; 0 done, 2 wrong usage, 3 failed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    add = parser.add_argument
    add("film", type=Path, nargs="?")
    add("--check", type=Path, metavar="FILM", help="print what a signed film says")
    add("--report", type=Path, help="what `understudy ledger report --report` wrote")
    add("--certificates", type=Path, help="the chain, PEM, the signer's own first")
    add("--key", type=Path, help="the private key, PEM")
    add("--out", type=Path, help="the signed copy")
    add("--algorithm", choices=ALGORITHMS, default="es256")
    add("--time-stamps", default="", metavar="URL", help="a time stamp server (none)")
    args = parser.parse_args(argv)
    if not args.check and not all((args.film, args.report, args.certificates, args.key, args.out)):
        parser.error("give FILM, --report, --certificates, --key and --out, or --check FILM")
    try:
        if args.check:
            sys.stdout.write(json.dumps(check(args.check), indent=2) + "\n")
            return 0
        report = json.loads(args.report.read_text("utf-8"))
        how = {"algorithm": args.algorithm, "server": args.time_stamps}
        certificates, key = args.certificates.read_bytes(), args.key.read_bytes()
        sign(args.film, report, certificates, key, args.out, **how)
    except (SignError, OSError, ValueError) as exc:
        sys.stderr.write(f"sign_film.py: {exc}\n")
        return 3
    sys.stdout.write(f"Saved: '{args.out}'\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
