"""campaigns.importing: a report per row, all or nothing, the same file twice makes nothing twice."""

import csv
import io
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from openpyxl import Workbook

from accounts.models import User
from campaigns import importing
from campaigns.importing import Report, import_contents
from campaigns.lifecycle import VariantState
from campaigns.models import Campaign, Content, MediaFile, Payload, Variant
from campaigns.rendering import render
from campaigns.sheets import COLUMNS
from chain.errors import Invalid, NotAllowed, NotFound
from library.models import Claim, Concept
from library.scripture import passage
from publishing.models import Channel
from tests.campaigns.conftest import make_picture
from tests.knowledge import make_concept
from tests.people import actor_of

HEADER = [*COLUMNS, "concept"]


def row(**cells: Any) -> dict[str, Any]:
    usual = {
        "reference": "J1",
        "language": "ar",
        "channel": "@rabita",
        "title": "سعة الجهاد",
        "text": "الجهاد أوسع من القتال.\n\n{29:69}\n\nوالإحسان منه.",
        "claim": "دعوى أن الجهاد هو القتال",
        "concept": "الجهاد",
        "citations": "29:69",
    }
    return {**usual, **cells}


def as_csv(*rows: dict[str, Any], encoding: str = "utf-8") -> bytes:
    made = io.StringIO(newline="")
    writer = csv.DictWriter(made, HEADER)
    writer.writeheader()
    writer.writerows(rows)
    return made.getvalue().encode(encoding)


def as_xlsx(*rows: dict[str, Any]) -> bytes:
    book, made = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADER)
    for each in rows:
        sheet.append([each.get(name) for name in HEADER])
    book.save(made)
    return made.getvalue()


@pytest.fixture(autouse=True)
def concept(request: pytest.FixtureRequest) -> Concept | None:
    """The concept that the rows name, where a test has a database at all."""
    return make_concept(request.getfixturevalue("alice"), "الجهاد") if "campaign" in request.fixturenames else None


@pytest.fixture
def bring(campaign: Campaign, channel: Channel, carla: User, tmp_path: Path) -> Any:
    def run(content: bytes, *, commit: bool = True, submit: bool = False, user: User = carla) -> Report:
        return import_contents(
            content=content, campaign=campaign, actor=actor_of(user), folder=tmp_path, commit=commit, submit=submit
        )

    return run


def said(report: Report) -> str:
    return " ".join(str(sentence) for row in report.rows for sentence in row.said)


@pytest.mark.parametrize("made", [as_csv, as_xlsx])
def test_a_row_becomes_a_draft_with_its_verse_in_place(bring: Any, made: Any) -> None:
    report = bring(made(row()))
    assert report.is_kept, said(report)
    variant = Variant.objects.get()
    assert variant.state == VariantState.DRAFT
    text = render(variant).parts[0].post.text
    assert text.startswith(f"الجهاد أوسع من القتال.\n\n{passage(29, 69).quoted('ar')}\n\nوالإحسان منه.")
    assert text.count("﴿") == 1


def test_the_first_look_keeps_nothing(bring: Any, tmp_path: Path) -> None:
    (tmp_path / "p.png").write_bytes(make_picture())
    report = bring(as_csv(row(picture="p.png", **{"alt text": "لوحة"})), commit=False)
    assert report.is_sound
    assert report.contents == 1
    assert not report.is_kept
    assert not Content.objects.exists()
    assert not Claim.objects.exists()
    assert not MediaFile.objects.exists()
    assert not [each for each in Path(settings.MEDIA_ROOT).rglob("*") if each.is_file()]


def test_the_same_file_twice_makes_nothing_twice(bring: Any) -> None:
    bring(as_csv(row()))
    again = bring(as_csv(row(text="غيّر أحدهم الملف")))
    assert [each.verdict for each in again.rows] == ["there"]
    assert again.contents == 0
    assert Content.objects.count() == 1


def test_one_wrong_row_keeps_everything_out(bring: Any) -> None:
    report = bring(as_csv(row(), row(reference="J2", citations="2:999")))
    assert [each.verdict for each in report.rows] == ["ok", "wrong"]
    assert not report.is_kept
    assert not Content.objects.exists()


def test_rows_of_one_reference_are_channels_of_one_content(bring: Any, campaign: Campaign, carla: User) -> None:
    from tests.campaigns.conftest import make_channel

    make_channel(campaign.organisation, carla, "@second")
    report = bring(as_csv(row(), row(channel="second", text="نص القناة الثانية", citations="")))
    assert report.is_kept, said(report)
    content = Content.objects.get()
    first, second = content.variants.order_by("pk")
    assert content.draft["variants"][str(first.pk)]["blocks"] is None
    assert content.draft["variants"][str(second.pk)]["blocks"] == [{"type": "text", "text": "نص القناة الثانية"}]


