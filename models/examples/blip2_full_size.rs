//! Measures BLIP-2 with OPT-2.7b in full size with random quantized weights: memory, speed relative to what the machine
//! can do at the same time, and whether memory is released. Writes a checkpoint of up to 4 GB into a folder first.
//!
//! `cargo run --release -p eyebright-models --example blip2_full_size -- q8_0|q4_k FOLDER`

use std::collections::HashMap;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::Instant;

use candle_core::Tensor;
use candle_core::quantized::{GgmlDType, QTensor, gguf_file};
use eyebright_models::checkpoint::Checkpoint;
use eyebright_models::checkpoint::Precision;
use eyebright_models::parts::blip2::Blip2;
use eyebright_models::parts::generation::Decoding;
use eyebright_models::{Cancel, Device};
use rayon::prelude::*;

const VISION: (usize, usize, usize, usize) = (39, 1408, 6144, 257);
const QFORMER: (usize, usize, usize, usize) = (12, 768, 3072, 32);
const OPT: (usize, usize, usize, usize) = (32, 2560, 10240, 50304);
/// Number of times that speed is measured.
const ROUNDS: usize = 5;
/// Number of times that the model is loaded and dropped.
const LOADS: usize = 10;
const TOKENS: usize = 13;

fn main() -> Result<(), Box<dyn Error>> {
    eyebright_models::process::apply();
    let (kind, folder) = (std::env::args().nth(1), std::env::args().nth(2));
    let folder = folder.ok_or("name q8_0 or q4_k, and a folder")?;
    let folder = Path::new(&folder);
    let language = match kind.as_deref() {
        Some("q8_0") => GgmlDType::Q8_0,
        Some("q4_k") => GgmlDType::Q4K,
        _ => return Err("name q8_0 or q4_k, and a folder".into()),
    };
    let read_per_token = write(folder, language)?;
    let before = resident()?;
    let start = Instant::now();
    let model = open(folder)?;
    println!("loaded in {:.1} s", start.elapsed().as_secs_f64());
    measure(&model, read_per_token, before)?;
    drop(model);
    reload(folder)
}

/// Measures, over several rounds, the speed of encoding a picture and of generating text, relative to what the machine
/// can do.
fn measure(model: &Blip2, read_per_token: f64, before: f64) -> Result<(), Box<dyn Error>> {
    let pixels = Tensor::rand(-1f32, 1.0, (1, 3, 224, 224), &Device::Cpu)?;
    let image = model.encode(&pixels)?;
    let decoding = Decoding {
        max_tokens: TOKENS,
        min_tokens: TOKENS,
        ..Decoding::default()
    };
    // Returns the time at which each token was generated.
    let write = || {
        let mut times = Vec::new();
        let mut tell = |_: &str| times.push(Instant::now());
        model.caption(&image, None, &decoding, &Cancel::default(), &mut tell)?;
        Ok::<_, eyebright_models::Error>(times)
    };
    write()?;
    println!("resident: {:.2} GB, {before:.2} before", resident()?);
    let products = Products::new()?;
    let memory = vec![1u64; 1 << 27];
    let (mut seeing, mut writing) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        seeing.push(see(model, &pixels, &products)?);
        writing.push(time_writing(&write, read_per_token, &memory)?);
    }
    println!(
        "reading a picture: {:.0} % of the machine's f32 matrix products",
        100.0 * median(seeing)
    );
    println!(
        "writing: {:.0} % of the machine's memory bandwidth",
        100.0 * median(writing)
    );
    Ok(())
}

/// Speed of encoding a picture, as a share of the machine's speed of matrix products.
fn see(model: &Blip2, pixels: &Tensor, products: &Products) -> Result<f64, Box<dyn Error>> {
    // The machine's speed is measured before and after, since other programs may be using it too.
    let before = rate(|| products.run())?;
    let start = Instant::now();
    model.encode(pixels)?;
    let seconds = start.elapsed().as_secs_f64();
    let machine = f64::midpoint(before, rate(|| products.run())?);
    let ours = seeing_flops() / seconds;
    println!(
        "picture: {seconds:.2} s, {:.0} of {:.0} Gflop/s",
        ours / 1e9,
        machine / 1e9
    );
    Ok(ours / machine)
}

/// Speed of generating text, as a share of the machine's memory bandwidth.
fn time_writing(
    write: &impl Fn() -> Result<Vec<Instant>, eyebright_models::Error>,
    read_per_token: f64,
    memory: &[u64],
) -> Result<f64, Box<dyn Error>> {
    let before = rate(|| Ok(read(memory)))?;
    let start = Instant::now();
    let times = write()?;
    let all = start.elapsed().as_secs_f64();
    let machine = f64::midpoint(before, rate(|| Ok(read(memory)))?);
    let (first, last) = (times[0], times[times.len() - 1]);
    let seconds = (last - first).as_secs_f64() / (times.len() - 1) as f64;
    let ours = read_per_token / seconds;
    println!(
        "text: {all:.2} s in all, {:.2} tokens/s, {:.1} of {:.1} GB/s",
        1.0 / seconds,
        ours / 1e9,
        machine / 1e9
    );
    Ok(ours / machine)
}

