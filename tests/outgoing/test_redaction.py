"""What looks like a token leaves no text, known or not."""

import pytest

from outgoing import redact


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer s3cret",
        '{"access_token": "s3cret"}',
        "GET /me?access_token=s3cret&fields=id",
        "POST /bot7654321:s3cret/sendMessage",
        "PUT /upload/youtube/v3/videos?uploadType=resumable&amp;upload_id=s3cret",
        "PUT /upload/?upload_id=67890&upload_token=s3cret",
        "Object with ID 'upload:MTph?sig=s3cret' does not exist",
        "POST /bot7654321%3As3cret/sendMessage",
    ],
)
def test_a_token_is_known_by_its_shape(text: str) -> None:
    assert "s3cret" not in redact(text)


def test_a_known_secret_is_found_in_any_encoding() -> None:
    assert redact("x a/b+c y a%2Fb%2Bc z", ["a/b+c"]) == "x [redacted] y [redacted] z"
