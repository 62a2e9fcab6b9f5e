"""What this person was told: each notice lands on the thing it is about."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.access import signed_in
from accounts.actors import ActorRequest
from chain.errors import NotFound
from chain.models import Notice
from chain.notices import read_all as read_all_of

PER_PAGE = 30


@require_safe
@signed_in
def notices(request: ActorRequest) -> HttpResponse:
    mine = Notice.objects.filter(user=request.user).select_related("organisation")
    page = Paginator(mine, PER_PAGE).get_page(request.GET.get("page"))
    unread = Notice.objects.filter(user=request.user, read_at=None).count()
    return render(request, "accounts/notices.html", {"page": page, "waiting": unread})


@require_POST
@signed_in
def open_notice(request: ActorRequest, notice_id: int) -> HttpResponse:
    """Mark it read and go to the thing."""
    notice = Notice.objects.filter(user=request.user, pk=notice_id).first()
    if notice is None:
        raise NotFound
    Notice.objects.filter(pk=notice.pk, read_at=None).update(read_at=timezone.now())
    return redirect(notice.link)


@require_POST
@signed_in
def read_all(request: ActorRequest) -> HttpResponse:
    read_all_of(request.user.pk)
    return redirect("notices")
