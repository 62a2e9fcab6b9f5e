"""Owns the catalogues in locale/: extracts strings, takes translations, compiles and checks them (no gettext needed).

Catalogues are sorted and carry neither line numbers nor dates, so that two branches rarely touch the same line.
"""

import argparse
import fcntl
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
LANGUAGES = ("ar", "fr")
ARABIC_PLURALS = "(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5)"
PLURALS = {"ar": (6, ARABIC_PLURALS), "fr": (2, "(n > 1)")}
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
OUTSIDE = {".venv", "node_modules", "var", "static", "tests", "benchmarks", "sandbox", "ops", "locale", "migrations"}

MessageId = str | tuple[str, str]
Key = tuple[str | None, str]


class MessagesError(Exception):
    """A catalogue or a file of translations that cannot be used; the message names the entry."""


def extract() -> dict[str, Catalog]:
    """Merge the strings of the source into every catalogue; entries that the source no longer has are dropped."""
    found = source_messages()
    merged = {}
    with locked():
        for language in LANGUAGES:
            merged[language] = _merge(found, read_catalogue(language), language)
            write_catalogue(language, merged[language])
    return merged


def put(entries: dict[str, dict[str, Any]]) -> None:
    """Write translations: {"msgid": {"ar": …, "fr": …}}; plurals have "plural" and lists of forms."""
    with locked():
        for language in LANGUAGES:
            catalogue = read_catalogue(language)
            for msgid, entry in entries.items():
                _put_one(catalogue, language, msgid, entry)
            write_catalogue(language, catalogue)


def compile_all() -> None:
    """Write the .mo files beside their catalogues; git ignores them."""
    for language in LANGUAGES:
        source, target = catalogue_path(language), catalogue_path(language).with_suffix(".mo")
        if not source.exists() or (target.exists() and target.stat().st_mtime >= source.stat().st_mtime):
            continue
        with target.with_suffix(f".{os.getpid()}.tmp").open("wb") as file:
            write_mo(file, read_catalogue(language))
        Path(file.name).replace(target)


def problems() -> list[str]:
    """What is missing, fuzzy or ill-formed in ar and fr, one line each; empty when the catalogues are whole."""
    found = source_messages()
    return [line for language in LANGUAGES for line in _problems_of(language, found)]


def source_messages() -> Catalog:
    """Every string marked for translation in the Python files and templates of the product."""
    catalogue = Catalog(charset="utf-8")
    for path in source_files():
        for message, context in _strings_of(path):
            catalogue.add(message, context=context)
    return catalogue


def source_files() -> Iterator[Path]:
    for folder, names, files in os.walk(ROOT):
        names[:] = sorted(name for name in names if name not in OUTSIDE and not name.startswith("."))
        yield from (Path(folder) / name for name in sorted(files) if _is_source(Path(folder), name))


def _is_source(folder: Path, name: str) -> bool:
    in_templates = "templates" in folder.relative_to(ROOT).parts
    return name.endswith(".py") or (in_templates and name.endswith((".html", ".txt")))


def _strings_of(path: Path) -> Iterator[tuple[MessageId, str | None]]:
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        text = _as_python(text, path)
    for _line, name, found, _comments in extract_python(BytesIO(text.encode()), KEYWORDS, [], {}):
        message = _message(KEYWORDS[str(name)], found)
        if message is not None:
            yield message


def _as_python(text: str, path: Path) -> str:
    """A template as the Python-like text of calls that Django's own makemessages reads."""
    from django.conf import settings

    if not settings.configured:
        settings.configure(USE_I18N=True)
    from django.utils.translation.template import templatize

    return templatize(text, origin=str(path))


def _message(positions: Any, found: Any) -> tuple[MessageId, str | None] | None:
    words = found if isinstance(found, tuple) else (found,)
    has_context = bool(positions) and isinstance(positions[0], tuple)
    context = words[0] if has_context else None
    ids = words[1:] if has_context else words
    wanted = 1 if positions is None else len(positions) - has_context
    ids = ids[:wanted]
    if len(ids) < wanted or not all(isinstance(word, str) and word for word in ids):
        return None
    return (ids[0] if wanted == 1 else (ids[0], ids[1])), context


def _merge(found: Catalog, old: Catalog, language: str) -> Catalog:
    merged = _empty(language)
    for message in _entries(found):
        known = old.get(_first(message.id), context=message.context)
        merged.add(
            message.id,
            string=_kept_string(known, message) if known else None,
            context=message.context,
            flags=_flags(known, message),
        )
    return merged


def _kept_string(known: Message, message: Message) -> Any:
    same_kind = isinstance(known.id, tuple) == isinstance(message.id, tuple)
    return known.string if same_kind else None


def _flags(known: Message | None, message: Message) -> set[str]:
    fuzzy = {"fuzzy"} if known and known.fuzzy else set()
    return fuzzy | {flag for flag in message.flags if flag == "python-format"}


def _put_one(catalogue: Catalog, language: str, msgid: str, entry: dict[str, Any]) -> None:
    given = entry.get(language)
    plural = entry.get("plural")
    if given is None:
        raise MessagesError(f"{msgid!r} has no {language} text")
    count = PLURALS[language][0]
    if plural and (not isinstance(given, list) or len(given) != count):
        raise MessagesError(f"{msgid!r} needs a list of {count} plural forms in {language}")
    if not plural and not isinstance(given, str):
        raise MessagesError(f"{msgid!r} needs one {language} text")
    context = entry.get("context")
    catalogue.delete(msgid, context=context)
    catalogue.add((msgid, plural) if plural else msgid, string=tuple(given) if plural else given, context=context)


