"""Step 4: the lexicon, by which captions are checked and things are named without a caption.

Reads `concepts.txt` (a tree of nameable things over the ImageNet classes and COCO objects), `nouns.txt` (how words of captions are judged), the captions
themselves (which nouns occur, and how often as nouns) and WordNet 3.0 (which classes lie below a noun that neither table lists).
Writes `lexicon.json` into the pack; `models/src/evidence/lexicon/` documents its fields.
"""

import collections
import json
import re
import sys
from pathlib import Path

import torchvision.models._meta

import data
import tokens

HERE = Path(__file__).parent
WORDNET = Path("/usr/share/wordnet")  # Debian package wordnet-base
SYNSETS = data.WORK / "imagenet_synsets.txt"  # from the PyPI package timm: the WordNet noun offsets of the classes, in class order
OFTEN = 15  # a noun that occurs less often in 166,000 captions is hardly ever written by the decoder
CONCRETE = {5, 6, 13, 17, 20}  # WordNet's files of animals, artefacts, food, natural objects and plants
# A word is a noun where it follows one of these (or begins the caption).
BEFORE_NOUN = set(
    "a an the his her their its this that these those some another one two three four five six seven eight nine ten several many other both no each "
    "of in on with by at near from into onto over under behind beside through across along around against for like as and or , "
    "large small big little young old tall long short red blue white black green brown yellow orange pink purple gray grey colorful wooden".split()
)
HYPHENATED = {"close-up", "face-down", "mid-air", "african-american"}  # in `nouns.txt` all other hyphens stand for spaces
# Speakable class names where ImageNet's are not: too learned, clipped, doubtful, or the same for two classes.
SPOKEN = {
    "cock": "rooster", "water ouzel": "dipper", "kite": "kite bird", "eft": "newt", "common newt": "smooth newt", "tusker": "elephant with tusks",
    "drake": "duck", "red-breasted merganser": "merganser", "black swan": "swan", "king penguin": "penguin", "great grey owl": "owl", "ice bear": "polar bear",
    "lesser panda": "red panda", "giant panda": "panda", "madagascar cat": "lemur", "barracouta": "barracuda", "coho": "salmon", "harvestman": "daddy longlegs",
    "sorrel": "horse", "hog": "pig", "ox": "cow", "ram": "sheep", "patas": "patas monkey", "titi": "titi monkey", "angora": "angora rabbit", "tabby": "tabby cat",
    "tiger cat": "striped cat", "cougar": "puma", "wallaby": "kangaroo", "admiral": "red admiral butterfly", "ringlet": "ringlet butterfly",
    "monarch": "monarch butterfly", "walking stick": "stick insect", "chambered nautilus": "nautilus", "brain coral": "coral", "puffer": "puffer fish",
    "ashcan": "trash can", "beach wagon": "station wagon", "bathing cap": "swimming cap", "cellular telephone": "mobile phone", "jean": "jeans", "sax": "saxophone",
    "loafer": "loafer shoe", "barrow": "wheelbarrow", "bow": "bow and arrow", "brass": "memorial plaque", "cab": "taxi", "caldron": "cauldron",
    "can opener": "can opener", "cornet": "trumpet", "crane": "crane", "hand-held computer": "pocket computer", "hand blower": "hair dryer",
    "horizontal bar": "gymnastics bar", "ipod": "iPod", "jersey": "jersey", "liner": "cruise ship", "loupe": "magnifying glass", "maillot": "leotard",
    "maillot tank suit": "swimsuit", "model t": "vintage car", "notebook": "notebook computer", "organ": "organ", "pajama": "pajamas", "passenger car": "railway carriage",
    "pickup": "pickup truck", "pirate": "pirate ship", "plane": "carpenter's plane", "plow": "plow", "pop bottle": "soda bottle", "pot": "plant pot",
    "racer": "racing car", "recreational vehicle": "camper van", "rule": "ruler", "screen": "screen", "monitor": "computer monitor", "studio couch": "couch",
    "sunglass": "sunglasses lens", "tank": "tank", "teddy": "teddy bear", "torch": "torch", "tub": "tub", "upright": "upright piano", "vacuum": "vacuum cleaner",
    "washbasin": "sink", "washer": "washing machine", "wing": "airplane wing", "wreck": "shipwreck", "web site": "web page", "book jacket": "book cover",
    "consomme": "clear soup", "french loaf": "French bread", "ice lolly": "popsicle", "hotdog": "hot dog", "head cabbage": "cabbage", "granny smith": "green apple",
    "potpie": "pie", "carbonara": "pasta carbonara", "alp": "mountain", "lakeside": "lake shore", "seashore": "beach", "promontory": "headland", "groom": "bridegroom",
    "ballplayer": "baseball player", "scuba diver": "diver", "rapeseed": "field of yellow flowers", "hip": "rose hip", "buckeye": "horse chestnut", "ear": "ear of corn",
    "toilet tissue": "toilet roll", "bolete": "boletus mushroom", "agaric": "fly agaric", "gyromitra": "false morel", "paper towel": "kitchen roll",
    "american chameleon": "green anole", "loggerhead": "loggerhead turtle", "diamondback": "rattlesnake", "redbone": "redbone hound", "boxer": "boxer dog",
    "clumber": "clumber spaniel", "pembroke": "Pembroke corgi", "cardigan": "Cardigan corgi", "saluki": "Saluki", "cairn": "cairn terrier",
    "boston bull": "Boston terrier", "red wine": "red wine", "espresso": "espresso", "worm fence": "split-rail fence", "picket": "picket fence",
    "chime": "wind chime", "bannister": "banister", "four-poster": "four-poster bed", "grille": "car grille", "hamper": "hamper", "moving van": "moving van",
    "packet": "packet", "pick": "plectrum", "potter's wheel": "potter's wheel", "projectile": "missile on a launcher", "reel": "fishing reel", "ski": "skis",
    "stole": "shawl", "suit": "suit", "switch": "light switch", "swab": "mop", "thatch": "thatched roof", "vault": "vaulted ceiling", "tile roof": "tiled roof",
    "jinrikisha": "rickshaw", "beacon": "lighthouse", "bell cote": "bell tower", "megalith": "standing stones", "breakwater": "breakwater", "crock pot": "slow cooker",
    "dishrag": "dishcloth", "entertainment center": "entertainment center", "fire screen": "fire guard", "magnetic compass": "compass", "solar dish": "solar panel",
    "sulphur butterfly": "yellow butterfly", "lycaenid": "small blue butterfly", "cardigan ": "cardigan", "yellow lady's slipper": "yellow orchid",
    "crane bird": "crane bird", "cock ": "rooster",
}  # fmt: skip


