//! What a fault does: one row for each effect.

use std::fmt;
use std::time::Duration;

use super::form::{Form as _, Rate, Seconds, Size, Text, Time, Way};
use super::{Fault, FaultSite, Response};
use crate::policy::Renewal;

/// Makes, from a row `"text" => Variant(argument: type as form), method;` each:
/// the variant, the method of [`FaultSite`] that asks for it, its text, and a query for the servers.
macro_rules! effects {
    ($(
        $(#[doc = $doc:literal])+
        $name:literal => $variant:ident $(($argument:ident: $value:ty as $form:ident))?, $method:ident;
    )+) => {
        /// What a fault does to a request, its connection or the server.
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Effect {
            /// Gives this response instead of doing the work.
            ///
            /// In text: `status=N`, `error=CODE`, `html=N` or `refused=N`.
            Response(Response),
            /// Stops reading the request's body for a while.
            ///
            /// In text: `stall=Time`, and `after-bytes=Size` says where.
            Stall {
                /// How much of the body comes first.
                after_bytes: u64,
                /// How long.
                duration: Duration,
            },
            $(
                $(#[doc = $doc])+
                #[doc = ""]
                #[doc = concat!("In text: `", $name, $("=", stringify!($form),)? "`.")]
                $variant $(($value))?,
            )+
        }

        impl FaultSite {
            $(
                $(#[doc = $doc])+
                pub fn $method(self $(, $argument: $value)?) -> Fault {
                    self.does(Effect::$variant $(($argument))?)
                }
            )+
        }

        impl Effect {
            $(
                /// Returns the value of this one effect.
                pub(crate) fn $method(&self) -> Option<effects!(@type $($value)?)> {
                    match self {
                        Self::$variant $(($argument))? => Some(($($argument.clone())?)),
                        _ => None,
                    }
                }
            )+

            /// Reads one of the rows; the outer `None` is an unknown name, the inner one a bad value.
            fn read_row(name: &str, value: &str) -> Option<Option<Self>> {
                Some(match name {
                    $($name => effects!(@read value, $variant $(, $form)?),)+
                    _ => return None,
                })
            }
        }

        impl fmt::Display for Effect {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    Self::Response(response) => response.fmt(f),
                    Self::Stall { after_bytes, duration } => {
                        write!(f, "stall={}", Time::show(duration))?;
                        match after_bytes {
                            0 => Ok(()),
                            _ => write!(f, ",after-bytes={after_bytes}"),
                        }
                    }
                    $(Self::$variant $(($argument))? => {
                        f.write_str($name)?;
                        $(write!(f, "={}", $form::show($argument))?;)?
                        Ok(())
                    })+
                }
            }
        }
    };
    (@type) => { () };
    (@type $value:ty) => { $value };
    (@read $text:ident, $variant:ident) => { $text.is_empty().then_some(Self::$variant) };
    (@read $text:ident, $variant:ident, $form:ident) => { $form::read($text).map(Self::$variant) };
}

effects! {
    /// Resets the connection once that much of the request's body has come, or at its end when it is shorter.
    "reset" => Reset(bytes: u64 as Size), resets_after;
    /// Waits before doing anything.
    "delay" => Delay(duration: Duration as Time), delays;
    /// Reads the request's body no faster than this; 0 counts as 1.
    "trickle" => Trickle(bytes_per_second: u64 as Rate), trickles;
    /// Stores the right bytes and reports a wrong CRC-64.
    "wrong-crc" => WrongCrc, wrong_crc;
    /// Leaves `x-oss-hash-crc64ecma` out of the response, as a domain in front of OSS may.
    "hide-crc" => HideCrc, hides_crc;
    /// Changes a byte of the body before storing it; the response has the CRC-64 of what was stored.
    "damage" => Damage, damages;
    /// Flips a bit of the next bytes that this connection carries to the server; with TLS that breaks a record.
    "flip-bit" => FlipBit, flips_bit;
    /// Does the work, then resets the connection instead of responding.
    "lost-response" => LostResponse, loses_response;
    /// Does the work, sends the head and half of the body of the response, then ends the connection.
    "cut-response" => CutResponse, cuts_response;
    /// Halves the body of the response; the HTTP message itself is whole.
    "cut-json" => CutJson, cuts_json;
    /// Lets the server's clock be this many seconds ahead for the request, or behind when negative.
    "skew" => SkewClock(seconds: i64 as Seconds), skews_clock;
    /// Replaces the request's `Content-Type` before the server reads it, as a proxy may.
    "content-type" => ContentType(value: String as Text), rewrites_content_type;
    /// Ends all temporary credentials that init gave so far, then goes on.
    "expire" => ExpireCredentials, expires_credentials;
    /// Forgets all open multipart uploads with their parts, as a lifecycle rule does, then goes on.
    "forget-uploads" => ForgetUploads, forgets_uploads;
    /// Deletes all objects, then goes on.
    "forget-objects" => ForgetObjects, forgets_objects;
    /// Lets init renew in this way instead of the policy's.
    "renew" => Renewal(renewal: Renewal as Way), renews;
    /// Lets complete succeed without looking whether the object is there.
    "unchecked" => Unchecked, completes_unchecked;
    /// Lets complete publish this text as the URL, whatever it is.
    "url" => PublishedUrl(url: String as Text), publishes_url;
    /// Lets complete publish a URL that expires in this many seconds; when negative, that long ago.
    "url-lifetime" => UrlLifetime(seconds: i64 as Seconds), publishes_url_for;
    /// Adds `x-oss-qos-delay-time` to the response, as OSS does for an account that it slows down.
    "slowed" => Slowed(duration: Duration as Time), slowed_by;
    /// Lets the whole network go silent: nothing is read, written or accepted for that long, then all goes on.
    "outage" => Outage(duration: Duration as Time), goes_silent_for;
    /// Cuts the whole network: every connection is reset, and every new one, for that long.
    "down" => Down(duration: Duration as Time), goes_down_for;
}

impl Effect {
    /// Reads `NAME=VALUE`; the outer `None` is an unknown name, the inner one a bad value.
    pub(super) fn read(name: &str, value: &str) -> Option<Option<Self>> {
        if name == "stall" {
            let stall = |duration| Self::Stall {
                after_bytes: 0,
                duration,
            };
            return Some(Time::read(value).map(stall));
        }
        match Response::read(name, value) {
            Some(response) => Some(response.map(Self::Response)),
            None => Self::read_row(name, value),
        }
    }

    /// Applies `NAME=VALUE` to an response or a stall; `None` as in [`read`](Self::read).
    pub(super) fn modified(self, name: &str, value: &str) -> Option<Option<Self>> {
        match self {
            Self::Response(response) => response
                .modified(name, value)
                .map(|response| response.map(Self::Response)),
            Self::Stall { duration, .. } if name == "after-bytes" => {
                let stall = |after_bytes| Self::Stall {
                    after_bytes,
                    duration,
                };
                Some(Size::read(value).map(stall))
            }
            _ => None,
        }
    }

    /// Returns the response, where this is one.
    pub(crate) fn responds(&self) -> Option<Response> {
        match self {
            Self::Response(response) => Some(response.clone()),
            _ => None,
        }
    }

    /// Returns where and how long reading stops.
    pub(crate) fn stalls(&self) -> Option<(u64, Duration)> {
        match self {
            Self::Stall {
                after_bytes,
                duration,
            } => Some((*after_bytes, *duration)),
            _ => None,
        }
    }
}
