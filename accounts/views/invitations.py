"""Inviting somebody, sending the letter again, and the page that its link opens."""

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import access, inviting
from accounts.access import needs
from accounts.actors import ORGANISATION_KEY, ActorRequest
from accounts.capabilities import LABELS, TWO_PERSON_ROLES, Capability, Role
from accounts.forms import AcceptForm, InviteForm, refused
from accounts.keeping import keeps, kept
from accounts.models import Invitation, User
from accounts.views.members import carried_words
from chain.errors import Invalid

INVITE = "invite"


@require_http_methods(["GET", "HEAD", "POST"])
@keeps(INVITE)
@needs(Capability.MANAGE_PEOPLE)
def invite(request: ActorRequest) -> HttpResponse:
    if request.method != "POST":
        waiting = kept(request, INVITE)
        return show_invite(request, InviteForm(waiting or None, initial={"language": request.user.language}))
    form = InviteForm(request.POST)
    if not form.is_valid() or request.membership is None:
        return show_invite(request, form, status=422)
    organisation = request.membership.organisation
    try:
        invitation = inviting.invite(organisation=organisation, actor=request.actor, **form.cleaned_data)
    except Invalid as error:
        refused(form, error)
        return show_invite(request, form, status=422)
    said = format_lazy(_("The invitation is on its way to {email}."), email=invitation.email)
    messages.success(request, str(said))
    return redirect("members")


def show_invite(request: ActorRequest, form: InviteForm, *, status: int = 200) -> HttpResponse:
    chosen = form["roles"].value() or []
    choices = [(role, carried_words(role), role in TWO_PERSON_ROLES, role in chosen) for role in Role]
    return render(request, "accounts/invite.html", {"form": form, "choices": choices, "labels": LABELS}, status=status)


@require_POST
@needs(Capability.MANAGE_PEOPLE)
def resend(request: ActorRequest, invitation_id: int) -> HttpResponse:
    invitation = inviting.resend(invitation=access.invitation_or_404(request.actor, invitation_id), actor=request.actor)
    said = format_lazy(
        _("A new letter is on its way to {email}; the old link no longer works."), email=invitation.email
    )
    messages.success(request, str(said))
    return redirect("members")


@require_POST
@needs(Capability.MANAGE_PEOPLE)
def cancel(request: ActorRequest, invitation_id: int) -> HttpResponse:
    inviting.cancel(invitation=access.invitation_or_404(request.actor, invitation_id), actor=request.actor)
    messages.success(request, str(_("The invitation is cancelled: its link no longer works.")))
    return redirect("members")


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: ActorRequest, secret: str) -> HttpResponseBase:
    """What the letter's link opens: for a newcomer a name and a password, for a known person one button."""
    opened = inviting.open_invitation(secret)
    is_in: bool = request.user.is_authenticated
    if not is_in:
        translation.activate(opened.language)
        request.LANGUAGE_CODE = opened.language
    known = User.objects.filter(email=opened.email).exists()
    if request.method != "POST":
        return show_invitation(request, opened, secret, known, AcceptForm())
    return join_known(request, secret) if is_in else join_new(request, opened, secret, known)


def join_known(request: ActorRequest, secret: str) -> HttpResponse:
    membership = inviting.accept_invitation(secret=secret, user=request.user)
    request.session[ORGANISATION_KEY] = membership.organisation_id
    return redirect("/")


def join_new(request: ActorRequest, opened: Invitation, secret: str, known: bool) -> HttpResponseBase:
    form = AcceptForm(request.POST)
    if known or not form.is_valid():
        return show_invitation(request, opened, secret, known, form, status=422)
    try:
        membership = inviting.accept_invitation(secret=secret, **form.cleaned_data)
    except Invalid as error:
        refused(form, error)
        return show_invitation(request, opened, secret, known, form, status=422)
    # the password was chosen this minute: setting up a second factor must not ask for it again
    record_authentication(request, membership.user, method="password", email=membership.user.email)
    login = Login(user=membership.user, email=membership.user.email, redirect_url="/")
    answer: HttpResponseBase = perform_login(request, login)
    return answer


def show_invitation(
    request: ActorRequest, opened: Invitation, secret: str, known: bool, form: AcceptForm, *, status: int = 200
) -> HttpResponse:
    page = {
        "invitation": opened,
        "secret": secret,
        "known": known,
        "is_mine": getattr(request.user, "email", "") == opened.email,
        "form": form,
    }
    return render(request, "accounts/invitation.html", page, status=status)
