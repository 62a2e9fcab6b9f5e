"""Forms of figures that a person enters: they only read what was typed; the actions decide."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from analytics.measures import LABELS


class FiguresForm(forms.Form):
    """One field for each counter that can be read off a post or an account; a blank stays unknown."""

    read_at = forms.DateTimeField(
        label=_("Read at"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )

    def __init__(self, *args: Any, named: list[str], labels: Mapping[str, Promise] = LABELS, **more: Any) -> None:
        super().__init__(*args, **more)
        self.named = named
        for name in named:
            self.fields[name] = forms.IntegerField(
                label=str(labels[name]),
                required=False,
                min_value=0,
                widget=forms.TextInput(attrs={"inputmode": "numeric"}),
            )

    def figures(self) -> dict[str, int | None]:
        return {name: self.cleaned_data[name] for name in self.named}


class FileForm(forms.Form):
    """A CSV file of figures: chosen and looked at first, then kept as it was looked at."""

    file = forms.FileField(label=_("A CSV file"), required=False)
    content = forms.CharField(required=False, strip=False, max_length=500_000, widget=forms.HiddenInput)

    def text(self) -> str:
        file = self.cleaned_data["file"]
        return file.read(500_000).decode("utf-8", "replace") if file else str(self.cleaned_data["content"])
