"""Our own source files, parsed once, for the tests that hold the architecture."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ("config", "demo", "analytics", "publishing", "campaigns", "library", "accounts", "chain")
LEAVES = ("networks", "outgoing")


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that Git knows or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return tuple(ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file())


def python_files(*packages: str) -> list[Path]:
    """The packages' modules, without migrations."""
    return [
        path
        for path in tracked()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in packages and "migrations" not in path.parts
    ]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def place(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
