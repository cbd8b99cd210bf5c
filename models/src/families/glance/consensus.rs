//! Nearest-neighbour consensus (Devlin et al., "Exploring Nearest Neighbor Approaches for Image Captioning", 2015):
//! scores a model's captions by the n-grams they share with human captions of the nearest training pictures.
//!
//! The human captions are stored as an inverted index of hashed n-grams, `consensus.safetensors`, which
//! `training/consensus.py` makes and documents.

use std::collections::{BTreeMap, BTreeSet};

use half::f16;
use safetensors::{SafeTensorError, SafeTensors};

use crate::base::error::Result;
use crate::weights::pack::Pack;

const FILE: &str = "consensus.safetensors";
/// Number of nearest training pictures.
const NEIGHBOURS: usize = 60;
/// Maximum length of the n-grams that are compared, as in `CIDEr`.
const ORDERS: usize = 4;
/// End mark that is appended to a caption's words.
const END: &str = "</s>";

/// Words that may be repeated. People hardly ever repeat others, models do: "a man on a motorcycle is riding a
/// motorcycle".
const COMMON: [&str; 18] = [
    "a", "an", "the", "in", "on", "of", "and", "with", "is", "are", "to", "at", "by", "from", "his", "her", "their",
    "its",
];

/// The training pictures' vectors, and an inverted index of their captions' n-grams.
#[derive(Debug)]
pub struct Consensus {
    /// Mean of the encoder's first token over the training pictures, [W].
    mean: Vec<f32>,
    /// Principal axes of that token, [W, D].
    axes: Vec<f32>,
    /// The training pictures' unit vectors [N, D], times 127.
    places: Vec<i8>,
    /// Hashes of the n-grams, ascending, and for each the end of its rows in `pictures` and `weights`.
    grams: Vec<u32>,
    ends: Vec<u32>,
    /// The rows of the n-grams: number of a training picture, and the n-gram's weight in its captions, times 255.
    pictures: Vec<u16>,
    weights: Vec<u8>,
}

/// For each training picture, true if it is among the nearest to a picture.
#[derive(Debug, PartialEq)]
pub struct Neighbours(Vec<bool>);

impl Consensus {
    /// Reads the pack's index.
    pub fn load(pack: &Pack) -> Result<Self> {
        let bytes = pack.file(FILE)?;
        let consensus = SafeTensors::deserialize(&bytes)
            .and_then(|file| Self::read(&file))
            .map_err(|error| pack.unusable(FILE, error))?;
        consensus.checked().map_err(|reason| pack.unusable(FILE, reason).into())
    }

    fn read(file: &SafeTensors) -> Result<Self, SafeTensorError> {
        Ok(Self {
            mean: numbers(file, "mean", f32::from_le_bytes)?,
            axes: numbers(file, "axes", |bytes| f16::from_le_bytes(bytes).to_f32())?,
            places: numbers(file, "places", i8::from_le_bytes)?,
            grams: numbers(file, "grams", u32::from_le_bytes)?,
            ends: numbers(file, "ends", u32::from_le_bytes)?,
            pictures: numbers(file, "pictures", u16::from_le_bytes)?,
            weights: numbers(file, "weights", u8::from_le_bytes)?,
        })
    }

