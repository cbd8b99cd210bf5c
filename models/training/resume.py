"""Turns the pack's weights into a checkpoint, so that training can go on from them: resume.py NAME

8-bit weights are a little off what was trained. The ITC temperature, which the pack does not carry, is the one that suits the dev split best.
"""

import sys

import torch
import torch.nn.functional as F

import model as glance
import reference_glance
from pairs import Pairs
from stage1_align import similarities, wrap


@torch.inference_mode()
def temperature(net, dev):
    """The temperature with the least contrastive loss among dev pictures and their first captions."""
    rows = range(0, 192)
    queries = net.look(dev.features(list(rows)))[0]
    texts = net.read(glance.pad([wrap(dev.ids[i][0]) for i in rows]))
    scores, truth = similarities(net, queries, texts), torch.arange(len(rows))
    return min((0.02 + 0.005 * i for i in range(30)), key=lambda t: F.cross_entropy(scores / t, truth))


def main():
    net = glance.Glance().eval()
    net.load_state_dict(reference_glance.weights())
    found = temperature(net, Pairs("dev"))
    torch.save({"model": {**net.state_dict(), "temperature": torch.tensor(found)}}, glance.checkpoint(sys.argv[1]))
    print(f"{sys.argv[1]}: temperature {found:.3f}")


if __name__ == "__main__":
    sys.exit(main())
