//! Responses that a fault gives instead of doing the work.

use std::fmt;
use std::time::Duration;

use super::form::{Form as _, Text};
use crate::oss_code::OssCode;

/// The status of a refusal unless the fault names another: payment required.
const REFUSED: u16 = 402;

/// A response that the sandbox gives instead of doing the work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    pub(crate) content: Content,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) after_bytes: u64,
}

/// Status and body of an [`Response`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Content {
    /// A status and a plain body.
    Plain {
        /// The HTTP status; the sandbox sends 500 for a number that HTTP cannot carry.
        status: u16,
        /// The body.
        body: String,
    },
    /// A business refusal of the backend: JSON with `"success": false`, an error text and a purchase link.
    Refusal {
        /// The HTTP status; 200 is possible, too.
        status: u16,
        /// The value of `error`.
        error: String,
    },
    /// An error document of OSS, with the status that belongs to the code.
    Oss(OssCode),
    /// A page of HTML, as a proxy or a captive portal sends it.
    Html {
        /// The HTTP status.
        status: u16,
    },
}

impl Response {
    /// Makes a response with a status and no body.
    pub fn status(status: u16) -> Self {
        Self::of(Content::Plain {
            status,
            body: String::new(),
        })
    }

    /// Makes a response with an error document of OSS.
    pub fn oss(code: OssCode) -> Self {
        Self::of(Content::Oss(code))
    }

    /// Makes a response with a page of HTML.
    pub fn html(status: u16) -> Self {
        Self::of(Content::Html { status })
    }

    /// Makes a business refusal of the backend, such as 402 for a used-up quota.
    pub fn refusal(status: u16) -> Self {
        Self::of(Content::Refusal {
            status,
            error: "the quota is used up".to_owned(),
        })
    }

    /// Sets the body of [`Content::Plain`], or the error text of [`Content::Refusal`]; other contents ignore it.
    #[must_use]
    pub fn body(mut self, text: impl Into<String>) -> Self {
        if let Content::Plain { body, .. } | Content::Refusal { error: body, .. } =
            &mut self.content
        {
            *body = text.into();
        }
        self
    }

    /// Adds a header; the sandbox leaves out one that HTTP cannot carry.
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

    /// Responds only once that much of the request's body has come (or its end), while the rest still arrives.
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

    /// Reads `NAME=VALUE` of a fault; the outer `None` is an unknown name, the inner one a bad value.
    pub(super) fn read(name: &str, value: &str) -> Option<Option<Self>> {
        let status = |default: Option<u16>| match (value, default) {
            ("", Some(status)) => Some(status),
            _ => value
                .parse()
                .ok()
                .filter(|status| (200..=599).contains(status)),
        };
        Some(match name {
            "status" => status(None).map(Self::status),
            "error" => value.parse().ok().map(Self::oss),
            "html" => status(Some(200)).map(Self::html),
            "refused" => status(Some(REFUSED)).map(Self::refusal),
            _ => return None,
        })
    }

    /// Applies `NAME=VALUE`; `None` as in [`read`](Self::read).
    pub(super) fn modified(self, name: &str, value: &str) -> Option<Option<Self>> {
        let has_text = matches!(
            self.content,
            Content::Plain { .. } | Content::Refusal { .. }
        );
        Some(match name {
            "after-bytes" => crate::quantity::size(value).map(|bytes| self.after_bytes(bytes)),
            "retry-after" => crate::quantity::duration(value).map(|delay| self.retry_after(delay)),
            "body" if has_text => Text::read(value).map(|text| self.body(text)),
            "header" => Text::read(value)
                .as_deref()
                .and_then(|text| text.split_once(": "))
                .map(|(name, value)| self.header(name, value)),
            _ => return None,
        })
    }
}

/// Shows the response as the text that makes it.
impl fmt::Display for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.content {
            Content::Plain { status, body } if body.is_empty() => write!(f, "status={status}")?,
            Content::Plain { status, body } => {
                write!(f, "status={status},body={}", Text::show(body))?;
            }
            Content::Refusal { status, error } => {
                write!(f, "refused={status},body={}", Text::show(error))?;
            }
            Content::Oss(code) => write!(f, "error={code}")?,
            Content::Html { status } => write!(f, "html={status}")?,
        }
        for (name, value) in &self.headers {
            let header = format!("{name}: {value}");
            write!(f, ",header={}", Text::show(&header))?;
        }
        if self.after_bytes > 0 {
            write!(f, ",after-bytes={}", self.after_bytes)?;
        }
        Ok(())
    }
}
