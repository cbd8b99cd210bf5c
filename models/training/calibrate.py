"""Last step: fit when a caption, a tag and an object may be believed, on pictures that were judged.

    cargo run --release --example evidence -- FLICKR8K_DEV_PICTURES > dev.jsonl       (in domain: judged by their five captions)
    cargo run --release --example evidence -- COCO_UNLABELLED > fit.jsonl             (out of domain: judged by eye, `judge/fit*.jsonl`)
    cargo run --release --example evidence -- TEST_PICTURES > test.jsonl              (the same, `judge/test.jsonl`: nothing is fitted on them)
    python calibrate.py dev.jsonl fit.jsonl test.jsonl

Writes `calibration.json` into the pack and prints how often sentences are right, by cross-validation where coefficients are fitted.
`calibrate.py --judge test.jsonl` prints the last only, with every sentence.
"""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict

import data
from lexicon import WordNet

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
# Of the captions said without "possibly" at least so many shall name nothing that is absent: in domain, where many are counted, and out of it.
WANTED = (0.91, 0.85)
# Words that are right where any other word of their line is: captions and eyes choose freely among them.
ALIKE = [
    "beach sand shore coast seashore shoreline",
    "ocean sea water wave surf lake river pond pool",
    "street road sidewalk path alley highway pavement crosswalk intersection driveway",
    "grass field lawn meadow yard park backyard garden",
    "snow ice slope ski slope hill mountain",
    "hill mountain cliff rock boulder canyon",
    "ground dirt sand mud field floor path trail",
    "building house store shop castle church city town tower",
    "forest wood woods tree bush leaf plant",
    "stage concert microphone",
    "stadium field court arena game",
    "shirt t-shirt jersey top blouse sweater sweatshirt uniform outfit clothes vest",
    "jacket coat vest sweater",
    "pants jeans trouser jean short shorts",
    "hat cap helmet",
    "couch sofa seat chair",
    "table desk counter",
    "bicycle bike", "motorcycle motorbike scooter bike moped dirt bike", "car vehicle truck van suv taxi", "boat ship sailboat kayak canoe raft sailing boat",
    "horse pony", "bird seagull pigeon duck", "dog puppy", "cat kitten", "sheep lamb", "cow bull calf ox",
    "food meal dinner plate dish plate of food meat vegetable", "cup mug glass drink coffee cup of coffee", "bread sandwich bun burger bagel", "cake dessert pie", "glass wine glass glass of wine wine",
    "train tram subway railroad", "stove oven", "tv television screen monitor computer", "computer laptop keyboard", "phone cell phone cellphone telephone mobile phone",
    "ball soccer ball football basketball baseball tennis ball", "frisbee disc", "racket tennis racket racquet", "skis ski snow sports snowboard", "bag backpack purse handbag luggage suitcase",
    "sign street sign stop sign", "remote remote control", "flower bouquet rose", "doll toy teddy bear stuffed animal", "fence gate railing rail barrier", "rock stone",
    "room bedroom living room", "kitchen counter", "bathroom toilet sink",
    "church or tower church tower clock tower building cathedral", "clothes suit shirt dress jacket", "baseball player batter player catcher pitcher", "airplane plane aircraft jet",
    "potted plant plant flower tree", "cabinet shelf bookcase", "stone wall wall", "shore beach sand water ocean sea",
]  # fmt: skip
MALE = set("man boy guy gentleman father dad son brother husband boyfriend groom cowboy fireman policeman fisherman businessman waiter lad grandfather".split())
FEMALE = set("woman girl lady mother mom daughter sister wife girlfriend bride bridesmaid cowgirl waitress actress ballerina cheerleader grandmother".split())
CHILDREN = set("boy girl child kid baby toddler infant".split())
# Too general to count as naming what a picture is of.
VAGUE = set("animal vehicle machine tool thing food furniture plant clothes".split())


