//! Recording from a microphone.

use std::collections::BTreeSet;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{BufferSize, Device, ErrorKind, FromSample, Sample, SampleFormat, SizedSample, Stream, StreamConfig};
use eyebright_domain::Fault;

use super::resample::Resampler;
use super::wav::mono;

/// Time limit for opening a microphone: the sound server may hang.
const OPENING: Duration = Duration::from_secs(5);
/// Time between two checks that the microphone is still there. On Linux a sound server that loses it records from
/// another one and does not tell.
const WATCH: Duration = Duration::from_millis(500);
/// Pieces of sound that are asked for in a second.
const PIECES: u32 = 50;

type Piece = Result<Vec<f32>, Fault>;

/// An open microphone, which is closed when dropped.
pub struct Microphone {
    pieces: Receiver<Piece>,
    resampler: Resampler,
    /// Held open for the thread that owns the stream: it ends when this is dropped.
    _open: Sender<()>,
}

impl Microphone {
    /// Opens the microphone of that name, or the system's default, on a thread of its own: the sound server may hang.
    pub fn open(name: Option<&str>) -> Result<Self, Fault> {
        let (pieces, inbox) = mpsc::channel();
        let (ready, opened) = mpsc::channel();
        let (open, closed) = mpsc::channel::<()>();
        let name = name.map(str::to_owned);
        thread::spawn(move || match start(name.as_deref(), &pieces) {
            Ok((device, stream, rate)) => {
                let _ = ready.send(Ok(rate));
                // A device that is never listed, such as the default of a sound system without a server, cannot be
                // watched.
                let is_watched = cfg!(target_os = "linux") && is_listed(&device) == Some(true);
                // Nothing is ever sent: this ends when the microphone is dropped.
                while closed.recv_timeout(WATCH) == Err(RecvTimeoutError::Timeout) {
                    if is_watched && is_listed(&device) == Some(false) {
                        let _ = pieces.send(Err(lost("it was unplugged")));
                        break;
                    }
                }
                drop(stream);
            }
            Err(fault) => {
                let _ = ready.send(Err(fault));
            }
        });
        let rate = opened.recv_timeout(OPENING).map_err(|_| {
            let message = "The sound system does not open the microphone. Log out and in again, then try again.";
            Fault::new("microphone_no_answer", message)
        })??;
        Ok(Self {
            pieces: inbox,
            resampler: Resampler::new(rate),
            _open: open,
        })
    }

    /// The next piece of sound, 16 kHz, mono, -1 to 1; `None` if nothing came within `time`.
    pub fn next(&mut self, time: Duration) -> Result<Option<Vec<f32>>, Fault> {
        match self.pieces.recv_timeout(time) {
            Ok(piece) => Ok(Some(self.resampler.feed(&piece?))),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(lost("its driver ended")),
        }
    }
}

/// The names of all microphones.
pub fn names() -> Result<Vec<String>, Fault> {
    Ok(names_of(&all()?))
}

/// The names of devices without duplicates: sound servers list some in several ways.
fn names_of(devices: &[Device]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let names = devices.iter().filter_map(title);
    names.filter(|name| seen.insert(name.clone())).collect()
}

fn all() -> Result<Vec<Device>, Fault> {
    let devices = cpal::default_host().input_devices();
    Ok(devices.map_err(|error| refused(&error))?.collect())
}

/// True if a device is there; `None` if devices cannot be listed.
fn is_listed(device: &Device) -> Option<bool> {
    let id = device.id().ok()?;
    let mut devices = cpal::default_host().input_devices().ok()?;
    Some(devices.any(|other| other.id().is_ok_and(|other| other == id)))
}

fn title(device: &Device) -> Option<String> {
    Some(device.description().ok()?.name().to_owned())
}

fn start(name: Option<&str>, pieces: &Sender<Piece>) -> Result<(Device, Stream, u32), Fault> {
    let device = find(name)?;
    let supported = device.default_input_config().map_err(|error| refused(&error))?;
    let mut config = supported.config();
    let mut open = |buffer_size| {
        config.buffer_size = buffer_size;
        match supported.sample_format() {
            SampleFormat::I16 => stream::<i16>(&device, config, pieces.clone()),
            SampleFormat::I32 => stream::<i32>(&device, config, pieces.clone()),
            SampleFormat::U8 => stream::<u8>(&device, config, pieces.clone()),
            _ => stream::<f32>(&device, config, pieces.clone()),
        }
    };
    // The default buffer of PulseAudio lasts two seconds; some systems refuse a fixed size.
    let fixed = BufferSize::Fixed(supported.sample_rate() / PIECES);
    let stream = open(fixed)
        .or_else(|_| open(BufferSize::Default))
        .map_err(|error| refused(&error))?;
    stream.play().map_err(|error| refused(&error))?;
    let rate = supported.sample_rate();
    Ok((device, stream, rate))
}

/// The microphone of that name, or the system's default. If the named one is missing no other replaces it, which might
/// hear what it should not.
fn find(name: Option<&str>) -> Result<Device, Fault> {
    let Some(name) = name else {
        return cpal::default_host().default_input_device().ok_or_else(|| {
            let message = "There is no microphone. Plug one in, or type your question.";
            Fault::new("no_microphone", message)
        });
    };
    let devices = all()?;
    let found = devices.iter().find(|device| title(device).as_deref() == Some(name));
    found.cloned().ok_or_else(|| {
        let message = format!(
            "There is no microphone called {name}. Plug it in, or choose another one: {}. Or type your question.",
            names_of(&devices).join(", ")
        );
        Fault::new("microphone_missing", message)
    })
}

fn stream<T: SizedSample>(device: &Device, config: StreamConfig, pieces: Sender<Piece>) -> Result<Stream, cpal::Error>
where
    f32: FromSample<T>,
{
    let channels = usize::from(config.channels);
    let faults = pieces.clone();
    device.build_input_stream(
        config,
        move |data: &[T], _: &_| {
            let samples: Vec<f32> = data.iter().map(|sample| f32::from_sample(*sample)).collect();
            // A microphone that was dropped wants nothing more.
            let _ = pieces.send(Ok(mono(&samples, channels)));
        },
        move |error| {
            let harmless = [ErrorKind::Xrun, ErrorKind::RealtimeDenied, ErrorKind::DeviceChanged];
            if !harmless.contains(&error.kind()) {
                let _ = faults.send(Err(lost(error)));
            }
        },
        None,
    )
}

fn lost(reason: impl std::fmt::Display) -> Fault {
    let message = format!("The microphone is gone: {reason}. Plug it in again, then ask again.");
    Fault::new("microphone_lost", message)
}

fn refused(error: &cpal::Error) -> Fault {
    let advice = match error.kind() {
        ErrorKind::PermissionDenied => "Let Eyebright use it in the system's settings",
        ErrorKind::DeviceBusy => "Close the program that uses it",
        _ => "Check the sound settings of your system",
    };
    let message = format!("The microphone cannot be opened: {error}. {advice}, or type your question.");
    Fault::new("microphone_refused", message)
}
