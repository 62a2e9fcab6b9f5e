"""A video in the look of the networks that show it among the words of a post."""

from types import SimpleNamespace

import pytest

from campaigns.views.sheets import PreviewPart, ShownPicture, card


@pytest.mark.parametrize("network", ["facebook", "instagram", "mastodon", "telegram", "threads", "tiktok", "x"])
def test_a_video_can_be_played_in_the_preview_of_its_post(network: str) -> None:
    film = ShownPicture(1, "شيخ يتكلم", "/poster", 1280, 720, film="/film", film_type="video/mp4")
    channel = SimpleNamespace(network=network, display_name="الرابطة", handle="@rabita")
    shown = card(channel, [PreviewPart([], [film], "", "ar")])
    assert 'poster="/poster"' in shown
    assert '<source src="/film" type="video/mp4">' in shown
    assert 'aria-label="شيخ يتكلم"' in shown
    assert "data-look-as" not in shown, "the page offers day and night once, above the preview"
