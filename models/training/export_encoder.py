"""Writes the frozen image encoder of glance, `packs/glance/encoder.safetensors`, in float16 and in the layout that the engine computes in.

Convolution kernels become matrices for activations [height, width, channels]: 1 x 1 [in, out], depthwise [k * k, channels],
the first one [k * k * 3, out]. The division of the pixels by 128 is folded into the first convolution (not the mean: its
padding must stay zero). With `--golden`, writes reference values of the rounded weights for `tests/golden` instead.
"""

import sys

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file

import data
import efficientnet
import features
import levels

GOLDEN = data.PACK.parents[1] / "tests" / "golden"


def rounded():
    """The network with weights rounded to float16: what the pack holds."""
    model = efficientnet.load(data.EFFICIENTNET)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(parameter.half().float())
    return model


def layout(name, weight):
    if name == "stem.weight":
        weight = (weight / efficientnet.SCALE).permute(2, 3, 1, 0).flatten(0, 2)
    elif name.endswith("depthwise.weight"):
        weight = weight.permute(2, 3, 1, 0).flatten(0, 2)
    elif weight.dim() > 1:
        weight = weight.flatten(1).T
    return weight.half().contiguous()


def golden_pixels(size):
    """The picture in tests/golden, enlarged by repeating pixels: the same in every language."""
    with Image.open(GOLDEN / "picture.png") as image:
        pixels = np.asarray(image.convert("RGB"))
    rows, columns = (np.arange(size) * side // size for side in pixels.shape[:2])
    return pixels[rows][:, columns]


@torch.inference_mode()
def encode(model, scale, pixels):
    """`scale`: a `levels.Scale`. Pixels [N, 3, S, S] in 0..255 to tokens [N, 26, 1734] and logits, as the engine does."""
    maps, logits = model(pixels.float())
    return scale(levels.tokens(pixels, maps)), logits


def write_golden(model):
    """Logits and every fifth token."""
    pixels = golden_pixels(features.SIZE)
    tokens, logits = encode(model, levels.Scale(), torch.from_numpy(pixels.copy()).permute(2, 0, 1)[None])
    save_file({"tokens": tokens[0, ::5].contiguous(), "logits": logits[0].contiguous()}, GOLDEN / "encoder.safetensors")


def main():
    model = rounded()
    if "--golden" in sys.argv:
        return write_golden(model)
    tensors = {name: layout(name, parameter.detach()) for name, parameter in model.named_parameters()}
    scale = levels.Scale()
    tensors |= {"levels.shift": scale.shift, "levels.scale": scale.scale}
    save_file(tensors, data.PACK / "encoder.safetensors")


if __name__ == "__main__":
    sys.exit(main())
