"""Step 2: learn the subword vocabulary (WordPiece, 6,000 pieces) from all captions and the class names of the tag heads."""

import sys

import torchvision.models._meta
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

import data

PAD, BOS, EOS, UNK = 0, 1, 2, 3
SPECIAL = ["<pad>", "<s>", "</s>", "<unk>"]
VOCABULARY = 6000


def captions():
    """All captions that may be learned from, normalised: pictures' captions first, then the text-only ones."""
    for _, texts in data.flickr8k("train"):
        yield from map(data.normalise, texts)
    yield from map(data.normalise, data.text_only())


def class_names():
    """ImageNet-1k and COCO-80 names, lower case."""
    coco = torchvision.models._meta._COCO_CATEGORIES
    imagenet = torchvision.models._meta._IMAGENET_CATEGORIES
    return [data.normalise(name) for name in coco + imagenet if name not in ("N/A", "__background__")]


def load():
    return Tokenizer.from_file(str(data.PACK / "tokenizer.json"))


def main():
    tokenizer = Tokenizer(models.WordPiece(unk_token="<unk>", max_input_chars_per_word=40))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Lowercase(),
            normalizers.Replace(Regex("[^a-z0-9'\\-,]+"), " "),
            normalizers.Replace(",", " , "),
            normalizers.Strip(),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.decoder = decoders.WordPiece(prefix="##", cleanup=True)
    trainer = trainers.WordPieceTrainer(vocab_size=VOCABULARY, special_tokens=SPECIAL, show_progress=False)
    # Class names are weighted up so that their words are cut into few pieces although captions hardly use them.
    tokenizer.train_from_iterator([*captions(), *(class_names() * 20)], trainer)
    data.PACK.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(data.PACK / "tokenizer.json"))
    lengths = [len(tokenizer.encode(text).ids) for text in list(captions())[::50]]
    print(f"{tokenizer.get_vocab_size()} pieces, {sum(lengths) / len(lengths):.1f} a caption, longest {max(lengths)}")


if __name__ == "__main__":
    sys.exit(main())
