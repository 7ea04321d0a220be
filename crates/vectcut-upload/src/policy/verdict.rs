//! What a failed request to OSS calls for: one table. How often to retry is in `retry.rs`.

use std::time::SystemTime;

use oss_client::{Error, ErrorReply};
use strict_http::ServerText;

/// What to do about a failed request to OSS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The connection or the server failed: wait and retry.
    Again,
    /// Something that OSS does not say, such as the page of a proxy: retry a few times.
    AgainAFewTimes,
    /// The server is too busy: wait, retry, and use fewer connections.
    Slower,
    /// The credentials expired or are not known (yet): get new ones.
    NewCredentials,
    /// This computer's clock is wrong. This is the server's time.
    SetClock(SystemTime),
    /// OSS no longer accepts V1 here: sign with V4.
    UseV4,
    /// OSS does not know the upload ID: the upload was aborted or completed, or never existed.
    NoSuchUpload,
    /// The parts that CompleteMultipartUpload named are not those that OSS has.
    PartsLost,
    /// The policy of the credentials does not allow this.
    Denied,
    /// A retry would fail the same way.
    Stop,
}

/// Returns what a failure calls for.
pub(crate) fn on(error: &Error) -> Verdict {
    match error {
        Error::Transport { source, .. } if source.is_transient() => Verdict::Again,
        // A success whose response lacks what it must have. The request can be repeated.
        Error::BadReply { .. } => Verdict::Again,
        Error::Refused { reply, .. } => on_reply(reply),
        _ => Verdict::Stop,
    }
}

/// The rows follow the vendor's error pages and what clients of OSS report; `docs/protocol.md`, "Errors", has the sources.
pub(crate) fn on_reply(reply: &ErrorReply) -> Verdict {
    if is_end_of_v1(reply) {
        return Verdict::UseV4;
    }
    match (
        reply.status,
        reply.code.as_ref().map_or("", ServerText::as_str),
    ) {
        (_, "SecurityTokenExpired" | "InvalidSecurityToken" | "InvalidAccessKeyId") => {
            Verdict::NewCredentials
        }
        (_, "RequestTimeTooSkewed") => reply.server_time.map_or(Verdict::Stop, Verdict::SetClock),
        (_, "NoSuchUpload") => Verdict::NoSuchUpload,
        (400, "InvalidPart" | "InvalidPartOrder" | "EntityTooSmall") => Verdict::PartsLost,
        (400, "InvalidDigest" | "InvalidCRC64" | "IncompleteBody" | "RequestTimeout") => {
            Verdict::Again
        }
        (403, "AccessDenied") => Verdict::Denied,
        (429 | 503, _) => Verdict::Slower,
        (408 | 500.., _) => Verdict::Again,
        // Two requests for the same object met; OSS settles one after the other.
        (409, "OperationAborted" | "Conflict" | "ObjectStateConflict" | "") => {
            Verdict::AgainAFewTimes
        }
        (401, _) => Verdict::NewCredentials,
        // OSS names a code with every refusal, so a proxy or a middlebox wrote this one (assumption A17).
        (400 | 403 | 404 | 405.., "") => Verdict::AgainAFewTimes,
        _ => Verdict::Stop,
    }
}

