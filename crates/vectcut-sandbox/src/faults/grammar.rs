//! Faults from text, as `vectcut sandbox --fault` takes them, and back.

use std::fmt;
use std::str::FromStr;

use super::{Effect, Fault, Times};
use crate::quantity::{self, Shown};
use crate::step::Target;

/// Why a text is no fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseFaultError {
    /// There is no colon between the target and the effect.
    #[error("`{spec}` should be TARGET:EFFECT, such as `put:reset=64k`")]
    NoEffect {
        /// The whole text.
        spec: String,
    },
    /// The target is unknown.
    #[error(
        "`{target}` is no target; it should be a step such as `init`, `put` or `part#3`, or `backend`, `oss` or `any`"
    )]
    Target {
        /// What stands before the colon.
        target: String,
    },
    /// The effect is unknown.
    #[error("`{effect}` is no effect of a fault")]
    Effect {
        /// Its name.
        effect: String,
    },
    /// The modifier is unknown, or does not fit the effect.
    #[error("`{modifier}` does not modify this fault")]
    Modifier {
        /// Its name.
        modifier: String,
    },
    /// A value cannot be read.
    #[error("`{name}` cannot be `{value}`")]
    Value {
        /// What it is the value of.
        name: String,
        /// The value.
        value: String,
    },
}

/// Reads a fault from `TARGET[#PART]:EFFECT[,MODIFIER…]`.
///
/// | target | requests |
/// |---|---|
/// | `init` `complete` `check-key` | the backend's calls |
/// | `put` `get` `head` `delete` `initiate` `part` `complete-upload` `abort` `list-parts` `other` | OSS's operations |
/// | `backend` `oss` `any` | all of a server, or all |
///
/// [`Effect`] lists the effects with their text. Four more stand for its [`Response`](Effect::Response):
///
/// | response | what it is |
/// |---|---|
/// | `status=N` | this status, without a body |
/// | `error=CODE` | this OSS error, with its status and EC; `V1Refused` is the refusal of V1 |
/// | `html`, `html=N` | a page of HTML, with status 200 or another |
/// | `refused`, `refused=N` | a business refusal of the backend, with status 402 or another |
///
/// | modifier | what it changes |
/// |---|---|
/// | `skip=N` | lets the first N matching requests through |
/// | `times=N`, `always` | strikes that often instead of once |
/// | `lasting=TIME` | strikes for that long from the first time on |
/// | `after=N` | waits for N requests of any kind |
/// | `body=TEXT` | of `status` and `refused`: the body or the error text |
/// | `header=NAME: VALUE`, `retry-after=TIME` | of a response: adds a header |
/// | `after-bytes=SIZE` | of a response or `stall`: waits for that much of the body |
///
/// SIZE and TIME are those of [`quantity`](crate::quantity): `64k`, `1.5M`; `250ms`, `1m30s`.
/// In a TEXT or VALUE `,` is `%2C` and `%` is `%25`.
impl FromStr for Fault {
    type Err = ParseFaultError;

    fn from_str(spec: &str) -> Result<Self, ParseFaultError> {
        let no_effect = || ParseFaultError::NoEffect {
            spec: spec.to_owned(),
        };
        let (target, rest) = spec.split_once(':').ok_or_else(no_effect)?;
        let bad_target = || ParseFaultError::Target {
            target: target.to_owned(),
        };
        let (step, part) = match target.split_once('#') {
            None => (target, None),
            Some((step, part)) => (step, Some(part.parse().map_err(|_| bad_target())?)),
        };
        let target: Target = step.parse().map_err(|()| bad_target())?;
        let mut settings = rest.split(',').map(Setting::new);
        let effect = settings.next().ok_or_else(no_effect)?.effect()?;
        let fault = Self {
            part,
            ..Self::at(target).does(effect)
        };
        settings.try_fold(fault, |fault, setting| setting.modify(fault))
    }
}

/// `NAME=VALUE`, or `NAME` alone.
#[derive(Clone, Copy)]
struct Setting<'a> {
    name: &'a str,
    value: &'a str,
}

impl<'a> Setting<'a> {
    fn new(text: &'a str) -> Self {
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        Self { name, value }
    }

