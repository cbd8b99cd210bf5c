//! Measures recall of searches: how often glance finds the picture that a caption was written for.
//!
//! `cargo run --release --example recall -- CAPTIONS.jsonl IMAGES SPLIT`; each line of the file is
//! `{"image", "split", "captions"}`.
//!
//! The first caption of each picture searches all pictures of the split by the contrastive score. The best ones are
//! then reranked by the matcher alone, or by the contrastive score plus the weighted score of the matcher, the
//! likelihood as a caption, or both.

use std::error::Error;
use std::path::Path;

use eyebright_models::parts::captioner::Captioner;
use eyebright_models::{Device, Limits, Look, Pack, Picture};
use rayon::prelude::*;
use serde::Deserialize;

/// Number of best pictures that are reranked.
const AGAIN: usize = 16;
/// Weights of the other score when it is added to the contrastive one.
const WEIGHTS: [f32; 5] = [0.01, 0.02, 0.05, 0.1, 1.0];

#[derive(Deserialize)]
struct Captioned {
    image: String,
    split: String,
    captions: Vec<String>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [captions, images, split] = &words[..] else {
        return Err("name the captions, the folder of images and the split".into());
    };
    let lines = std::fs::read_to_string(captions)?;
    let all = lines.lines().map(serde_json::from_str::<Captioned>);
    let all: Vec<Captioned> = all
        .filter(|one| one.as_ref().map_or(true, |one| one.split == *split))
        .collect::<Result<_, _>>()?;
    let captioner = Captioner::open(&Pack::glance()?, &Device::Cpu)?;
    let looked = all.par_iter().map(|one| {
        let bytes = std::fs::read(Path::new(images).join(&one.image)).map_err(|error| error.to_string())?;
        let picture = Picture::decode(&bytes, &Limits::default()).map_err(|error| error.to_string())?;
        let look = captioner.look(&picture).map_err(|error| error.to_string())?;
        let vector = captioner.embed(&look).map_err(|error| error.to_string())?;
        Ok::<_, String>((look, vector))
    });
    let looked: Vec<_> = looked.collect::<Result<_, _>>()?;
    let searched = all.par_iter().enumerate();
    let searched = searched.map(|(index, one)| ranks(&captioner, &looked, index, &one.captions[0]));
    let ranks: Vec<_> = searched.collect::<Result<_, _>>()?;
    print(&ranks);
    Ok(())
}

/// An encoded picture and its unit vector.
type Looked = (Look, Vec<f32>);

/// The rank, from 0, of the picture `index` in a search for `caption`, by each way of ranking.
fn ranks(
    captioner: &Captioner,
    looked: &[Looked],
    index: usize,
    caption: &str,
) -> eyebright_models::Result<Vec<usize>> {
    let vector = captioner.embed_text(caption)?;
    let mut near: Vec<(usize, f32)> = looked
        .iter()
        .map(|(_, other)| vector.iter().zip(other).map(|(a, b)| a * b).sum())
        .enumerate()
        .collect();
    near.sort_by(|a, b| b.1.total_cmp(&a.1));
    let memories: Vec<_> = near
        .iter()
        .take(AGAIN)
        .map(|&(other, _)| &looked[other].0.memory)
        .collect();
    let matching = captioner.weigh(&memories, caption)?;
    let likelihoods = captioner.likelihoods(&memories, caption)?;
    let both = matching.iter().zip(&likelihoods).map(|(one, other)| one + other);
    let place = |scores: &[f32], contrastive: f32, weight: f32| {
        let mut order = near.clone();
        for (place, score) in order.iter_mut().zip(scores) {
            place.1 = contrastive * place.1 + weight * score;
        }
        // Pictures that are not reranked stay behind the others.
        order.truncate(AGAIN);
        order.sort_by(|a, b| b.1.total_cmp(&a.1));
        let mut found = order.iter().chain(near.iter().skip(AGAIN));
        found.position(|&(other, _)| other == index).unwrap_or(usize::MAX)
    };
    let mut ranks = vec![place(&[], 1.0, 0.0), place(&matching, 0.0, 1.0)];
    for scores in [&matching, &likelihoods, &both.collect()] {
        ranks.extend(WEIGHTS.map(|weight| place(scores, 1.0, weight)));
    }
    Ok(ranks)
}

fn print(ranks: &[Vec<usize>]) {
    let weighed = ["matching", "likelihood", "matching and likelihood"]
        .into_iter()
        .flat_map(|score| WEIGHTS.map(|weight| format!("contrastive score, {score} counting {weight}")));
    let orders = ["contrastive score", "matching"].map(str::to_owned);
    for (index, order) in orders.into_iter().chain(weighed).enumerate() {
        let within =
            |count: usize| 100.0 * ranks.iter().filter(|rank| rank[index] < count).count() as f64 / ranks.len() as f64;
        println!(
            "{} pictures, {order}: recall@1 {:.1} %, @5 {:.1} %, @10 {:.1} %",
            ranks.len(),
            within(1),
            within(5),
            within(10)
        );
    }
}
