"""What a template may hold: no inline style, no handler, no script that the policy would refuse."""

import re
from pathlib import Path

import pytest

from config.states import KINDS, SHAPES, kind_of

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted([*(ROOT / "templates").rglob("*.html"), *ROOT.glob("*/templates/**/*.html")])
TAG = re.compile(r"\{[%#].*?[%#]\}", re.DOTALL)
INLINE_STYLE = re.compile(r"<[^>]*\sstyle\s*=|<style\b", re.IGNORECASE)
HANDLER = re.compile(r"<[^>]*\son[a-z]+\s*=|javascript:", re.IGNORECASE)
SCRIPT = re.compile(r"<script\b([^>]*)>", re.IGNORECASE)


def name(template: Path) -> str:
    return str(template.relative_to(ROOT))


@pytest.mark.parametrize("template", TEMPLATES, ids=name)
def test_a_template_holds_no_inline_style_and_no_handler(template: Path) -> None:
    text = TAG.sub("", template.read_text(encoding="utf-8"))
    assert not INLINE_STYLE.search(text)
    assert not HANDLER.search(text)


@pytest.mark.parametrize("template", TEMPLATES, ids=name)
def test_a_template_holds_no_script_of_its_own(template: Path) -> None:
    """Data may stand in a page; code comes from a file."""
    for attributes in SCRIPT.findall(template.read_text(encoding="utf-8")):
        assert "src=" in attributes or 'type="application/json"' in attributes


def test_every_state_of_the_product_has_a_shape() -> None:
    from accounts.models import GrantState, InvitationState, TokenState
    from campaigns.lifecycle import CampaignState, VariantState
    from publishing.lifecycle import ChannelState, DeliveryState, PartState

    kinds = (
        GrantState,
        InvitationState,
        TokenState,
        CampaignState,
        VariantState,
        ChannelState,
        DeliveryState,
        PartState,
    )
    states = {str(value) for states in kinds for value in states.values}
    assert {kind_of(state) for state in states} <= KINDS
    assert set(SHAPES.values()) <= KINDS
