"""BLIP-base's image encoder by ONNX Runtime, f32 and int8, against Eyebright on the same random weights, in one run.

    bench_onnx.py FOLDER [PICTURE]     FOLDER as `bench_blip.py` made it

Needs onnxruntime, onnx and onnxscript beside what `bench_blip.py` needs, and what it builds. The writing half grows a cache with each token, which the
export does not keep, so only looking is compared. int8 is ONNX Runtime's dynamic quantization. Milliseconds; the best of all turns counts.
"""

import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from onnxruntime.quantization import quantize_dynamic
from transformers import BlipForConditionalGeneration
from transformers.models.blip.image_processing_pil_blip import BlipImageProcessorPil
from PIL import Image

from bench_blip import BUILT, TURNS, run
from reference_blip import SOURCES

EACH = 3


class Looking(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, pixels):
        return self.model(pixel_values=pixels)[0]


def export(folder):
    """`looking.onnx` and `looking-int8.onnx` beside the weights."""
    wide, small = folder / "looking.onnx", folder / "looking-int8.onnx"
    if not small.exists():
        model = BlipForConditionalGeneration.from_pretrained(folder / "f32", dtype=torch.float32, attn_implementation="eager").eval()
        pixels = torch.zeros(1, 3, 384, 384)
        torch.onnx.export(Looking(model.vision_model), (pixels,), wide, input_names=["pixels"], dynamo=True, external_data=False)
        quantize_dynamic(wide, small)
    return {"onnxruntime f32": wide, "onnxruntime int8": small}


def session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def main():
    folder = Path(sys.argv[1])
    picture = Path(sys.argv[2]) if len(sys.argv) > 2 else SOURCES / "coffee.jpg"
    sessions = {name: session(path) for name, path in export(folder).items()}
    processor = BlipImageProcessorPil.from_pretrained(folder / "f32")
    best = {}
    for _ in range(TURNS):
        for name, running in sessions.items():
            for _ in range(EACH):
                start = time.perf_counter()
                pixels = processor(Image.open(picture).convert("RGB"), return_tensors="np").pixel_values
                running.run(None, {"pixels": np.asarray(pixels, np.float32)})
                best[name] = min(best.get(name, np.inf), 1000 * (time.perf_counter() - start))
        for pack in ("f32", "q8_0"):
            look = run([BUILT / "examples" / "blip_speed", folder / pack, picture, str(EACH)])["look"]
            best[pack] = min(best.get(pack, np.inf), look)
    for ours, theirs in (("f32", "onnxruntime f32"), ("q8_0", "onnxruntime int8")):
        print(f"{ours} {best[ours]:.0f} ms, {theirs} {best[theirs]:.0f} ms: x {best[ours] / best[theirs]:.2f}")


if __name__ == "__main__":
    main()
