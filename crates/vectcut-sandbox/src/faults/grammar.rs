//! Faults from text: what `vectcut sandbox --fault` takes.

use std::str::FromStr;
use std::time::Duration;

use percent_encoding::percent_decode_str;

use super::{Answer, Content, Effect, Fault, Outage};
use crate::oss::OssCode;
use crate::policy::Renewal;
use crate::quantity::{parse_duration, parse_size};
use crate::step::Target;

/// The ways of renewing and their names.
pub(super) const RENEWALS: &[(Renewal, &str)] = &[
    (Renewal::NewKey, "new-key"),
    (Renewal::NewKeyWithAccess, "new-key-with-access"),
    (Renewal::SameKey, "same-key"),
];

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
/// | effect | what it does |
/// |---|---|
/// | `status=N` | answers this status; `body=TEXT`, `header=NAME: VALUE` and `retry-after=TIME` may follow |
/// | `error=CODE` | answers this OSS error, with its status and EC; `V1Refused` is the refusal of V1 |
/// | `html` | answers a page of HTML; `html=N` with another status than 200 |
/// | `reset=SIZE` | resets the connection after that much of the body |
/// | `delay=TIME` | waits first |
/// | `stall=TIME` | stops reading the body; `after-bytes=SIZE` says where |
/// | `trickle=SIZE` | reads the body at that rate a second |
/// | `wrong-crc` `damage` `lost-answer` `cut-json` | as [`Effect`] says |
/// | `skew=SECONDS` | the server's clock is off for the request |
/// | `expire` | ends all temporary credentials |
/// | `forget-uploads` | forgets all open multipart uploads |
/// | `renew=new-key`, `new-key-with-access`, `same-key` | how init renews |
/// | `slowed=TIME` | adds `x-oss-qos-delay-time` |
/// | `outage=TIME` | the link goes silent |
/// | `down=TIME` | the link resets everything |
///
/// | modifier | when |
/// |---|---|
/// | `skip=N` | not the first N |
/// | `times=N`, `always` | instead of once |
/// | `lasting=TIME` | from the first until then |
/// | `after=N` | after N requests of any kind |
/// | `after-bytes=SIZE` | of an answer: while the rest of the body still flows |
///
/// SIZE is in bytes, `k` or `m` for KiB or MiB; TIME is `250ms`, `2s`, `5m` or `1h`; in a TEXT or VALUE `,` is `%2C` and `%` is `%25`.
impl FromStr for Fault {
    type Err = ParseFaultError;

    fn from_str(spec: &str) -> Result<Self, ParseFaultError> {
        let (target, rest) = spec
            .split_once(':')
            .ok_or_else(|| ParseFaultError::NoEffect {
                spec: spec.to_owned(),
            })?;
        let bad_target = || ParseFaultError::Target {
            target: target.to_owned(),
        };
        let (step, part) = match target.split_once('#') {
            None => (target, None),
            Some((step, part)) => (step, Some(part.parse().map_err(|_| bad_target())?)),
        };
        let mut settings = rest
            .split(',')
            .map(|setting| match setting.split_once('=') {
                Some((name, value)) => Setting { name, value },
                None => Setting {
                    name: setting,
                    value: "",
                },
            });
        let effect = settings.next().ok_or_else(|| ParseFaultError::NoEffect {
            spec: spec.to_owned(),
        })?;
        let target: Target = step.parse().map_err(|()| bad_target())?;
        let mut fault = Self {
            part,
            ..Self::at(target).does(effect.effect()?)
        };
        for setting in settings {
            fault = setting.modify(fault)?;
        }
        Ok(fault)
    }
}

/// `NAME=VALUE`, or `NAME` alone.
#[derive(Clone, Copy)]
struct Setting<'a> {
    name: &'a str,
    value: &'a str,
}

