"""The shapes of media in the API: a file as it is stored, and a file as it is placed on a sheet."""

from typing import ClassVar

from rest_framework import serializers as S

from campaigns.models import MediaFile

PICTURE = {
    "type": "object",
    "required": ["media", "alt"],
    "properties": {
        "media": {"type": "integer", "description": "a picture or video"},
        "alt": {"type": "string"},
        "captions": {"type": "integer", "nullable": True, "description": "a captions file, of a video"},
        "focus": {
            "type": "array",
            "items": {"type": "integer", "minimum": 0, "maximum": 100},
            "minItems": 2,
            "maxItems": 2,
            "description": "what a crop keeps: hundredths from the left and from the top",
        },
    },
}


class MediaShape(S.ModelSerializer[MediaFile]):
    class Meta:
        model = MediaFile
        fields: ClassVar[list[str]] = [
            *("id", "sha256", "mime_type", "size", "width", "height", "name", "created_at"),
            *("duration_ms", "video_codec", "audio_codec", "frame_rate", "bit_rate", "poster"),
        ]
