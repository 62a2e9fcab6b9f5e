"""The preview of a post in the look of Threads."""

from types import SimpleNamespace

from campaigns.views.sheets import PreviewPart, ShownPicture, card

CHANNEL = SimpleNamespace(network="threads", display_name="الرابطة", handle="@rabita")


def test_the_topic_stands_beside_the_name_of_the_account() -> None:
    shown = card(CHANNEL, [PreviewPart([], [], "", "ar", options={"topic": "السند & <غيره>"})])
    assert '<bdi lang="ar">السند &amp; &lt;غيره&gt;</bdi>' in shown
    assert "<bdi" not in card(CHANNEL, [PreviewPart([], [], "", "ar")])


def test_several_pictures_stand_in_a_row_that_the_keyboard_reaches() -> None:
    pictures = [ShownPicture(pk, f"صورة {pk}", f"/{pk}", 640, 480) for pk in (1, 2)]
    row = '<div class="post-row" role="group" tabindex="0"'
    assert row in card(CHANNEL, [PreviewPart([], pictures, "", "ar")])
    assert row not in card(CHANNEL, [PreviewPart([], pictures[:1], "", "ar")])
