"""Telegram: the contract, and what is this network's own."""

import json
import re
from collections.abc import Mapping
from email import message_from_bytes
from typing import Any, ClassVar

import pytest

from networks.adapters.telegram import Telegram
from networks.base import Adapter, Capability
from networks.errors import Code, MissingCode, NeedsReconnect, NotSent, OutcomeUnknown, ProblemCode, Rejected
from networks.metrics import Metric
from networks.types import Connection, Post, Severity
from tests.networks.contract import BASMALA, FAMILY, PICTURE, TOKEN, AdapterContract, SignedMedia, client, picture
from tests.networks.replaying import Replay
from tests.outgoing.loopback import Asked, Manner, Reply

CHANNEL = "-1001234567890"


def call(method: str) -> tuple[str, str]:
    return ("GET" if method.startswith("get") else "POST", f"/bot{TOKEN}/{method}")


SEND, SEND_PHOTO, SEND_ALBUM = call("sendMessage"), call("sendPhoto"), call("sendMediaGroup")


def parts_of(asked: Asked) -> dict[str, bytes]:
    """The fields and files of a multipart request, by name."""
    whole = message_from_bytes(f"Content-Type: {asked.headers['Content-Type']}\r\n\r\n".encode() + asked.body)
    found = {}
    for part in whole.walk():
        if name := part.get_param("name", header="Content-Disposition"):
            found[str(name)] = part.get_payload(decode=True)
    return found  # type: ignore[return-value]