    /// Checks that sizes, order and indices are consistent, so that no lookup can be out of bounds.
    fn checked(self) -> Result<Self, &'static str> {
        let whole = |part: usize, of: usize| of > 0 && part > 0 && part.is_multiple_of(of);
        let rows = self.ends.last().copied().unwrap_or_default() as usize;
        if !whole(self.axes.len(), self.mean.len()) || !whole(self.places.len(), self.width()) {
            Err("mean, axes and places do not fit together")
        } else if !self.grams.is_sorted() || self.grams.len() != self.ends.len() {
            Err("the n-grams are not in order")
        } else if !self.ends.is_sorted() || rows != self.pictures.len() || rows != self.weights.len() {
            Err("the n-grams and their rows do not fit together")
        } else if self
            .pictures
            .iter()
            .any(|&picture| usize::from(picture) >= self.count())
        {
            Err("an n-gram names a picture that is not there")
        } else {
            Ok(self)
        }
    }

    /// The number of training pictures, N.
    fn count(&self) -> usize {
        self.places.len() / self.width()
    }

    /// The number of principal axes, D.
    fn width(&self) -> usize {
        self.axes.len() / self.mean.len()
    }

    /// The training pictures nearest to a picture, given the encoder's first token [W] of it. Ties go to the lower
    /// index.
    #[must_use]
    pub fn neighbours(&self, token: &[f32]) -> Neighbours {
        let width = self.width();
        let mut place = vec![0.0; width];
        for ((value, mean), axes) in token.iter().zip(&self.mean).zip(self.axes.chunks_exact(width)) {
            for (sum, axis) in place.iter_mut().zip(axes) {
                *sum += (value - mean) * axis;
            }
        }
        let near = |other: &[i8]| other.iter().zip(&place).map(|(a, b)| f32::from(*a) * b).sum::<f32>();
        let mut ranked: Vec<(f32, usize)> = self.places.chunks_exact(width).map(near).zip(0..).collect();
        ranked.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut chosen = vec![false; ranked.len()];
        ranked
            .iter()
            .take(NEIGHBOURS)
            .for_each(|&(_, index)| chosen[index] = true);
        Neighbours(chosen)
    }

    /// The `CIDEr` score (Vedantam et al., 2015) of a caption against those of the neighbours, summed over the
    /// neighbours, 0 or more.
    #[must_use]
    pub fn shared(&self, neighbours: &Neighbours, caption: &str) -> f32 {
        let mut squares = [0.0; ORDERS];
        let mut products = [0.0; ORDERS];
        for ((order, hash), count) in grams(caption) {
            let rows = self.rows(hash);
            // An n-gram that is not in the index weighs as much as one of a single picture.
            let rare = (self.count() as f32 / rows.len().max(1) as f32).ln();
            let weight = count as f32 * rare;
            let theirs: u32 = rows
                .filter(|&row| neighbours.0[usize::from(self.pictures[row])])
                .map(|row| u32::from(self.weights[row]))
                .sum();
            squares[order - 1] += weight * weight;
            products[order - 1] += weight * theirs as f32 / 255.0;
        }
        let shares = products.iter().zip(squares).filter(|(_, square)| *square > 0.0);
        shares.map(|(product, square)| product / square.sqrt()).sum()
    }

    /// The share of the neighbours, 0 to 1, whose human captions contain a word. 0 for words in the captions of fewer
    /// than three training pictures, which the index leaves out.
    #[must_use]
    pub fn written_of(&self, neighbours: &Neighbours, word: &str) -> f32 {
        let rows = self.pictures[self.rows(fnv(word))].iter();
        let written = rows.filter(|&&picture| neighbours.0[usize::from(picture)]).count();
        written as f32 / NEIGHBOURS as f32
    }

    fn rows(&self, hash: u32) -> std::ops::Range<usize> {
        match self.grams.binary_search(&hash) {
            Ok(0) => 0..self.ends[0] as usize,
            Ok(index) => self.ends[index - 1] as usize..self.ends[index] as usize,
            Err(_) => 0..0,
        }
    }
}

/// Reads the values of a tensor from little-endian bytes.
fn numbers<T, const SIZE: usize>(
    file: &SafeTensors,
    name: &str,
    read: impl Fn([u8; SIZE]) -> T,
) -> Result<Vec<T>, SafeTensorError> {
    let tensor = file.tensor(name)?;
    let (chunks, rest) = tensor.data().as_chunks::<SIZE>();
    let elements: usize = tensor.shape().iter().product();
    if rest.is_empty() && chunks.len() == elements {
        Ok(chunks.iter().map(|&bytes| read(bytes)).collect())
    } else {
        Err(SafeTensorError::TensorInvalidInfo)
    }
}

/// The words of a caption without commas.
fn words(caption: &str) -> impl Iterator<Item = &str> {
    caption
        .split(|letter: char| letter.is_whitespace() || letter == ',')
        .filter(|word| !word.is_empty())
}

/// True if a word other than the [`COMMON`] ones occurs twice.
pub(crate) fn repeats(caption: &str) -> bool {
    let mut seen = BTreeSet::new();
    words(caption)
        .filter(|word| !COMMON.contains(word))
        .any(|word| !seen.insert(word))
}