class Judge:
    """Whether a noun is right, given the nouns that are."""

    def __init__(self):
        lexicon = json.loads((data.PACK / "lexicon.json").read_text())
        self.nouns, self.irregular = lexicon["nouns"], lexicon["irregular"]
        self.persons = {noun for noun, record in self.nouns.items() if record["kind"] == "person"}
        self.wordnet = WordNet()
        self.extents = {}
        for noun, record in self.nouns.items():
            if record["kind"] == "thing":
                classes = {i for first, last in record.get("classes", []) for i in range(first, last + 1)}
                self.extents[noun] = classes | {-1 - i for i in record.get("objects", [])}
        self.alike = [self.phrases(line) for line in ALIKE]

    def phrases(self, line):
        """The nouns of a line of words, compounds first."""
        return set(self.read(line, every=False))

    def singular(self, phrase):
        if phrase in self.irregular:
            return self.irregular[phrase]
        if phrase in self.nouns:
            return phrase
        for ending, instead in (("s", ""), ("es", ""), ("ies", "y"), ("ves", "f"), ("ves", "fe"), ("men", "man"), ("people", "person")):
            if phrase.endswith(ending) and phrase[: -len(ending)] + instead in self.nouns:
                return phrase[: -len(ending)] + instead
        return None

    def read(self, text, every=True):
        """All nouns in a text; with `every` also the parts of compounds."""
        words, found, start = text.lower().replace(",", " ").replace(";", " ").rstrip(".").split(), [], 0
        while start < len(words):
            step = 1
            for size in (4, 3, 2, 1):
                noun = self.singular(" ".join(words[start : start + size])) if start + size <= len(words) else None
                if noun:
                    found.append(noun)
                    if not every:
                        step = size
                        break
            start += step
        return found

    def above(self, noun):
        sense = self.wordnet.concrete(noun) or next(iter(self.wordnet.senses.get(noun, [])), None)
        return self.wordnet.above(sense) if sense else set()

    def is_right(self, noun, truth):
        """`truth`: the set of nouns that are in the picture."""
        if noun in truth:
            return True
        if noun in self.persons:
            return self.is_right_person(noun, truth & self.persons, truth)
        if any(noun in group and truth & group for group in self.alike):
            return True
        # A general word holds where a special one does: an animal, where there is a dog.
        sense = self.wordnet.concrete(noun) or next(iter(self.wordnet.senses.get(noun, [])), None)
        others = truth - self.persons
        return any(sense in self.above(other) or self.covers(noun, other) for other in others)

    def covers(self, noun, other):
        """Whether all classes and objects that show `other` also show `noun`."""
        wide, narrow = self.extents.get(noun), self.extents.get(other)
        return bool(narrow) and wide is not None and narrow <= wide

    def is_right_person(self, noun, persons, truth):
        if not persons:
            return False
        needs = self.nouns[noun].get("needs")
        if needs and not self.is_right(needs, truth - self.persons):
            return False
        for own, other in ((MALE, FEMALE), (FEMALE, MALE)):
            if noun in own and not persons & own:
                return not persons & other  # only "people" or "skier" is known
        if noun in CHILDREN:
            return bool(persons & CHILDREN) or not persons & (MALE | FEMALE)
        return True


def weigh(evidence):
    """Runs the Rust example over evidence lines with the pack's present calibration."""
    command = ["cargo", "run", "--quiet", "--release", "-p", "eyebright-models", "--example", "weigh", "--", str(data.PACK)]
    done = subprocess.run(command, input="\n".join(map(json.dumps, evidence)), capture_output=True, text=True, check=True, cwd=ROOT)
    return [json.loads(line) for line in done.stdout.splitlines()]


def in_domain(path, judge):
    """[(evidence, truth, main)] of the dev split; every noun of every caption is true."""
    captions = {image.name: texts for image, texts in data.flickr8k("dev")}
    rows = []
    for line in map(json.loads, path.read_text().splitlines()):
        texts = captions.get(Path(line["file"]).name)
        if texts:
            rows.append((line, {noun for text in texts for noun in judge.read(data.normalise(text))}, set()))
    return rows


def out_of_domain(path, judge, names=("fit.jsonl", "fit-more.jsonl")):
    """The same for pictures judged by eye."""
    judged = {}
    for name in names:
        for row in map(json.loads, (HERE / "judge" / name).read_text().splitlines()):
            judged[Path(row["file"]).name] = row
    rows = []
    for line in map(json.loads, path.read_text().splitlines()):
        row = judged.get(Path(line["file"]).name)
        if row:
            main = set(row["main"])
            truth = {noun for phrase in row["main"] + row["present"] for noun in judge.read(phrase)}
            rows.append((line, truth | main, main))
    return rows


