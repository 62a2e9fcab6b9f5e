"""Owns the way from a fresh clone to a started Sanad with a Python alone: packages, front-end files, then ops.start.

Runs under the system's Python before anything is installed, so it uses the standard library and old syntax only.
"""

import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor

LOWEST = (3, 11)
KNOWN = ("python3.14", "python3.13", "python3.12", "python3.11")


def main(arguments: list) -> int:  # type: ignore[type-arg]  # an older Python must read it, to say that it is too old
    if sys.version_info < LOWEST:
        return _with_newer_python(arguments)
    os.chdir(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    from ops import venv
    from ops.console import Problem, Steps, fail
    from ops.frontend import FrontendError, install, lighten

    steps = Steps()
    try:
        if not venv.is_current("requirements.txt"):
            steps.say("Installing the Python packages and the front-end files (first start only)")
        with ThreadPoolExecutor(1) as beside:
            packages = beside.submit(venv.ensure, "requirements.txt")
            has_npm = bool(shutil.which("npm") and shutil.which("node"))
            if not has_npm:  # npm comes as a Python package then, into the environment
                packages.result()
            install()
            packages.result()
        lighten()
    except (Problem, FrontendError) as problem:
        return fail(problem)
    os.environ["SANAD_STARTED_AT"] = str(steps.began)
    os.execv(str(venv.PYTHON), [str(venv.PYTHON), "-m", "ops.start", *arguments])
    raise AssertionError("execv does not return")


def _with_newer_python(arguments: list) -> int:  # type: ignore[type-arg]
    for name in KNOWN:
        path = shutil.which(name)
        if path:
            os.execv(path, [path, "-m", "ops.bootstrap", *arguments])
    here = ".".join(str(part) for part in sys.version_info[:3])
    print("\nSanad needs Python 3.11 or later; this one is %s and no later one was found." % here)  # noqa: UP031
    print("Install it (Debian 12 and Ubuntu 24.04 have it: apt-get install python3 python3-venv) and start again.\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
