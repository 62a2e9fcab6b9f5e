"""What one may choose for a version on its network, as the editor's fields: drawn from what the adapter declares."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import Language
from campaigns.documents import OwnText
from campaigns.models import Variant
from campaigns.option_words import OPTION_WORDS, VISIBILITIES, OptionWords, Said
from networks.base import Adapter, Capability
from networks.options import Option, OptionKind


@dataclass(frozen=True)
class ShownChoice:
    """`key` is how the sheet names it ('visibility', 'option.silent'); `choices` are values with their labels."""

    key: str
    variant_id: int
    label: Said
    value: str
    help: Said = ""
    kind: str = OptionKind.CHOICE
    choices: Sequence[tuple[str, Said]] = ()
    max_length: int | None = None
    is_required: bool = False

    @property
    def id(self) -> str:
        return f"{self.key.partition('.')[0]}-{self.variant_id}-{self.name}"

    @property
    def name(self) -> str:
        return self.key.removeprefix("option.")

    @property
    def is_option(self) -> bool:
        return self.key.startswith("option.")


def choices_of(variant: Variant, own: OwnText, adapter: Adapter) -> list[ShownChoice]:
    return [*of_every_network(variant, own, adapter), *(of_option(variant, own, one) for one in adapter.options)]


def of_every_network(variant: Variant, own: OwnText, adapter: Adapter) -> Iterator[ShownChoice]:
    """What every post has, where this network gives a choice of it."""
    if len(adapter.visibilities) > 1:
        offered = [("" if one == "public" else str(one), VISIBILITIES[one]) for one in adapter.visibilities]
        yield ShownChoice("visibility", variant.pk, _("Who sees it"), own.visibility, choices=offered)
    if Capability.LANGUAGE in adapter.capabilities:
        as_text = _("As the text: %(language)s") % {"language": Language(variant.content.language).label}
        yield ShownChoice(
            "language",
            variant.pk,
            _("Language told to the network"),
            own.language,
            _("Readers filter and translate by it."),
            choices=[("", as_text), *((code, label) for code, label in Language.choices)],
        )


def of_option(variant: Variant, own: OwnText, option: Option) -> ShownChoice:
    words = OPTION_WORDS.get(option.name, OptionWords(option.name))
    offered = [(value, words.choices.get(value, value)) for value in option.choices]
    unsaid: list[tuple[str, Said]] = [] if option.default else [("", _("Not chosen yet") if option.required else "—")]
    return ShownChoice(
        f"option.{option.name}",
        variant.pk,
        words.label,
        own.options.get(option.name, option.default),
        words.help,
        option.kind,
        [*unsaid, *offered],
        option.max_length,
        option.required,
    )