impl Setting<'_> {
    fn effect(self) -> Result<Effect, ParseFaultError> {
        Ok(match self.name {
            "status" => Effect::Answer(Answer::status(self.status()?)),
            "error" => Effect::Answer(Answer::oss(
                self.value.parse::<OssCode>().map_err(|()| self.bad())?,
            )),
            "html" if self.value.is_empty() => Effect::Answer(Answer::html(200)),
            "html" => Effect::Answer(Answer::html(self.status()?)),
            "reset" if self.value.is_empty() => Effect::Reset { after_bytes: 0 },
            "reset" => Effect::Reset {
                after_bytes: self.size()?,
            },
            "delay" => Effect::Delay {
                duration: self.duration()?,
            },
            "stall" => Effect::Stall {
                after_bytes: 0,
                duration: self.duration()?,
            },
            "trickle" => Effect::Trickle {
                bytes_per_second: self.size()?,
            },
            "wrong-crc" => self.bare(Effect::WrongCrc)?,
            "damage" => self.bare(Effect::Damage)?,
            "lost-answer" => self.bare(Effect::LostAnswer)?,
            "cut-json" => self.bare(Effect::CutJson)?,
            "skew" => Effect::SkewClock {
                seconds: self.value.parse().map_err(|_| self.bad())?,
            },
            "expire" => self.bare(Effect::ExpireCredentials)?,
            "forget-uploads" => self.bare(Effect::ForgetUploads)?,
            "renew" => {
                let known = RENEWALS.iter().find(|(_, name)| *name == self.value);
                Effect::Renewal {
                    renewal: known
                        .map(|(renewal, _)| *renewal)
                        .ok_or_else(|| self.bad())?,
                }
            }
            "slowed" => Effect::Slowed {
                duration: self.duration()?,
            },
            "outage" => Effect::Outage {
                duration: self.duration()?,
                outage: Outage::Silent,
            },
            "down" => Effect::Outage {
                duration: self.duration()?,
                outage: Outage::Reset,
            },
            _ => {
                return Err(ParseFaultError::Effect {
                    effect: self.name.to_owned(),
                });
            }
        })
    }

    fn modify(self, fault: Fault) -> Result<Fault, ParseFaultError> {
        let misplaced = || ParseFaultError::Modifier {
            modifier: self.name.to_owned(),
        };
        Ok(match self.name {
            "skip" => fault.skipping(self.count()?),
            "times" => fault.times(self.count()?),
            "always" if self.value.is_empty() => fault.always(),
            "lasting" => fault.lasting(self.duration()?),
            "after" => fault.after_requests(self.count()?),
            "after-bytes" | "body" | "header" | "retry-after" => {
                let effect = match fault.effect {
                    Effect::Answer(answer) => Effect::Answer(self.modify_answer(answer)?),
                    Effect::Stall { duration, .. } if self.name == "after-bytes" => Effect::Stall {
                        after_bytes: self.size()?,
                        duration,
                    },
                    _ => return Err(misplaced()),
                };
                Fault { effect, ..fault }
            }
            _ => return Err(misplaced()),
        })
    }

    fn modify_answer(self, answer: Answer) -> Result<Answer, ParseFaultError> {
        Ok(match self.name {
            "after-bytes" => answer.after_bytes(self.size()?),
            "retry-after" => answer.retry_after(self.duration()?),
            "body" if matches!(answer.content, Content::Plain { .. }) => answer.body(self.text()?),
            "header" => {
                let text = self.text()?;
                let (name, value) = text.split_once(": ").ok_or_else(|| self.bad())?;
                answer.header(name, value)
            }
            _ => {
                return Err(ParseFaultError::Modifier {
                    modifier: self.name.to_owned(),
                });
            }
        })
    }

    fn bare(self, effect: Effect) -> Result<Effect, ParseFaultError> {
        if self.value.is_empty() {
            Ok(effect)
        } else {
            Err(self.bad())
        }
    }

    fn status(self) -> Result<u16, ParseFaultError> {
        self.value
            .parse()
            .ok()
            .filter(|status| (200..=599).contains(status))
            .ok_or_else(|| self.bad())
    }

    fn count(self) -> Result<u32, ParseFaultError> {
        self.value.parse().map_err(|_| self.bad())
    }

    fn size(self) -> Result<u64, ParseFaultError> {
        parse_size(self.value).ok_or_else(|| self.bad())
    }

    fn duration(self) -> Result<Duration, ParseFaultError> {
        parse_duration(self.value).ok_or_else(|| self.bad())
    }

    fn text(self) -> Result<String, ParseFaultError> {
        percent_decode_str(self.value)
            .decode_utf8()
            .map(std::borrow::Cow::into_owned)
            .map_err(|_| self.bad())
    }

    fn bad(self) -> ParseFaultError {
        ParseFaultError::Value {
            name: self.name.to_owned(),
            value: self.value.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::step::Step;

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
                .answers(
                    Answer::oss(OssCode::ServiceUnavailable).retry_after(Duration::from_secs(2))
                )
                .times(5)
                .skipping(1)
        );
        assert_eq!(
            read("init:status=500,body=oops%2C sorry,header=X-A: b"),
            Fault::at(Step::Init)
                .answers(Answer::status(500).body("oops, sorry").header("X-A", "b"))
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
        assert_eq!(problem("put:delay=5"), "`delay` cannot be `5`");
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
}
