"""`manage.py network_matrix`: write docs/networks.md, the table of what each network can do, from the adapters."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import translation

from publishing.matrix import as_markdown

INTRODUCTION = """# What each network can do

Written by `manage.py network_matrix` from what the adapters declare; do not edit it by hand. The application shows the
same table under *Channels*. How a network is added: [adding-a-network.md](adding-a-network.md).
"""


def page() -> str:
    with translation.override("en"):
        return f"{INTRODUCTION}\n{as_markdown()}\n"


class Command(BaseCommand):
    help = "Write docs/networks.md from the adapters."

    def handle(self, *args: Any, **options: Any) -> None:
        (settings.BASE_DIR / "docs" / "networks.md").write_text(page(), encoding="utf-8")
        self.stdout.write("docs/networks.md")
