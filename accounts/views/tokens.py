"""API tokens: making one (shown once), seeing what there is, revoking."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import access, tokens
from accounts.access import needs, signed_in
from accounts.actors import ActorRequest
from accounts.capabilities import LABELS, Capability
from accounts.forms import TokenForm, refused
from accounts.keeping import keeps, kept
from chain.errors import Invalid, NotAllowed

TOKEN = "token"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@keeps(TOKEN)
@needs(Capability.MANAGE_TOKENS)
def token_list(request: ActorRequest) -> HttpResponse:
    if request.membership is None:
        raise NotAllowed
    scopes = tokens.scopes_for(request.membership)
    if request.method != "POST":
        return show_tokens(request, TokenForm(kept(request, TOKEN), scopes=scopes))
    form = TokenForm(request.POST, scopes=scopes)
    if not form.is_valid():
        return show_tokens(request, form, status=422)
    try:
        made = tokens.create_token(membership=request.membership, actor=request.actor, **form.cleaned_data)
    except Invalid as error:
        refused(form, error)
        return show_tokens(request, form, status=422)
    return show_tokens(request, TokenForm(scopes=scopes), made=made)


def show_tokens(
    request: ActorRequest, form: TokenForm, *, made: tokens.NewToken | None = None, status: int = 200
) -> HttpResponse:
    listed = [(token, [LABELS[Capability(s)] for s in token.scopes]) for token in access.tokens_of(request.actor)]
    return render(request, "accounts/tokens.html", {"form": form, "made": made, "tokens": listed}, status=status)


@require_POST
@signed_in
def revoke(request: ActorRequest, token_id: int) -> HttpResponse:
    tokens.revoke_token(token=access.token_or_404(request.actor, token_id), actor=request.actor)
    messages.success(request, str(_("The token is revoked: programs that use it are refused from now on.")))
    return redirect("tokens")