def caption_is_right(weighed, truth, judge):
    said = [mention["name"] for mention in weighed["mentions"] if not mention["implied"]]
    return bool(said) and all(judge.is_right(noun, truth) for noun in said)


def sentence_nouns(weighed, judge):
    shown = weighed["sentence"].lower().split("it may show")[-1].replace("a photo of", "").replace("possibly", "")
    if shown.startswith("a photo,") or "unclear" in shown:
        return []
    return [noun for noun in judge.read(shown, every=False) if judge.nouns[noun]["kind"] != "other"]


def fit_caption(rows, weighed, judge, sets):
    """Logistic regression; returns (coefficients by name, bias, cross-validated probabilities, labels)."""
    use = [i for i, w in enumerate(weighed) if w["mentions"]]
    names = list(weighed[use[0]]["features"])
    x = np.array([[weighed[i]["features"][name] for name in names] for i in use])
    y = np.array([caption_is_right(weighed[i], rows[i][1], judge) for i in use])
    domain = np.array([sets[i] for i in use])
    # Both domains weigh the same; what is out of domain is what the threshold must hold for.
    weight = np.where(domain == 1, (domain == 0).sum() / max(1, (domain == 1).sum()), 1.0)
    mean, spread = x.mean(0), x.std(0) + 1e-6
    model = LogisticRegression(C=0.1, max_iter=2000)
    folds = StratifiedKFold(10, shuffle=True, random_state=0)
    p = cross_val_predict(model, (x - mean) / spread, y, cv=folds, method="predict_proba", params={"sample_weight": weight})[:, 1]
    model.fit((x - mean) / spread, y, sample_weight=weight)
    slope = model.coef_[0] / spread
    return dict(zip(names, slope.tolist())), float(model.intercept_[0] - slope @ mean), p, y, domain


def logit(scores):
    scores = np.clip(scores, 0.001, 0.999)
    return np.log(scores / (1 - scores))


def fit(columns, right):
    """Logistic regression: the coefficients by name, and the bias; prints the loss by cross-validation."""
    x, y = np.stack(list(columns.values()), 1), np.array(right)
    model = LogisticRegression(C=10.0, max_iter=1000)
    p = cross_val_predict(model, x, y, cv=10, method="predict_proba")[:, 1]
    model.fit(x, y)
    found = {name: round(float(w), 4) for name, w in zip(columns, model.coef_[0])} | {"bias": round(float(model.intercept_[0]), 4)}
    sure = p >= 0.85
    print(f"{len(y)} judged, {100 * y.mean():.0f} % right; loss {-np.log(np.where(y, p, 1 - p)).mean():.3f}; "
          f"of {sure.sum()} above 0.85, {100 * y[sure].mean():.1f} % right; {found}")  # fmt: skip
    return found


def fit_things(rows, weighed, judge):
    """What tags and detections are worth."""
    named = [(thing, row[1]) for row, w in zip(rows, weighed) for thing in w["things"] if not thing["objects"]]
    tags = fit({"slope": logit([thing["tags"] for thing, _ in named])}, [judge.is_right(thing["name"], truth) for thing, truth in named])
    classed, unclassed = [], []
    for row, w in zip(rows, weighed):
        best = {}
        for found in sorted(w["detections"], key=lambda found: -found["score"]):
            best.setdefault(found["name"], found)
        for found in best.values():
            (unclassed if found["tags"] is None else classed).append((found, judge.is_right(judge.singular(found["name"]) or found["name"], row[1])))
    column = lambda pairs, name: np.array([found[name] for found, _ in pairs])
    columns = {"score": logit(column(classed, "score")), "tags": logit(column(classed, "tags")), "share": column(classed, "share")}
    objects = fit(columns, [right for _, right in classed])
    others = fit({"slope": logit(column(unclassed, "score"))}, [right for _, right in unclassed])
    return {"tag": tags, "object": objects, "unclassed_object": others}