class TestTelegram(AdapterContract):
    slug = "telegram"
    good_day = ("me", "chat", "member", "sent", "sent_photo", "sent_album")
    publish_call = SEND
    read_call = call("getChat")
    token_revoked = "unauthorized"
    scope_missing = "no_rights"
    rate_limited = "rate_limited"
    post_refused = "text_too_long"
    reset_headers: ClassVar[dict[str, str]] = {}

    def text_sent(self, asked: Asked) -> str:
        return dict(asked.form())["text"]

    def adapter_at(self, base_url: str, **changes: Any) -> Adapter:
        return super().adapter_at(base_url, **{"remote_id": CHANNEL, **changes})

    # Connecting

    @pytest.mark.parametrize("named", ["@rabita", "rabita", "https://t.me/rabita", " @rabita "])
    def test_the_channel_that_the_person_named_is_the_profile_and_not_the_bot(
        self, network: Replay, named: str
    ) -> None:
        profile = self.adapter_at(network.url, remote_id=None, handle=named).get_profile()
        assert (profile.remote_id, profile.handle) == (CHANNEL, "@rabita")
        assert profile.display_name == "رابطة العلماء"
        assert profile.links == ("https://rabita.example/ledger",)
        assert profile.url == f"{network.url}/rabita"
        assert dict(network.calls(self.read_call)[0].query)["chat_id"] == "@rabita"
        assert dict(network.calls(call("getChatMember"))[0].query)["user_id"] == "7654321"

    def test_a_private_channel_is_named_by_its_number(self, network: Replay) -> None:
        network.only(self.read_call, network.reply("chat_private"))
        profile = self.adapter_at(network.url, remote_id=None, handle=CHANNEL).get_profile()
        assert (profile.handle, profile.url) == (CHANNEL, f"{network.url}/c/1234567890")

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"status": "member"}, Code.MISSING_SCOPE),
            ({"can_post_messages": False}, Code.MISSING_SCOPE),
            ({"can_post_messages": "yes"}, Code.MISSING_SCOPE),
            ({"status": "left"}, Code.NOT_A_MEMBER),
            ({"status": "kicked"}, Code.NOT_A_MEMBER),
        ],
    )
    def test_a_bot_that_may_not_post_in_the_channel_is_not_connected(
        self, adapter: Adapter, network: Replay, changes: Mapping[str, Any], code: Code
    ) -> None:
        whole = network.reply("member").body
        network.only(call("getChatMember"), Reply({**whole, "result": {**whole["result"], **changes}}))
        with pytest.raises(NeedsReconnect) as caught:
            adapter.get_profile()
        assert caught.value.code == code

    @pytest.mark.parametrize(
        ("recording", "code"),
        [
            ("no_bot", Code.TOKEN_INVALID),
            ("kicked", Code.NOT_A_MEMBER),
            ("no_chat", Code.NOT_A_MEMBER),
            ("no_rights", Code.MISSING_SCOPE),
        ],
    )
    def test_a_bot_without_access_asks_for_a_new_connection(
        self, adapter: Adapter, network: Replay, recording: str, code: Code
    ) -> None:
        network.only(self.publish_call, network.reply(recording))
        network.only(self.read_call, network.reply(recording))
        for act in (lambda: self.publish(adapter), adapter.probe):
            with pytest.raises(NeedsReconnect) as caught:
                act()
            assert caught.value.code == code

    # Groups

    def joined(self, network: Replay, **changes: Any) -> None:
        network.only(self.read_call, network.reply("chat_group"))
        whole = network.reply("member_of_group").body
        network.only(call("getChatMember"), Reply({**whole, "result": {**whole["result"], **changes}}))

    @pytest.mark.parametrize(
        "changes",
        [{}, {"status": "administrator"}, {"status": "restricted", "is_member": True, "can_send_messages": True}],
    )
    def test_a_group_in_which_the_bot_may_write_is_connected(
        self, adapter: Adapter, network: Replay, changes: dict[str, Any]
    ) -> None:
        self.joined(network, **changes)
        profile = adapter.get_profile()
        assert (profile.handle, profile.display_name) == ("@rabita_group", "مجلس الرابطة")
        assert profile.url == f"{network.url}/rabita_group"

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"status": "left"}, Code.NOT_A_MEMBER),
            ({"status": "restricted", "is_member": False, "can_send_messages": True}, Code.NOT_A_MEMBER),
            ({"status": "restricted", "is_member": True, "can_send_messages": False}, Code.MISSING_SCOPE),
        ],
    )
    def test_a_group_in_which_it_may_not_is_not(
        self, adapter: Adapter, network: Replay, changes: dict[str, Any], code: Code
    ) -> None:
        self.joined(network, **changes)
        with pytest.raises(NeedsReconnect) as caught:
            adapter.get_profile()
        assert caught.value.code == code

    def test_a_group_that_lets_only_its_administrators_write_says_which_right_is_missing(
        self, adapter: Adapter, network: Replay
    ) -> None:
        self.joined(network)
        group = network.reply("chat_group").body
        network.only(self.read_call, Reply({**group, "result": {**group["result"], "permissions": {}}}))
        with pytest.raises(NeedsReconnect) as caught:
            adapter.get_profile()
        assert (caught.value.code, caught.value.params) == (Code.MISSING_SCOPE, {"scopes": "can_send_messages"})

    @pytest.mark.parametrize("kind", ["private", "group", ""])
    def test_a_person_and_a_group_without_links_are_never_connected(
        self, adapter: Adapter, network: Replay, kind: str
    ) -> None:
        self.joined(network, status="administrator", can_post_messages=True)
        group = network.reply("chat_group").body
        network.only(self.read_call, Reply({**group, "result": {**group["result"], "type": kind}}))
        with pytest.raises(NeedsReconnect) as caught:
            adapter.get_profile()
        assert caught.value.code == Code.NOT_A_CHANNEL

    def test_a_private_group_is_also_named_by_the_link_of_one_of_its_messages(self, network: Replay) -> None:
        self.joined(network)
        self.adapter_at(network.url, remote_id=None, handle="https://t.me/c/1234567890/5/57").get_profile()
        assert dict(network.calls(self.read_call)[0].query)["chat_id"] == CHANNEL

    # Publishing

    def test_a_text_goes_out_without_any_mark_up_being_read_into_it(self, adapter: Adapter, network: Replay) -> None:
        post = Post("*نص* _x_", link="https://rabita.example/s/1", tags=("سند",), reply_to="59,60")
        published = self.publish(adapter, post)
        assert dict(network.calls(SEND)[0].form()) == {
            "chat_id": CHANNEL,
            "text": "*نص* _x_\n\nhttps://rabita.example/s/1\n\n#سند",
            "reply_parameters": '{"message_id": 59}',
        }
        assert (published.remote_id, published.permalink) == ("57", f"{network.url}/rabita/57")
        assert published.published_at.isoformat() == "2026-11-23T12:00:00+00:00"

    def test_a_post_without_a_sound_and_without_a_preview_says_so(self, adapter: Adapter, network: Replay) -> None:
        self.publish(adapter, Post(BASMALA, options={"silent": "on", "link_preview": "off"}))
        sent = dict(network.calls(SEND)[0].form())
        assert (sent["disable_notification"], sent["link_preview_options"]) == ("true", '{"is_disabled": true}')

    def test_a_correction_keeps_the_preview_away(self, adapter: Adapter, network: Replay) -> None:
        network.play("edited")
        adapter.edit_post("57", Post("مصحح", options={"link_preview": "off", "silent": "on"}))
        sent = dict(network.asked[0].form())
        assert sent["link_preview_options"] == '{"is_disabled": true}'
        assert "disable_notification" not in sent

    def test_one_picture_travels_with_its_caption_in_the_publishing_request(
        self, adapter: Adapter, network: Replay
    ) -> None:
        published = self.publish(adapter, Post(BASMALA, media=(picture(),)))
        [asked] = network.asked
        sent = parts_of(asked)
        assert sent["photo"] == PICTURE
        assert (sent["caption"].decode(), sent["chat_id"].decode()) == (BASMALA, CHANNEL)
        assert published.remote_id == "58"

    def test_several_pictures_are_one_album_whose_ids_are_all_kept(self, adapter: Adapter, network: Replay) -> None:
        published = self.publish(adapter, Post(BASMALA, media=(picture(), picture())))
        sent = parts_of(network.calls(SEND_ALBUM)[0])
        assert json.loads(sent["media"]) == [
            {"type": "photo", "media": "attach://photo0", "caption": BASMALA},
            {"type": "photo", "media": "attach://photo1"},
        ]
        assert sent["photo0"] == sent["photo1"] == PICTURE
        assert (published.remote_id, published.permalink) == ("59,60", f"{network.url}/rabita/59")

    @pytest.mark.parametrize("manner", [Manner.SILENT, Manner.DROPPED])
    def test_a_lost_answer_to_a_picture_is_of_unknown_outcome(
        self, adapter: Adapter, network: Replay, manner: Manner
    ) -> None:
        network.only(SEND_PHOTO, Reply(manner=manner))
        with pytest.raises(OutcomeUnknown):
            self.publish(adapter, Post(BASMALA, media=(picture(),)))
        assert len(network.calls(SEND_PHOTO)) == 1

    def test_an_album_that_is_told_by_half_is_of_unknown_outcome(self, adapter: Adapter, network: Replay) -> None:
        network.only(SEND_ALBUM, Reply({"ok": True, "result": [{"message_id": 59}, {}]}))
        with pytest.raises(OutcomeUnknown):
            self.publish(adapter, Post(BASMALA, media=(picture(), picture())))

    def test_a_picture_that_the_network_refuses_is_told_from_a_refused_text(
        self, adapter: Adapter, network: Replay
    ) -> None:
        network.only(SEND_PHOTO, network.reply("photo_refused"))
        with pytest.raises(Rejected) as caught:
            self.publish(adapter, Post(BASMALA, media=(picture(),)))
        assert caught.value.code == Code.MEDIA_REFUSED

    def test_the_send_of_pictures_is_given_the_time_to_upload_them(self) -> None:
        assert Telegram.upload_seconds(Post("x")) == 0
        assert Telegram.upload_seconds(Post("x", media=(picture(),))) >= 60

    def test_an_answer_to_a_post_that_is_gone_says_so(self, adapter: Adapter, network: Replay) -> None:
        network.only(SEND, network.reply("reply_gone"))
        with pytest.raises(Rejected) as caught:
            self.publish(adapter, Post("x", reply_to="17"))
        assert caught.value.code == Code.REPLY_TARGET_GONE

    def test_the_channel_cannot_be_read_back_and_nothing_claims_that_it_can(self, adapter: Adapter) -> None:
        assert not adapter.capabilities & {
            Capability.FIND_PUBLISHED,
            Capability.IDEMPOTENCY_KEY,
            Capability.POST_METRICS,
            Capability.COMMENTS,
            Capability.ALT_TEXT,
        }
        assert not adapter.metrics

    # Links

    @pytest.mark.parametrize(
        ("link", "remote_id"),
        [
            ("https://t.me/rabita/57", "57"),
            ("https://t.me/rabita/57?single", "57"),
            ("https://t.me/s/rabita/57", "57"),
            ("https://t.me/c/1234567890/57", "57"),
            ("https://t.me/c/1234567890/5/57", "57"),
            ("https://t.me/c/1234567890", None),
            ("https://t.me/rabita", None),
            ("https://t.me/rabita/about", None),
            ("https://[t.me/rabita/57", None),
        ],
    )
    def test_the_id_is_read_from_a_copied_link(self, link: str, remote_id: str | None) -> None:
        assert Telegram.remote_id_in(link) == remote_id

    @pytest.mark.parametrize(
        ("chat", "link"),
        [
            ({"id": int(CHANNEL), "username": "rabita"}, "https://t.me/rabita/57"),
            ({"id": int(CHANNEL)}, "https://t.me/c/1234567890/57"),
            ({}, "https://t.me/rabita/57"),
        ],
    )
    def test_links_lead_to_the_networks_own_pages(self, chat: dict[str, Any], link: str) -> None:
        connection = Connection(Telegram.default_url, TOKEN, remote_id=CHANNEL, handle="@rabita")
        told = {"message_id": 57, "chat": chat}
        assert Telegram(connection, client(), SignedMedia())._published([told]).permalink == link

    # Changing and deleting

    def test_a_live_text_is_edited(self, adapter: Adapter, network: Replay) -> None:
        network.play("edited")
        edited = adapter.edit_post("57", Post("مصحح"))
        assert dict(network.asked[0].form()) == {"chat_id": CHANNEL, "message_id": "57", "text": "مصحح"}
        assert (edited.remote_id, edited.permalink) == ("57", f"{network.url}/rabita/57")

    def test_the_words_of_an_album_are_those_of_its_first_picture(self, adapter: Adapter, network: Replay) -> None:
        network.play("edited_caption")
        edited = adapter.edit_post("59,60", Post("مصحح", media=(picture(), picture())))
        assert dict(network.asked[0].form())["message_id"] == "59"
        assert edited.remote_id == "59,60"
        with pytest.raises(Rejected) as caught:
            adapter.edit_post("59,60", Post("مصحح"))
        assert caught.value.code == Code.EDIT_CHANGES_MEDIA

    def test_an_edit_that_changes_nothing_has_succeeded(self, adapter: Adapter, network: Replay) -> None:
        network.play("unchanged")
        assert adapter.edit_post("57", Post("نص")).permalink == f"{network.url}/rabita/57"

    def test_a_post_is_deleted_with_all_its_pictures_and_one_already_gone_too(
        self, adapter: Adapter, network: Replay
    ) -> None:
        network.play("deleted", "deleted_many")
        adapter.delete_post("57")
        adapter.delete_post("59,60")
        assert dict(network.asked[1].form()) == {"chat_id": CHANNEL, "message_ids": "[59,60]"}
        network.only(call("deleteMessage"), network.reply("delete_gone"))
        adapter.delete_post("57")

    def test_a_post_older_than_two_days_stays_and_says_why(self, adapter: Adapter, network: Replay) -> None:
        network.play("too_old")
        with pytest.raises(Rejected) as caught:
            adapter.delete_post("57")
        assert caught.value.code == Code.DELETE_TOO_LATE

    def test_an_id_that_is_none_of_the_networks_never_leaves(self, adapter: Adapter, network: Replay) -> None:
        with pytest.raises(Rejected):
            adapter.delete_post('57],"x":[1')
        assert network.asked == []

    # Measuring

    def test_members_are_the_only_figure(self, adapter: Adapter, network: Replay) -> None:
        network.play("members")
        assert adapter.get_account_metrics().values == {Metric.FOLLOWERS: 1284}
        network.only(call("getChatMemberCount"), Reply({"ok": True, "result": "many"}))
        told = adapter.get_account_metrics()
        assert (told.values, told.missing) == ({Metric.FOLLOWERS: None}, {Metric.FOLLOWERS: MissingCode.UNREADABLE})

    # Counting

    @pytest.mark.parametrize(
        ("text", "units"), [(BASMALA, 38), ("ﷺ", 1), ("\u200f", 1), (FAMILY, 11), ("https://t.me/x", 14), ("𝒳", 2)]
    )
    def test_length_is_counted_in_utf_16_units(self, adapter: Adapter, text: str, units: int) -> None:
        assert adapter.count(text) == units

    def test_a_caption_is_shorter_than_a_text(self, adapter: Adapter) -> None:
        assert self.codes(adapter, Post("ا" * 4096)) == []
        assert ProblemCode.TEXT_TOO_LONG not in self.codes(adapter, Post("ا" * 1024, media=(picture(),)))
        assert ProblemCode.TEXT_TOO_LONG in self.codes(adapter, Post("ا" * 1025, media=(picture(),)))

    def test_the_writer_is_told_that_the_description_of_a_picture_is_not_shown(self, adapter: Adapter) -> None:
        [problem] = adapter.validate(Post("x", media=(picture(),)))
        assert (problem.code, problem.severity) == (ProblemCode.ALT_TEXT_NOT_SHOWN, Severity.WARN)

    @pytest.mark.parametrize(
        ("size", "code"),
        [
            ({"width": 6000, "height": 4001}, ProblemCode.MEDIA_TOO_LONG_SIDED),
            ({"width": 2100, "height": 100}, ProblemCode.MEDIA_TOO_NARROW),
        ],
    )
    def test_the_shape_of_a_picture_is_checked_while_writing(
        self, adapter: Adapter, size: dict[str, int], code: ProblemCode
    ) -> None:
        assert code in self.codes(adapter, Post("x", media=(picture(**size),)))

    # Secrets

    def test_a_bots_address_in_the_networks_words_is_redacted(self, network: Replay) -> None:
        adapter = self.adapter_at(network.url, access_token="7654321:AAH-x_y")
        said = {"ok": False, "description": "Bad Request: /bot7654321:AAH-x_y/sendMessage and /bot99:other/x"}
        network.only(("POST", "/bot7654321:AAH-x_y/sendMessage"), Reply(said, 400))
        with pytest.raises(Rejected) as caught:
            self.publish(adapter)
        assert not re.search("AAH|other", caught.value.detail)

    def test_a_token_with_slashes_goes_nowhere_else(self, network: Replay) -> None:
        with pytest.raises((NeedsReconnect, OutcomeUnknown, NotSent)):
            self.publish(self.adapter_at(network.url, access_token="../x?y=#"))
        assert [asked.path for asked in network.asked] == ["/bot..%2Fx%3Fy%3D%23/sendMessage"]