/// Loads and drops the model several times, and prints the memory in use before and after each drop.
fn reload(folder: &Path) -> Result<(), Box<dyn Error>> {
    for round in 1..=LOADS {
        let model = open(folder)?;
        let loaded = resident()?;
        drop(model);
        eyebright_models::process::return_freed_memory();
        println!("round {round}: {loaded:.2} GB loaded, {:.2} GB afterwards", resident()?);
    }
    Ok(())
}

fn open(folder: &Path) -> Result<Blip2, eyebright_models::Error> {
    Blip2::open(&Checkpoint::open(folder)?, Precision::Stored, &Device::Cpu)
}

/// Resident memory of the process in gigabytes.
fn resident() -> Result<f64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()).ok_or("no VmRSS")?;
    Ok(kilobytes.parse::<f64>()? / 1e6)
}

/// Repeats `run`, which returns the amount of work it did, for about a second. Returns the work per second.
fn rate(mut run: impl FnMut() -> Result<f64, candle_core::Error>) -> Result<f64, candle_core::Error> {
    let (start, mut work) = (Instant::now(), 0.0);
    while start.elapsed().as_secs_f64() < 1.0 {
        work += run()?;
    }
    Ok(work / start.elapsed().as_secs_f64())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Reads memory on all cores. Returns the number of bytes.
fn read(memory: &[u64]) -> f64 {
    let sum: u64 = memory.par_chunks(1 << 16).map(|part| part.iter().sum::<u64>()).sum();
    assert_eq!(sum, memory.len() as u64);
    size_of_val(memory) as f64
}

/// Matrices for a product with the sizes of ViT-g's first dense layer.
struct Products {
    x: Tensor,
    weight: Tensor,
}

impl Products {
    fn new() -> Result<Self, candle_core::Error> {
        let (_, width, hidden, tokens) = VISION;
        Ok(Self {
            x: Tensor::rand(-1f32, 1.0, (tokens, width), &Device::Cpu)?,
            weight: Tensor::rand(-1f32, 1.0, (hidden, width), &Device::Cpu)?,
        })
    }

    /// Computes one product on each core. Returns the number of floating-point operations.
    fn run(&self) -> Result<f64, candle_core::Error> {
        let (_, width, hidden, tokens) = VISION;
        let cores = rayon::current_num_threads();
        let product = |_| self.x.matmul(&self.weight.t()?).map(drop);
        (0..cores).into_par_iter().try_for_each(product)?;
        Ok((cores * 2 * tokens * width * hidden) as f64)
    }
}

/// Number of floating-point operations from pixels to query outputs.
fn seeing_flops() -> f64 {
    let (layers, width, hidden, tokens) = VISION;
    let patches = tokens * 3 * 14 * 14 * width;
    let vision = layers * tokens * (4 * width * width + 2 * width * hidden + 2 * tokens * width);
    let (layers, inner, hidden, queries) = QFORMER;
    let own = layers * queries * (4 * inner * inner + 2 * inner * hidden + 2 * queries * inner);
    let cross = layers / 2 * (2 * tokens * width * inner + 2 * queries * inner * inner + 2 * queries * tokens * inner);
    2.0 * (patches + vision + own + cross) as f64
}

/// Writes the checkpoint. Returns the number of bytes of matrices that generating one token reads. All layers have the
/// same values, which does not affect the speed.
fn write(folder: &Path, language: GgmlDType) -> Result<f64, Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join("config.json"), CONFIG)?;
    fs::write(
        folder.join("preprocessor_config.json"),
        r#"{"size": {"height": 224, "width": 224}}"#,
    )?;
    let tokenizer = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/blip2/opt/tokenizer.json");
    fs::copy(tokenizer, folder.join("tokenizer.json"))?;
    let tensors = tensors();
    let mut made: HashMap<(Vec<usize>, GgmlDType), QTensor> = HashMap::new();
    let mut kinds = Vec::new();
    let mut read_per_token = 0;
    for (name, shape) in &tensors {
        let is_language = name.starts_with("language_model");
        let kind = match shape.len() {
            2 if name.contains("embed_positions") => (shape.clone(), GgmlDType::F32),
            2 => (
                vec![shape[0].next_multiple_of(16), shape[1].next_multiple_of(256)],
                if is_language { language } else { GgmlDType::Q8_0 },
            ),
            _ => (shape.clone(), GgmlDType::F32),
        };
        if !made.contains_key(&kind) {
            let random = (Tensor::rand(-1f32, 1.0, kind.0.as_slice(), &Device::Cpu)? * 0.03)?;
            made.insert(kind.clone(), QTensor::quantize(&random, kind.1)?);
        }
        if is_language && kind.1 == language {
            read_per_token += made[&kind].storage_size_in_bytes();
        }
        kinds.push(kind);
    }
    let listed: Vec<(&str, &QTensor)> = tensors
        .iter()
        .zip(&kinds)
        .map(|((name, _), kind)| (name.as_str(), &made[kind]))
        .collect();
    gguf_file::write(&mut fs::File::create(folder.join("model.gguf"))?, &[], &listed)?;
    let parameters: usize = tensors.iter().map(|(_, shape)| shape.iter().product::<usize>()).sum();
    let bytes = fs::metadata(folder.join("model.gguf"))?.len();
    println!("{parameters} parameters in {:.2} GB", bytes as f64 / 1e9);
    Ok(read_per_token as f64)
}

