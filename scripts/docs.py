"""Build the documentation in build/site, strictly: a broken link or a lost page is an error.

python3 scripts/docs.py
"""

from __future__ import annotations

import subprocess
import sys

import env

LIMIT_S = 300


def main() -> int:
    """Build it and say where it lies."""
    try:
        python = env.ensure("docs")["docs"]
    except env.SetupError as exc:
        sys.stderr.write(f"{exc}\n")
        return 1
    # Not --quiet: what mkdocs does not say it does not count either, and nothing would be strict.
    command = [str(python), "-m", "mkdocs", "build", "--strict", "--clean"]
    done = subprocess.run(
        command, cwd=env.ROOT, timeout=LIMIT_S, check=False, capture_output=True, text=True
    )
    if done.returncode:
        sys.stderr.write(done.stderr)
    else:
        env.say(f"the documentation is in {env.BUILD / 'site' / 'index.html'}")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
