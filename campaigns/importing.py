"""Importing contents from a file: a report per row, all or nothing, and no signature skipped.

Rows of one reference and language are one content; each of its channels is a row. A reference that stands already in
the campaign is left as it is, so that a file can be imported again. All lands as draft, or under review when asked.
"""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.capabilities import Capability
from campaigns import media
from campaigns.access import channels_of
from campaigns.checks import check
from campaigns.documents import Block, Document, OwnText, Picture, Text, Verse
from campaigns.drafting import add_variant, create_content, save_draft
from campaigns.models import Campaign, Content, MediaFile
from campaigns.problems import Said
from campaigns.sheets import MAX_BYTES, Row, read_rows
from campaigns.submitting import NotReady, submit_all
from chain.actors import Actor
from chain.errors import DomainError, Invalid
from chain.trail import record
from library import citing, scripture
from library.concepts import concept_named
from library.models import Claim, Concept
from library.narratives import add_claim

PLACED = re.compile(r"\{\s*([0-9: -]+?)\s*\}")
RELATIVE = re.compile(r"\+(\d{1,3})\s+(\d{1,2}):(\d{2})")


@dataclass
class RowReport:
    """`verdict` is ok, there (imported before) or wrong; `said` says what is wrong and how to mend it, or notes."""

    number: int
    reference: str
    verdict: str = "ok"
    said: list[Said] = field(default_factory=list)

    def wrong(self, *sentences: Said) -> None:
        self.verdict = "wrong"
        self.said += sentences


@dataclass
class Report:
    """`is_kept` says whether the database has it now. Nothing is kept while one row is wrong."""

    rows: list[RowReport]
    contents: int = 0
    is_kept: bool = False

    @property
    def is_sound(self) -> bool:
        return all(row.verdict != "wrong" for row in self.rows)


@dataclass
class Import:
    """What one run has at hand."""

    campaign: Campaign
    actor: Actor
    folder: Path | None
    is_submitted: bool
    channels: Mapping[str, list[Any]]
    pictures: list[MediaFile] = field(default_factory=list)


def import_contents(
    *, content: bytes, campaign: Campaign, actor: Actor, folder: Path | None = None, commit: bool, submit: bool = False
) -> Report:
    """Read a file (XLSX or CSV) and report on every row; keep it only with `commit` and when no row is wrong.

    `folder` is where picture paths begin (None: pictures are refused). Raises Invalid for a file that cannot be read.
    """
    actor.require(Capability.IMPORT_CONTENTS, on=campaign)
    rows = read_rows(content)
    reports = {row.number: RowReport(row.number, row["reference"].strip()) for row in rows}
    run = Import(campaign, actor, folder, submit, by_handle(actor))
    report = Report(list(reports.values()))
    with transaction.atomic():
        for _key, group in groupby(sorted(rows, key=key_of), key=key_of):
            report.contents += import_group(run, list(group), reports)
        report.is_kept = commit and report.is_sound
        if report.is_kept:
            record("contents.imported", campaign, actor=actor, data={"contents": report.contents, "rows": len(rows)})
        else:
            transaction.set_rollback(True)
    drop_pictures(run)
    return report


def key_of(row: Row) -> tuple[str, str]:
    return row["reference"].strip(), row["language"].strip().lower()


def by_handle(actor: Actor) -> dict[str, list[Any]]:
    """The channels by each name that a row may give them: the whole handle, without its server, the shown name."""
    found: dict[str, list[Any]] = {}
    for channel in channels_of(actor):
        handle = bare(channel.handle)
        for name in {handle, handle.partition("@")[0], bare(channel.display_name)}:
            found.setdefault(name, []).append(channel)
    return found


def bare(name: str) -> str:
    return name.strip().lstrip("@").casefold()


def drop_pictures(run: Import) -> None:
    """A run that was not kept leaves no picture on the disk."""
    for picture in run.pictures:
        if not MediaFile.objects.filter(organisation_id=picture.organisation_id, sha256=picture.sha256).exists():
            media.path_of(picture.organisation_id, picture.sha256).unlink(missing_ok=True)