def spans(numbers):
    """[3, 4, 5, 9] -> [[3, 5], [9, 9]]"""
    runs = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return runs


def class_names():
    """1,000 unique speakable names in class order."""
    names = []
    for index, name in enumerate(torchvision.models._meta._IMAGENET_CATEGORIES):
        lower = name.lower()
        spoken = "cardigan" if index == 474 else SPOKEN.get(lower, name if lower not in SPOKEN else lower)
        names.append(spoken if spoken not in names else f"{name.lower()} {index}")
    return names


def object_names():
    """COCO's 80 names, in order."""
    return [name for name in torchvision.models._meta._COCO_CATEGORIES if name not in ("N/A", "__background__")]


class Concept:
    def __init__(self, name, parent, own, objects, said=True, countable=True):
        self.name, self.parent, self.said, self.countable = name, parent, said, countable
        self.classes, self.objects = set(own), set(objects)

    def record(self):
        return {
            "name": self.name,
            "parent": self.parent,
            "classes": spans(self.classes),
            "objects": sorted(self.objects),
            **({} if self.said else {"said": False}),
            **({} if self.countable else {"countable": False}),
        }


def concepts(names, objects):
    """The tree, parents before children; every class and object is in one of its leaves."""
    tree, path, used = [], [], set()
    line_pattern = re.compile(r"( *)(/?)([^\d!~@]+?)([!~]*)((?: \d+(?:-\d+)?)*)(?: @(.+))?$")
    for line in (HERE / "concepts.txt").read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        indent, heading, name, marks, ranges, alias = line_pattern.fullmatch(line).groups()
        depth = len(indent) // 2
        own = []
        for first, last in re.findall(r"(\d+)(?:-(\d+))?", ranges):
            own += range(int(first), int(last or first) + 1)
        assert not used & set(own), (name, used & set(own))
        used |= set(own)
        found = [objects.index(n) for n in (alias or name,) if n in objects]
        path[depth:] = [len(tree)]
        tree.append(Concept(name, path[depth - 1] if depth else None, own, found, not heading, "~" not in marks))
        if len(own) > 1 and "!" not in marks:
            tree += [Concept(names[number], path[depth], [number], []) for number in own]
    tree += [Concept(names[number], None, [number], []) for number in sorted(set(range(1000)) - used)]
    for node in reversed(tree):
        if node.parent is not None:
            tree[node.parent].classes |= node.classes
            tree[node.parent].objects |= node.objects
    missing = set(range(len(objects))) - set().union(*(node.objects for node in tree))
    assert not missing, [objects[number] for number in missing]
    return tree


