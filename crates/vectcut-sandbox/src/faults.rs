//! Scripted failures: where they strike, when, and what they do.
//!
//! A fault is plain data, made by the methods here or read from text (see [`Fault`]'s `FromStr`).
//! When it is due is counted by the book of faults; how it is done is the servers' business.

mod book;
mod effect;
mod grammar;
mod shown;

use std::time::Duration;

pub(crate) use book::{FaultBook, Interference};
pub use effect::{Answer, Content, Effect, Outage};
pub use grammar::ParseFaultError;

use crate::oss::OssCode;
use crate::policy::Renewal;
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

    /// Strikes `times` matching requests, then is served.
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

    /// Waits until `requests` requests of any kind have arrived since the fault was made known to the sandbox.
    #[must_use]
    pub fn after_requests(mut self, requests: u32) -> Self {
        self.after_requests = requests;
        self
    }
}

/// Where a fault strikes; what it does there comes next.
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

    /// Answers this instead of doing the work.
    pub fn answers(self, answer: Answer) -> Fault {
        self.does(Effect::Answer(answer))
    }

    /// Answers a bare status instead of doing the work.
    pub fn status(self, status: u16) -> Fault {
        self.answers(Answer::status(status))
    }

    /// Answers an error of OSS instead of doing the work.
    pub fn oss_error(self, code: OssCode) -> Fault {
        self.answers(Answer::oss(code))
    }

    /// Answers a page of HTML with status 200 instead of doing the work.
    pub fn html(self) -> Fault {
        self.answers(Answer::html(200))
    }

    /// Resets the connection once `bytes` of the request's body have come, or at its end when it is shorter.
    pub fn resets_after(self, bytes: u64) -> Fault {
        self.does(Effect::Reset { after_bytes: bytes })
    }

    /// Waits before doing anything.
    pub fn delays(self, duration: Duration) -> Fault {
        self.does(Effect::Delay { duration })
    }

    /// Stops reading for `duration` once `after_bytes` of the request's body have come.
    pub fn stalls(self, after_bytes: u64, duration: Duration) -> Fault {
        self.does(Effect::Stall {
            after_bytes,
            duration,
        })
    }

    /// Reads the request's body no faster than this.
    pub fn trickles(self, bytes_per_second: u64) -> Fault {
        self.does(Effect::Trickle { bytes_per_second })
    }

    /// Stores the right bytes and answers a wrong CRC-64.
    pub fn wrong_crc(self) -> Fault {
        self.does(Effect::WrongCrc)
    }

    /// Changes a byte of the body before storing it; the answer has the CRC-64 of what was stored.
    pub fn damages(self) -> Fault {
        self.does(Effect::Damage)
    }

    /// Does the work, then resets the connection instead of answering.
    pub fn loses_answer(self) -> Fault {
        self.does(Effect::LostAnswer)
    }

    /// Cuts the body of the answer in the middle; the HTTP message itself is whole.
    pub fn cuts_json(self) -> Fault {
        self.does(Effect::CutJson)
    }

    /// Lets the server's clock be off by `seconds` for the request.
    pub fn skews_clock(self, seconds: i64) -> Fault {
        self.does(Effect::SkewClock { seconds })
    }

    /// Ends all temporary credentials that were handed out so far, then goes on.
    pub fn expires_credentials(self) -> Fault {
        self.does(Effect::ExpireCredentials)
    }

    /// Forgets all open multipart uploads, then goes on.
    pub fn forgets_uploads(self) -> Fault {
        self.does(Effect::ForgetUploads)
    }

    /// Lets init renew in this way instead of the policy's.
    pub fn renews(self, renewal: Renewal) -> Fault {
        self.does(Effect::Renewal { renewal })
    }

    /// Adds `x-oss-qos-delay-time` to the answer, as OSS does for an account that it slows down.
    pub fn slowed_by(self, duration: Duration) -> Fault {
        self.does(Effect::Slowed { duration })
    }

    /// Lets the whole link go silent: nothing is read, written or accepted for `duration`, then all goes on.
    pub fn goes_silent_for(self, duration: Duration) -> Fault {
        self.does(Effect::Outage {
            duration,
            outage: Outage::Silent,
        })
    }

    /// Cuts the whole link: every connection is reset, and every new one, for `duration`.
    pub fn goes_down_for(self, duration: Duration) -> Fault {
        self.does(Effect::Outage {
            duration,
            outage: Outage::Reset,
        })
    }
}