def _problems_of(language: str, found: Catalog) -> Iterator[str]:
    catalogue = read_catalogue(language)
    for message in _entries(found):
        known = catalogue.get(_first(message.id), context=message.context)
        if known is None or isinstance(known.id, tuple) != isinstance(message.id, tuple) or not _is_full(known.string):
            yield f"{language}: no translation of {_first(message.id)!r}"
        elif known.fuzzy:
            yield f"{language}: fuzzy translation of {_first(message.id)!r}"
        else:
            yield from (f"{language}: {_first(message.id)!r}: {problem}" for problem in _misfits(message, known))


def _misfits(message: Message, known: Message) -> Iterator[str]:
    """Named placeholders of the source that a translation lacks or invents."""
    sources = [str(text) for text in _texts(message.id)]
    forms = [str(text) for text in _texts(known.string)]
    allowed = set().union(*(_placeholders(source) for source in sources))
    for form in forms:
        if invented := _placeholders(form) - allowed:
            yield f"invents {', '.join(sorted(invented))}"
    if len(sources) == 1 and (lacking := allowed - _placeholders(forms[0])):
        yield f"lacks {', '.join(sorted(lacking))}"


def _texts(one_or_many: Any) -> Iterable[Any]:
    return one_or_many if isinstance(one_or_many, (list, tuple)) else (one_or_many,)


def _placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)[a-z]|(?<!%)%[sd]|(?<!\{)\{\w*\}(?!\})", text))


def _is_full(string: Any) -> bool:
    return all(_texts(string))


def _first(msgid: Any) -> str:
    return str(msgid[0] if isinstance(msgid, tuple) else msgid)


def _entries(catalogue: Catalog) -> Iterable[Message]:
    return (message for message in catalogue if message.id)


def catalogue_path(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def read_catalogue(language: str) -> Catalog:
    path = catalogue_path(language)
    if not path.exists():
        return _empty(language)
    with path.open("rb") as file:
        read = read_po(file, locale=language)
    catalogue = _empty(language)
    for message in _entries(read):
        catalogue.add(message.id, string=message.string, context=message.context, flags=message.flags)
    return catalogue


def write_catalogue(language: str, catalogue: Catalog) -> None:
    path = catalogue_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    ordered = _empty(language)
    for message in sorted(_entries(catalogue), key=lambda one: (_first(one.id), one.context or "")):
        ordered.add(message.id, string=message.string, context=message.context, flags=message.flags)
    text = BytesIO()
    write_po(text, ordered, width=0, no_location=True, omit_header=True, ignore_obsolete=True)
    count, rule = PLURALS[language]
    path.write_text(
        HEADER.format(language=language, count=count, rule=rule) + text.getvalue().decode(), encoding="utf-8"
    )


HEADER = """msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals={count}; plural={rule};\\n"

"""


def _empty(language: str) -> Catalog:
    catalogue = Catalog(locale=language, charset="utf-8", fuzzy=False)
    count_and_rule: tuple[Any, Any] = PLURALS[language]
    catalogue._num_plurals, catalogue._plural_expr = count_and_rule
    return catalogue


@contextmanager
def locked() -> Iterator[None]:
    """One writer at a time over all catalogues."""
    LOCALE.mkdir(exist_ok=True)
    with (LOCALE / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m ops.messages", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("extract", help="merge the strings of the source into locale/")
    commands.add_parser("compile", help="write the .mo files")
    commands.add_parser("check", help="fail when an entry is missing or fuzzy")
    commands.add_parser("missing", help="print what lacks a translation as JSON to fill in for put")
    commands.add_parser("put", help="write translations from a JSON file").add_argument("file", type=Path)
    given = parser.parse_args(arguments)
    if given.command == "put":
        put(json.loads(given.file.read_text(encoding="utf-8")))
        compile_all()
    elif given.command == "extract":
        extract()
        compile_all()
    elif given.command == "compile":
        compile_all()
    elif given.command == "missing":
        print(json.dumps(missing(), ensure_ascii=False, indent=1))
    else:
        return _report(problems())
    return 0


def missing() -> dict[str, dict[str, Any]]:
    """The entries to translate, in the shape that `put` reads, with what is there already."""
    wanted: dict[str, dict[str, Any]] = {}
    found = source_messages()
    for language in LANGUAGES:
        catalogue = read_catalogue(language)
        for message in _entries(found):
            known = catalogue.get(_first(message.id), context=message.context)
            if (
                known is None
                or not _is_full(known.string)
                or isinstance(known.id, tuple) != isinstance(message.id, tuple)
            ):
                wanted.setdefault(_first(message.id), _blank(message))
    return wanted


def _blank(message: Message) -> dict[str, Any]:
    blank: dict[str, Any] = {"context": message.context} if message.context else {}
    if isinstance(message.id, tuple):
        return blank | {"plural": message.id[1], "ar": [""] * 6, "fr": [""] * 2}
    return blank | {"ar": "", "fr": ""}


def _report(lines: list[str]) -> int:
    for line in lines:
        print(line)
    print(f"catalogues: {len(lines)} to mend" if lines else "catalogues: whole")
    return 1 if lines else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except MessagesError as problem:
        sys.exit(str(problem))
