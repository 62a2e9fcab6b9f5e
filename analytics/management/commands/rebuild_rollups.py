"""Rebuild the days of deliveries and campaigns from their snapshots; stopped half-way, it goes on where it stopped."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from analytics import rollups
from campaigns.models import Campaign


class Command(BaseCommand):
    help = "Rebuild every day of the figures from the snapshots."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--campaign", type=int, help="id of the only campaign to rebuild")
        parser.add_argument("--resume", action="store_true", help="only what an earlier rebuild left undone")

    def handle(self, *args: Any, **options: Any) -> None:
        campaign_id = options["campaign"]
        if campaign_id is not None and not Campaign.objects.filter(pk=campaign_id).exists():
            raise CommandError(f"there is no campaign {campaign_id}")
        if not options["resume"]:
            rollups.mark_everything_stale(campaign_id)
        done = 0
        while filled := rollups.fill_stale():
            done += filled
        self.stdout.write(f"rebuilt {done} deliveries and campaigns")