/// Returns whether OSS says that it no longer accepts V1.
///
/// The vendor publishes no error code for it, only these two ECs (assumption A11). A wrong signature is something else, and another try
/// would hide it. Sources: <https://help.aliyun.com/en/oss/user-guide/0002-00000080> and `…/0002-00000034`.
pub(crate) fn is_end_of_v1(reply: &ErrorReply) -> bool {
    reply.status == 403
        && matches!(
            reply.ec.as_ref().map(ServerText::as_str),
            Some("0002-00000080" | "0002-00000034")
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16, code: &str) -> ErrorReply {
        let mut reply = ErrorReply::default();
        reply.status = status;
        reply.code = ServerText::clean(code, ServerText::CODE_MAX_CHARS, &[]).non_empty();
        reply
    }

    /// One test a row, named after the code.
    macro_rules! rows {
        ($($name:ident: $status:literal $code:literal => $verdict:ident,)*) => {$(
            #[test]
            fn $name() {
                assert_eq!(on_reply(&reply($status, $code)), Verdict::$verdict);
            }
        )*};
    }

    rows! {
        security_token_expired: 403 "SecurityTokenExpired" => NewCredentials,
        invalid_security_token: 403 "InvalidSecurityToken" => NewCredentials,
        invalid_access_key_id: 403 "InvalidAccessKeyId" => NewCredentials,
        mixed_up_credentials: 403 "AccessKeyIdAndSecurityTokenNotMatch" => Stop,
        security_token_not_supported: 403 "SecurityTokenNotSupported" => Stop,
        signature_does_not_match: 403 "SignatureDoesNotMatch" => Stop,
        skewed_clock_without_a_time: 403 "RequestTimeTooSkewed" => Stop,
        access_denied: 403 "AccessDenied" => Denied,
        second_level_domain_forbidden: 403 "SecondLevelDomainForbidden" => Stop,
        public_endpoint_forbidden: 400 "PublicEndpointForbidden" => Stop,
        invalid_argument: 400 "InvalidArgument" => Stop,
        invalid_bucket_name: 400 "InvalidBucketName" => Stop,
        invalid_object_name: 400 "InvalidObjectName" => Stop,
        malformed_xml: 400 "MalformedXML" => Stop,
        entity_too_large: 400 "EntityTooLarge" => Stop,
        invalid_part: 400 "InvalidPart" => PartsLost,
        invalid_part_order: 400 "InvalidPartOrder" => PartsLost,
        entity_too_small: 400 "EntityTooSmall" => PartsLost,
        invalid_digest: 400 "InvalidDigest" => Again,
        invalid_crc64: 400 "InvalidCRC64" => Again,
        incomplete_body: 400 "IncompleteBody" => Again,
        request_timeout: 400 "RequestTimeout" => Again,
        no_such_bucket: 404 "NoSuchBucket" => Stop,
        no_such_key: 404 "NoSuchKey" => Stop,
        no_such_upload: 404 "NoSuchUpload" => NoSuchUpload,
        file_already_exists: 409 "FileAlreadyExists" => Stop,
        position_not_equal_to_length: 409 "PositionNotEqualToLength" => Stop,
        missing_content_length: 411 "MissingContentLength" => Stop,
        qps_limit_exceeded: 429 "QpsLimitExceeded" => Slower,
        internal_error: 500 "InternalError" => Again,
        bad_gateway_of_a_proxy: 502 "" => Again,
        service_unavailable: 503 "ServiceUnavailable" => Slower,
        upload_traffic_rate_limit_exceeded: 503 "UploadTrafficRateLimitExceeded" => Slower,
        gateway_timeout_of_a_proxy: 504 "" => Again,
        request_timeout_of_a_proxy: 408 "" => Again,
        forbidden_by_a_proxy: 403 "" => AgainAFewTimes,
        bad_request_of_a_proxy: 400 "" => AgainAFewTimes,
        unauthorized_by_a_proxy: 401 "" => NewCredentials,
        conflict_of_two_requests: 409 "OperationAborted" => AgainAFewTimes,
        redirect_elsewhere: 307 "" => Stop,
    }

    #[test]
    fn skewed_clock_with_the_servers_time() {
        let mut reply = reply(403, "RequestTimeTooSkewed");
        reply.server_time = Some(SystemTime::UNIX_EPOCH);
        assert_eq!(on_reply(&reply), Verdict::SetClock(SystemTime::UNIX_EPOCH));
    }

    #[test]
    fn v1_refused_by_ec_alone() {
        for ec in ["0002-00000080", "0002-00000034"] {
            let mut reply = reply(403, "AccessDenied");
            reply.ec = Some(ServerText::clean(ec, 64, &[]));
            assert_eq!(on_reply(&reply), Verdict::UseV4);
        }
    }

    #[test]
    fn v1_mismatch_never_means_v4() {
        let mut reply = reply(403, "SignatureDoesNotMatch");
        reply.ec = Some(ServerText::clean("0002-00000040", 64, &[]));
        assert_eq!(on_reply(&reply), Verdict::Stop);
    }
}
