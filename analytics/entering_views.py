"""Enter what you read: figures of one delivery or of an account by hand, of a channel's posts by file."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import needs
from accounts.actors import ActorRequest
from accounts.capabilities import Capability
from analytics import entering, entering_account
from analytics.access import snapshots_of_channel, snapshots_of_delivery
from analytics.forms import FiguresForm, FileForm
from analytics.measures import LABELS
from chain.errors import Invalid, NotFound
from publishing.access import channel_or_404, delivery_or_404


@needs(Capability.POST_BY_HAND)
def figures(request: ActorRequest, pk: int) -> HttpResponse:
    delivery = delivery_or_404(request.actor, pk)
    part, named = entering.part_with_figures(delivery), entering.enterable(delivery.channel)
    if part is None or not named:
        raise NotFound(_("Only what a person posted has figures to be entered by hand."))
    now = timezone.localtime().replace(second=0, microsecond=0)
    form = FiguresForm(request.POST or None, named=named, initial={"read_at": now})
    if request.method == "POST" and form.is_valid():
        try:
            entering.enter_figures(
                part=part, figures=form.figures(), read_at=form.cleaned_data["read_at"], actor=request.actor
            )
        except Invalid as error:
            form.add_error(error.field if error.field in form.fields else None, str(error.message))
        else:
            messages.success(request, _("The figures are kept, with your name and the time."))
            return redirect("delivery-figures", pk)
    told = snapshots_of_delivery(request.actor, pk).select_related("entered_by").order_by("-captured_at")[:20]
    context = {
        "delivery": delivery,
        "form": form,
        "fields": [form[name] for name in named],
        "labels": [LABELS[name] for name in named],
        "rows": [(one, [getattr(one, name) for name in named]) for one in told],
    }
    return render(request, "analytics/figures.html", context, status=422 if request.method == "POST" else 200)


@needs(Capability.POST_BY_HAND)
def figures_file(request: ActorRequest, pk: int) -> HttpResponse:
    """First the report of what would be kept; then, with the same content, keeping it."""
    channel = channel_or_404(request.actor, pk)
    named = entering.enterable(channel)
    if not named:
        raise NotFound(_("The network tells this channel's figures itself."))
    form = FileForm(request.POST or None, request.FILES or None)
    report, content = None, ""
    if request.method == "POST" and form.is_valid():
        content = form.text()
        try:
            commit = request.POST.get("keep") == "yes"
            report = entering.import_figures(channel=channel, content=content, actor=request.actor, commit=commit)
        except Invalid as error:
            form.add_error("file", str(error.message))
        if report and report.is_kept:
            messages.success(request, _("The figures are kept, with your name and the time."))
            return redirect("channels")
    columns = ",".join([entering.LINK, entering.READ_AT, *named])
    context = {"channel": channel, "form": form, "report": report, "content": content, "columns": columns}
    status = 422 if form.errors or (report and not report.is_sound) else 200
    return render(request, "analytics/figures_file.html", context, status=status)


@needs(Capability.POST_BY_HAND)
def account_figures(request: ActorRequest, pk: int) -> HttpResponse:
    channel = channel_or_404(request.actor, pk)
    named = entering_account.account_enterable(channel)
    if not named:
        raise NotFound(_("The network tells this channel's figures itself."))
    now = timezone.localtime().replace(second=0, microsecond=0)
    labels = entering_account.ACCOUNT_LABELS
    form = FiguresForm(request.POST or None, named=named, labels=labels, initial={"read_at": now})
    if request.method == "POST" and form.is_valid():
        try:
            entering_account.enter_account_figures(
                channel=channel, figures=form.figures(), read_at=form.cleaned_data["read_at"], actor=request.actor
            )
        except Invalid as error:
            form.add_error(error.field if error.field in form.fields else None, str(error.message))
        else:
            messages.success(request, _("The figures are kept, with your name and the time."))
            return redirect("channel-account-figures", pk)
    told = snapshots_of_channel(request.actor, pk)[:20]
    context = {
        "channel": channel,
        "form": form,
        "fields": [form[name] for name in named],
        "labels": [labels[name] for name in named],
        "rows": [(one, [getattr(one, name) for name in named]) for one in told],
        "has_posts": bool(entering.enterable(channel)),
    }
    return render(request, "analytics/account_figures.html", context, status=422 if request.method == "POST" else 200)
