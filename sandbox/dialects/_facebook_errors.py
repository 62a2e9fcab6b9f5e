"""Owns what the simulated Facebook says of a video that it does not take: subcodes, titles, sentences.

Sources (read 2026-11), below https://developers.facebook.com/documentation/video-api/: reference/error-codes, and
guides/reels-publishing (its error codes, and those of the host that uploads go to). Where a page gives no main code it
is 6000, the general one of video uploads.
"""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.dialects._graph_access import GraphError

PROBLEM = "There was a problem uploading your video file. Please try again with another file."
AGAIN = "There was a problem uploading your video. Please try uploading it again."
CODES = {1363024: 352, 1363037: 6001, 1363042: 200}
SAID = {
    1363019: AGAIN,
    1363020: "No video file was selected. Please select a video file.",
    1363022: "The video you tried to upload is too small. The minimum size for a video is 1 KB.",
    1363023: "The video you tried to upload is too large. The maximum size for a video is 2 GB.",
    1363024: "The video file you selected is in a format that we don't support.",
    1363025: "The video you tried to upload is too short. The minimum length for a video is 1 second.",
    1363026: "The video you tried to upload is too long. The maximum length for a video is 40 minutes.",
    1363037: AGAIN,
    1363040: (
        "The video you tried to upload has an aspect ratio that isn't supported on Facebook."
        " Aspect ratios for videos need to be between 16x9 and 9x16."
    ),
    1363041: "Your video upload session is invalid or has expired. Please try again.",
    1363045: "The video data that was received is not of the size that was announced. Please try again.",
    1363127: "The video you tried to upload has resolution that isn't supported on Facebook for this product.",
    1363128: "The video you tried to upload has a duration that isn't supported on Facebook for this product.",
    1363129: (
        "The video you tried to upload has an average frame rate that isn't supported on Facebook for this product."
    ),
}
IN_STATUS = {1363127: "Resolution too low. Video must have a minimum resolution of 540p."}
"""Where the status of a video says it in other words than the error."""


def video_error(subcode: int, **data: Any) -> GraphError:
    """`data` are the offsets of an upload that is out of step."""
    code = CODES.get(subcode, 6000)
    message = AGAIN if code == 6001 else SAID[subcode] if code == 352 else PROBLEM
    more: dict[str, Any] = {
        "is_transient": False, "error_user_title": "Error Uploading Video", "error_user_msg": SAID[subcode],
    }  # fmt: skip
    return GraphError(code, message, subcode=subcode, more={**more, **({"error_data": data} if data else {})})


def missing(*names: str) -> GraphError:
    return GraphError(100, f"(#100) Missing parameter: {', '.join(names)}")


def in_status(subcode: int) -> str:
    return IN_STATUS.get(subcode, SAID[subcode])


OFFSET = ("OffsetInvalidError", "Request starting offset is invalid", 412, True)
PARTIAL = ("PartialRequestError", "Partial request (did not match length of file)", 400, False)
PROCESSING = ("ProcessingFailedError", "Request processing failed", 400, False)
HEADER = (
    "ParameterValidationError", "HeaderValuePredicate: Header {0} not convertable to unsigned long", 400, False,
)  # fmt: skip

UploadProblem = tuple[str, str, int, bool]


def upload_body(problem: UploadProblem, header: str = "") -> dict[str, Any]:
    """In the words of the host that uploads go to, which has no envelope of Graph's."""
    kind, message, _, is_retriable = problem
    return {"debug_info": {"retriable": is_retriable, "type": kind, "message": message.format(header)}}


def upload_problem(problem: UploadProblem, header: str = "") -> Response:
    return JSONResponse(upload_body(problem, header), problem[2])
