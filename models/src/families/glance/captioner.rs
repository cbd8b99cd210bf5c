//! glance's BLIP-2: image encoder, Q-Former and language model, configured by the pack's `config.json`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use candle_core::{D, Device, Tensor};
use candle_nn::Module;
use candle_nn::ops::log_softmax;
use serde::Deserialize;

use crate::base::cancel::Cancel;
use crate::base::error::PackError;
use crate::base::error::Result;
use crate::families::family::Match;
use crate::families::glance::consensus::{self, Consensus, Neighbours};
use crate::families::glance::matcher::Matcher;
use crate::nn::encoders::{EfficientNetLite, ImageEncoder};
use crate::nn::generation::{self, Decoding, Prompt, Sampling, Sequence};
use crate::nn::language::{Cache, LanguageModel, Opt, OptConfig};
use crate::nn::qformer::{ImageMemory, Matching, QFormer, QFormerConfig, TextBranch};
use crate::nn::tokenizer::{SpecialTokens, Tokenizer};
use crate::picture::Picture;
use crate::weights::checkpoint::{Precision, Weights};
use crate::weights::pack::{CALIBRATION, Pack};
use crate::weights::tensors::tensors;
use eyebright_kernels::activations::LayerNorm;
use eyebright_kernels::linear::Linear;
use eyebright_kernels::parallel::in_chunks;

const CONFIG: &str = "config.json";
const WEIGHTS: &str = "model.gguf";
/// Maximum number of tokens of a text for the Q-Former.
const MATCHED_TEXT: usize = 32;
const NORM_EPSILON: f64 = 1e-6;

/// The pack's `config.json`.
#[derive(Debug, Deserialize)]
struct Config {
    image_encoder: EncoderConfig,
    qformer: QFormerConfig,
    language_model: OptConfig,
    tokens: SpecialTokens,
    decoding: Decoding,
    prompt_tags: PromptTags,
}

#[derive(Debug, Deserialize)]
struct EncoderConfig {
    image_size: u32,
    tokens: usize,
    width: usize,
}

/// Settings for the tag words in the language model's prompt.
#[derive(Debug, Deserialize)]
struct PromptTags {
    min_probability: f32,
    max: usize,
    /// The word of each ImageNet class; several classes may share one.
    imagenet: Vec<String>,
}

/// Weights for ranking captions, fitted by `training/consensus.py`. The consensus with the neighbours' captions has
/// weight 1.
#[derive(Debug, Clone, Copy, Deserialize)]
struct Ranking {
    /// Weight of the score of beam search.
    likelihood: f32,
    /// Weight of the contrastive cosine of picture and caption.
    contrast: f32,
    /// Penalty for a caption that repeats a word.
    repeated: f32,
}

/// The networks that encode pictures, write captions and score texts.
pub struct Captioner {
    encoder: Box<dyn ImageEncoder>,
    position_embedding: Tensor,
    post_layernorm: LayerNorm,
    qformer: QFormer,
    matching: Matching,
    matcher: OnceLock<Matcher>,
    language_projection: Linear,
    language_model: Box<dyn LanguageModel>,
    tokenizer: Tokenizer,
    consensus: Consensus,
    decoding: Decoding,
    prompt_tags: PromptTags,
    ranking: Ranking,
    pack: Pack,
    reads: QFormerConfig,
}

/// An encoded picture: everything that does not depend on a text.
#[derive(Debug, Clone)]
pub struct Look {
    /// Logits of the 1000 ImageNet classes, if the encoder has a classification head.
    pub logits: Option<Vec<f32>>,
    /// The Q-Former's keys and values for the picture, against which texts are scored.
    pub memory: ImageMemory,
    /// The encoder's first token, which stands for the whole picture: [1, 1, W].
    whole: Tensor,
    queries: Tensor,
}

