"""`manage.py import_contents FILE …`: look at a file of contents row by row; with --commit, bring it in whole."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from accounts.capabilities import SENSITIVE
from accounts.models import Membership
from campaigns.importing import Report, import_contents
from campaigns.models import Campaign
from campaigns.sheets import MAX_BYTES
from chain.actors import Actor, Via
from chain.errors import DomainError

SIGNS = {"ok": "✓", "there": "=", "wrong": "✗"}


class Command(BaseCommand):
    help = "Import contents from an XLSX or CSV file: a dry run with a report per row, unless --commit is given."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--organisation", required=True, help="slug of the institution")
        parser.add_argument("--campaign", required=True, help="code of the campaign")
        parser.add_argument("--as", dest="email", required=True, help="e-mail of the member who imports")
        parser.add_argument("--commit", action="store_true", help="keep it, if no row is wrong")
        parser.add_argument("--submit", action="store_true", help="put everything up for signature as well")

    def handle(self, *args: Any, **options: Any) -> None:
        membership = self.member(options["organisation"], options["email"])
        campaign = (
            Campaign.objects.filter(organisation=membership.organisation, code=options["campaign"])
            .select_related("organisation")
            .first()
        )
        if campaign is None:
            raise CommandError(f"{options['organisation']} has no campaign with the code {options['campaign']}")
        with translation.override(membership.user.language):
            report = self.run(campaign, membership, options)
            self.tell(report)
        if not report.is_sound:
            raise CommandError("Nothing was imported: mend the rows marked ✗ and run it again.")

    def member(self, slug: str, email: str) -> Membership:
        found = Membership.objects.select_related("organisation", "user").prefetch_related("grants")
        membership = found.filter(organisation__slug=slug, user__email__iexact=email, is_active=True).first()
        if membership is None:
            raise CommandError(f"{email} is no member of {slug}")
        return membership

    def run(self, campaign: Campaign, membership: Membership, options: dict[str, Any]) -> Report:
        path: Path = options["file"]
        try:
            with path.open("rb") as opened:
                content = opened.read(MAX_BYTES + 1)
            return import_contents(
                content=content,
                campaign=campaign,
                actor=importer(membership),
                folder=path.parent,
                commit=options["commit"],
                submit=options["submit"],
            )
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        except DomainError as error:
            raise CommandError(str(error.message)) from error

    def tell(self, report: Report) -> None:
        for row in report.rows:
            said = " ".join(str(sentence) for sentence in row.said)
            self.stdout.write(f"{SIGNS[row.verdict]} {row.number}\t{row.reference}\t{said}".rstrip())
        end = "imported" if report.is_kept else "dry run: nothing was kept" if report.is_sound else "nothing was kept"
        self.stdout.write(f"{report.contents} contents, {len(report.rows)} rows: {end}")


def importer(membership: Membership) -> Actor:
    """The member at this machine's shell: their own rights, but nothing that is signed."""
    return Actor(
        name=str(membership.user),
        organisation_id=membership.organisation_id,
        user_id=membership.user_id,
        via=Via.SYSTEM,
        capabilities=frozenset(str(c) for c in membership.capabilities() - SENSITIVE),
    )
