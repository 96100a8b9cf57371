"""Exchange the things of prompts that strangers wrote, for bench_layout_words.py."""

from __future__ import annotations

import random
import re

from understudy.ml.layout.kinds import KINDS
from understudy.ml.layout.mentions import Vocabulary, scan, tokens_of

import bench_layout as bench
from bench_layout_words import Claim, Names, accepted, plural

SWAPPED = ("strangers_1.txt", "strangers_2.txt", "strangers_3.txt", "strangers_4.txt")


class Swapper:
    """Takes prompts that strangers wrote and exchanges the things in them."""

    def __init__(self, rng: random.Random) -> None:
        self.rng, self.names, self.vocabulary = rng, Names(), Vocabulary([])
        self.lines = []
        for name in SWAPPED:
            for line in (bench.PROMPTS / name).read_text("utf-8").splitlines():
                if line.count("|") == 2 and line[0] != "#":
                    words, _, wanted = (p.strip() for p in line.split("|"))
                    if words.isascii():
                        self.lines.append((words, [w.strip() for w in wanted.split(";")]))

    def prompt(self) -> tuple[str, list[Claim]]:
        """Return one prompt, its things exchanged, with its claims."""
        words, wanted = self.rng.choice(self.lines)
        wanted = [w for w in wanted if w != "-" and not w.startswith("people")]
        claimed = {k for w in wanted for part in w.split()[::2] for k in part.split("/")}
        tokens = tokens_of(words.lower())
        found = [m for m in scan(tokens, self.vocabulary) if m.kind in claimed]
        new: dict[str, str] = {}
        taken = set(claimed)
        for mention in found:
            if mention.kind in new or len([m for m in found if m.kind == mention.kind]) > 3:
                continue
            other = self._like(mention.kind, taken)
            if other:
                new[mention.kind] = other
                taken |= accepted(other)
        text = words
        for mention in sorted(found, key=lambda m: -len(m.label)):
            if mention.kind in new:
                name = self.names.of[new[mention.kind]][0]
                many = mention.label.endswith("s") and not mention.label.endswith("ss")
                text = re.sub(rf"\b{re.escape(mention.label)}\b",
                              plural(name) if many else name, text, flags=re.I)  # fmt: skip
        return text, [self._claim(w, new, words) for w in wanted]

    def _like(self, kind: str, taken: set[str]) -> str:
        entry = KINDS[kind]

        def same(other: str) -> bool:
            o = KINDS[other]
            near = 0.5 < (o.size[0] * o.size[2]) / (entry.size[0] * entry.size[2]) < 2.0
            return (o.category, o.support, o.carries, o.solid) == (
                entry.category, entry.support, entry.carries, entry.solid) and near and (
                (o.under is None) == (entry.under is None))  # fmt: skip

        found = [k for k in KINDS if k != kind and not accepted(k) & taken and self.names.of[k]
                 and same(k)]  # fmt: skip
        return self.rng.choice(found) if found else ""

    def _claim(self, wanted: str, new: dict[str, str], words: str) -> Claim:
        def kinds(part: str) -> set[str]:
            own = part.split("/")
            hit = next((new[k] for k in own if k in new), None)
            return accepted(hit) if hit else set(own)

        parts = wanted.split()
        if len(parts) == 2:
            relation = "none" if parts[1] == "0" else "count"
            least = -int(parts[1][:-1]) if parts[1].endswith("+") else int(parts[1])
            return Claim(kinds(parts[0]), relation, number=least, form=words)
        return Claim(kinds(parts[0]), parts[1], kinds(parts[2]), form=words)