impl Captioner {
    /// Loads the pack's models onto a device.
    pub fn open(pack: &Pack, device: &Device) -> Result<Self> {
        let config: Config =
            serde_json::from_slice(&pack.file(CONFIG)?).map_err(|error| pack.unusable(CONFIG, error))?;
        let weights = Weights::of_tensors(tensors(pack, WEIGHTS, device)?, Precision::Stored, device);
        let parts = |error: candle_core::Error| pack.unusable(WEIGHTS, error);
        let EncoderConfig {
            image_size,
            tokens,
            width,
        } = config.image_encoder;
        let (read, projected) = (config.qformer.hidden_size, config.language_model.hidden_size);
        let captioner = Self {
            encoder: Box::new(EfficientNetLite::load(pack, image_size, device)?),
            position_embedding: weights
                .tensor("vision_model.embeddings.position_embedding", &[1, tokens, width])
                .map_err(parts)?,
            post_layernorm: weights
                .pp("vision_model.post_layernorm")
                .layer_norm(width, NORM_EPSILON)
                .map_err(parts)?,
            language_projection: weights
                .pp("language_projection")
                .linear(read, projected)
                .map_err(parts)?,
            qformer: QFormer::load(&config.qformer, TextBranch::Beside, &weights).map_err(parts)?,
            matching: Matching::load(&config.qformer, &weights).map_err(parts)?,
            matcher: OnceLock::new(),
            language_model: Box::new(Opt::load(&config.language_model, &weights.pp("language_model")).map_err(parts)?),
            tokenizer: Tokenizer::load(pack, config.tokens)?,
            consensus: Consensus::load(pack)?,
            decoding: config.decoding,
            prompt_tags: checked(config.prompt_tags, pack)?,
            ranking: pack.section(CALIBRATION, "captions")?,
            pack: pack.clone(),
            reads: config.qformer,
        };
        weights.fit(&[]).map_err(|misfit| pack.unusable(WEIGHTS, misfit))?;
        Ok(captioner)
    }

    /// The pack's settings for writing captions.
    #[must_use]
    pub fn decoding(&self) -> &Decoding {
        &self.decoding
    }

    /// Encodes a picture and runs the Q-Former's queries on it.
    pub fn look(&self, picture: &Picture) -> Result<Look> {
        let encoded = self.encoder.encode(picture)?;
        let tokens = self
            .post_layernorm
            .forward(&encoded.tokens.broadcast_add(&self.position_embedding)?)?;
        let memory = self.qformer.remember(&tokens)?;
        let queries = self.qformer.queries(&memory)?;
        Ok(Look {
            logits: encoded.logits,
            whole: encoded.tokens.narrow(1, 0, 1)?,
            memory,
            queries,
        })
    }

    /// Writes captions, best first. `probabilities` are those of the ImageNet classes; the names of likely ones become
    /// words of the prompt. `stream` receives pieces of text as soon as they are final.
    pub fn caption(
        &self,
        look: &Look,
        probabilities: &[f32],
        decoding: &Decoding,
        cancel: &Cancel,
        stream: &mut dyn FnMut(&str),
    ) -> Result<Vec<Sequence>> {
        let prompt = self.prompt(look, probabilities)?;
        let mut tell = self.tokenizer.stream(stream);
        let end = self.tokenizer.special().eos;
        generation::generate(&*self.language_model, &prompt, end, decoding, cancel, &mut tell)
    }

    /// The training pictures with human captions that are nearest to this picture.
    pub fn neighbours(&self, look: &Look) -> Result<Neighbours> {
        Ok(self.consensus.neighbours(&look.whole.flatten_all()?.to_vec1::<f32>()?))
    }

    /// The share of the neighbours, 0 to 1, whose human captions contain a word.
    #[must_use]
    pub fn written_of(&self, neighbours: &Neighbours, word: &str) -> f32 {
        self.consensus.written_of(neighbours, word)
    }

    /// Sorts captions by a weighted sum, best first: consensus with the neighbours' captions, beam score and
    /// contrastive cosine, minus a penalty for repeated words. Ties keep their order.
    pub fn by_consensus(&self, look: &Look, neighbours: &Neighbours, captions: Vec<Sequence>) -> Result<Vec<Sequence>> {
        let queries = self.matching.project_queries(&look.queries)?;
        let weights = self.ranking;
        let mut ranked = captions
            .into_iter()
            .map(|caption| {
                let text = self.text(&caption)?;
                let shared = self.consensus.shared(neighbours, &text);
                let fits = self.contrast(&queries, &self.tokenizer.encode_marked(&text, MATCHED_TEXT)?)?;
                let repeated = f32::from(consensus::repeats(&text));
                let agreement =
                    shared + weights.likelihood * caption.score + weights.contrast * fits - weights.repeated * repeated;
                Ok((agreement, caption))
            })
            .collect::<Result<Vec<_>>>()?;
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
        Ok(ranked.into_iter().map(|(_, caption)| caption).collect())
    }

