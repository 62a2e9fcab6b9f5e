"""Owns `make bench`: runs every benchmark under benchmarks/ by the environment's Python and prints their figures.

Each benchmark takes --json and starts what it measures by the production command lines.
"""

import os
import subprocess
import sys
from pathlib import Path

from ops import venv
from ops.console import Problem, fail

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> int:
    os.chdir(ROOT)
    try:
        venv.ensure("requirements.txt")
        venv.ensure("requirements-dev.txt")
    except Problem as problem:
        return fail(problem)
    code = 0
    for file in sorted(Path("benchmarks").glob("[a-z]*.py")):
        print(f"\n── {file}", flush=True)
        code = subprocess.run([str(venv.PYTHON), str(file), *arguments], check=False).returncode or code
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