def test_each_language_of_a_reference_is_a_content(bring: Any) -> None:
    report = bring(as_csv(row(), row(language="fr", text="Le jihad est plus vaste.", channel="", citations="")))
    assert report.is_kept, said(report)
    assert set(Content.objects.values_list("reference", "language")) == {("J1", "ar"), ("J1", "fr")}


def test_submitting_puts_up_but_signs_nothing(bring: Any, alice: User) -> None:
    report = bring(as_csv(row()), submit=True)
    assert report.is_kept, said(report)
    assert Variant.objects.get().state == VariantState.IN_REVIEW
    assert Payload.objects.count() == 1


def test_submitting_what_is_too_long_is_refused_with_by_how_much(bring: Any) -> None:
    report = bring(as_csv(row(text="ب" * 600)), submit=True)
    assert report.rows[0].verdict == "wrong"
    assert "500" in said(report)


def test_without_submitting_too_long_is_only_a_note(bring: Any) -> None:
    report = bring(as_csv(row(text="ب" * 600)))
    assert report.rows[0].verdict == "ok"
    assert "500" in said(report)


def test_the_importer_can_never_sign_what_they_brought(bring: Any, carla: User) -> None:
    bring(as_csv(row()), submit=True)
    assert carla.pk in Variant.objects.get().contributor_ids()


def test_a_picture_beside_the_file_comes_in_with_its_description(bring: Any, tmp_path: Path) -> None:
    (tmp_path / "p.png").write_bytes(make_picture())
    report = bring(as_csv(row(picture="p.png", **{"alt text": "لوحة خضراء"})))
    assert report.is_kept, said(report)
    media = render(Variant.objects.get()).parts[0].post.media
    assert [each.alt_text for each in media] == ["لوحة خضراء"]


def test_the_planned_time_is_read_in_the_campaign_s_zone(bring: Any) -> None:
    bring(as_csv(row(time="2031-02-07 20:30")))
    assert Variant.objects.get().planned_at == datetime(2031, 2, 7, 20, 30, tzinfo=ZoneInfo("Africa/Casablanca"))


def test_a_spreadsheet_s_own_dates_and_times_are_read_back(bring: Any) -> None:
    from datetime import time

    cells = {"time": datetime(2031, 2, 7, 20, 30), "citations": time(2, 25), "text": "نص"}  # noqa: DTZ001
    report = bring(as_xlsx(row(**cells)))
    assert report.is_kept, said(report)
    assert Variant.objects.get().planned_at == datetime(2031, 2, 7, 20, 30, tzinfo=ZoneInfo("Africa/Casablanca"))
    assert passage(2, 25).text in render(Variant.objects.get()).parts[0].post.text


@pytest.mark.parametrize(
    ("cells", "word"),
    [
        ({"time": "2020-01-01 10:00"}, "past"),
        ({"time": "غدا"}, "hour:minute"),
        ({"channel": "@nobody"}, "no channel"),
        ({"citations": "آية الكرسي"}, "surah:verse"),
        ({"text": "{2:999}"}, "verse"),
        ({"text": "  "}, "text"),
        ({"title": ""}, "title"),
        ({"claim": ""}, "claim"),
        ({"concept": ""}, "concept"),
        ({"concept": "القتال"}, "no concept"),
        ({"reference": ""}, "reference"),
        ({"language": "de"}, "language"),
        ({"picture": "p.png"}, "alt text"),
        ({"picture": "../p.png", "alt text": "x"}, "beside"),
        ({"picture": "/etc/passwd", "alt text": "x"}, "beside"),
        ({"channel": "", "time": "2031-02-07 20:30"}, "channel"),
    ],
)
def test_what_is_wrong_in_a_row_is_said_with_how_to_mend_it(bring: Any, cells: dict[str, str], word: str) -> None:
    from django.utils import translation

    with translation.override("en"):
        report = bring(as_csv(row(**cells)))
        assert report.rows[0].verdict == "wrong"
        assert word in said(report)
    assert not Content.objects.exists()


def test_a_file_that_is_no_picture_is_refused_in_its_row(bring: Any, tmp_path: Path) -> None:
    (tmp_path / "p.png").write_bytes(b"not a picture")
    assert bring(as_csv(row(picture="p.png", **{"alt text": "x"}))).rows[0].verdict == "wrong"


