//! The error document of OSS, with the elements that each code adds.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use jiff::Timestamp;

use super::xml::Document;
use crate::oss_code::OssCode;
use crate::reply::Reply;
use crate::verify::{Refusal, Version, Wire};

/// The skew that OSS names in its error document.
const MAX_ALLOWED_SKEW_MILLISECONDS: &str = "900000";

/// An error of OSS, before it becomes a response.
#[derive(Debug)]
pub(super) struct OssError {
    code: OssCode,
    message: Option<String>,
    ec: Option<&'static str>,
    details: Vec<(&'static str, String)>,
    headers: Vec<(&'static str, String)>,
}

impl From<OssCode> for OssError {
    fn from(code: OssCode) -> Self {
        Self::new(code)
    }
}

impl OssError {
    pub(super) fn new(code: OssCode) -> Self {
        Self {
            code,
            message: None,
            ec: None,
            details: Vec::new(),
            headers: Vec::new(),
        }
    }

    /// Replaces the message of the code.
    pub(super) fn message(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// Replaces the EC of the code.
    pub(super) fn ec(mut self, ec: &'static str) -> Self {
        self.ec = Some(ec);
        self
    }

    /// Adds an element.
    pub(super) fn detail(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.details.push((name, value.into()));
        self
    }

    /// Adds a header to the response.
    pub(super) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Makes the error that a fault asks for; it repeats the same parts of the request as the real one.
    pub(super) fn scripted(code: OssCode, wire: &Wire, now: Timestamp) -> Self {
        let token = || {
            wire.header("x-oss-security-token")
                .unwrap_or_default()
                .to_owned()
        };
        match code {
            OssCode::SecurityTokenExpired => Self::refused(&Refusal::TokenExpired {
                security_token: token(),
            }),
            OssCode::InvalidSecurityToken => Self::refused(&Refusal::UnknownToken {
                security_token: token(),
            }),
            OssCode::RequestTimeTooSkewed => Self::refused(&Refusal::TooSkewed {
                request_time: now,
                server_time: now,
            }),
            _ => Self::new(code),
        }
    }

    /// Makes the error for a refused signature.
    ///
    /// As the real one does, it repeats the security token and the string to sign, so clients must not log it.
    pub(super) fn refused(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::Unsigned => Self::new(OssCode::AccessDenied)
                .message("Anonymous access is forbidden for this operation."),
            Refusal::SignedTwice => Self::new(OssCode::InvalidArgument)
                .message("The signature may be in the header or in the URL, not in both."),
            Refusal::Malformed { message } => {
                Self::new(OssCode::InvalidArgument).message(message.clone())
            }
            Refusal::ParameterMissing { name } => Self::new(OssCode::AccessDenied)
                .message(format!("The query parameter {name} is missing.")),
            Refusal::FieldMissing { name } => Self::new(OssCode::InvalidArgument)
                .message(format!("The form field {name} is missing.")),
            Refusal::InvalidPolicy { message } => {
                Self::new(OssCode::InvalidPolicyDocument).message(message.clone())
            }
            Refusal::PolicyViolated { message } => Self::new(OssCode::AccessDenied)
                .ec("0006-00000227")
                .message(message.clone()),
            Refusal::UnreadableDate => Self::new(OssCode::AccessDenied)
                .ec("0002-00000505")
                .message("The signing date is missing or not in a valid format."),
            Refusal::UrlExpired {
                expires_at,
                server_time,
            } => Self::new(OssCode::AccessDenied)
                .message("Request has expired.")
                .detail("Expires", iso(*expires_at))
                .detail("ServerTime", iso(*server_time)),
            Refusal::TooSkewed {
                request_time,
                server_time,
            } => Self::new(OssCode::RequestTimeTooSkewed)
                .detail("MaxAllowedSkewMilliseconds", MAX_ALLOWED_SKEW_MILLISECONDS)
                .detail("RequestTime", iso(*request_time))
                .detail("ServerTime", iso(*server_time)),
            Refusal::UnknownAccessKeyId { access_key_id } => {
                Self::new(OssCode::InvalidAccessKeyId).detail("OSSAccessKeyId", access_key_id)
            }
            Refusal::UnknownToken { security_token } => {
                Self::new(OssCode::InvalidSecurityToken).detail("SecurityToken", security_token)
            }
            Refusal::TokenExpired { security_token } => {
                Self::new(OssCode::SecurityTokenExpired).detail("SecurityToken", security_token)
            }
            Refusal::TokenNotSupported => Self::new(OssCode::SecurityTokenNotSupported),
            Refusal::CredentialsMixed => Self::new(OssCode::AccessKeyIdAndSecurityTokenNotMatch),
            Refusal::Mismatch(mismatch) => {
                let error = Self::new(OssCode::SignatureDoesNotMatch)
                    .detail("OSSAccessKeyId", &mismatch.access_key_id)
                    .detail("SignatureProvided", &mismatch.provided)
                    .detail("StringToSign", lossy(&mismatch.string_to_sign))
                    .detail("StringToSignBytes", spaced_hex(&mismatch.string_to_sign));
                let error = if mismatch.version == Version::V4 {
                    error.ec("0002-00000201")
                } else {
                    error
                };
                match &mismatch.canonical_request {
                    Some(canonical) => error.detail("CanonicalRequest", lossy(canonical)),
                    None => error,
                }
            }
        }
    }

    /// Makes the response: the document is in the body, or for HEAD in `x-oss-err`.
    pub(super) fn into_reply(self, wire: &Wire, request_id: &str) -> Reply {
        let ec = self.ec.or(self.code.ec());
        let mut document = Document::new("Error")
            .element("Code", self.code.as_str())
            .element(
                "Message",
                self.message.as_deref().unwrap_or(self.code.message()),
            )
            .element("RequestId", request_id)
            .element("HostId", &wire.host);
        for (name, value) in &self.details {
            document = document.element(name, value);
        }
        let mut reply = Reply::status(self.code.status());
        for (name, value) in &self.headers {
            reply = reply.header(name, value);
        }
        if let Some(ec) = ec {
            document = document.element("EC", ec).element(
                "RecommendDoc",
                format!("https://api.aliyun.com/troubleshoot?q={ec}"),
            );
            reply = reply.header("x-oss-ec", ec);
        }
        let document = document.finish();
        if wire.method == "HEAD" {
            reply.header("x-oss-err", BASE64_STANDARD.encode(document))
        } else {
            reply.body("application/xml", document)
        }
    }
}

fn iso(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string()
}

fn spaced_hex(bytes: &[u8]) -> String {
    let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    pairs.join(" ")
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
