"""No missing or fuzzy entry in Arabic and French, and no words that no catalogue can know."""

import ast

from ops import messages
from tests.architecture.sources import APPS, place, python_files, tree


def test_the_catalogues_are_complete() -> None:
    assert messages.problems() == []


def test_no_words_are_asked_for_inside_an_f_string_where_the_catalogues_do_not_look() -> None:
    inside = [
        place(path, call)
        for path in python_files(*APPS, "portal", "operating")
        for text in ast.walk(tree(path))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in messages.KEYWORDS
    ]
    assert inside == []
