//! What a fault does.

use std::time::Duration;

use crate::oss::OssCode;
use crate::policy::Renewal;

/// What a fault does to a request, its connection or the server.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// Answers this instead of doing the work.
    Answer(Answer),
    /// Resets the connection once that much of the body has come, or at its end when it is shorter.
    Reset {
        /// Bytes of the request's body.
        after_bytes: u64,
    },
    /// Waits before doing anything.
    Delay {
        /// How long.
        duration: Duration,
    },
    /// Stops reading the body for a while.
    Stall {
        /// Bytes of the request's body.
        after_bytes: u64,
        /// How long.
        duration: Duration,
    },
    /// Reads the body slowly.
    Trickle {
        /// The rate; 0 counts as 1.
        bytes_per_second: u64,
    },
    /// Answers a wrong CRC-64 for what was stored rightly.
    WrongCrc,
    /// Stores a changed byte.
    Damage,
    /// Does the work and resets the connection instead of answering.
    LostAnswer,
    /// Cuts the body of the answer in the middle.
    CutJson,
    /// Lets the server's clock be off for the request.
    SkewClock {
        /// Ahead, or behind when negative.
        seconds: i64,
    },
    /// Ends all temporary credentials handed out so far.
    ExpireCredentials,
    /// Forgets all open multipart uploads.
    ForgetUploads,
    /// Lets init renew in this way.
    Renewal {
        /// The way.
        renewal: Renewal,
    },
    /// Adds `x-oss-qos-delay-time` to the answer.
    Slowed {
        /// Its value.
        duration: Duration,
    },
    /// Takes the whole link away.
    Outage {
        /// For how long.
        duration: Duration,
        /// What clients see of it.
        outage: Outage,
    },
}

/// What clients see while the link is away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outage {
    /// Nothing moves; connections survive.
    Silent,
    /// Connections are reset, new ones too.
    Reset,
}

/// An answer that is given instead of the work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub(crate) content: Content,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) after_bytes: u64,
}

/// Status and body of an [`Answer`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Content {
    /// A status and a body as they are.
    Plain {
        /// The HTTP status; one that HTTP cannot carry becomes 500.
        status: u16,
        /// The body.
        body: String,
    },
    /// An error document of OSS, with the status that belongs to the code.
    Oss(OssCode),
    /// A page of HTML, as a proxy or a captive portal answers.
    Html {
        /// The HTTP status.
        status: u16,
    },
}

impl Answer {
    /// Makes an answer of a status and no body.
    pub fn status(status: u16) -> Self {
        Self::of(Content::Plain {
            status,
            body: String::new(),
        })
    }

    /// Makes an answer of an OSS error.
    pub fn oss(code: OssCode) -> Self {
        Self::of(Content::Oss(code))
    }

    /// Makes an answer of HTML.
    pub fn html(status: u16) -> Self {
        Self::of(Content::Html { status })
    }

    /// Sets the body, where the content is [`Content::Plain`].
    #[must_use]
    pub fn body(mut self, text: impl Into<String>) -> Self {
        if let Content::Plain { body, .. } = &mut self.content {
            *body = text.into();
        }
        self
    }

    /// Adds a header; one that HTTP cannot carry is left out of the answer.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Adds `Retry-After`, in whole seconds.
    #[must_use]
    pub fn retry_after(self, delay: Duration) -> Self {
        self.header("retry-after", delay.as_secs().to_string())
    }

    /// Answers only once that much of the request's body has come (or its end), while the rest still flows.
    #[must_use]
    pub fn after_bytes(mut self, bytes: u64) -> Self {
        self.after_bytes = bytes;
        self
    }

    fn of(content: Content) -> Self {
        Self {
            content,
            headers: Vec::new(),
            after_bytes: 0,
        }
    }
}
