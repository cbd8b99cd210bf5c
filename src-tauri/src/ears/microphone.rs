//! The microphone: sound as it comes, and a fault when it does not.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{BufferSize, Device, ErrorKind, FromSample, Sample, SampleFormat, SizedSample, Stream, StreamConfig};

use super::resample::Resampler;
use super::wav::mono;
use crate::fault::Fault;

/// A sound server that takes longer to open a microphone hangs.
const OPENING: Duration = Duration::from_secs(5);
/// So many pieces come in a second.
const PIECES: u32 = 50;

type Piece = Result<Vec<f32>, Fault>;

/// An open microphone; dropped, it is closed.
pub struct Microphone {
    pieces: Receiver<Piece>,
    resampler: Resampler,
    /// The thread that owns the stream waits for its end.
    _open: Sender<()>,
}

impl Microphone {
    /// Opens the microphone of that name, or the system's choice, on a thread of its own: the sound server may hang.
    pub fn open(name: Option<&str>) -> Result<Self, Fault> {
        let (pieces, inbox) = mpsc::channel();
        let (ready, opened) = mpsc::channel();
        let (open, closed) = mpsc::channel::<()>();
        let name = name.map(str::to_owned);
        thread::spawn(move || match start(name.as_deref(), &pieces) {
            Ok((stream, rate)) => {
                let _ = ready.send(Ok(rate));
                // Nothing is ever sent: this ends when the microphone is dropped.
                let _ = closed.recv();
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

    /// What was recorded meanwhile, 16 kHz, mono, -1 to 1; `None` if nothing came within `time`.
    pub fn next(&mut self, time: Duration) -> Result<Option<Vec<f32>>, Fault> {
        match self.pieces.recv_timeout(time) {
            Ok(piece) => Ok(Some(self.resampler.feed(&piece?))),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(lost("its driver ended")),
        }
    }
}

fn start(name: Option<&str>, pieces: &Sender<Piece>) -> Result<(Stream, u32), Fault> {
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
    // PulseAudio would fill a buffer of two seconds; some systems take no wishes.
    let fixed = BufferSize::Fixed(supported.sample_rate() / PIECES);
    let stream = open(fixed)
        .or_else(|_| open(BufferSize::Default))
        .map_err(|error| refused(&error))?;
    stream.play().map_err(|error| refused(&error))?;
    Ok((stream, supported.sample_rate()))
}

fn find(name: Option<&str>) -> Result<Device, Fault> {
    let host = cpal::default_host();
    let Some(name) = name else {
        return host.default_input_device().ok_or_else(|| {
            let message = "There is no microphone. Plug one in, or type your question.";
            Fault::new("no_microphone", message)
        });
    };
    let title = |device: &Device| {
        device
            .description()
            .map(|description| description.name().to_owned())
            .ok()
    };
    let devices: Vec<Device> = host.input_devices().map_err(|error| refused(&error))?.collect();
    let found = devices.iter().find(|device| title(device).as_deref() == Some(name));
    found.cloned().ok_or_else(|| {
        let titles: Vec<String> = devices.iter().filter_map(title).collect();
        let message = format!(
            "There is no microphone called {name}. Name one of these: {}.",
            titles.join(", ")
        );
        Fault::new("no_microphone", message)
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
