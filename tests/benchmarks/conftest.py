"""The scripts of benchmarks/ find each other as they do when they are run: by their own folder."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "benchmarks"))
