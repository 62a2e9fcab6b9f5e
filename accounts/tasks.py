"""The letters that accounts sends after a commit, and the API answers that it forgets in time."""

from celery import shared_task

from accounts import inviting, repeating
from accounts.models import Invitation


@shared_task(ignore_result=True)
def mail_invitation(invitation_id: int) -> None:
    for invitation in Invitation.objects.filter(pk=invitation_id).select_related("organisation", "invited_by"):
        inviting.mail(invitation)


@shared_task(ignore_result=True)
def mail_waiting_invitations() -> None:
    inviting.mail_waiting()


@shared_task(ignore_result=True)
def forget_kept_answers() -> None:
    repeating.forget_old()
