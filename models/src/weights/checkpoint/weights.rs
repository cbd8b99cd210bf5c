//! Tensors by their names, as a model takes them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Display;
use std::sync::{Arc, Mutex, PoisonError};

use candle_core::{DType, Device, Result, Tensor};

use super::precision::{Form, Precision};
use super::store::{Entry, Format, Store};
use crate::base::error::Misfit;
use eyebright_kernels::activations::LayerNorm;
use eyebright_kernels::linear::{Linear, Matrix, widened};
use eyebright_kernels::quantized::{Quantized, padded};

/// The tensors below a path such as `text_decoder.bert`. A tensor that is missing or of another shape stands in as zeros until
/// all are known: then [`super::Checkpoint::load`] fails and names them.
#[derive(Clone)]
pub struct Weights {
    loading: Arc<Loading>,
    path: String,
    precision: Precision,
}

struct Loading {
    source: Source,
    device: Device,
    taken: Mutex<Taken>,
}

enum Source {
    Store(Store),
    Memory(HashMap<String, Tensor>),
}

/// Names of the tensors that were asked for so far.
#[derive(Default)]
struct Taken {
    names: BTreeSet<String>,
    missing: BTreeSet<String>,
    misshapen: BTreeMap<String, String>,
}

impl Weights {
    pub(super) fn of_store(store: Store, precision: Precision, device: &Device) -> Self {
        Self::new(Source::Store(store), precision, device)
    }

    /// Tensors that are in memory already.
    #[must_use]
    pub fn of_tensors(tensors: HashMap<String, Tensor>, precision: Precision, device: &Device) -> Self {
        Self::new(Source::Memory(tensors), precision, device)
    }

    fn new(source: Source, precision: Precision, device: &Device) -> Self {
        let taken = Mutex::default();
        Self {
            loading: Arc::new(Loading {
                source,
                device: device.clone(),
                taken,
            }),
            path: String::new(),
            precision,
        }
    }

    /// The tensors one part further down.
    #[must_use]
    pub fn pp(&self, part: impl Display) -> Self {
        Self {
            loading: self.loading.clone(),
            path: self.full(part),
            precision: self.precision,
        }
    }

    /// These tensors, with matrices held in another precision.
    #[must_use]
    pub fn at(&self, precision: Precision) -> Self {
        Self {
            precision,
            ..self.clone()
        }
    }

    /// Where the model shall run.
    #[must_use]
    pub fn device(&self) -> &Device {
        &self.loading.device
    }