    /// Samples `count` captions with a fixed seed. If they agree, the model is sure.
    pub fn draw(&self, look: &Look, probabilities: &[f32], count: usize, cancel: &Cancel) -> Result<Vec<Sequence>> {
        let sampling = Some(Sampling {
            temperature: 1.0,
            top_k: 0,
            top_p: 0.9,
            seed: 1,
        });
        let decoding = Decoding {
            beams: 1,
            sampling,
            ..self.decoding.clone()
        };
        let prompt = self.prompt(look, probabilities)?;
        let end = self.tokenizer.special().eos;
        generation::draw(&*self.language_model, &prompt, end, &decoding, count, cancel)
    }

    /// Scores how well a text matches the picture.
    pub fn score(&self, look: &Look, text: &str) -> Result<Match> {
        let ids = self.tokenizer.encode_marked(text, MATCHED_TEXT)?;
        Ok(Match {
            itc: self.contrast(&self.matching.project_queries(&look.queries)?, &ids)?,
            itm: self
                .matching
                .matches(&self.qformer, &look.memory, &ids)?
                .squeeze(0)?
                .to_scalar()?,
        })
    }

    /// The greatest cosine of any of a picture's projected queries with a text, -1 to 1.
    fn contrast(&self, queries: &Tensor, ids: &[u32]) -> candle_core::Result<f32> {
        Matching::contrast(queries, &self.matching.project_text(&self.qformer, ids)?)
    }

    /// The log-odds, by the pack's matcher, that a text matches each of the pictures. The pictures are split among the
    /// cores.
    pub fn weigh(&self, pictures: &[&ImageMemory], text: &str) -> Result<Vec<f32>> {
        let matcher = self.matcher()?;
        self.of_each(pictures, text, |pictures, ids| matcher.log_odds(pictures, ids))
    }

    /// The matcher, loaded on first use: most people describe more often than they search.
    fn matcher(&self) -> Result<&Matcher> {
        if let Some(matcher) = self.matcher.get() {
            return Ok(matcher);
        }
        let matcher = Matcher::open(&self.pack, WEIGHTS, &self.reads, self.language_model.device())?;
        Ok(self.matcher.get_or_init(|| matcher))
    }

    /// The log-likelihood of a text as a caption of each of the pictures. It orders pictures for one text; values of
    /// different texts are not comparable. The pictures are split among the cores.
    pub fn likelihoods(&self, pictures: &[&ImageMemory], text: &str) -> Result<Vec<f32>> {
        self.of_each(pictures, text, |pictures, ids| self.likelihood(pictures, ids))
    }

    /// Runs `tell`, which returns one value per picture, on batches of pictures in parallel and concatenates the
    /// results.
    fn of_each(
        &self,
        pictures: &[&ImageMemory],
        text: &str,
        tell: impl Fn(&[&ImageMemory], &[u32]) -> candle_core::Result<Tensor> + Sync,
    ) -> Result<Vec<f32>> {
        if pictures.is_empty() {
            return Ok(Vec::new());
        }
        let ids = self.tokenizer.encode_marked(text, MATCHED_TEXT)?;
        let share = pictures.len().div_ceil(rayon::current_num_threads());
        let told = in_chunks(pictures.len(), share, 0, |first, count| {
            tell(&pictures[first..first + count], &ids)
        });
        Ok(told?.to_vec1()?)
    }

