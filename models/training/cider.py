"""CIDEr-D (Vedantam et al., 2015) of single captions: the reward of stage 3."""

import collections
import math


def grams(text):
    """Counts of 1- to 4-grams of a caption's words with its end; commas do not count, as in the score."""
    words = (*text.replace(",", " ").split(), "</s>")
    return collections.Counter(words[i : i + n] for n in range(1, 5) for i in range(len(words) - n + 1))


class CiderD:
    """CIDEr-D (Vedantam et al., 2015) over words, document frequencies from the training references."""

    def __init__(self, references):
        self.frequency = collections.Counter()
        for captions in references:
            self.frequency.update({gram for caption in captions for gram in grams(caption)})
        self.log_count = math.log(len(references))
        self.references = [[self.vector(caption) for caption in captions] for captions in references]

    def vector(self, text):
        weights, norms = {}, [0.0] * 5
        for gram, count in grams(text).items():
            weight = count * (self.log_count - math.log(max(1, self.frequency[gram])))
            weights[gram] = weight
            norms[len(gram)] += weight * weight
        return weights, [math.sqrt(n) for n in norms], len(text.replace(",", " ").split())

    def __call__(self, text, index):
        """The score of `text` against the references of picture `index`, 0 to 10."""
        (weights, norms, length), others, total = self.vector(text), self.references[index], 0.0
        for other, other_norms, other_length in others:
            products = [0.0] * 5
            for gram, weight in weights.items():
                if gram in other:
                    products[len(gram)] += min(weight, other[gram]) * other[gram]
            near = math.exp(-((length - other_length) ** 2) / 72)
            total += near * sum(p / (a * b) for p, a, b in zip(products[1:], norms[1:], other_norms[1:]) if a * b)
        return total / len(others) / 4 * 10