def threshold(p, y, wanted):
    """The smallest probability from which on at least `wanted` are right, judged with one wrong one added (few are counted)."""
    order = np.argsort(-p)
    right, best = 0, 0.99
    for count, index in enumerate(order, 1):
        right += y[index]
        if right / (count + 1) >= wanted:
            best = p[index]
    return float(best)


def names_main(weighed, main, judge):
    return any(judge.is_right(noun, main) and noun not in VAGUE for noun in sentence_nouns(weighed, judge))


def report(name, rows, weighed, judge):
    sure = [i for i, w in enumerate(weighed) if w["sure"]]
    clean = [all(judge.is_right(noun, rows[i][1]) for noun in sentence_nouns(weighed[i], judge)) for i in range(len(rows))]
    line = f"{name}: {len(rows)} pictures, {len(sure)} sure, of which {100 * np.mean([clean[i] for i in sure] or [0]):.1f} % name nothing absent; "
    unsure = [i for i in range(len(rows)) if i not in set(sure)]
    line += f"unsure {100 * np.mean([clean[i] for i in unsure] or [0]):.1f} %"
    if rows and rows[0][2]:
        named = [names_main(w, row[2], judge) for row, w in zip(rows, weighed)]
        line += f"; main thing named in {100 * np.mean(named):.1f} %"
    print(line)
    return clean


def held_out(path, judge):
    """Prints the figures of the model card, of pictures on which nothing was fitted, and what was said of them."""
    rows = out_of_domain(path, judge, ["test.jsonl"])
    weighed = weigh([row[0] for row in rows])
    clean = report("held out", rows, weighed, judge)
    for w, row, ok in zip(weighed, rows, clean):
        named = names_main(w, row[2], judge)
        print("sure " if w["sure"] else "     ", "" if ok else "WRONG", "main" if named else "", Path(w["file"]).name, w["sentence"], sep="\t")


def main():
    judge = Judge()
    if sys.argv[1] == "--judge":
        return held_out(Path(sys.argv[2]), judge)
    dev, coco = in_domain(Path(sys.argv[1]), judge), out_of_domain(Path(sys.argv[2]), judge)
    rows, sets = dev + coco, [0] * len(dev) + [1] * len(coco)
    path = data.PACK / "calibration.json"
    calibration = json.loads(path.read_text())

    # Tags and objects first: the caption's features are made of their probabilities. Fitted out of domain, where they are needed.
    calibration |= fit_things(coco, weigh([row[0] for row in coco]), judge)
    path.write_text(json.dumps(calibration, indent=2) + "\n")

    weighed = weigh([row[0] for row in rows])
    weights, bias, p, y, domain = fit_caption(rows, weighed, judge, sets)
    out = domain == 1
    calibration["caption"] = {"bias": round(bias, 4), "weights": {name: round(w, 4) for name, w in weights.items()}}
    calibration["thresholds"]["caption"] = round(max(threshold(p[mask], y[mask], wanted) for mask, wanted in zip((~out, out), WANTED)), 3)
    print(f"captions right: in domain {100 * y[~out].mean():.1f} %, out of domain {100 * y[out].mean():.1f} %")
    for least in (0.5, 0.6, 0.7, 0.8, 0.9, calibration["thresholds"]["caption"]):
        for name, mask in (("in", ~out), ("out", out)):
            kept = mask & (p >= least)
            print(f"  p >= {least:.2f} {name}: {kept.sum()} of {mask.sum()}, {100 * y[kept].mean() if kept.any() else 0:.1f} % right")
    path.write_text(json.dumps(calibration, indent=2) + "\n")

    weighed = weigh([row[0] for row in rows])
    report("in domain", dev, weighed[: len(dev)], judge)
    clean = report("out of domain", coco, weighed[len(dev) :], judge)
    wrong = [(w["file"], w["sentence"]) for w, ok in zip(weighed[len(dev) :], clean) if w["sure"] and not ok]
    for file, sentence in wrong:
        print("  sure but wrong:", Path(file).name, sentence)
    held_out(Path(sys.argv[3]), judge)


if __name__ == "__main__":
    sys.exit(main())
