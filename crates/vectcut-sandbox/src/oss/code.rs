//! The error codes of OSS that the sandbox can answer, each with its status, EC and words.

use std::fmt;
use std::str::FromStr;

/// An error code of OSS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[expect(
    missing_docs,
    reason = "each variant is the vendor's own code of that name; `V1Refused` is explained at its row"
)]
pub enum OssCode {
    AccessDenied,
    AccessKeyIdAndSecurityTokenNotMatch,
    CallbackFailed,
    EntityTooLarge,
    EntityTooSmall,
    FileAlreadyExists,
    IncompleteBody,
    InternalError,
    InvalidAccessKeyId,
    InvalidArgument,
    InvalidBucketName,
    InvalidDigest,
    InvalidObjectName,
    InvalidPart,
    InvalidPartOrder,
    InvalidRange,
    InvalidSecurityToken,
    MalformedXML,
    MethodNotAllowed,
    MissingContentLength,
    NoSuchBucket,
    NoSuchKey,
    NoSuchUpload,
    NotImplemented,
    PublicEndpointForbidden,
    QpsLimitExceeded,
    RequestTimeTooSkewed,
    RequestTimeout,
    SecondLevelDomainForbidden,
    SecurityTokenExpired,
    SecurityTokenNotSupported,
    ServiceUnavailable,
    SignatureDoesNotMatch,
    TotalQpsLimitExceeded,
    UploadTrafficRateLimitExceeded,
    V1Refused,
}

struct Row {
    code: OssCode,
    /// The name in fault specifications; also the `Code` element, but for `V1Refused`.
    name: &'static str,
    status: u16,
    /// `None` where the vendor has not published one.
    ec: Option<&'static str>,
    message: &'static str,
}

const fn row(
    code: OssCode,
    name: &'static str,
    status: u16,
    ec: Option<&'static str>,
    message: &'static str,
) -> Row {
    Row {
        code,
        name,
        status,
        ec,
        message,
    }
}

