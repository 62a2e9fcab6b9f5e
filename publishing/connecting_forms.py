"""Forms of connecting a channel: they only read what was typed; the actions decide."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Language
from networks.base import Adapter
from networks.types import Account
from publishing.connecting_by_hand import on_offer
from publishing.disclosing import Disclosure
from publishing.offers import proposed_url


def secret_input() -> forms.PasswordInput:
    return forms.PasswordInput(attrs={"autocomplete": "off", "dir": "ltr"}, render_value=True)


class ServerForm(forms.Form):
    """The server's address, for a network on which each account lives on a server of its own; else no field at all."""

    server_url = forms.URLField(label=_("Server address"), assume_scheme="https", max_length=300)

    def __init__(self, *args: Any, network: type[Adapter], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["server_url"].initial = self.initial.get("server_url") or proposed_url(network)
        if network.default_url:
            del self.fields["server_url"]


class DisclosureForm(forms.Form):
    """Who stands behind a channel; each line is printed in the public ledger."""

    owner = forms.CharField(label=_("Who owns the account"), max_length=200)
    sender = forms.CharField(label=_("In whose name it speaks"), max_length=200)
    funder = forms.CharField(label=_("Who pays for it"), max_length=200)

    def disclosure(self) -> Disclosure:
        return Disclosure(**{name: self.cleaned_data[name] for name in DisclosureForm.base_fields})


class SpeakingForm(DisclosureForm):
    language = forms.ChoiceField(label=_("Language of this account"), choices=Language.choices)

    def typed(self) -> dict[str, str]:
        return {name: value for name, value in self.cleaned_data.items() if name not in DisclosureForm.base_fields}


class TokenForm(ServerForm, SpeakingForm):
    """A token made on the network; the account's name too, where the token does not say for which it is."""

    account = forms.CharField(label=_("Account"), max_length=200, widget=forms.TextInput(attrs={"dir": "ltr"}))
    token = forms.CharField(label=_("Access token"), max_length=2000, widget=secret_input())

    def __init__(self, *args: Any, network: type[Adapter], **more: Any) -> None:
        super().__init__(*args, network=network, **more)
        if not network.names_account:
            del self.fields["account"]
        self.order_fields(["server_url", "account", "token", "language", *DisclosureForm.base_fields])


class ChoiceForm(SpeakingForm):
    """Which of the accounts that a consent opens; one alone is chosen already."""

    remote_id = forms.ChoiceField(label=_("Account"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, accounts: list[Account], **more: Any) -> None:
        super().__init__(*args, **more)
        chosen = self.fields["remote_id"]
        assert isinstance(chosen, forms.ChoiceField)
        chosen.choices = [(one.remote_id, in_words(one)) for one in accounts]
        chosen.initial = accounts[0].remote_id if len(accounts) == 1 else None
        self.order_fields(["remote_id", "language", *DisclosureForm.base_fields])


def in_words(account: Account) -> str:
    """An account whose handle is its name is named once."""
    if account.handle == account.display_name:
        return account.display_name
    return f"{account.display_name} \N{LEFT-TO-RIGHT ISOLATE}{account.handle}\N{POP DIRECTIONAL ISOLATE}"


class ConnectByHandForm(DisclosureForm):
    network = forms.ChoiceField(label=_("Network"))
    name = forms.CharField(label=_("The channel's name"), max_length=200)
    link = forms.CharField(
        label=_("Its public link"), max_length=300, widget=forms.TextInput(attrs={"type": "url", "dir": "ltr"})
    )
    first = forms.TypedChoiceField(label=_("Who posts on it"), coerce=int)
    stand_in = forms.TypedChoiceField(
        label=_("Stand-in, when nothing is heard"), coerce=int, required=False, empty_value=None
    )
    language = forms.ChoiceField(label=_("Language of this account"), choices=Language.choices)
    is_disclosed = forms.BooleanField(
        label=_("I looked: the channel's description names the institution"), required=False
    )

    def __init__(self, *args: Any, people: list[tuple[int, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        choices: dict[str, list[tuple[Any, Any]]] = {
            "network": list(on_offer()), "first": list(people), "stand_in": [("", _("Nobody")), *people],
        }  # fmt: skip
        for name, offered in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = offered
        self.order_fields(["network", "name", "link", "first", "stand_in", "language"])

    def wanted(self) -> dict[str, Any]:
        """What `connect_by_hand` is called with."""
        given = {name: value for name, value in self.cleaned_data.items() if name not in DisclosureForm.base_fields}
        first, stand_in = given.pop("first"), given.pop("stand_in")
        return {**given, "disclosure": self.disclosure(), "people": [first, *([stand_in] if stand_in else [])]}


class ApplicationForm(ServerForm):
    client_id = forms.CharField(
        label=_("Id of the application"),
        max_length=500,
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "ltr"}),
    )
    client_secret = forms.CharField(
        label=_("Secret of the application"),
        max_length=500,
        widget=secret_input(),
        help_text=_("Kept encrypted and never shown again; a new one takes its place."),
    )
