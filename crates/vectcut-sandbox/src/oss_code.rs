//! The error codes of OSS that the sandbox knows, each with its status, EC and words.

use std::fmt;
use std::str::FromStr;

/// What belongs to one code.
struct Row {
    /// The name in a fault's text; also the `Code` element, except for `V1Refused`.
    name: &'static str,
    status: u16,
    /// `None` where the vendor has not published one.
    ec: Option<&'static str>,
    message: &'static str,
}

/// Makes the enum and its table from rows `Code => status, EC, message;`.
macro_rules! codes {
    ($($(#[doc = $doc:literal])* $code:ident => $status:literal, $ec:expr, $message:literal;)+) => {
        /// An error code of OSS.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        #[expect(missing_docs, reason = "each variant is the vendor's own code of that name; `V1Refused` is explained")]
        pub enum OssCode {
            $($(#[doc = $doc])* $code,)+
        }

        impl OssCode {
            const ALL: &[Self] = &[$(Self::$code),+];

            fn row(self) -> Row {
                match self {
                    $(Self::$code => Row { name: stringify!($code), status: $status, ec: $ec, message: $message },)+
                }
            }
        }
    };
}

codes! {
    AccessDenied => 403, Some("0003-00000001"), "You have no right to access this object because of bucket acl.";
    AccessKeyIdAndSecurityTokenNotMatch => 403, None, "The access key ID does not belong to the security token.";
    CallbackFailed => 203, None, "The callback returned an error.";
    EntityTooLarge => 400, None, "Your proposed upload exceeds the maximum allowed object size.";
    EntityTooSmall => 400, None, "Your proposed upload smaller than the minimum allowed size.";
    FileAlreadyExists => 409, None, "The object you specified already exists and can not be overwritten.";
    IncompleteBody => 400, None, "You did not provide the number of bytes specified by the Content-Length HTTP header.";
    InternalError => 500, None, "Please contact the server administrator.";
    InvalidAccessKeyId => 403, Some("0002-00000003"), "The OSS Access Key Id you provided does not exist in our records.";
    InvalidArgument => 400, None, "The argument is invalid.";
    InvalidBucketName => 400, None, "The specified bucket is not valid.";
    InvalidDigest => 400, None, "The Content-MD5 you specified did not match what we received.";
    InvalidObjectName => 400, None, "The specified object is not valid.";
    InvalidPart => 400, None, "One or more of the specified parts could not be found or the specified entity tag might not have matched the part's entity tag.";
    InvalidPartOrder => 400, None, "The list of parts was not in ascending order. Parts list must specified in order by part number.";
    InvalidPolicyDocument => 400, None, "The policy of the form is invalid.";
    InvalidRange => 416, None, "The requested range cannot be satisfied.";
    InvalidSecurityToken => 403, Some("0002-00000006"), "The security token you provided is invalid.";
    MalformedPOSTRequest => 400, None, "The body of your POST request is not well-formed multipart/form-data.";
    MalformedXML => 400, None, "The XML you provided was not well-formed or did not validate against our published schema.";
    MethodNotAllowed => 405, None, "The specified method is not allowed against this resource.";
    MissingContentLength => 411, None, "You must provide the Content-Length HTTP header.";
    NoSuchBucket => 404, None, "The specified bucket does not exist.";
    NoSuchKey => 404, None, "The specified key does not exist.";
    NoSuchUpload => 404, None, "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.";
    NotImplemented => 501, None, "The sandbox does not implement this operation.";
    PublicEndpointForbidden => 400, Some("0048-00000401"), "The public endpoint is forbidden for this bucket.";
    QpsLimitExceeded => 429, None, "Too many requests; slow down.";
    RequestTimeTooSkewed => 403, Some("0002-00000504"), "The difference between the request time and the current time is too large.";
    RequestTimeout => 400, None, "Your socket connection to the server was not read from or written to within the timeout period.";
    SecondLevelDomainForbidden => 403, None, "Please use virtual hosted style to access.";
    SecurityTokenExpired => 403, Some("0002-00000007"), "The security token you provided has expired.";
    SecurityTokenNotSupported => 403, None, "A long-lived access key takes no security token.";
    ServiceUnavailable => 503, None, "Please reduce your request rate.";
    SignatureDoesNotMatch => 403, Some("0002-00000040"), "The request signature we calculated does not match the signature you provided. Check your key and signing method.";
    TotalQpsLimitExceeded => 503, None, "Please reduce your request rate.";
    UploadTrafficRateLimitExceeded => 503, None, "Please reduce your upload rate.";
    /// The refusal of V1. The vendor publishes its EC but neither its code nor its words.
    V1Refused => 403, Some("0002-00000080"), "The V1 signature is not supported; use V4.";
}

impl OssCode {
    /// Returns the `Code` element of the error document.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V1Refused => "AccessDenied",
            _ => self.row().name,
        }
    }

    /// Returns the HTTP status that the code comes with.
    pub fn status(self) -> u16 {
        self.row().status
    }

    /// Returns the EC where the vendor has published one.
    pub fn ec(self) -> Option<&'static str> {
        self.row().ec
    }

    /// Returns the sandbox's message for the code.
    pub(crate) fn message(self) -> &'static str {
        self.row().message
    }
}

impl fmt::Display for OssCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.row().name)
    }
}

impl FromStr for OssCode {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let named = Self::ALL.iter().find(|code| code.row().name == text);
        named.copied().ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_read_back_from_its_name() {
        for code in OssCode::ALL {
            assert_eq!(code.to_string().parse(), Ok(*code));
            assert!((200..600).contains(&code.status()));
        }
        assert_eq!(OssCode::V1Refused.as_str(), "AccessDenied");
    }
}