const CONFIG: &str = r#"{
    "model_type": "blip-2",
    "architectures": ["Blip2ForConditionalGeneration"],
    "image_token_index": 50265,
    "text_config": {
        "model_type": "opt",
        "vocab_size": 50304,
        "hidden_size": 2560,
        "ffn_dim": 10240,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
        "eos_token_id": 50118
    }
}"#;

/// Names and shapes of all tensors, as published.
fn tensors() -> Vec<(String, Vec<usize>)> {
    let mut all = Vec::new();
    let mut add = |name: String, shape: &[usize]| all.push((name, shape.to_vec()));
    let (layers, width, hidden, tokens) = VISION;
    add("vision_model.embeddings.class_embedding".into(), &[1, 1, width]);
    add("vision_model.embeddings.position_embedding".into(), &[1, tokens, width]);
    add(
        "vision_model.embeddings.patch_embedding.weight".into(),
        &[width, 3, 14, 14],
    );
    add("vision_model.embeddings.patch_embedding.bias".into(), &[width]);
    norm("vision_model.post_layernorm", width, &mut add);
    for layer in 0..layers {
        let at = format!("vision_model.encoder.layers.{layer}");
        norm(&format!("{at}.layer_norm1"), width, &mut add);
        norm(&format!("{at}.layer_norm2"), width, &mut add);
        linear(&format!("{at}.self_attn.qkv"), width, 3 * width, &mut add);
        linear(&format!("{at}.self_attn.projection"), width, width, &mut add);
        linear(&format!("{at}.mlp.fc1"), width, hidden, &mut add);
        linear(&format!("{at}.mlp.fc2"), hidden, width, &mut add);
    }
    let (layers, inner, hidden, queries) = QFORMER;
    add("query_tokens".into(), &[1, queries, inner]);
    norm("qformer.layernorm", inner, &mut add);
    for layer in 0..layers {
        let at = format!("qformer.encoder.layer.{layer}");
        let mut attentions = vec![("attention", inner)];
        attentions.extend((layer % 2 == 0).then_some(("crossattention", width)));
        for (name, source) in attentions {
            linear(&format!("{at}.{name}.attention.query"), inner, inner, &mut add);
            linear(&format!("{at}.{name}.attention.key"), source, inner, &mut add);
            linear(&format!("{at}.{name}.attention.value"), source, inner, &mut add);
            linear(&format!("{at}.{name}.output.dense"), inner, inner, &mut add);
            norm(&format!("{at}.{name}.output.LayerNorm"), inner, &mut add);
        }
        linear(&format!("{at}.intermediate_query.dense"), inner, hidden, &mut add);
        linear(&format!("{at}.output_query.dense"), hidden, inner, &mut add);
        norm(&format!("{at}.output_query.LayerNorm"), inner, &mut add);
    }
    let (layers, width, hidden, pieces) = OPT;
    linear("language_projection", inner, width, &mut add);
    let decoder = "language_model.model.decoder";
    add(format!("{decoder}.embed_tokens.weight"), &[pieces, width]);
    add(format!("{decoder}.embed_positions.weight"), &[2050, width]);
    norm(&format!("{decoder}.final_layer_norm"), width, &mut add);
    for layer in 0..layers {
        let at = format!("{decoder}.layers.{layer}");
        for name in ["q_proj", "k_proj", "v_proj", "out_proj"] {
            linear(&format!("{at}.self_attn.{name}"), width, width, &mut add);
        }
        norm(&format!("{at}.self_attn_layer_norm"), width, &mut add);
        linear(&format!("{at}.fc1"), width, hidden, &mut add);
        linear(&format!("{at}.fc2"), hidden, width, &mut add);
        norm(&format!("{at}.final_layer_norm"), width, &mut add);
    }
    all
}

fn linear(name: &str, inputs: usize, outputs: usize, add: &mut impl FnMut(String, &[usize])) {
    add(format!("{name}.weight"), &[outputs, inputs]);
    add(format!("{name}.bias"), &[outputs]);
}

fn norm(name: &str, width: usize, add: &mut impl FnMut(String, &[usize])) {
    add(format!("{name}.weight"), &[width]);
    add(format!("{name}.bias"), &[width]);
}