def import_group(run: Import, rows: list[Row], reports: dict[int, RowReport]) -> int:
    """One content with its channels; the number made. What is wrong stands on the row that it is about."""
    reference, language = key_of(rows[0])
    if not reference or len(reference) > 80:
        for row in rows:
            reports[row.number].wrong(_("Give each content a reference of up to 80 characters: it names the content."))
        return 0
    if Content.objects.filter(campaign=run.campaign, reference=reference, language=language).exists():
        for row in rows:
            reports[row.number].verdict = "there"
            reports[row.number].said.append(_("Imported before: left as it is."))
        return 0
    try:
        with transaction.atomic():
            made = make(run, rows, reports)
            if any(reports[row.number].verdict == "wrong" for row in rows):
                transaction.set_rollback(True)
                return 0
            finish(run, made, reports[rows[0].number])
    except NotReady as error:
        reports[rows[0].number].wrong(*(format_lazy("{}. {}", each.what, each.how) for each in error.checks))
        return 0
    except DomainError as error:
        reports[rows[0].number].wrong(error.message)
        return 0
    return 1


def make(run: Import, rows: list[Row], reports: dict[int, RowReport]) -> Content:
    first = rows[0]
    content = create_content(
        campaign=run.campaign,
        claim=claim_of(run, first),
        title=first["title"].strip(),
        language=first["language"].strip().lower(),
        reference=first["reference"].strip(),
        actor=run.actor,
    )
    body: tuple[Block, ...] = ()
    variants: dict[int, OwnText] = {}
    for row in rows:
        try:
            blocks = blocks_of(run, row)
            body = body or blocks
            variants |= variant_of(run, content, row, None if blocks == body else blocks)
        except DomainError as error:
            reports[row.number].wrong(error.message)
    document = Document(title=content.title, body=body, variants=variants)
    save_draft(content=content, document=document, base_version=0, actor=run.actor)
    return content


def finish(run: Import, content: Content, report: RowReport) -> None:
    """Submit when asked (the checks refuse what is not ready); else only note what will stand in the way."""
    if run.is_submitted:
        submit_all(content=content, actor=run.actor)
        return
    report.said += [format_lazy(_("Before submitting: {what}"), what=each.what) for each in check(content).blocks]


def claim_of(run: Import, row: Row) -> Claim:
    text = row["claim"].strip()
    if not text:
        raise Invalid(_("Name the claim that it answers."), code="claim_missing", field="claim")
    claim = Claim.objects.filter(organisation_id=run.campaign.organisation_id, text_ar=text).first()
    if claim is not None:
        return claim
    return add_claim(concept=concept_of(run, row), text_ar=text, actor=run.actor)


def concept_of(run: Import, row: Row) -> Concept:
    """The recorded concept that the row names, in any of its languages and however it is vowelled."""
    name = row["concept"].strip()
    if not name:
        sentence = _("This claim is not recorded. Record it first, or fill the column “concept” to record it now.")
        raise Invalid(sentence, code="claim_unknown", field="claim")
    concept = concept_named(run.campaign.organisation_id, name)
    if concept is None:
        sentence = _("There is no concept {name} here. Record it first, or correct the name.")
        raise Invalid(format_lazy(sentence, name=name), code="concept_unknown", field="concept")
    return concept


def blocks_of(run: Import, row: Row) -> tuple[Block, ...]:
    """Paragraphs between empty lines; `{2:256}` alone in a paragraph is that verse, the others follow the text."""
    text = row["text"].replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise Invalid(_("Write the text."), code="text_missing", field="text")
    placed: list[tuple[int, int, int]] = []
    blocks: list[Block] = []
    for paragraph in text.split("\n\n"):
        if found := PLACED.fullmatch(paragraph.strip()):
            placed.append(scripture.read_reference(found[1]))
            blocks.append(cited(run, placed[-1]))
        elif paragraph.strip():
            blocks.append(Text(paragraph))
    listed = [scripture.read_reference(each) for each in re.split(r"[;؛،,]", row["citations"]) if each.strip()]
    return (*blocks, *(cited(run, each) for each in listed if each not in placed))


