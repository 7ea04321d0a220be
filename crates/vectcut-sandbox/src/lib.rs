#![doc = include_str!("../README.md")]

mod backend;
mod builder;
mod clock;
mod exchange;
mod faults;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod hosts;
mod intake;
mod journal;
mod link;
mod names;
mod oss;
mod oss_code;
mod policy;
pub mod quantity;
mod random;
mod range;
mod reply;
mod request_log;
mod respond;
mod routing;
mod sandbox;
mod server;
mod settings;
mod site;
mod state_dir;
mod status;
mod step;
mod store;
mod tickets;
mod tls;
mod verdict;
pub mod verify;

pub use builder::Builder;
pub use faults::{Content, Effect, Fault, FaultSite, FaultTally, ParseFaultError, Response};
pub use journal::Arrival;
pub use link::{Link, ParseLinkError};
pub use oss_code::OssCode;
pub use policy::{Policy, Renewal, Rights};
pub use sandbox::Sandbox;
pub use settings::Settings;
pub use step::{Step, Target};
pub use store::StoredObject;
