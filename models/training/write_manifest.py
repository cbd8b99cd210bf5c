"""Writes `pack.toml`: every file of the pack with its length and SHA-256."""

import hashlib
import sys

import data

HEADER = """name = "glance"
summary = "Small, built in, works offline: a caption, tags and objects"
licence = "Research and non-commercial use (see MODEL_CARD.md)"
"""
NOT_LISTED = {"pack.toml", "MODEL_CARD.md"}


def main():
    text = HEADER
    for path in sorted(data.PACK.iterdir()):
        if path.name not in NOT_LISTED:
            contents = path.read_bytes()
            digest = hashlib.sha256(contents).hexdigest()
            text += f'\n[[file]]\nname = "{path.name}"\nbytes = {len(contents)}\nsha256 = "{digest}"\n'
    (data.PACK / "pack.toml").write_text(text)
    print(f"{sum(path.stat().st_size for path in data.PACK.iterdir()) / 1e6:.1f} MB")


if __name__ == "__main__":
    sys.exit(main())
