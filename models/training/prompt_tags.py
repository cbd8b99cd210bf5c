"""Step 3: the words that tags put into the decoder's prompt.

An ImageNet class becomes the most specific word of its near WordNet ancestry that captions use often enough ("beagle" -> "dog",
"espresso" -> "coffee"), or else keeps its own name ("platypus"); a COCO object keeps its name. The same words, found in captions, train the decoder on text alone,
so that it can talk about things no captioned photo shows. Writes `prompt_tags.json`: {"imagenet": [1000 words], "coco": {name: word}}.
"""

import collections
import json
import sys
from pathlib import Path

import torchvision.models._meta

import data
import tokens

WORDNET = Path("/usr/share/wordnet/data.noun")  # Debian package wordnet-base, WordNet 3.0
SYNSETS = data.WORK / "imagenet_synsets.txt"  # from the PyPI package timm: the 1,000 WordNet ids in class order
OFTEN = 12
# Words too general to tell anything, and lemmas that captions use in another sense.
SKIP = set(
    "thing object whole unit artifact instrumentality equipment device structure covering container implement matter item "
    "substance part organism being animal person creature adult young female male game bird-dog toy pet domestic fit "
    "pointer setter boxer carrier conveyance hack runner trap bar stick ring stall post dish consumer goods goods area way "
    "commodity stretch site room place facility support strip line web screen pick net hook pot head hip food solid "
    "foodstuff nutriment produce sweet course product creation plain piece cover protection fabric material wear clothing "
    "garment attire apparel dress feline canine chow pug jay coach cab black admiral ringlet monarch sulphur "
    "painter monitor wood blower good rail punch press scope cardigan mini grand construction establishment fixing barrier "
    "instrument control craft upright system apparatus surface top formation ridge memorial staff vessel column jack boa litter "
    "rubber light shade weight machine convertible rocker racer shelter home lens tool ear fruit-tree hip buckeye display "
    "attachment gear container-ship implement mechanism cap-opener establishment vault slot file grille switch reel bank "
    "package basket-maker musical wind furniture furnishing pool tank-car computer-display economy grocery brass".split()
)


def wordnet():
    """{offset: ([lemmas], [hypernym offsets])} of all noun synsets."""
    nouns = {}
    for line in WORDNET.read_text(encoding="latin-1").splitlines():
        if line.startswith(" "):
            continue
        fields = line.split(" | ")[0].split()
        count = int(fields[3], 16)
        lemmas = [fields[4 + 2 * i].replace("_", " ").lower() for i in range(count)]
        pointers = fields[4 + 2 * count + 1 :]
        parents = [pointers[i + 1] for i in range(0, len(pointers) - 3, 4) if pointers[i] in ("@", "@i")]
        nouns[fields[0]] = (lemmas, parents)
    return nouns


def ancestry(nouns, offset):
    """The synset and its ancestors, nearest first."""
    chain, seen = [offset], {offset}
    for current in chain:
        for parent in nouns[current][1]:
            if parent not in seen:
                seen.add(parent)
                chain.append(parent)
    return chain


def phrase_counts():
    counts = collections.Counter()
    for caption in tokens.captions():
        words = caption.split()
        counts.update(words)
        counts.update(" ".join(pair) for pair in zip(words, words[1:]))
    return counts


def main():
    nouns, counts = wordnet(), phrase_counts()
    names = torchvision.models._meta._IMAGENET_CATEGORIES
    words = []
    for wnid, name in zip(SYNSETS.read_text().split(), names, strict=True):
        lemmas = [name.lower()] + [lemma for node in ancestry(nouns, wnid[1:])[:6] for lemma in nouns[node][0]]
        words.append(next((w for w in lemmas if counts[w] >= OFTEN and w not in SKIP), data.normalise(name)))
    coco = [name for name in torchvision.models._meta._COCO_CATEGORIES if name not in ("N/A", "__background__")]
    path = data.WORK / "prompt_tags.json"
    path.write_text(json.dumps({"imagenet": words, "coco": coco}))
    print(f"{len(set(words))} words for 1000 classes")


if __name__ == "__main__":
    sys.exit(main())
