"""Media files: pictures, videos and captions as they will go out, and what was made of a picture for one network."""

from typing import ClassVar

from django.conf import settings
from django.db import models

USER = settings.AUTH_USER_MODEL


class MediaFile(models.Model):
    """A file as it will go out: checked and cleaned once, at upload, and known by the hash of its bytes.

    What follows the name is a video's (networks.types.Media says the units); `poster` is the picture that stands for
    it. Captions have no sides.
    """

    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    mime_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    name = models.CharField(max_length=200)
    duration_ms = models.PositiveIntegerField(default=0)
    video_codec = models.CharField(max_length=20, default="", blank=True)
    audio_codec = models.CharField(max_length=20, default="", blank=True)
    frame_rate = models.PositiveIntegerField(default=0)
    bit_rate = models.PositiveIntegerField(default=0)
    poster = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    uploaded_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organisation", "sha256"], name="one_file_per_hash")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_video(self) -> bool:
        return self.mime_type.startswith("video/")

    @property
    def is_picture(self) -> bool:
        return self.mime_type.startswith("image/")


class Rendition(models.Model):
    """What was made of a picture for networks of some limits; the recipe says how. Made once, then found."""

    source = models.ForeignKey(MediaFile, models.PROTECT, related_name="renditions")
    recipe = models.CharField(max_length=160)
    result = models.ForeignKey(MediaFile, models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["source", "recipe"], name="one_rendition_per_recipe")
        ]

    def __str__(self) -> str:
        return f"{self.source} → {self.recipe}"
