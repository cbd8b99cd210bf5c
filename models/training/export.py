"""Writes the trained parts into the pack: `model.gguf` and `matcher.gguf` (matrices Q8_0, or F16 where rows do not divide by 32; the rest F32), and
`config.json`.

    export.py CAPTIONS MATCHING [FOLDER]     the checkpoints, such as stage3 and stage4
"""

import json
import sys
from pathlib import Path

import gguf
import numpy as np
import torch

import data
import model as glance
import pairs

DECODING = {"beams": 10, "max_tokens": 24, "min_tokens": 4, "length_penalty": 1.0, "repetition_penalty": 1.0, "no_repeat_ngram": 3}

def write_weights(state, path):
    writer = gguf.GGUFWriter(path, "blip2")
    for name, tensor in sorted(state.items()):
        values = tensor.float().numpy()
        # Q8_0 keeps one scale for 32 values of a row; vectors and positions are small and stay exact.
        if values.ndim == 2 and values.shape[1] % 32 == 0 and values.shape[0] > 64:
            packed = gguf.quants.quantize(values, gguf.GGMLQuantizationType.Q8_0)
            writer.add_tensor(name, packed, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
        elif values.ndim == 2 and values.shape[0] > 64:
            writer.add_tensor(name, values.astype(np.float16))
        else:
            writer.add_tensor(name, np.ascontiguousarray(values))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main():
    folder = Path(sys.argv[3]) if len(sys.argv) > 3 else data.PACK
    folder.mkdir(parents=True, exist_ok=True)
    for name, file in zip(sys.argv[1:], ("model.gguf", "matcher.gguf")):
        state = torch.load(glance.checkpoint(name))["model"]
        state.pop("temperature", None)
        write_weights(state, folder / file)
    words = json.loads((data.WORK / "prompt_tags.json").read_text())["imagenet"]
    tags = {"min_probability": pairs.TAG_PROBABILITY, "max": pairs.TAGS, "imagenet": words}
    config = {**glance.CONFIG, "decoding": DECODING, "prompt_tags": tags}
    (folder / "config.json").write_text(json.dumps(config, separators=(",", ":")))
    print({path.name: path.stat().st_size for path in folder.iterdir() if path.is_file()})


if __name__ == "__main__":
    sys.exit(main())
