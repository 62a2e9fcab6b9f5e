"""outgoing.streaming: whole files and pieces of them leave without ever being held in memory."""

import email
import email.policy
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest

from outgoing import Client, FilePart, FormFile, MaybeSent, Multipart
from tests.outgoing.loopback import Asked, Reply, serving

FILM = bytes(range(256)) * 4_000


def posted(body: FilePart | Multipart, **headers: str) -> Asked:
    with (
        serving(Reply({})).running() as server,
        Client(allow_private=True, connect_timeout=1, read_timeout=5) as client,
    ):
        client.request("POST", server.url, data=body, headers=headers)
        return server.asked[0]


@pytest.mark.parametrize(("start", "length"), [(0, len(FILM)), (7, 300_000), (len(FILM) - 1, 1)])
def test_a_piece_of_a_file_arrives_with_its_length(start: int, length: int) -> None:
    asked = posted(FilePart(BytesIO(FILM), start, length))
    assert asked.body == FILM[start : start + length]
    assert asked.headers["Content-Length"] == str(length)
    assert "Transfer-Encoding" not in asked.headers


def test_a_form_with_a_file_is_read_by_others_as_it_was_meant() -> None:
    file = FormFile("video", "مقطع.mp4", "video/mp4", FilePart(BytesIO(FILM), 0, len(FILM)))
    form = Multipart({"caption": "نص\nثانٍ"}, [file, FormFile("thumbnail", "t.jpg", "image/jpeg", b"jpeg")])
    asked = posted(form, **{"Content-Type": form.content_type})
    head = f"Content-Type: {asked.headers['Content-Type']}\r\n\r\n".encode()
    caption, video, thumbnail = email.message_from_bytes(head + asked.body, policy=email.policy.HTTP).iter_parts()
    assert caption.get_payload(decode=True) == "نص\nثانٍ".encode()
    assert (video.get_content_type(), video.get_payload(decode=True)) == ("video/mp4", FILM)
    assert (thumbnail.get_param("name", header="content-disposition"), thumbnail.get_filename()) == (
        "thumbnail",
        "t.jpg",
    )


def test_a_file_shorter_than_was_said_breaks_the_request() -> None:
    with pytest.raises(MaybeSent):
        posted(FilePart(BytesIO(b"short"), 0, 500))


SENDS = """
import resource, sys
from outgoing import Client, FilePart, FormFile, Multipart

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

def send(size):
    with open(sys.argv[2], "rb") as file, Client(allow_private=True, read_timeout=20) as client:
        form = Multipart({"a": "b"}, [FormFile("video", "v.mp4", "video/mp4", FilePart(file, 0, size))])
        client.request("POST", sys.argv[1], data=form, headers={"Content-Type": form.content_type})
        client.request("POST", sys.argv[1], data=FilePart(file, 0, size))

send(1_000_000)
before = peak()
send(60_000_000)
print(peak() - before)
"""


def test_memory_does_not_grow_with_the_file(repository: Path, tmp_path: Path) -> None:
    film = tmp_path / "film"
    with film.open("wb") as sparse:
        sparse.truncate(60_000_000)
    with serving(Reply({})).running() as server:
        ran = subprocess.run(
            [sys.executable, "-c", SENDS, server.url, str(film)], cwd=repository, capture_output=True, check=True
        )
    assert int(ran.stdout) < 4_000, f"{ran.stdout!r} KiB more"
