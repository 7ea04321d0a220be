//! Faults as text: shown in the form from which they are read.

use std::fmt;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::grammar::RENEWALS;
use super::{Answer, Content, Effect, Fault, Outage, Times};
use crate::quantity::Time;

/// What a text inside a specification may not hold as it is.
const TEXT: &AsciiSet = &CONTROLS.add(b',').add(b'%').add(b' ');

/// Shows the fault as the text that makes it; times to the millisecond.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.target.fmt(f)?;
        if let Some(part) = self.part {
            write!(f, "#{part}")?;
        }
        write!(f, ":")?;
        write_effect(&self.effect, f)?;
        if self.skip > 0 {
            write!(f, ",skip={}", self.skip)?;
        }
        if let Some(duration) = self.lasting {
            write!(f, ",lasting={}", Time(duration))?;
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

fn write_effect(effect: &Effect, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match effect {
        Effect::Answer(answer) => write_answer(answer, f),
        Effect::Reset { after_bytes } => write!(f, "reset={after_bytes}"),
        Effect::Delay { duration } => write!(f, "delay={}", Time(*duration)),
        Effect::Stall {
            after_bytes: 0,
            duration,
        } => write!(f, "stall={}", Time(*duration)),
        Effect::Stall {
            after_bytes,
            duration,
        } => write!(f, "stall={},after-bytes={after_bytes}", Time(*duration)),
        Effect::Trickle { bytes_per_second } => write!(f, "trickle={bytes_per_second}"),
        Effect::WrongCrc => f.write_str("wrong-crc"),
        Effect::Damage => f.write_str("damage"),
        Effect::LostAnswer => f.write_str("lost-answer"),
        Effect::CutJson => f.write_str("cut-json"),
        Effect::SkewClock { seconds } => write!(f, "skew={seconds}"),
        Effect::ExpireCredentials => f.write_str("expire"),
        Effect::ForgetUploads => f.write_str("forget-uploads"),
        Effect::Renewal { renewal } => {
            let name = RENEWALS
                .iter()
                .find(|(known, _)| known == renewal)
                .map_or("new-key", |(_, name)| name);
            write!(f, "renew={name}")
        }
        Effect::Slowed { duration } => write!(f, "slowed={}", Time(*duration)),
        Effect::Outage {
            duration,
            outage: Outage::Silent,
        } => write!(f, "outage={}", Time(*duration)),
        Effect::Outage {
            duration,
            outage: Outage::Reset,
        } => write!(f, "down={}", Time(*duration)),
    }
}

fn write_answer(answer: &Answer, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match &answer.content {
        Content::Plain { status, body } if body.is_empty() => write!(f, "status={status}")?,
        Content::Plain { status, body } => write!(
            f,
            "status={status},body={}",
            utf8_percent_encode(body, TEXT)
        )?,
        Content::Oss(code) => write!(f, "error={code}")?,
        Content::Html { status } => write!(f, "html={status}")?,
    }
    for (name, value) in &answer.headers {
        write!(
            f,
            ",header={}",
            utf8_percent_encode(&format!("{name}: {value}"), TEXT)
        )?;
    }
    if answer.after_bytes > 0 {
        write!(f, ",after-bytes={}", answer.after_bytes)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::oss::OssCode;
    use crate::policy::Renewal;
    use crate::step::Step;

    fn durations() -> impl Strategy<Value = Duration> {
        any::<u32>().prop_map(|ms| Duration::from_millis(ms.into()))
    }

    fn answers() -> impl Strategy<Value = Answer> {
        let contents = prop_oneof![
            (200..600_u16, any::<String>())
                .prop_map(|(status, body)| Answer::status(status).body(body)),
            Just(Answer::oss(OssCode::V1Refused)),
            (200..600_u16).prop_map(Answer::html),
        ];
        (
            contents,
            proptest::collection::vec(("[a-zA-Z-]{1,9}", any::<String>()), 0..3),
            any::<u64>(),
        )
            .prop_map(|(answer, headers, after_bytes)| {
                headers
                    .into_iter()
                    .fold(answer.after_bytes(after_bytes), |answer, (name, value)| {
                        answer.header(name, value)
                    })
            })
    }

    fn effects() -> impl Strategy<Value = Effect> {
        prop_oneof![
            answers().prop_map(Effect::Answer),
            any::<u64>().prop_map(|after_bytes| Effect::Reset { after_bytes }),
            (any::<u64>(), durations()).prop_map(|(after_bytes, duration)| Effect::Stall {
                after_bytes,
                duration
            }),
            any::<u64>().prop_map(|bytes_per_second| Effect::Trickle { bytes_per_second }),
            any::<i64>().prop_map(|seconds| Effect::SkewClock { seconds }),
            durations().prop_map(|duration| Effect::Delay { duration }),
            durations().prop_map(|duration| Effect::Slowed { duration }),
            durations().prop_map(|duration| Effect::Outage {
                duration,
                outage: Outage::Reset
            }),
            Just(Effect::Renewal {
                renewal: Renewal::NewKeyWithAccess
            }),
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
