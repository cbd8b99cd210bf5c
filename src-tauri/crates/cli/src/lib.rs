//! The command line, one file for each command. Does not depend on the app: requests to start it are returned as
//! values.

mod ask;
mod batch;
mod bench;
mod describe;
#[cfg(feature = "desktop")]
mod desktop;
mod embed;
mod ending;
mod engine;
mod find;
mod interrupt;
mod listen;
mod npy;
mod options;
mod ordered;
mod output;
mod packs;
mod progress;
mod read;
mod record;
mod run;
mod speaker;
#[cfg(feature = "desktop")]
mod start;
#[cfg(feature = "desktop")]
mod taken;

pub use ending::Ending;
pub use output::complain;
pub use run::{Outcome, run};
#[cfg(feature = "desktop")]
pub use start::further_start;
