"""Pictures fitted to a network, before signing: cropped around the author's point, scaled, encoded within its limits.

Owns the plan (pure: what must be done, or nothing) and the making. What was made once is found again and never made
anew, so that the same picture, point and limits give the same signed file. It is never enlarged.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from math import sqrt

from django.db import transaction
from django.utils import timezone
from PIL import Image

from campaigns import captions, media
from campaigns.documents import CENTRE
from campaigns.models import MediaFile, Rendition
from chain.actors import system_actor
from chain.trail import record
from networks.limits import Limits

MAKES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
QUALITIES = (90, 84, 78, 70)
SMALLER = 0.85
TRIES = 14
SMALLEST_SIDE = 64
SUBRIP = "1:srt"


@dataclass(frozen=True)
class Plan:
    """What to take of a picture (left, top, width, height), how large to make it, as what, within how many bytes."""

    crop: tuple[int, int, int, int]
    size: tuple[int, int]
    mime_type: str
    max_bytes: int | None

    @property
    def recipe(self) -> str:
        """Under this name what was made of a picture is kept."""
        crop, size = ",".join(map(str, self.crop)), "x".join(map(str, self.size))
        return f"1:{crop}:{size}:{self.mime_type}:{self.max_bytes or ''}"


def plan(file: MediaFile, limits: Limits, focus: tuple[int, int] = CENTRE) -> Plan | None:
    """How a picture is made to fit, or None where it fits as it is or the network takes no picture at all."""
    if not file.is_picture or not limits.media_types:
        return None
    crop = crop_of(file.width, file.height, limits, focus)
    size = size_of(crop[2], crop[3], limits)
    made_as = mime_type_of(file, limits)
    is_whole = crop == (0, 0, file.width, file.height) and size == (file.width, file.height)
    is_light = limits.max_media_bytes is None or file.size <= limits.max_media_bytes
    if made_as is None or (is_whole and is_light and made_as == file.mime_type):
        return None
    return Plan(crop, size, made_as, limits.max_media_bytes)


def crop_of(width: int, height: int, limits: Limits, focus: tuple[int, int]) -> tuple[int, int, int, int]:
    """The largest piece of a shape that is taken, as near around the point as the picture's edges let it be."""
    least, most = shapes_of(limits)
    kept_width = min(width, int(height * most)) if most else width
    kept_height = min(height, int(width / least)) if least else height
    left = placed(width, kept_width, focus[0])
    top = placed(height, kept_height, focus[1])
    return left, top, max(1, kept_width), max(1, kept_height)


def shapes_of(limits: Limits) -> tuple[float | None, float | None]:
    """Least and most width by height."""
    least = [shape for shape in (limits.min_aspect, 1 / limits.max_ratio if limits.max_ratio else None) if shape]
    most = [shape for shape in (limits.max_aspect, limits.max_ratio) if shape]
    return max(least, default=None), min(most, default=None)


def placed(whole: int, kept: int, at: int) -> int:
    return min(max(0, round(whole * at / 100 - kept / 2)), whole - kept)


def size_of(width: int, height: int, limits: Limits) -> tuple[int, int]:
    """The largest size within the limits of pixels and sides; the shape stays within its own."""
    scale = 1.0
    if limits.max_pixels and width * height > limits.max_pixels:
        scale = min(scale, sqrt(limits.max_pixels / (width * height)))
    if limits.max_sides and width + height > limits.max_sides:
        scale = min(scale, limits.max_sides / (width + height))
    return scaled((width, height), scale, limits) if scale < 1 else (width, height)


def scaled(size: tuple[int, int], scale: float, limits: Limits) -> tuple[int, int]:
    """Rounded down, the longer side a little shorter where rounding would leave the shapes that are taken."""
    least, most = shapes_of(limits)
    width, height = max(1, int(size[0] * scale)), max(1, int(size[1] * scale))
    if least and width < height * least:
        height = max(1, int(width / least))
    if most and width > height * most:
        width = max(1, int(height * most))
    return width, height


def mime_type_of(file: MediaFile, limits: Limits) -> str | None:
    """What it stays or becomes; a picture that is too heavy becomes a JPEG where those are taken."""
    is_heavy = limits.max_media_bytes is not None and file.size > limits.max_media_bytes
    if file.mime_type in limits.media_types and not (is_heavy and "image/jpeg" in limits.media_types):
        return file.mime_type
    return next((mime_type for mime_type in MAKES if mime_type in limits.media_types), None)