const TABLE: &[Row] = &[
    row(
        OssCode::AccessDenied,
        "AccessDenied",
        403,
        Some("0003-00000001"),
        "You have no right to access this object because of bucket acl.",
    ),
    row(
        OssCode::AccessKeyIdAndSecurityTokenNotMatch,
        "AccessKeyIdAndSecurityTokenNotMatch",
        403,
        None,
        "The access key ID does not belong to the security token.",
    ),
    row(
        OssCode::CallbackFailed,
        "CallbackFailed",
        203,
        None,
        "The callback was not answered well.",
    ),
    row(
        OssCode::EntityTooLarge,
        "EntityTooLarge",
        400,
        None,
        "Your proposed upload exceeds the maximum allowed object size.",
    ),
    row(
        OssCode::EntityTooSmall,
        "EntityTooSmall",
        400,
        None,
        "Your proposed upload smaller than the minimum allowed size.",
    ),
    row(
        OssCode::FileAlreadyExists,
        "FileAlreadyExists",
        409,
        None,
        "The object you specified already exists and can not be overwritten.",
    ),
    row(
        OssCode::IncompleteBody,
        "IncompleteBody",
        400,
        None,
        "You did not provide the number of bytes specified by the Content-Length HTTP header.",
    ),
    row(
        OssCode::InternalError,
        "InternalError",
        500,
        None,
        "Please contact the server administrator.",
    ),
    row(
        OssCode::InvalidAccessKeyId,
        "InvalidAccessKeyId",
        403,
        Some("0002-00000003"),
        "The OSS Access Key Id you provided does not exist in our records.",
    ),
    row(
        OssCode::InvalidArgument,
        "InvalidArgument",
        400,
        None,
        "The argument is invalid.",
    ),
    row(
        OssCode::InvalidBucketName,
        "InvalidBucketName",
        400,
        None,
        "The specified bucket is not valid.",
    ),
    row(
        OssCode::InvalidDigest,
        "InvalidDigest",
        400,
        None,
        "The Content-MD5 you specified did not match what we received.",
    ),
    row(
        OssCode::InvalidObjectName,
        "InvalidObjectName",
        400,
        None,
        "The specified object is not valid.",
    ),
    row(
        OssCode::InvalidPart,
        "InvalidPart",
        400,
        None,
        "One or more of the specified parts could not be found or the specified entity tag might not have matched the part's entity tag.",
    ),
    row(
        OssCode::InvalidPartOrder,
        "InvalidPartOrder",
        400,
        None,
        "The list of parts was not in ascending order. Parts list must specified in order by part number.",
    ),
    row(
        OssCode::InvalidRange,
        "InvalidRange",
        416,
        None,
        "The requested range cannot be satisfied.",
    ),
    row(
        OssCode::InvalidSecurityToken,
        "InvalidSecurityToken",
        403,
        Some("0002-00000006"),
        "The security token you provided is invalid.",
    ),
    row(
        OssCode::MalformedXML,
        "MalformedXML",
        400,
        None,
        "The XML you provided was not well-formed or did not validate against our published schema.",
    ),
    row(
        OssCode::MethodNotAllowed,
        "MethodNotAllowed",
        405,
        None,
        "The specified method is not allowed against this resource.",
    ),
    row(
        OssCode::MissingContentLength,
        "MissingContentLength",
        411,
        None,
        "You must provide the Content-Length HTTP header.",
    ),
    row(
        OssCode::NoSuchBucket,
        "NoSuchBucket",
        404,
        None,
        "The specified bucket does not exist.",
    ),
    row(
        OssCode::NoSuchKey,
        "NoSuchKey",
        404,
        None,
        "The specified key does not exist.",
    ),
    row(
        OssCode::NoSuchUpload,
        "NoSuchUpload",
        404,
        None,
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
    ),
    row(
        OssCode::NotImplemented,
        "NotImplemented",
        501,
        None,
        "The sandbox does not implement this operation.",
    ),
    row(
        OssCode::PublicEndpointForbidden,
        "PublicEndpointForbidden",
        400,
        Some("0048-00000401"),
        "The public endpoint is forbidden for this bucket.",
    ),
    row(
        OssCode::QpsLimitExceeded,
        "QpsLimitExceeded",
        429,
        None,
        "Too many requests; slow down.",
    ),
    row(
        OssCode::RequestTimeTooSkewed,
        "RequestTimeTooSkewed",
        403,
        Some("0002-00000504"),
        "The difference between the request time and the current time is too large.",
    ),
    row(
        OssCode::RequestTimeout,
        "RequestTimeout",
        400,
        None,
        "Your socket connection to the server was not read from or written to within the timeout period.",
    ),
    row(
        OssCode::SecondLevelDomainForbidden,
        "SecondLevelDomainForbidden",
        403,
        None,
        "Please use virtual hosted style to access.",
    ),
    row(
        OssCode::SecurityTokenExpired,
        "SecurityTokenExpired",
        403,
        Some("0002-00000007"),
        "The security token you provided has expired.",
    ),
    row(
        OssCode::SecurityTokenNotSupported,
        "SecurityTokenNotSupported",
        403,
        None,
        "A long-lived access key takes no security token.",
    ),
    row(
        OssCode::ServiceUnavailable,
        "ServiceUnavailable",
        503,
        None,
        "Please reduce your request rate.",
    ),
    row(
        OssCode::SignatureDoesNotMatch,
        "SignatureDoesNotMatch",
        403,
        Some("0002-00000040"),
        "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
    ),
    row(
        OssCode::TotalQpsLimitExceeded,
        "TotalQpsLimitExceeded",
        503,
        None,
        "Please reduce your request rate.",
    ),
    row(
        OssCode::UploadTrafficRateLimitExceeded,
        "UploadTrafficRateLimitExceeded",
        503,
        None,
        "Please reduce your upload rate.",
    ),
    // The vendor publishes the EC of this refusal but neither its code nor its words.
    row(
        OssCode::V1Refused,
        "V1Refused",
        403,
        Some("0002-00000080"),
        "The V1 signature is not supported; use V4.",
    ),
];

impl OssCode {
    /// Returns the `Code` element of the error reply.
    pub fn as_str(self) -> &'static str {
        if self == Self::V1Refused {
            "AccessDenied"
        } else {
            self.row().name
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

    fn row(self) -> &'static Row {
        const INTERNAL_ERROR: Row = row(
            OssCode::InternalError,
            "InternalError",
            500,
            None,
            "Please contact the server administrator.",
        );
        // A test holds the table complete.
        TABLE
            .iter()
            .find(|row| row.code == self)
            .unwrap_or(&INTERNAL_ERROR)
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
        TABLE
            .iter()
            .find(|row| row.name == text)
            .map(|row| row.code)
            .ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_own_row() {
        for row in TABLE {
            assert_eq!(format!("{:?}", row.code), row.name);
            assert_eq!(row.name.parse(), Ok(row.code));
            assert!((200..600).contains(&row.status));
        }
        assert_eq!(
            TABLE.len(),
            OssCode::V1Refused as usize + 1,
            "a code has no row"
        );
    }
}
