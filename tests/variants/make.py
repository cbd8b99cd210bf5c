"""Makes the pages of plain text beside this file with Pillow and the DejaVu fonts (Debian package fonts-dejavu)."""

import textwrap
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FONTS = Path("/usr/share/fonts/truetype/dejavu")
TEXT = (
    "The ferry leaves the east pier at nine and again at noon. Dogs are welcome on the open deck, bicycles go below. In strong "
    "wind the second boat may stay in harbour; a notice is put up by eight. Tickets are sold on board. Children under six travel "
    "free. The crossing takes forty minutes, and the view of the old lighthouse alone is worth it. "
)
# font, size, page, ink, ground
PAGES = [
    ("DejaVuSans.ttf", 16, (800, 1000), "black", "white"),
    ("DejaVuSans.ttf", 24, (1000, 800), "white", "black"),
    ("DejaVuSerif.ttf", 18, (700, 900), "#222222", "#fbf3df"),
    ("DejaVuSerif.ttf", 40, (1200, 900), "black", "white"),
    ("DejaVuSansMono.ttf", 14, (760, 760), "#c8c8c8", "#202020"),
    ("DejaVuSansMono.ttf", 20, (1280, 720), "black", "#e6e6e6"),
    ("DejaVuSans-Bold.ttf", 22, (900, 1200), "#10206a", "white"),
    ("DejaVuSans-Bold.ttf", 32, (1000, 700), "#ffe94a", "#101040"),
    ("DejaVuSerif-Bold.ttf", 28, (800, 600), "#7a1010", "#fff8e8"),
    ("DejaVuSans.ttf", 12, (600, 800), "#555555", "white"),
]

for number, (font, size, page, ink, ground) in enumerate(PAGES):
    image = Image.new("RGB", page, ground)
    face = ImageFont.truetype(FONTS / font, size)
    margin = 3 * size
    columns = int((page[0] - 2 * margin) / face.getlength("n"))
    lines = textwrap.wrap(TEXT * 8, columns)[: int((page[1] - 2 * margin) / (size * 1.4))]
    ImageDraw.Draw(image).multiline_text((margin, margin), "\n".join(lines), fill=ink, font=face, spacing=size * 0.4)
    image.quantize(16).save(Path(__file__).parent / f"text-{number}.png", optimize=True)