def cited(run: Import, reference: tuple[int, int, int]) -> Verse:
    surah, first, last = reference
    return Verse(citing.cite_verse(surah=surah, ayah_from=first, ayah_to=last, actor=run.actor).pk)


def variant_of(run: Import, content: Content, row: Row, blocks: tuple[Block, ...] | None) -> dict[int, OwnText]:
    if not row["channel"].strip():
        if row["time"].strip() or row["picture"].strip():
            raise Invalid(_("A time or a picture needs a channel: name it."), code="channel_missing", field="channel")
        return {}
    channel = channel_of(run, row["channel"])
    planned_at = planned(row["time"], run.campaign)
    variant = add_variant(content=content, channel=channel, planned_at=planned_at, actor=run.actor)
    return {variant.pk: OwnText(blocks=blocks, media=pictures_of(run, row))}


def channel_of(run: Import, name: str) -> Any:
    found = run.channels.get(bare(name), [])
    if len(found) > 1:
        raise Invalid(
            _("Several channels have this name: write its full handle."), code="channel_unclear", field="channel"
        )
    if not found:
        sentence = _("There is no channel {name} here. Connect it first, or correct the name.")
        raise Invalid(format_lazy(sentence, name=name.strip()), code="channel_unknown", field="channel")
    return found[0]


def planned(written: str, campaign: Campaign) -> datetime | None:
    """`2027-02-07 20:30`, or `+2 20:30` for the day after tomorrow, in the campaign's time zone."""
    if not written.strip():
        return None
    zone = ZoneInfo(campaign.time_zone)
    moment = read_time(written.strip(), zone)
    if moment.astimezone(ZoneInfo("UTC")).astimezone(zone).replace(tzinfo=None) != moment.replace(tzinfo=None):
        raise Invalid(_("The clocks change at that hour: this time does not exist."), code="no_such_time", field="time")
    if moment <= timezone.now():
        raise Invalid(_("This time is past. Choose one that is still to come."), code="past_time", field="time")
    return moment


def read_time(written: str, zone: ZoneInfo) -> datetime:
    try:
        if found := RELATIVE.fullmatch(written):
            day = timezone.now().astimezone(zone) + timedelta(days=int(found[1]))
            return day.replace(hour=int(found[2]), minute=int(found[3]), second=0, microsecond=0, fold=0)
        return datetime.strptime(written[:16].replace("T", " "), "%Y-%m-%d %H:%M").replace(tzinfo=zone)
    except ValueError as error:
        sentence = _("Write the time as year-month-day hour:minute, for example 2027-02-07 20:30.")
        raise Invalid(sentence, code="bad_time", field="time") from error


def pictures_of(run: Import, row: Row) -> tuple[Picture, ...]:
    path = row["picture"].strip()
    if not path:
        return ()
    if not row["alt text"].strip():
        sentence = _("Describe the picture for those who cannot see it, in the column “alt text”.")
        raise Invalid(sentence, code="alt_missing", field="alt text")
    picture = media.upload(
        organisation=run.campaign.organisation,
        file=io.BytesIO(picture_bytes(run, path)),
        name=path,
        actor=run.actor,
    )
    run.pictures.append(picture)
    return (Picture(picture.pk, row["alt text"].strip()),)


def picture_bytes(run: Import, path: str) -> bytes:
    """The file beside the sheet, and never one from elsewhere on the disk."""
    folder = run.folder.resolve() if run.folder else None
    wanted = (folder / path).resolve() if folder else None
    if folder is None or wanted is None or not wanted.is_relative_to(folder) or not wanted.is_file():
        sentence = _("The picture {path} is not beside the file. Put it there, or correct the path.")
        raise Invalid(format_lazy(sentence, path=path), code="picture_missing", field="picture")
    with wanted.open("rb") as opened:
        return opened.read(max(MAX_BYTES, 20 * 1024 * 1024))
