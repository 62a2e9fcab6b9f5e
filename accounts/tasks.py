"""The letters that accounts sends after a commit."""

from celery import shared_task

from accounts import inviting
from accounts.models import Invitation


@shared_task(ignore_result=True)
def mail_invitation(invitation_id: int) -> None:
    for invitation in Invitation.objects.filter(pk=invitation_id).select_related("organisation", "invited_by"):
        inviting.mail(invitation)


@shared_task(ignore_result=True)
def mail_waiting_invitations() -> None:
    inviting.mail_waiting()
