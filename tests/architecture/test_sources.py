"""What the sources themselves must keep: one writer of states, no network's name outside, one broad except each."""

import ast
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from networks.registry import all_adapters
from tests.architecture.sources import APPS, LEAVES, ROOT, place, python_files, tracked, tree

ENGINE = ROOT / "chain" / "engine.py"
ORDINARY_WORDS = {"threads"}
BROAD = {"publishing/publisher.py": 1, "analytics/collecting.py": 1}


def test_imports_point_one_way() -> None:
    found = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout


def writes_state(node: ast.AST) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "update":
        *_, columns = [*node.args, *(keyword.value for keyword in node.keywords)]
        return "'state'" in ast.dump(columns)
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("update", "bulk_update")
    ):
        return any(keyword.arg == "state" for keyword in node.keywords)
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign) else []
    return any(isinstance(target, ast.Attribute) and target.attr == "state" for target in targets)


def test_a_state_column_is_written_only_by_the_engine() -> None:
    written = [
        place(path, node)
        for path in python_files(*APPS)
        if path != ENGINE
        for node in ast.walk(tree(path))
        if writes_state(node)
    ]
    assert written == []


def test_no_network_is_named_outside_its_own_places() -> None:
    """Where a network is called by an ordinary word of programs, its addresses alone tell it."""
    slugs = [cls.slug for cls in all_adapters() if len(cls.slug) > 2 and cls.slug not in ORDINARY_WORDS]
    addresses = [
        urlsplit(url).netloc
        for cls in all_adapters()
        for url in (cls.default_url, cls.usual_url, cls.consent_host)
        if url
    ]
    names = re.compile("|".join([*slugs, *(rf"\b{re.escape(host)}\b" for host in addresses)]), re.IGNORECASE)
    allowed = (
        "networks/",
        "sandbox/",
        "tests/",
        "locale/",
        "docs/",
        "templates/networks/",
        "benchmarks/",
        "CHANGELOG",
        "README",
        "pyproject.toml",
        "requirements",
    )
    named = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path.suffix in {".py", ".html", ".js", ".css", ".toml", ".txt"} or path.name == "Makefile"
        if not str(path.relative_to(ROOT)).startswith(allowed)
        if names.search(path.read_text(encoding="utf-8"))
    ]
    assert named == []


def test_broad_excepts_stand_only_in_the_two_loops_that_must_survive_anything() -> None:
    found: dict[str, int] = {}
    for path in python_files(*APPS, *LEAVES, "sandbox", "ops"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ExceptHandler) and (
                node.type is None or getattr(node.type, "id", "") in ("Exception", "BaseException")
            ):
                name = str(path.relative_to(ROOT))
                found[name] = found.get(name, 0) + 1
    assert {name: n for name, n in found.items() if n > BROAD.get(name, 0)} == {}


def test_tasks_are_short_hands() -> None:
    long = [
        place(path, node)
        for path in python_files(*APPS)
        if path.name == "tasks.py"
        for node in tree(path).body
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno > 6
    ]
    assert long == []


def test_functions_and_files_stay_short() -> None:
    files = [
        str(path.relative_to(ROOT))
        for path in python_files(*APPS, *LEAVES, "sandbox", "ops")
        if path.read_text(encoding="utf-8").count("\n") > 400
    ]
    functions = [
        place(path, node)
        for path in python_files(*APPS, *LEAVES, "sandbox", "ops")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (node.end_lineno or 0) - node.lineno + 1 > 50
    ]
    assert (files, functions) == ([], [])


LETTERS = re.compile(r">[^<>{}%]*[A-Za-z]{2,}[^<>{}]*<")
UNTOUCHED = re.compile(
    r"\{%\s*(?:blocktranslate|comment)\b.*?\{%\s*end(?:blocktranslate|comment)\s*%\}|\{#.*?#\}|<script.*?</script>|<style.*?</style>|\{%.*?%\}|\{\{.*?\}\}",
    re.DOTALL,
)


@pytest.mark.parametrize("path", [p for p in tracked() if p.suffix == ".html" and "templates" in p.parts], ids=str)
def test_every_visible_word_of_a_template_is_translated(path: Path) -> None:
    text = UNTOUCHED.sub("", path.read_text(encoding="utf-8"))
    words = [match for match in LETTERS.findall(text) if not re.search(r"Français|English|Sanad|SHA|CSV|UTC", match)]
    assert words == []
