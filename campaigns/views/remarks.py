"""Remarks on a version: adding one, marking one as settled, then back to the page it was said on."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import needs, signed_in
from accounts.actors import ActorRequest
from accounts.capabilities import Capability
from campaigns import remarks
from campaigns.access import remark_or_404, variant_or_404
from campaigns.views.kept import keep
from chain.errors import Invalid, StaleState


@require_POST
@needs(Capability.COMMENT)
def add(request: ActorRequest, variant_id: int) -> HttpResponse:
    variant = variant_or_404(request.actor, variant_id)
    back = reverse("review", args=[variant.pk])
    said = {"text": request.POST.get("text", ""), "quote": request.POST.get("quote", "")}
    try:
        remarks.remark(variant=variant, actor=request.actor, **said)
    except Invalid as error:
        messages.error(request, str(error.message))
        keep(request, back)
        return redirect(f"{back}#remark")
    messages.success(request, _("The writers are told of your remark."))
    return redirect(f"{back}#rm-h")


@require_POST
@signed_in
def settle(request: ActorRequest, remark_id: int) -> HttpResponse:
    remark = remark_or_404(request.actor, remark_id)
    try:
        remarks.settle(remark=remark, actor=request.actor)
    except StaleState as error:
        messages.info(request, str(error.message))
    referrer = request.META.get("HTTP_REFERER", "")
    is_ours = url_has_allowed_host_and_scheme(referrer, {request.get_host()}, require_https=request.is_secure())
    return redirect(referrer if is_ours else reverse("content", args=[remark.variant.content_id]))