class WordNet:
    """Noun senses and what lies above them."""

    def __init__(self):
        self.senses, self.parents, self.files = {}, {}, {}
        for line in (WORDNET / "index.noun").read_text(encoding="latin-1").splitlines():
            if not line.startswith(" "):
                fields = line.split()
                self.senses[fields[0].replace("_", " ")] = fields[-int(fields[2]) :]
        for line in (WORDNET / "data.noun").read_text(encoding="latin-1").splitlines():
            if not line.startswith(" "):
                fields = line.split(" | ")[0].split()
                pointers = fields[5 + 2 * int(fields[3], 16) :]
                self.files[fields[0]] = int(fields[1])
                self.parents[fields[0]] = [pointers[i + 1] for i in range(0, len(pointers) - 3, 4) if pointers[i] in ("@", "@i")]
        self.irregular = {}
        for line in (WORDNET / "noun.exc").read_text().splitlines():
            plural, singular = line.replace("_", " ").split()[:2] if line.count(" ") == 1 else (None, None)
            if plural and plural != singular and plural not in ("is", "as", "us"):
                self.irregular.setdefault(plural, singular)
        self.irregular |= {"people": "people", "glasses": "glasses", "woods": "woods", "goggles": "goggles", "shorts": "shorts", "jeans": "jeans", "pants": "pants"}

    def above(self, offset):
        """The synset and all its ancestors."""
        found, queue = set(), [offset]
        while queue:
            current = queue.pop()
            if current not in found:
                found.add(current)
                queue += self.parents[current]
        return found

    def concrete(self, noun):
        """The synset of its first sense that is a visible thing."""
        return next((sense for sense in self.senses.get(noun, []) if self.files[sense] in CONCRETE), None)

    def singular(self, word):
        if word in self.irregular:
            return self.irregular[word]
        for ending, instead in (("ies", "y"), ("ches", "ch"), ("shes", "sh"), ("sses", "ss"), ("xes", "x"), ("ves", "f"), ("men", "man"), ("s", "")):
            stem = word[: -len(ending)] + instead
            if word.endswith(ending) and not word.endswith("ss") and len(stem) > 1 and stem in self.senses:
                return stem
        return word if word in self.senses else None


def count_nouns(wordnet, wanted):
    """How often each noun (or listed phrase) occurs, and how often it follows a word that nouns follow."""
    total, after = collections.Counter(), collections.Counter()
    for caption in tokens.captions():
        words = caption.split()
        for size in (1, 2):
            for i in range(len(words) - size + 1):
                last = wordnet.singular(words[i + size - 1])
                noun = last if size == 1 else f"{words[i]} {last}"
                if not noun or (size == 2 and noun not in wanted and wordnet.concrete(noun) is None):
                    continue
                total[noun] += 1
                after[noun] += i == 0 or words[i - 1] in BEFORE_NOUN
    return total, after


