"""Notices: once each, in the reader's language, in the app and by mail, with a link that lands."""

import smtplib
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chain import notices
from chain.models import Notice
from tests.people import People

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.embedded]


def tell(people: People, **more: Any) -> list[Notice]:
    values: dict[str, Any] = {"kind": "x", "title": _("Deliveries"), "link": "/deliveries/", "once": "x", **more}
    return notices.tell([people.carla], **values)


def test_the_same_thing_is_told_once(people: People) -> None:
    assert len(tell(people)) == 1
    assert tell(people) == []
    assert Notice.objects.count() == 1


def test_each_person_reads_it_in_their_own_language(people: People) -> None:
    people.carla.language = "en"
    people.carla.save()
    notices.tell([people.carla, people.alice], kind="x", title=_("Deliveries"), link="/deliveries/", once="x")
    assert people.carla.notices.get().title == "Deliveries"
    assert people.alice.notices.get().title != "Deliveries"


def test_a_notice_is_mailed_once_with_a_link_that_lands(people: People, settings: Any) -> None:
    settings.BASE_URL = "https://sanad.test"
    tell(people)
    mail.outbox.clear()
    Notice.objects.update(mailed_at=None, mail_claimed_until=None)
    assert notices.mail_waiting() == 1
    assert notices.mail_waiting() == 0
    assert "https://sanad.test/deliveries/" in mail.outbox[0].body
    assert mail.outbox[0].to == [people.carla.email]


def test_a_mail_that_could_not_leave_is_tried_again_later(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise smtplib.SMTPServerDisconnected

    with monkeypatch.context() as patched:
        patched.setattr("django.core.mail.EmailMessage.send", refuse)
        tell(people)
        Notice.objects.update(mailed_at=None, mail_claimed_until=None)
        assert notices.mail_waiting() == 0
    assert notices.mail_waiting() == 0, "another process may still be at it"
    Notice.objects.update(mail_claimed_until=timezone.now() - timedelta(seconds=1))
    assert notices.mail_waiting() == 1


def test_a_mail_server_that_takes_nothing_is_asked_three_times_and_one_bad_address_stops_nobody(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def refuse(message: mail.EmailMessage) -> None:
        asked.extend(message.to)
        raise TimeoutError

    people_told = [person for person in people.members if person != people.carla]
    with monkeypatch.context() as patched:
        patched.setattr("chain.notices.enqueue", lambda ids: None)
        notices.tell(people_told, kind="x", title="x", link="/", once="x")
        patched.setattr("django.core.mail.EmailMessage.send", refuse)
        assert notices.mail_waiting() == 0
        assert len(asked) == notices.FAILURES_IN_A_ROW < len(people_told)
    assert notices.mail_waiting() == len(people_told) - notices.FAILURES_IN_A_ROW
