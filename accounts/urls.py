"""Addresses of the people's pages."""

from django.urls import path

from accounts.views import invitations, me, members, notices, tokens

urlpatterns = [
    path("members/", members.members, name="members"),
    path("members/invite/", invitations.invite, name="member-invite"),
    path("members/invitations/<int:invitation_id>/resend/", invitations.resend, name="invitation-resend"),
    path("members/invitations/<int:invitation_id>/cancel/", invitations.cancel, name="invitation-cancel"),
    path("members/grants/<int:grant_id>/confirm/", members.confirm, name="grant-confirm"),
    path("members/grants/<int:grant_id>/refuse/", members.refuse, name="grant-refuse"),
    path("members/grants/<int:grant_id>/revoke/", members.revoke, name="grant-revoke"),
    path("members/<int:member_id>/", members.member, name="member"),
    path("members/<int:member_id>/propose/", members.propose, name="member-propose"),
    path("members/<int:member_id>/deactivate/", members.deactivate, name="member-deactivate"),
    path("invitation/<slug:secret>/", invitations.invitation, name="invitation"),
    path("tokens/", tokens.token_list, name="tokens"),
    path("tokens/<int:token_id>/revoke/", tokens.revoke, name="token-revoke"),
    path("me/", me.my_settings, name="my-settings"),
    path("me/language/", me.set_language, name="set-language"),
    path("me/byline/", me.choose_byline, name="my-byline"),
    path("me/time-zone/", me.set_time_zone, name="my-time-zone"),
    path("me/institution/", me.choose_institution, name="choose-institution"),
    path("me/second-factor/", me.second_factor_first, name="second-factor-first"),
    path("notices/", notices.notices, name="notices"),
    path("notices/<int:notice_id>/", notices.open_notice, name="notice"),
    path("notices/read/", notices.read_all, name="notices-read"),
]