/// The n-grams of a caption's words and its end mark, without commas: (length, hash) and the number of occurrences.
fn grams(caption: &str) -> BTreeMap<(usize, u32), u32> {
    let words: Vec<&str> = words(caption).chain([END]).collect();
    let mut found = BTreeMap::new();
    for order in 1..=ORDERS {
        for gram in words.windows(order) {
            *found.entry((order, fnv(&gram.join(" ")))).or_default() += 1;
        }
    }
    found
}

/// 32-bit FNV-1a hash.
fn fnv(text: &str) -> u32 {
    let step = |hash: u32, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    text.bytes().fold(0x811C_9DC5, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An index of two pictures on either side of the origin: the first has the caption "a dog", the second "a cat".
    fn two() -> Consensus {
        let mut rows: Vec<(u32, Vec<(u16, u8)>)> = vec![
            (fnv("dog"), vec![(0, 255)]),
            (fnv("cat"), vec![(1, 255)]),
            (fnv("a"), vec![(0, 255), (1, 255)]),
        ];
        rows.sort();
        let flat: Vec<(u16, u8)> = rows.iter().flat_map(|row| row.1.clone()).collect();
        Consensus {
            mean: vec![1.0, 0.0],
            axes: vec![1.0, 0.0],
            places: vec![127, -127],
            grams: rows.iter().map(|row| row.0).collect(),
            ends: rows
                .iter()
                .scan(0, |end, row| {
                    *end += row.1.len() as u32;
                    Some(*end)
                })
                .collect(),
            pictures: flat.iter().map(|row| row.0).collect(),
            weights: flat.iter().map(|row| row.1).collect(),
        }
    }

    #[test]
    fn a_caption_that_neighbours_share_is_preferred() {
        let index = two().checked().unwrap();
        let dogs = Neighbours(vec![true, false]);
        assert!(index.shared(&dogs, "a dog") > index.shared(&dogs, "a cat"));
        let cats = Neighbours(vec![false, true]);
        assert!(index.shared(&cats, "a dog") < index.shared(&cats, "a cat"));
    }

    #[test]
    fn what_is_in_every_caption_and_what_is_in_none_counts_for_nothing() {
        let all = Neighbours(vec![true, true]);
        assert_eq!(two().shared(&all, "a"), 0.0);
        assert_eq!(two().shared(&all, "zebra"), 0.0);
        assert_eq!(two().shared(&all, ""), 0.0);
    }

    #[test]
    fn a_word_is_written_of_those_of_which_it_was() {
        let dogs = Neighbours(vec![true, false]);
        let one = 1.0 / NEIGHBOURS as f32;
        let written = ["dog", "cat", "a", "zebra"].map(|word| two().written_of(&dogs, word));
        assert_eq!(written, [one, 0.0, one, 0.0]);
    }

    #[test]
    fn neighbours_are_the_nearest_places() {
        let mut index = two();
        let count = NEIGHBOURS as i8;
        index.places = (-count..=count).collect();
        let Neighbours(right) = index.neighbours(&[3.0, 7.0]);
        assert!(
            right
                .iter()
                .enumerate()
                .all(|(index, &near)| near == (index > NEIGHBOURS))
        );
        let Neighbours(left) = index.neighbours(&[-3.0, 7.0]);
        assert!(
            left.iter()
                .enumerate()
                .all(|(index, &near)| near == (index < NEIGHBOURS))
        );
    }

    #[test]
    fn an_index_that_does_not_fit_together_is_refused() {
        let broken: [fn(&mut Consensus); 5] = [
            |index| index.mean.clear(),
            |index| index.axes.clear(),
            |index| index.grams.reverse(),
            |index| index.weights.truncate(1),
            |index| index.pictures[0] = 2,
        ];
        for spoil in broken {
            let mut index = two();
            spoil(&mut index);
            assert!(index.checked().is_err());
        }
    }

    /// Test values from the definition of FNV-1a. `training/consensus.py` must compute the same hashes.
    #[test]
    fn hashes_are_fnv_1a() {
        assert_eq!(fnv(""), 0x811C_9DC5);
        assert_eq!(fnv("foobar"), 0xBF9C_F968);
    }

    #[test]
    fn common_words_may_come_twice() {
        assert!(repeats("a man on a motorcycle is riding a motorcycle"));
        assert!(repeats("a white dog, a dog"));
        assert!(!repeats(
            "a man in a red shirt is riding a bike in the woods, a dog behind him"
        ));
    }
}