Known = dict[tuple[int, str], MediaFile]
"""What was made already, by the source's id and the recipe."""


def known_of(source_ids: Iterable[int]) -> Known:
    found = Rendition.objects.filter(source_id__in=source_ids).select_related("result")
    return {(rendition.source_id, rendition.recipe): rendition.result for rendition in found}


def fitted(file: MediaFile, limits: Limits, focus: tuple[int, int], known: Known) -> MediaFile:
    """The picture as it goes to a network of these limits: itself where it fits, or where nothing makes it fit."""
    wanted = plan(file, limits, focus)
    if wanted is None:
        return file
    key = (file.pk, wanted.recipe)
    if key not in known:
        known[key] = made(file, wanted, limits)
    return known[key]


def made(file: MediaFile, wanted: Plan, limits: Limits) -> MediaFile:
    try:
        with media.open_file(file) as stored, Image.open(stored, formats=media.FORMATS) as opened:
            final = next(light_enough(opened, wanted, limits), None)
    except media.BROKEN:
        return file
    return keep(file, wanted.recipe, final) if final else file


def light_enough(opened: Image.Image, wanted: Plan, limits: Limits) -> Iterator[tuple[bytes, str, int, int]]:
    """What is within the bytes, the best first: less quality, then fewer pixels."""
    left, top, width, height = wanted.crop
    whole = without_alpha(opened.crop((left, top, left + width, top + height)), wanted.mime_type)
    size = wanted.size
    for _try in range(TRIES):
        picture = whole if whole.size == size else whole.resize(size, Image.Resampling.LANCZOS)
        for content in encodings(picture, wanted.mime_type):
            if wanted.max_bytes is None or len(content) <= wanted.max_bytes:
                yield content, wanted.mime_type, *picture.size
        size = scaled(size, SMALLER, limits)
        if min(size) < SMALLEST_SIDE:
            return


def encodings(picture: Image.Image, mime_type: str) -> Iterator[bytes]:
    kind = MAKES[mime_type]
    for quality in QUALITIES if kind != "PNG" else QUALITIES[:1]:
        encoded = BytesIO()
        picture.save(encoded, format=kind, **{**media.OPTIONS[kind], **({"quality": quality} if kind != "PNG" else {})})
        yield encoded.getvalue()


def without_alpha(picture: Image.Image, mime_type: str) -> Image.Image:
    """JPEG has no transparency: what shows through is white there."""
    if mime_type != "image/jpeg" or picture.mode == "RGB":
        return picture
    ground = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(ground, picture.convert("RGBA")).convert("RGB")


def fitted_captions(spoken: MediaFile, limits: Limits, known: Known) -> MediaFile:
    """The captions as SubRip where a network takes those alone; else as they are kept."""
    taken = limits.video.captions if limits.video else ()
    if captions.VTT in taken or captions.SRT not in taken:
        return spoken
    key = (spoken.pk, SUBRIP)
    if key not in known:
        with media.open_file(spoken) as stored:
            written = captions.as_srt(captions.cues_in(stored.read())).encode()
        known[key] = keep(spoken, SUBRIP, (written, captions.SRT, 0, 0))
    return known[key]


@transaction.atomic
def keep(file: MediaFile, recipe: str, final: tuple[bytes, str, int, int]) -> MediaFile:
    """Whoever makes the same at the same moment gets the one that was first."""
    content, mime_type, width, height = final
    sha256 = hashlib.sha256(content).hexdigest()
    media.write_once(media.path_of(file.organisation_id, sha256), content)
    told = {"mime_type": mime_type, "size": len(content), "width": width, "height": height, "name": file.name}
    by = {"uploaded_by_id": file.uploaded_by_id, "created_at": timezone.now()}
    result, is_new = MediaFile.objects.get_or_create(
        organisation_id=file.organisation_id, sha256=sha256, defaults={**told, **by}
    )
    rendition, _is_first = Rendition.objects.get_or_create(source=file, recipe=recipe, defaults={"result": result})
    if is_new:
        maker = system_actor("fitting", file.organisation_id)
        record("media.fitted", result, actor=maker, data={"from": file.sha256, "sha256": sha256, "recipe": recipe})
    return rendition.result
