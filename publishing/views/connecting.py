"""Which account shall speak for the institution, and by which way is it opened?"""

from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import select_template
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.access import needs
from accounts.actors import ActorRequest
from accounts.capabilities import Capability
from accounts.models import Organisation
from chain.errors import Invalid, NotFound
from networks.base import Adapter, Auth
from networks.registry import adapter_class, all_adapters, label_in
from publishing import channels, consenting
from publishing.access import applications_of, consent_or_404
from publishing.applications import set_application
from publishing.connecting_by_hand import on_offer
from publishing.connecting_forms import ApplicationForm, ChoiceForm, ServerForm, TokenForm
from publishing.disclosing import Disclosure
from publishing.models import Channel

WAYS = {Auth.OAUTH2: "publishing/connecting/consent.html", Auth.TOKEN: "publishing/connecting/token.html"}
"""The part of the page for each way of connecting; a network with none of them is not offered here."""


def network_or_404(slug: str) -> type[Adapter]:
    try:
        return adapter_class(slug)
    except KeyError as error:
        raise NotFound from error


@needs(Capability.CONNECT_CHANNEL)
def choose(request: ActorRequest) -> HttpResponse:
    offered = [cls for cls in all_adapters() if set(cls.auth) & set(WAYS)]
    rows = [(cls.slug, label_in(cls.slug, get_language()), Auth.OAUTH2 in cls.auth) for cls in offered]
    return render(request, "publishing/connect.html", {"rows": rows, "by_hand": on_offer()})


@never_cache
@needs(Capability.CONNECT_CHANNEL)
def connect(request: ActorRequest, network: str) -> HttpResponse:
    """The ways to connect an account of one network, beside its guide. Posting is the way of the token."""
    cls = network_or_404(network)
    form = TokenForm(request.POST or None, network=cls, initial={**proposed(request), **asked_server(request)})
    if request.method == "POST" and form.is_valid():
        try:
            channel = channels.connect(
                actor=request.actor, network=network, disclosure=form.disclosure(), **form.typed()
            )
        except Invalid as error:
            form.add_error(error.field if error.field in form.fields else None, str(error.message))
        else:
            return welcome(request, channel)
    context = {
        "form": form,
        "server": ServerForm(network=cls, initial=asked_server(request), auto_id="consent_%s"),
        **about(request, cls),
    }
    return render(request, "publishing/connect_network.html", context, status=422 if request.method == "POST" else 200)


def proposed(request: ActorRequest) -> dict[str, str]:
    return asdict(Disclosure.proposed(Organisation.objects.get(pk=request.actor.organisation_id or 0)))


def asked_server(request: ActorRequest) -> dict[str, str]:
    """The server of the channel that is connected again."""
    return {"server_url": request.GET["server"]} if request.GET.get("server") else {}


def about(request: ActorRequest, cls: type[Adapter]) -> dict[str, Any]:
    """What each page about a network shows: its name, ways, guide, permissions, and the applications that we have."""
    guide = select_template([f"networks/{cls.slug}/guide.html", "networks/guide.html"])
    return {
        "network": cls.slug,
        "label": label_in(cls.slug, get_language()),
        "ways": [WAYS[way] for way in cls.auth if way in WAYS],
        "by_consent": Auth.OAUTH2 in cls.auth,
        "by_token": Auth.TOKEN in cls.auth,
        "scopes": cls.scopes,
        "guide": guide,
        "redirect_uri": redirect_uri(),
        "applications": applications_of(request.actor).filter(network=cls.slug),
    }


def redirect_uri() -> str:
    return f"{settings.BASE_URL.rstrip('/')}{reverse('channel-consented')}"


def welcome(request: ActorRequest, channel: Channel) -> HttpResponse:
    messages.success(request, _("%(handle)s is connected.") % {"handle": channel.handle})
    return redirect("channels")


@require_POST
@needs(Capability.CONNECT_CHANNEL)
def ask_consent(request: ActorRequest, network: str) -> HttpResponse:
    cls = network_or_404(network)
    form = ServerForm(request.POST, network=cls)
    server = form.cleaned_data.get("server_url", "") if form.is_valid() else ""
    try:
        consent = consenting.begin(actor=request.actor, network=network, server_url=server, redirect_uri=redirect_uri())
    except Invalid as error:
        messages.error(request, str(error.message))
        page = "channel-application" if error.code == "no_application" else "channel-connect-network"
        return redirect(page, network)
    return redirect("channel-consent", consent.pk)


@never_cache
@require_safe
@needs(Capability.CONNECT_CHANNEL)
def consented(request: ActorRequest) -> HttpResponse:
    """Where the network sends the person back, with a code or with its refusal."""
    state = request.GET.get("state", "")
    if "code" not in request.GET:
        consenting.refuse(actor=request.actor, state=state)
        messages.error(request, refused_because(request.GET.get("error", "")))
        return redirect("channel-connect")
    try:
        consent = consenting.accept(actor=request.actor, state=state, code=request.GET["code"])
    except Invalid as error:
        messages.error(request, str(error.message))
        return redirect("channel-connect")
    return redirect("channel-consent", consent.pk)


def refused_because(error: str) -> str:
    """The refusals of RFC 6749, section 4.1.2.1; what else stands in the address is not repeated."""
    said = {
        "access_denied": _("You did not allow it on the network's page, so nothing was connected."),
        "invalid_scope": _("The network does not let this application ask for these permissions. See the guide."),
        "unauthorized_client": _("The network refuses this application. Give its id and secret again."),
        "server_error": _("The network could not show its page. Try again in a minute."),
        "temporarily_unavailable": _("The network could not show its page. Try again in a minute."),
    }
    return said.get(error, _("The network sent you back without its consent. Nothing was connected: start again."))


@never_cache
@needs(Capability.CONNECT_CHANNEL)
def consent(request: ActorRequest, consent_id: int) -> HttpResponse:
    """Before the consent: the way to the network's page. After it: which account, and who stands behind it."""
    found = consent_or_404(request.actor, consent_id)
    cls = network_or_404(found.network)
    accounts = consenting.choices(found)
    if not accounts:
        context = {"address": consenting.address_of(found), "server": found.server_url, **about(request, cls)}
        return render(request, "publishing/consent.html", context)
    form = ChoiceForm(request.POST or None, accounts=accounts, initial=proposed(request))
    if request.method == "POST" and form.is_valid():
        try:
            channel = consenting.finish(
                actor=request.actor, consent=found, disclosure=form.disclosure(), **form.typed()
            )
        except Invalid as error:
            form.add_error(error.field if error.field in form.fields else None, str(error.message))
        else:
            return welcome(request, channel)
    status = 422 if request.method == "POST" else 200
    return render(request, "publishing/choose_account.html", {"form": form, **about(request, cls)}, status=status)


@never_cache
@needs(Capability.CONNECT_CHANNEL)
def application(request: ActorRequest, network: str) -> HttpResponse:
    """The institution's application on one network: give it, or another in its place."""
    cls = network_or_404(network)
    if Auth.OAUTH2 not in cls.auth:
        raise NotFound
    form = ApplicationForm(request.POST or None, network=cls)
    if request.method == "POST" and form.is_valid():
        try:
            set_application(actor=request.actor, network=network, **form.cleaned_data)
        except Invalid as error:
            form.add_error(error.field if error.field in form.fields else None, str(error.message))
        else:
            messages.success(request, _("The application is kept. Now ask for consent."))
            return redirect("channel-connect-network", network)
    status = 422 if request.method == "POST" else 200
    return render(request, "publishing/application.html", {"form": form, **about(request, cls)}, status=status)