    /// Log-likelihood of a text for each picture, [B]. The language model reads [queries][`<s>` text] and is scored on
    /// [text `</s>`]; `ids` are those of `<s>` text `</s>`.
    fn likelihood(&self, pictures: &[&ImageMemory], ids: &[u32]) -> candle_core::Result<Tensor> {
        let queries = self.qformer.queries(&ImageMemory::stack(pictures)?)?;
        let queries = self.language_projection.forward(&queries)?;
        let (rows, count, _) = queries.dims3()?;
        let length = ids.len() - 1;
        let text = self.language_model.embed(&ids[..length])?.repeat((rows, 1, 1))?;
        let embeds = Tensor::cat(&[queries, text], 1)?;
        let hidden = self.language_model.forward(&embeds, &mut Cache::default())?;
        let logits = self
            .language_model
            .logits(&hidden.narrow(1, count, length)?.contiguous()?)?;
        let targets = Tensor::new(&ids[1..], logits.device())?.reshape((1, length, 1))?;
        let targets = targets.repeat((rows, 1, 1))?;
        log_softmax(&logits, D::Minus1)?.gather(&targets, 2)?.sum((1, 2))
    }

    /// Reads back a memory that was stored with [`ImageMemory::to_bytes`].
    pub fn recall(&self, bytes: &[u8]) -> Result<ImageMemory> {
        Ok(self.qformer.recall(bytes, self.position_embedding.dim(1)?)?)
    }

    /// The picture as a unit vector in the contrastive space: the mean of its projected queries, scaled to length 1.
    pub fn embed(&self, look: &Look) -> Result<Vec<f32>> {
        Ok(Matching::mean(&self.matching.project_queries(&look.queries)?)?)
    }

    /// A text as a unit vector in the contrastive space.
    pub fn embed_text(&self, text: &str) -> Result<Vec<f32>> {
        let ids = self.tokenizer.encode_marked(text, MATCHED_TEXT)?;
        Ok(self.matching.project_text(&self.qformer, &ids)?.to_vec1()?)
    }

    /// The decoded text of a sequence.
    pub fn text(&self, sequence: &Sequence) -> Result<String> {
        self.tokenizer.decode(&sequence.ids)
    }

    /// The words of a sequence with the summed log-probability of their tokens. A comma belongs to the word before it.
    #[must_use]
    pub fn words(&self, sequence: &Sequence) -> Vec<(String, f32)> {
        let mut words: Vec<(String, f32)> = Vec::new();
        for (&id, &log_probability) in sequence.ids.iter().zip(&sequence.log_probabilities) {
            let piece = self.tokenizer.piece(id).unwrap_or_default();
            let joined = piece.strip_prefix("##").or((piece == ",").then_some(","));
            match (joined, words.last_mut()) {
                (Some(end), Some((word, total))) => {
                    word.push_str(end);
                    *total += log_probability;
                }
                _ => words.push((piece, log_probability)),
            }
        }
        words
    }

    /// The prompt [queries][tag , tag , ...][`<s>`] as embeddings [1, T, D].
    fn prompt(&self, look: &Look, probabilities: &[f32]) -> Result<Prompt> {
        let mut ids = Vec::new();
        for word in self.prompt_tags.choose(probabilities) {
            ids.extend(self.tokenizer.encode(&format!("{word} ,"))?);
        }
        ids.push(self.tokenizer.special().bos);
        let queries = self.language_projection.forward(&look.queries)?;
        Ok(Tensor::cat(&[queries, self.language_model.embed(&ids)?], 1)?.into())
    }
}

fn checked(tags: PromptTags, pack: &Pack) -> Result<PromptTags, PackError> {
    match tags.imagenet.len() {
        0 | 1000 => Ok(tags),
        count => Err(pack.unusable(CONFIG, format!("prompt_tags.imagenet has {count} words, not 1000"))),
    }
}

impl PromptTags {
    /// Sums class probabilities by word and returns the likeliest words, best first.
    fn choose(&self, probabilities: &[f32]) -> Vec<&str> {
        let mut sums: BTreeMap<&str, f32> = BTreeMap::new();
        for (word, probability) in self.imagenet.iter().zip(probabilities) {
            *sums.entry(word).or_default() += probability;
        }
        let mut likely: Vec<_> = sums
            .into_iter()
            .filter(|(_, sum)| *sum >= self.min_probability)
            .collect();
        likely.sort_by(|a, b| b.1.total_cmp(&a.1));
        likely.truncate(self.max);
        likely.into_iter().map(|(word, _)| word).collect()
    }
}
