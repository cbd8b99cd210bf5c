//! `embed`: turns pictures into vectors.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use eyebright_assistant::inputs::Input;
use eyebright_domain::Fault;
use eyebright_models::Limits;

use crate::batch::Batch;
use crate::ending::Ending;
use crate::engine::Engine;
use crate::npy;
use crate::options::Embed;
use crate::output::complain;
use crate::record::{Embedded, json};

pub fn run(options: &Embed) -> Ending {
    let batch = Batch::new(options.looking.inputs(), options.json);
    let engine = match Engine::open(&options.looking.model) {
        Ok(engine) => engine,
        Err(fault) => return batch.fail(&fault),
    };
    let limits = Limits::default();
    let work = |input: &Input| -> Result<Vec<f32>, Fault> {
        let picture = input.read(&limits)?.picture(&limits)?;
        Ok(engine.describer.embed(&picture)?)
    };
    let mut rows: Vec<Option<Vec<f32>>> = Vec::new();
    let ending = batch.run(work, |input, vector, output| {
        if options.npy.is_some() {
            rows.push(vector);
            return Ok(true);
        }
        let Some(embedding) = &vector else {
            return Ok(true);
        };
        if options.json {
            output.line(&json(&Embedded {
                file: &input.name(),
                embedding,
                pack: &engine.pack,
            }))?;
        } else {
            let numbers: Vec<String> = embedding.iter().map(f32::to_string).collect();
            output.line(&format!("{}\t{}", input.label(), numbers.join(" ")))?;
        }
        Ok(true)
    });
    match &options.npy {
        // An interrupted run writes no file: a partial array would look complete.
        Some(path) if ending != Ending::Interrupted => match save(path, rows) {
            Ok(()) => ending,
            Err(error) => {
                complain(&Fault::unwritable(path, &error).message);
                Ending::Failed
            }
        },
        _ => ending,
    }
}

/// Writes one row for every input; rows of failed inputs are not-a-number.
fn save(path: &Path, rows: Vec<Option<Vec<f32>>>) -> io::Result<()> {
    let width = rows.iter().flatten().map(Vec::len).next().unwrap_or(0);
    let rows: Vec<Vec<f32>> = rows
        .into_iter()
        .map(|row| row.unwrap_or_else(|| vec![f32::NAN; width]))
        .collect();
    let mut file = BufWriter::new(File::create(path)?);
    npy::write(&mut file, &rows, width)?;
    file.flush()
}
