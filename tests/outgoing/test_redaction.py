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
        "POST /bot7654321%3As3cret/sendMessage",
    ],
)
def test_a_token_is_known_by_its_shape(text: str) -> None:
    assert "s3cret" not in redact(text)


def test_a_known_secret_is_found_in_any_encoding() -> None:
    assert redact("x a/b+c y a%2Fb%2Bc z", ["a/b+c"]) == "x [redacted] y [redacted] z"
