"""Owns what the operating commands say: short lines, and problems that say what is missing and what to do."""

import sys
import time


class Problem(Exception):
    """Something the person at the keyboard must settle; the message says what and how."""


class Steps:
    """Prints each step as it begins, with the seconds since the start."""

    def __init__(self) -> None:
        self.began = time.monotonic()

    def say(self, text: str) -> None:
        print(f"[{time.monotonic() - self.began:5.1f} s] {text}", flush=True)


def fail(problem: object) -> int:
    print(f"\n{problem}\n", file=sys.stderr, flush=True)
    return 1
