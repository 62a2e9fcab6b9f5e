"""The preview of a post in the look of its network."""

from types import SimpleNamespace

from campaigns.views.sheets import PreviewPart, card


def test_the_title_of_a_video_stands_above_its_words() -> None:
    channel = SimpleNamespace(network="youtube", display_name="الرابطة", handle="@rabita")
    shown = card(channel, [PreviewPart([], [], "", "ar", options={"title": "القول «في» الصبر & <غيره>"})])
    assert '<b lang="ar" dir="auto">القول «في» الصبر &amp; &lt;غيره&gt;</b>' in shown


def test_a_video_without_a_title_has_no_empty_line_for_it() -> None:
    channel = SimpleNamespace(network="youtube", display_name="الرابطة", handle="@rabita")
    assert '<b lang="ar"' not in card(channel, [PreviewPart([], [], "", "ar")])