    fn effect(self) -> Result<Effect, ParseFaultError> {
        let read = Effect::read(self.name, self.value);
        let effect = read.ok_or_else(|| ParseFaultError::Effect {
            effect: self.name.to_owned(),
        })?;
        effect.ok_or_else(|| self.bad())
    }

    fn modify(self, fault: Fault) -> Result<Fault, ParseFaultError> {
        Ok(match self.name {
            "skip" => fault.skipping(self.count()?),
            "times" => fault.times(self.count()?),
            "always" if self.value.is_empty() => fault.always(),
            "lasting" => fault.lasting(quantity::duration(self.value).ok_or_else(|| self.bad())?),
            "after" => fault.after_requests(self.count()?),
            _ => {
                let modified = fault.effect.modified(self.name, self.value);
                let effect = modified.ok_or_else(|| ParseFaultError::Modifier {
                    modifier: self.name.to_owned(),
                })?;
                Fault {
                    effect: effect.ok_or_else(|| self.bad())?,
                    ..fault
                }
            }
        })
    }

    fn count(self) -> Result<u32, ParseFaultError> {
        self.value.parse().map_err(|_| self.bad())
    }

    fn bad(self) -> ParseFaultError {
        ParseFaultError::Value {
            name: self.name.to_owned(),
            value: self.value.to_owned(),
        }
    }
}

/// Shows the fault as the text that makes it, times to the millisecond.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.target.fmt(f)?;
        if let Some(part) = self.part {
            write!(f, "#{part}")?;
        }
        write!(f, ":")?;
        self.effect.fmt(f)?;
        if self.skip > 0 {
            write!(f, ",skip={}", self.skip)?;
        }
        if let Some(duration) = self.lasting {
            write!(f, ",lasting={}", Shown(duration))?;
        }
        match self.times {
            Times::Exactly(1) if self.lasting.is_none() => {}
            Times::Exactly(times) => write!(f, ",times={times}")?,
            Times::Always if self.lasting.is_some() => {}
            Times::Always => write!(f, ",always")?,
        }
        if self.after_requests > 0 {
            write!(f, ",after={}", self.after_requests)?;
        }
        Ok(())
    }
}

