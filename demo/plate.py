"""Draws the demonstration's pictures: a plate with a few words in a frame, no face, no verse.

Arabic is shaped by raqm; where Pillow lacks it (no libfribidi0) there is no plate rather than a broken one.
"""

from io import BytesIO
from pathlib import Path

from django.conf import settings
from PIL import Image, ImageDraw, ImageFont, features

WIDTH, HEIGHT = 1200, 675
PAPER, INK, GREEN, GOLD = "#f7f2e7", "#23261f", "#1f5b4a", "#b08a3c"
FONTS = Path(settings.BASE_DIR) / "static" / "vendor" / "fonts"
LETTERS = FONTS / "amiri-arabic-700-normal.woff2"


def can_draw() -> bool:
    """Whether the words would be shaped as they are written."""
    return bool(features.check("raqm")) and LETTERS.exists()


def draw(words: str, *below: str) -> bytes:
    """A JPEG, which every network takes: `words` large, the lines `below` small, in a double frame.

    Arabic letters and spaces only.
    """
    picture = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(picture)
    frame(pen)
    centred(pen, words, fitting(words), HEIGHT * 0.42, GREEN)
    for place, line in enumerate(below):
        centred(pen, line, font(38), HEIGHT * (0.76 + 0.09 * place), INK)
    made = BytesIO()
    picture.save(made, format="JPEG", quality=92, optimize=True)
    return made.getvalue()


def frame(pen: ImageDraw.ImageDraw) -> None:
    pen.rectangle((36, 36, WIDTH - 37, HEIGHT - 37), outline=GOLD, width=3)
    pen.rectangle((50, 50, WIDTH - 51, HEIGHT - 51), outline=GOLD, width=1)
    for x, y in ((36, 36), (WIDTH - 37, 36), (36, HEIGHT - 37), (WIDTH - 37, HEIGHT - 37)):
        pen.regular_polygon((x, y, 15), 4, rotation=45, fill=PAPER, outline=GOLD)
    middle, line = WIDTH // 2, int(HEIGHT * 0.68)
    pen.line((middle - 150, line, middle - 24, line), fill=GOLD, width=2)
    pen.line((middle + 24, line, middle + 150, line), fill=GOLD, width=2)
    pen.regular_polygon((middle, line, 11), 4, rotation=45, fill=GOLD)


def font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(LETTERS), size, layout_engine=ImageFont.Layout.RAQM)


def fitting(words: str) -> ImageFont.FreeTypeFont:
    """The largest letters in which the words stand on one line within the frame."""
    size = 150
    while font(size).getlength(words, direction="rtl", language="ar") > WIDTH - 220:
        size -= 4
    return font(size)


def centred(pen: ImageDraw.ImageDraw, words: str, letters: ImageFont.FreeTypeFont, y: float, ink: str) -> None:
    pen.text((WIDTH / 2, y), words, font=letters, fill=ink, anchor="mm", direction="rtl", language="ar")
