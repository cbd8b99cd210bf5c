"""Turns the pack's weights, which are a little off what was trained where they have 8 bits, into a checkpoint: resume.py NAME"""

import sys

import model as glance
import reference_glance


def main():
    net = glance.Glance()
    net.load_state_dict(reference_glance.weights())
    glance.save(net, sys.argv[1])


if __name__ == "__main__":
    sys.exit(main())
