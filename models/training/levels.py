"""Tokens of several levels: what a picture looks like as a whole and in each cell of a 5 x 5 grid, from the colours of its pixels to the last feature
map. A classifier's last map has forgotten colours and people; earlier ones have not."""

import numpy as np
import torch
import torch.nn.functional as F

import data

GRID, LAST, WIDTH = 5, 1280, 1280 + 208 + 2 * 120 + 6
PATH = data.WORK / "levels.npz"


def rows(whole, cells):
    return torch.cat([whole.flatten(1)[:, None], cells.flatten(2).transpose(1, 2)], 1)


def averages(maps):
    return rows(maps.mean((2, 3)), F.adaptive_avg_pool2d(maps, GRID))


def maxima(maps):
    return rows(maps.amax((2, 3)), F.adaptive_max_pool2d(maps, GRID))


def colours(pixels):
    """Mean and standard deviation of each colour, of 1."""
    values = pixels.double() / 255
    mean = averages(values)
    return torch.cat([mean, (averages(values**2) - mean**2).clamp(min=0).sqrt()], -1).float()


def tokens(pixels, maps):
    """Pixels [N, 3, S, S] in 0..255 and what `efficientnet` makes of them -> [N, 26, 1734]; the first is that of the whole picture."""
    early, middle, last = (x.float() for x in maps)
    return torch.cat([averages(last), averages(middle), averages(early), maxima(early), colours(pixels)], -1)


def measure(kept):
    """Writes what brings the channels before the last map to its mean and deviation: `kept` [N, 26, 1734] of training pictures."""
    values = kept.astype(np.float32).reshape(-1, WIDTH)
    mean, deviation = values[:, LAST:].mean(0), values[:, LAST:].std(0) + 1e-6
    scale = values[:, :LAST].std() / deviation
    np.savez(PATH, shift=mean - values[:, :LAST].mean() / scale, scale=scale)


class Scale:
    """(x - shift) * scale of the channels behind the last map's."""

    def __init__(self):
        self.shift, self.scale = (torch.from_numpy(np.load(PATH)[name]).float() for name in ("shift", "scale"))

    def __call__(self, x):
        return torch.cat([x[..., :LAST], (x[..., LAST:] - self.shift) * self.scale], -1)