    /// Whether there is a tensor of this name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        let name = self.full(name);
        match &self.loading.source {
            Source::Store(store) => store.entries.contains_key(&name),
            Source::Memory(tensors) => tensors.contains_key(&name),
        }
    }

    /// Whether two tensors have the same values, written in the same way; files of tied weights may hold them once or twice.
    pub fn same(&self, one: &str, other: &str) -> Result<bool> {
        let (one, other) = (self.full(one), self.full(other));
        match &self.loading.source {
            Source::Store(store) => match (store.entries.get(&one), store.entries.get(&other)) {
                (Some(one), Some(other)) => store.same(one, other),
                _ => Ok(false),
            },
            Source::Memory(_) => Ok(false),
        }
    }

    /// A tensor of this shape, f32.
    pub fn tensor(&self, name: &str, shape: &[usize]) -> Result<Tensor> {
        let name = self.full(name);
        let found = match &self.loading.source {
            Source::Memory(tensors) => match self.found(&name, tensors.get(&name)) {
                Some(tensor) if tensor.dims() == shape => Some(tensor.clone()),
                Some(tensor) => self.other(&name, shape, tensor),
                None => None,
            },
            Source::Store(store) => match self.found(&name, store.entries.get(&name)) {
                Some(entry) if fits(entry, shape) => Some(cropped(&store.dense(entry)?, shape)?),
                Some(entry) => self.other(&name, shape, (&entry.shape, entry.format)),
                None => None,
            },
        };
        match found {
            Some(tensor) => widened(&tensor)?.to_device(self.device()),
            // Without memory of its own, however large.
            None => Tensor::zeros(1, DType::F32, self.device())?.broadcast_as(shape),
        }
    }

    /// A matrix [outputs, inputs] in the precision of the model.
    pub(crate) fn matrix(&self, name: &str, outputs: usize, inputs: usize) -> Result<Matrix> {
        let full = self.full(name);
        if let Source::Store(store) = &self.loading.source
            && let Some(entry) = store.entries.get(&full)
            && fits(entry, &[outputs, inputs])
        {
            self.found(&full, Some(entry));
            return match entry.format {
                Format::Quantized(dtype) => store.with_bytes(entry, |blocks| {
                    let matrix = Quantized::of_blocks(blocks, dtype, [outputs, inputs], self.device())?;
                    Ok(Matrix::quantized(matrix, outputs, inputs))
                }),
                _ => self.formed(&store.dense(entry)?),
            };
        }
        self.formed(&self.tensor(name, &[outputs, inputs])?)
    }

    /// A matrix of the sizes of another, `tied`, which is named `to`. Files of tied weights lack it, or hold those values twice.
    pub(crate) fn matrix_or(&self, name: &str, to: &str, tied: &Matrix) -> Result<Matrix> {
        if !self.has(name) || self.same(name, to)? {
            return Ok(tied.clone());
        }
        let (outputs, inputs) = tied.sizes();
        self.matrix(name, outputs, inputs)
    }

    /// `weight` [outputs, inputs] and `bias` [outputs].
    pub(crate) fn linear(&self, inputs: usize, outputs: usize) -> Result<Linear> {
        let weight = self.matrix("weight", outputs, inputs)?;
        Ok(Linear::new(weight, Some(self.tensor("bias", &[outputs])?)))
    }

    /// `weight` [outputs, inputs] alone.
    pub(crate) fn linear_no_bias(&self, inputs: usize, outputs: usize) -> Result<Linear> {
        Ok(Linear::new(self.matrix("weight", outputs, inputs)?, None))
    }

    /// `weight` and `bias` [width].
    pub(crate) fn layer_norm(&self, width: usize, epsilon: f64) -> Result<LayerNorm> {
        let weight = self.tensor("weight", &[width])?.contiguous()?;
        Ok(LayerNorm::new(
            weight,
            self.tensor("bias", &[width])?.contiguous()?,
            epsilon,
        ))
    }

    /// Fails where a tensor was missing or misshapen, or where one was not taken whose name does not end with one of `unused`.
    pub fn fit(&self, unused: &[&str]) -> std::result::Result<(), Misfit> {
        let taken = self.loading.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let all: Vec<&String> = match &self.loading.source {
            Source::Store(store) => store.entries.keys().collect(),
            Source::Memory(tensors) => tensors.keys().collect(),
        };
        let is_left = |name: &&&String| !taken.names.contains(**name) && !unused.iter().any(|end| name.ends_with(end));
        let mut left: Vec<String> = all.iter().filter(is_left).map(|name| (*name).clone()).collect();
        left.sort();
        let misfit = Misfit {
            missing: taken.missing.iter().cloned().collect(),
            misshapen: taken.misshapen.values().cloned().collect(),
            unused: left,
        };
        if misfit.is_empty() { Ok(()) } else { Err(misfit) }
    }

    /// A dense matrix in the precision of the model, on its device.
    fn formed(&self, dense: &Tensor) -> Result<Matrix> {
        let (outputs, inputs) = dense.dims2()?;
        match self.precision.form(dense.dtype()) {
            Form::Dense(dtype) => {
                let wide = if dtype == DType::F32 {
                    widened(dense)?
                } else {
                    dense.to_dtype(dtype)?
                };
                Matrix::dense(wide.to_device(self.device())?)
            }
            Form::Quantized(dtype) => {
                let matrix = Quantized::of_dense(&widened(dense)?, dtype, self.device())?;
                Ok(Matrix::quantized(matrix, outputs, inputs))
            }
        }
    }

    fn full(&self, name: impl Display) -> String {
        if self.path.is_empty() {
            name.to_string()
        } else {
            format!("{}.{name}", self.path)
        }
    }

    /// Notes that a tensor was asked for.
    fn found<'a, T>(&self, name: &str, found: Option<&'a T>) -> Option<&'a T> {
        let mut taken = self.loading.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.names.insert(name.to_owned());
        if found.is_none() {
            taken.missing.insert(name.to_owned());
        }
        found
    }

    /// Notes that it is another one than was asked for.
    fn other<T>(&self, name: &str, expected: &[usize], came: impl Came) -> Option<T> {
        let mut taken = self.loading.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let text = format!("{name} should be {expected:?} and is {}", came.describe());
        taken.misshapen.insert(name.to_owned(), text);
        None
    }
}

/// The shape, or the error, that came instead of the expected tensor, in words.
trait Came {
    fn describe(&self) -> String;
}

impl Came for &Tensor {
    fn describe(&self) -> String {
        format!("{:?}", self.dims())
    }
}

impl Came for (&Vec<usize>, Format) {
    fn describe(&self) -> String {
        match self.1 {
            Format::Other(dtype) => format!("{:?} of {dtype:?}", self.0),
            _ => format!("{:?}", self.0),
        }
    }
}

fn fits(entry: &Entry, shape: &[usize]) -> bool {
    match (entry.format, shape) {
        (Format::Other(_), _) => false,
        (Format::Quantized(_), &[outputs, inputs]) => entry.shape == padded(outputs, inputs),
        _ => entry.shape == shape,
    }
}

/// Without the zeros that filled a quantized matrix up.
fn cropped(tensor: &Tensor, shape: &[usize]) -> Result<Tensor> {
    if tensor.dims() == shape {
        return Ok(tensor.clone());
    }
    let crop = |tensor: Tensor, (dim, &size): (usize, &usize)| tensor.narrow(dim, 0, size);
    shape.iter().enumerate().try_fold(tensor.clone(), crop)?.contiguous()
}