def tables():
    """`nouns.txt` as {heading: {word: right side or None}}."""
    found, current = {}, None
    for line in (HERE / "nouns.txt").read_text().splitlines():
        if line.startswith("## "):
            current = found.setdefault(line[3:].split(":")[0].split(";")[0].strip(), {})
        elif line.strip() and not line.startswith("#"):
            if "=" in line:
                word, right = line.split("=")
                current[word.strip()] = [part.strip(" !/") for part in right.split(" / ") if part.strip()]
            else:
                current.update({word.replace("-", " ") if word not in HYPHENATED else word: None for word in line.split()})
    return found


def main():
    names, objects, wordnet = class_names(), object_names(), WordNet()
    assert len(set(names)) == 1000, [name for name, count in collections.Counter(names).items() if count > 1]
    tree = concepts(names, objects)
    by_name = {}
    for node in tree:
        by_name.setdefault(node.name.lower(), node)
    below = [wordnet.above(wnid[1:]) for wnid in SYNSETS.read_text().split()]
    object_synsets = [wordnet.above(sense) if (sense := wordnet.concrete(name)) else set() for name in objects]
    other, persons, needing, scenes, same, apart = tables().values()
    persons |= needing
    assert len(other) + len(persons) + len(scenes) + len(same) == len({**other, **persons, **scenes, **same})
    listed = {**other, **persons, **scenes, **same}

    def support(parts):
        nodes = [by_name[part.lower()] for part in parts]
        return set().union(*(node.classes for node in nodes)), set().union(*(node.objects for node in nodes))

    def judge(noun):
        """(kind, classes, objects), or None where the word is no visible thing."""
        if noun in apart:
            return None
        if noun in persons:
            return "person", set(range(981, 984)), {objects.index("person")}
        if noun in other:
            return "other", set(), set()
        if noun in scenes or noun in same:
            return "scene" if noun in scenes else "thing", *support(scenes.get(noun, same.get(noun)))
        if noun in by_name:
            return "thing", *support([noun])
        sense = wordnet.concrete(noun)
        if sense is None:
            return None
        return (
            "thing",
            {i for i, above in enumerate(below) if sense in above},
            {i for i, above in enumerate(object_synsets) if sense in above},
        )

    total, after = count_nouns(wordnet, set(listed) | set(by_name))
    nouns = {}
    for noun in sorted({n for n, count in total.items() if count >= OFTEN} | set(same) | {name for name, node in by_name.items() if node.said} | set(objects)):
        judged = judge(noun)
        share = after[noun] / total[noun] if total[noun] else 1.0
        # Words like "walk" and "stand", which are mostly doings, are left out unless listed as things.
        if judged is None or (noun not in listed and noun not in by_name and share < 0.3):
            continue
        kind, classes, things = judged
        record = {"kind": kind}
        if classes:
            record["classes"] = spans(classes)
        if things:
            record["objects"] = sorted(things)
        if share < 0.45:
            record["doubtful"] = True
        if noun in needing:
            record["needs"] = needing[noun][0]
        nouns[noun] = record
    irregular = {plural: one for plural, one in wordnet.irregular.items() if one in nouns and plural not in nouns or plural == one and one in nouns}
    irregular = {plural: one for plural, one in irregular.items() if total[one] >= OFTEN}
    lexicon = {
        "classes": names,
        "objects": objects,
        "concepts": [node.record() for node in tree],
        "nouns": nouns,
        "irregular": irregular,
        "before_noun": sorted(BEFORE_NOUN),
    }
    path = data.PACK / "lexicon.json"
    path.write_text(json.dumps(lexicon, separators=(",", ":"), ensure_ascii=False))
    kinds = collections.Counter(record["kind"] for record in nouns.values())
    print(f"{len(tree)} concepts, {len(nouns)} nouns {dict(kinds)}, {path.stat().st_size} bytes")


if __name__ == "__main__":
    sys.exit(main())
