//! Compares pixels, vision tokens, queries, projections and logits with the reference, stage by stage.

use std::collections::HashMap;
use std::path::Path;

use crate::checkpoints::{
    Case, Golden, HALF_TOLERANCE, Language, Pair, TOLERANCE, WRITERS, assert_close, cases, changed, difference, golden,
    noise, open, picture, pixels, stored, values, written,
};
use candle_core::{DType, Tensor};
use eyebright_models::checkpoint::Precision;
use eyebright_models::parts::Image;
use eyebright_models::parts::blip2::Blip2;

#[test]
fn pixels_equal_the_reference() {
    let model = stored("opt");
    let golden: Golden<Case> = cases("opt");
    for (index, case) in golden.cases.iter().enumerate() {
        let ours = model.pixels(&picture(&case.picture)).unwrap();
        let far = (ours - pixels(index)).unwrap().abs().unwrap().flatten_all().unwrap();
        let levels: Vec<f32> = far
            .to_vec1::<f32>()
            .unwrap()
            .iter()
            .map(|far| far * 0.27 * 255.0)
            .collect();
        // A photo scaled down this far has hard edges, where rounding between the two passes of resizing sometimes
        // shows.
        let beyond = levels.iter().filter(|&&levels| levels > 1.1).count();
        assert!(
            beyond * 100 < levels.len(),
            "{index}: {beyond} pixels differ by more than a level"
        );
        assert!(levels.iter().all(|&levels| levels < 5.5), "{index}");
    }
}

