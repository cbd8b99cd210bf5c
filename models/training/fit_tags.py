"""Step 5: the tags. Fits one softmax temperature for the encoder's ImageNet head and writes `packs/glance/imagenet.json`.

The temperature is fitted on every other picture of imagenet-samples and checked on the rest. Those pictures were probably seen in the
training of the encoder (85 % of them are recognised, against 77 % in general), so the fit is a little too confident elsewhere:
`calibration.json` corrects what the description makes of the tags. Prints the expected calibration error before and after.
"""

import json
import sys

import numpy as np

import data

BINS = 15


def probabilities(logits, temperature):
    scaled = logits / temperature
    scaled = np.exp(scaled - scaled.max(1, keepdims=True))
    return scaled / scaled.sum(1, keepdims=True)


def loss(logits, labels, temperature):
    return -np.log(probabilities(logits, temperature)[np.arange(len(labels)), labels] + 1e-12).mean()


def calibration_error(logits, labels, temperature):
    """Mean distance of confidence and accuracy over equally wide bins of confidence."""
    chances = probabilities(logits, temperature)
    confidence, right = chances.max(1), chances.argmax(1) == labels
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return sum(abs(confidence[bins == b].sum() - right[bins == b].sum()) for b in range(BINS)) / len(labels)


def main():
    ids = (data.WORK / "imagenet_synsets.txt").read_text().split()
    names = json.loads((data.PACK / "lexicon.json").read_text())["classes"]
    logits = np.load(data.WORK / "features" / "imagenet-samples.npz")["logits"].astype(np.float64)
    labels = np.array([ids.index(path.name.split("_")[0]) for path in data.pictures("imagenet-samples")])
    fitted, checked = slice(0, None, 2), slice(1, None, 2)
    temperatures = np.arange(0.3, 2.0, 0.01)
    temperature = min(temperatures, key=lambda t: loss(logits[fitted], labels[fitted], t))
    temperature = round(float(temperature), 2)
    print(f"temperature {temperature}; checked on {len(labels[checked])}: top-1 {(logits.argmax(1) == labels)[checked].mean():.3f}")
    for name, value in (("before", 1.0), ("after", temperature)):
        error = calibration_error(logits[checked], labels[checked], value)
        print(f"{name}: calibration error {error:.3f}, loss {loss(logits[checked], labels[checked], value):.3f}")
    assert len(names) == len(set(names)) == len(ids) == 1000
    pack = {"temperature": temperature, "names": names, "wordnet_ids": ids}
    (data.PACK / "imagenet.json").write_text(json.dumps(pack, ensure_ascii=False, indent=0) + "\n")


if __name__ == "__main__":
    sys.exit(main())
