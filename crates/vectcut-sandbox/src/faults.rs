//! Scripted failures: where they strike, when, and what they do.
//!
//! A fault is plain data, made by the methods here or read from text (see [`Fault`]'s `FromStr`).
//! The book of faults counts when it is due, and the servers carry it out.

mod book;
mod effect;
mod form;
mod grammar;
mod response;

use std::time::Duration;

pub use book::FaultTally;
pub(crate) use book::{FaultBook, Interference};
pub use effect::Effect;
pub use grammar::ParseFaultError;
pub use response::{Content, Response};

use crate::oss_code::OssCode;
use crate::step::Target;

/// A failure that the sandbox makes on purpose.
///
/// ```
/// use std::time::Duration;
/// use vectcut_sandbox::{Fault, Step};
///
/// // The third part is cut after 64 KiB, twice.
/// let fault = Fault::at(Step::UploadPart).resets_after(64 * 1024).on_part(3).times(2);
/// assert_eq!(fault.to_string(), "part#3:reset=65536,times=2");
/// // The same from text, as `vectcut sandbox --fault` takes it.
/// assert_eq!("part#3:reset=64k,times=2".parse(), Ok(fault));
///
/// // From the tenth request on, OSS is away for three seconds.
/// let outage = Fault::at(vectcut_sandbox::Target::Oss).goes_silent_for(Duration::from_secs(3)).after_requests(9);
/// assert_eq!(outage.to_string(), "oss:outage=3s,after=9");
/// ```
///
/// Unless [`times`](Self::times), [`always`](Self::always) or [`lasting`](Self::lasting) says otherwise, a fault strikes once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub(crate) target: Target,
    pub(crate) effect: Effect,
    pub(crate) part: Option<u16>,
    pub(crate) skip: u32,
    pub(crate) times: Times,
    pub(crate) after_requests: u32,
    pub(crate) lasting: Option<Duration>,
}

/// How often a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Times {
    Exactly(u32),
    Always,
}

impl Fault {
    /// Begins a fault for the requests at `target`: a [`Step`](crate::Step), or a wider [`Target`].
    pub fn at(target: impl Into<Target>) -> FaultSite {
        FaultSite {
            target: target.into(),
        }
    }

    /// Strikes only requests with this part number.
    #[must_use]
    pub fn on_part(mut self, part_number: u16) -> Self {
        self.part = Some(part_number);
        self
    }

    /// Lets the first `hits` matching requests through.
    #[must_use]
    pub fn skipping(mut self, hits: u32) -> Self {
        self.skip = hits;
        self
    }

    /// Strikes `times` matching requests, then no more.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Times::Exactly(times);
        self
    }

    /// Strikes every matching request.
    #[must_use]
    pub fn always(mut self) -> Self {
        self.times = Times::Always;
        self
    }

    /// Strikes every matching request until `duration` after the first one that it struck.
    #[must_use]
    pub fn lasting(mut self, duration: Duration) -> Self {
        self.times = Times::Always;
        self.lasting = Some(duration);
        self
    }

    /// Waits until `requests` requests of any kind have arrived since the fault was added.
    #[must_use]
    pub fn after_requests(mut self, requests: u32) -> Self {
        self.after_requests = requests;
        self
    }
}

/// Where a fault strikes. The methods say what it does there.
#[derive(Debug, Clone, Copy)]
pub struct FaultSite {
    target: Target,
}

impl FaultSite {
    /// Has this effect.
    pub fn does(self, effect: Effect) -> Fault {
        Fault {
            target: self.target,
            effect,
            part: None,
            skip: 0,
            times: Times::Exactly(1),
            after_requests: 0,
            lasting: None,
        }
    }

    /// Gives this response instead of doing the work.
    pub fn responds(self, response: Response) -> Fault {
        self.does(Effect::Response(response))
    }

    /// Responds with this status and no body instead of doing the work.
    pub fn status(self, status: u16) -> Fault {
        self.responds(Response::status(status))
    }

    /// Responds with an error of OSS instead of doing the work.
    pub fn oss_error(self, code: OssCode) -> Fault {
        self.responds(Response::oss(code))
    }

    /// Responds with a page of HTML and status 200 instead of doing the work.
    pub fn html(self) -> Fault {
        self.responds(Response::html(200))
    }

    /// Responds with a business refusal of the backend, such as 402 for a used-up quota, instead of doing the work.
    pub fn refuses(self, status: u16) -> Fault {
        self.responds(Response::refusal(status))
    }

    /// Stops reading for `duration` once `after_bytes` of the request's body have come.
    pub fn stalls(self, after_bytes: u64, duration: Duration) -> Fault {
        self.does(Effect::Stall {
            after_bytes,
            duration,
        })
    }
}