/// The output of each stage, with the reference's output of the stage before as its input.
fn stages(
    model: &Blip2,
    language: &Language,
    theirs: &HashMap<String, Tensor>,
    index: usize,
    case: &Case,
) -> [(&'static str, Tensor); 4] {
    let before = |stage: &str| &theirs[&format!("{index}.{stage}")];
    let image = Image::from(before("vision").clone());
    [
        ("vision", model.encode(&pixels(index)).unwrap().tokens),
        ("queries", model.features(&image, &case.prompt).unwrap()),
        ("projected", model.project(before("queries")).unwrap()),
        ("logits", language.logits(before("projected"), &case.ids)),
    ]
}

/// Distance of two tensors, relative to the size of the second.
type Distance = fn(&Tensor, &Tensor) -> f32;

fn assert_stages_equal(name: &str, folder: &Path, tolerance: f32, distance: Distance) {
    let (model, language) = (open(folder, Precision::Stored).unwrap(), Language::open(folder));
    let theirs = values(name);
    let golden: Golden<Case> = cases(name);
    assert_eq!(golden.cases.len(), 8);
    for (index, case) in golden.cases.iter().enumerate() {
        for (stage, ours) in stages(&model, &language, &theirs, index, case) {
            let far = distance(&ours, &theirs[&format!("{index}.{stage}")]);
            assert!(far <= tolerance, "{name} {index}: {stage} differs by {far}");
        }
    }
}

#[test]
fn each_stage_equals_the_reference() {
    for name in WRITERS {
        assert_stages_equal(name, &golden(name), TOLERANCE, difference);
    }
}

#[test]
fn weights_of_half_precision_give_nearly_the_same() {
    for name in WRITERS {
        for dtype in [DType::F16, DType::BF16] {
            let halved = |tensors: &mut HashMap<String, Tensor>| {
                for tensor in tensors.values_mut() {
                    *tensor = tensor.to_dtype(dtype).unwrap();
                }
            };
            let folder = changed(name, halved, |_| {});
            assert_stages_equal(name, folder.path(), HALF_TOLERANCE, noise);
        }
    }
}

/// The golden values detect a skipped part: setting its output weights to zero changes the outputs by far more than the
/// tolerance.
#[test]
fn a_skipped_layer_is_noticed() {
    let ends = [
        "patch_embedding.weight",
        "class_embedding",
        "position_embedding",
        "self_attn.projection.weight",
        "mlp.fc2.weight",
        "attention.output.dense.weight",
        "output_query.dense.weight",
        ".output.dense.weight",
        "out_proj.weight",
        ".fc2.weight",
        "embed_positions.weight",
        "SelfAttention.o.weight",
        "EncDecAttention.o.weight",
        "wo.weight",
        "wi_1.weight",
        "relative_attention_bias.weight",
        "lm_head.weight",
        "vision_projection.weight",
        "text_projection.weight",
        "itm_head.weight",
        "position_embeddings.weight",
    ];
    let mut seen = 0;
    for name in ["opt", "t5", "instruct", "itm"] {
        let mut names = Vec::new();
        changed(name, |tensors| names.extend(tensors.keys().cloned()), |_| {});
        // The last layer's outputs for the instruction are not used.
        names.retain(|part| !(name == "instruct" && part.contains("layer.1.output.")));
        for part in names.iter().filter(|part| ends.iter().any(|end| part.ends_with(end))) {
            let zeroed = |tensors: &mut HashMap<String, Tensor>| {
                let zeros = tensors[part].zeros_like().unwrap();
                tensors.insert(part.clone(), zeros);
            };
            let folder = changed(name, zeroed, |_| {});
            let far = distance(name, folder.path());
            assert!(far > 10.0 * TOLERANCE, "{name} without {part} differs by {far}");
            seen += 1;
        }
    }
    assert_eq!(seen, 20 + 29 + 30 + 22);
}

/// Distance of the outputs from the reference's for the fourth picture, which has a long text.
fn distance(name: &str, folder: &Path) -> f32 {
    const INDEX: usize = 3;
    let (model, theirs) = (open(folder, Precision::Stored).unwrap(), values(name));
    if name == "itm" {
        let golden: Golden<Pair> = cases(name);
        let case = &golden.cases[INDEX];
        let image = model.encode(&pixels(INDEX)).unwrap();
        let scores = model.score(&image, &case.text).unwrap();
        return (scores.itc - case.itc).abs().max((scores.itm - case.itm).abs());
    }
    let golden: Golden<Case> = cases(name);
    let image = model.encode(&pixels(INDEX)).unwrap();
    let case = &golden.cases[INDEX];
    let projected = model.project(&model.features(&image, &case.prompt).unwrap()).unwrap();
    let logits = Language::open(folder).logits(&projected, &case.ids);
    difference(&logits, &theirs[&format!("{INDEX}.logits")])
}

#[test]
fn quantized_models_are_near() {
    for name in WRITERS {
        let theirs = values(name);
        let golden: Golden<Case> = cases(name);
        for precision in [Precision::Q8_0, Precision::Q4K] {
            let model = open(&self::golden(name), precision).unwrap();
            let case = &golden.cases[1];
            let image = model.encode(&pixels(1)).unwrap();
            // Only the language model has fewer than 8 bits.
            let queries = model.features(&image, &case.prompt).unwrap();
            assert_close(&queries, &theirs["1.queries"], 0.05, name);
            assert!(written(&model, &image, &case.prompt).len() <= 6);
        }
    }
}

#[test]
fn texts_are_weighed_as_by_the_reference() {
    let model = stored("itm");
    let theirs = values("itm");
    let golden: Golden<Pair> = cases("itm");
    assert_eq!(golden.cases.len(), 8);
    for (index, case) in golden.cases.iter().enumerate() {
        let value = |name: &str| theirs[&format!("{index}.{name}")].squeeze(0).unwrap();
        let image = model.encode(&pixels(index)).unwrap();
        assert_close(&image.tokens.squeeze(0).unwrap(), &value("vision"), TOLERANCE, "vision");
        assert_close(
            &model.embed_queries(&image).unwrap(),
            &value("images"),
            TOLERANCE,
            "picture",
        );
        assert_close(
            &model.embed_text(&case.text).unwrap(),
            &value("text"),
            TOLERANCE,
            "text",
        );
        let scores = model.score(&image, &case.text).unwrap();
        assert!((scores.itc - case.itc).abs() < TOLERANCE, "{} {}", scores.itc, case.itc);
        assert!((scores.itm - case.itm).abs() < TOLERANCE, "{} {}", scores.itm, case.itm);
    }
}