impl Fault {
    /// Returns what to call it where others may look: `part#3:reset=65536`, without modifiers, and without the texts that
    /// it sends, which may repeat a secret.
    pub(crate) fn label(&self) -> String {
        let part = self.part.map(|part| format!("#{part}"));
        let effect = self.effect.to_string();
        let effect = match &self.effect {
            Effect::PublishedUrl(_) | Effect::ContentType(_) => effect.split('=').next(),
            _ => effect.split(',').next(),
        };
        format!(
            "{}{}:{}",
            self.target,
            part.unwrap_or_default(),
            effect.unwrap_or_default()
        )
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::faults::Response;
    use crate::oss_code::OssCode;
    use crate::policy::Renewal;
    use crate::step::Step;

    #[test]
    fn a_label_has_no_text_of_the_fault() {
        for (fault, label) in [
            ("part#3:reset=64k,times=2", "part#3:reset=65536"),
            (
                "put:status=403,body=canary,header=a: canary",
                "put:status=403",
            ),
            ("complete:url=http://canary/?a=b", "complete:url"),
            ("put:content-type=canary", "put:content-type"),
            ("any:stall=2s,after-bytes=3", "any:stall=2s"),
        ] {
            assert_eq!(fault.parse::<Fault>().unwrap().label(), label);
        }
    }

    #[test]
    fn faults_are_read_from_text() {
        let read = |spec: &str| spec.parse::<Fault>().unwrap();
        assert_eq!(
            read("put:reset=64k"),
            Fault::at(Step::PutObject).resets_after(65_536)
        );
        assert_eq!(
            read("part#3:wrong-crc"),
            Fault::at(Step::UploadPart).wrong_crc().on_part(3)
        );
        assert_eq!(
            read("oss:error=ServiceUnavailable,retry-after=2s,times=5,skip=1"),
            Fault::at(Target::Oss)
                .responds(
                    Response::oss(OssCode::ServiceUnavailable).retry_after(Duration::from_secs(2))
                )
                .times(5)
                .skipping(1)
        );
        assert_eq!(
            read("init:status=500,body=oops%2C sorry,header=X-A: b"),
            Fault::at(Step::Init)
                .responds(Response::status(500).body("oops, sorry").header("X-A", "b"))
        );
        assert_eq!(
            read("part:stall=5s,after-bytes=1m"),
            Fault::at(Step::UploadPart).stalls(1024 * 1024, Duration::from_secs(5))
        );
        assert_eq!(
            read("init:renew=same-key,always"),
            Fault::at(Step::Init).renews(Renewal::SameKey).always()
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        let problem = |spec: &str| spec.parse::<Fault>().unwrap_err().to_string();
        assert_eq!(
            problem("put"),
            "`put` should be TARGET:EFFECT, such as `put:reset=64k`"
        );
        assert!(problem("upload:reset").starts_with("`upload` is no target"));
        assert!(problem("part#x:reset").starts_with("`part#x` is no target"));
        assert_eq!(problem("put:explode"), "`explode` is no effect of a fault");
        assert_eq!(problem("put:reset=1x"), "`reset` cannot be `1x`");
        assert_eq!(problem("put:delay=5x"), "`delay` cannot be `5x`");
        assert_eq!(problem("put:status=99"), "`status` cannot be `99`");
        assert_eq!(
            problem("put:reset=1,body=x"),
            "`body` does not modify this fault"
        );
        assert_eq!(
            problem("put:damage,twice"),
            "`twice` does not modify this fault"
        );
    }

    fn durations() -> impl Strategy<Value = Duration> {
        any::<u32>().prop_map(|ms| Duration::from_millis(ms.into()))
    }

    fn responses() -> impl Strategy<Value = Response> {
        let contents = prop_oneof![
            (200..600_u16, any::<String>())
                .prop_map(|(status, body)| Response::status(status).body(body)),
            Just(Response::oss(OssCode::V1Refused)),
            (200..600_u16).prop_map(Response::html),
            (200..600_u16, any::<String>())
                .prop_map(|(status, body)| Response::refusal(status).body(body)),
        ];
        (
            contents,
            proptest::collection::vec(("[a-zA-Z-]{1,9}", any::<String>()), 0..3),
            any::<u64>(),
        )
            .prop_map(|(response, headers, after_bytes)| {
                headers.into_iter().fold(
                    response.after_bytes(after_bytes),
                    |response, (name, value)| response.header(name, value),
                )
            })
    }

    fn effects() -> impl Strategy<Value = Effect> {
        prop_oneof![
            responses().prop_map(Effect::Response),
            any::<u64>().prop_map(Effect::Reset),
            (any::<u64>(), durations()).prop_map(|(after_bytes, duration)| Effect::Stall {
                after_bytes,
                duration
            }),
            any::<u64>().prop_map(Effect::Trickle),
            any::<i64>().prop_map(Effect::SkewClock),
            any::<String>().prop_map(Effect::PublishedUrl),
            durations().prop_map(Effect::Delay),
            durations().prop_map(Effect::Down),
            Just(Effect::Renewal(Renewal::NewKeyWithAccess)),
            Just(Effect::ForgetUploads),
        ]
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(spec in any::<String>(), near in "(part|init|oss)(#[0-9]{0,6})?:[a-z-]{0,8}(=[0-9a-zé%]{0,6})?(,[a-z-]{0,8}(=[0-9a-zé%]{0,6})?){0,3}") {
            for spec in [spec, near] {
                if let Ok(fault) = spec.parse::<Fault>() {
                    prop_assert_eq!(fault.to_string().parse(), Ok(fault));
                }
            }
        }

        #[test]
        fn every_fault_is_read_back_as_it_was_shown(
            effect in effects(), part in any::<Option<u16>>(), skip in any::<u32>(), times in any::<u32>(),
            after in any::<u32>(), lasting in proptest::option::of(durations()), always in any::<bool>(),
        ) {
            let mut fault = Fault::at(Step::UploadPart).does(effect).skipping(skip).after_requests(after);
            fault.part = part;
            fault = lasting.into_iter().fold(fault, Fault::lasting);
            fault = if always { fault.always() } else { fault.times(times) };
            prop_assert_eq!(fault.to_string().parse(), Ok(fault));
        }
    }
}
