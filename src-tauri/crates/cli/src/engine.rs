//! Loads the model that the options name.

use std::sync::Arc;

use eyebright_assistant::{Assistant, opening};
use eyebright_domain::Fault;
use eyebright_models::{Describer, Device};

use crate::options::{DeviceName, Model};
use crate::output::complain;

/// A loaded model with its names for the output.
pub struct Engine {
    /// The model.
    pub describer: Arc<Describer>,
    /// Describes and answers with this model.
    pub assistant: Assistant,
    /// Name of its pack.
    pub pack: String,
    /// Device that it runs on: cpu, cuda or metal.
    pub device: &'static str,
}

impl Engine {
    /// Loads the pack onto the device.
    pub fn open(model: &Model) -> Result<Self, Fault> {
        let (device, name) = open_device(model.device)?;
        let ((describer, pack), device) = match opening::open_describer(&model.pack, &device) {
            Ok(opened) => (opened, name),
            // With --device auto the card may have too little memory: try the processor, where any other error occurs
            // again.
            Err(_) if model.device == DeviceName::Auto && !device.is_cpu() => {
                let opened = opening::open_describer(&model.pack, &Device::Cpu)?;
                complain("The graphics card cannot hold this model; it runs on the processor.");
                (opened, "cpu")
            }
            Err(fault) => return Err(fault),
        };
        let describer = Arc::new(describer);
        Ok(Self {
            assistant: Assistant::with(describer.clone()),
            describer,
            pack,
            device,
        })
    }
}

fn open_device(name: DeviceName) -> Result<(Device, &'static str), Fault> {
    let unusable = |card: &str, reason: &dyn std::fmt::Display| {
        Fault::new(
            "device_unusable",
            format!("The {card} cannot be used: {reason}. Choose --device cpu."),
        )
    };
    match name {
        DeviceName::Cpu => Ok((Device::Cpu, "cpu")),
        DeviceName::Cuda => match Device::new_cuda(0) {
            Ok(device) => Ok((device, "cuda")),
            Err(error) => Err(unusable("NVIDIA graphics card", &error)),
        },
        DeviceName::Metal => match Device::new_metal(0) {
            Ok(device) => Ok((device, "metal")),
            Err(error) => Err(unusable("Apple graphics card", &error)),
        },
        DeviceName::Auto => Ok(Device::new_cuda(0)
            .map(|device| (device, "cuda"))
            .or_else(|_| Device::new_metal(0).map(|device| (device, "metal")))
            .unwrap_or((Device::Cpu, "cpu"))),
    }
}