def bomb() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"\0" * (70 * 1024 * 1024))
    return made.getvalue()


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (lambda: b"", "file_empty"),
        (lambda: b"\x89PNG\r\n\x1a\n\x00\x00", "wrong_type"),
        (lambda: b"%PDF-1.4 \x00", "wrong_type"),
        (lambda: b"\xd0\xcf\x11\xe0 old", "old_excel"),
        (lambda: as_xlsx(row())[:900], "broken_xlsx"),
        (lambda: as_xlsx(row())[:-30], "broken_xlsx"),
        (lambda: b"PK\x03\x04 not a sheet", "broken_xlsx"),
        (lambda: as_csv(row(), encoding="cp1256"), "wrong_encoding"),
        (lambda: as_csv(row(), encoding="utf-16"), "wrong_type"),
        (lambda: b"reference,title\n1,2\n", "columns_missing"),
        (lambda: as_csv(row()).replace(b"citations", b"colour"), "columns_unknown"),
        (lambda: as_csv(row()).replace(b"citations", b"title"), "columns_twice"),
        (lambda: as_csv(), "no_rows"),
        (lambda: as_csv(row(title="=1+1")), "formula"),
        (lambda: as_xlsx(row(title="=HYPERLINK(1)")), "formula"),
        (lambda: as_csv(row()) + b'"open quote', "broken_csv"),
        (lambda: b"x" * (5 * 1024 * 1024 + 1), "file_too_large"),
        (bomb, "file_too_large"),
        (lambda: as_csv(*[row()] * 1001), "too_many_rows"),
        (lambda: as_xlsx(*[row()] * 1001), "too_many_rows"),
        (lambda: as_xlsx(row(title=True)), "cell_not_text"),
    ],
)
def test_a_bad_file_has_its_own_sentence(bring: Any, made: Any, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        bring(made())
    assert refused.value.code == code
    assert refused.value.field == "file"
    assert not Content.objects.exists()


def test_a_semicolon_csv_with_a_mark_at_its_start_is_read(bring: Any) -> None:
    content = b"\xef\xbb\xbf" + "reference;language;title;text;claim;concept\nJ9;ar;عنوان;نص;دعوى;الجهاد\n".encode()
    assert bring(content).is_kept


def test_the_bytes_of_a_vocalised_text_come_in_unchanged(bring: Any) -> None:
    text = "بِسْمِ ٱللَّهِ ٱلرَّحْمَٰنِ ٱلرَّحِيمِ"
    bring(as_xlsx(row(text=text, citations="")))
    assert Content.objects.get().draft["body"][0]["text"] == text


def test_an_author_does_not_import(bring: Any, alice: User) -> None:
    with pytest.raises(NotAllowed):
        bring(as_csv(row()), user=alice)


def test_the_outsider_finds_no_campaign(bring: Any, charlie: User) -> None:
    with pytest.raises(NotFound):
        bring(as_csv(row()), user=charlie)


def command(path: Path, *more: str) -> str:
    out = io.StringIO()
    call_command(
        "import_contents", str(path), "--organisation", "rabita", "--campaign", "jihad", "--as",
        "carla@rabita.test", *more, stdout=out,
    )  # fmt: skip
    return out.getvalue()


def test_the_command_looks_first_and_keeps_when_told(campaign: Campaign, channel: Channel, tmp_path: Path) -> None:
    path = tmp_path / "c.xlsx"
    path.write_bytes(as_xlsx(row()))
    assert "dry run" in command(path)
    assert not Content.objects.exists()
    assert "imported" in command(path, "--commit")
    assert "=" in command(path, "--commit")
    assert Content.objects.count() == 1


def test_the_command_ends_badly_when_a_row_is_wrong(campaign: Campaign, channel: Channel, tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_bytes(as_csv(row(citations="2:999")))
    with pytest.raises(CommandError):
        command(path, "--commit")


@pytest.mark.parametrize("more", [("--campaign", "none"), ("--organisation", "none"), ("--as", "nobody@x.test")])
def test_the_command_names_what_it_does_not_know(campaign: Campaign, tmp_path: Path, more: tuple[str, str]) -> None:
    path = tmp_path / "c.csv"
    path.write_bytes(as_csv(row()))
    with pytest.raises(CommandError):
        command(path, *more)


def test_a_missing_file_is_named(campaign: Campaign, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="nothing.csv"):
        command(tmp_path / "nothing.csv")


def test_a_relative_day_is_counted_in_the_campaign_s_zone(campaign: Campaign) -> None:
    moment = importing.planned("+2 20:30", campaign)
    assert moment is not None
    assert (moment.hour, moment.minute) == (20, 30)


def test_a_time_that_the_clocks_jump_over_is_refused(campaign: Campaign) -> None:
    campaign.time_zone = "Europe/Paris"
    with pytest.raises(Invalid) as refused:
        importing.planned("2031-03-30 02:30", campaign)
    assert refused.value.code == "no_such_time"


def test_a_concept_is_found_however_it_is_vowelled_and_never_made_by_a_file(bring: Any) -> None:
    bring(as_csv(row(concept="اَلْجِهَادُ")))
    assert Claim.objects.get().concept == Concept.objects.get()
