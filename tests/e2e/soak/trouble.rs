//! Random faults of the servers: every effect of the sandbox's grammar. Each of them ends.

use fastrand::Rng;

const ANYWHERE: &[&str] = &[
    "init",
    "put",
    "initiate",
    "part",
    "complete-upload",
    "complete",
    "backend",
    "oss",
    "any",
];
const OSS: &[&str] = &["put", "initiate", "part", "complete-upload", "oss"];
const BODIES: &[&str] = &["put", "part"];

/// The requests that an effect may strike, and the effects with their modifiers.
const EFFECTS: &[(&[&str], &[&str])] = &[
    (
        ANYWHERE,
        &[
            "status=400",
            "status=401",
            "status=403",
            "status=404",
            "status=408",
            "status=409",
            "status=429",
            "status=500",
            "status=502",
            "status=503,retry-after=1s",
            "status=500,body=oops",
            "status=502,header=via: 1.1 proxy",
            "html",
            "html=502",
            "reset",
            "delay=200ms",
            "lost-response",
            "expire",
            "forget-uploads",
        ],
    ),
    (
        OSS,
        &[
            "error=AccessDenied",
            "error=AccessKeyIdAndSecurityTokenNotMatch",
            "error=CallbackFailed",
            "error=EntityTooLarge",
            "error=EntityTooSmall",
            "error=FileAlreadyExists",
            "error=IncompleteBody",
            "error=InternalError",
            "error=InvalidAccessKeyId",
            "error=InvalidArgument",
            "error=InvalidBucketName",
            "error=InvalidDigest",
            "error=InvalidObjectName",
            "error=InvalidPart",
            "error=InvalidPartOrder",
            "error=InvalidRange",
            "error=InvalidSecurityToken",
            "error=MalformedXML",
            "error=MethodNotAllowed",
            "error=MissingContentLength",
            "error=NoSuchBucket",
            "error=NoSuchKey",
            "error=NoSuchUpload",
            "error=NotImplemented",
            "error=PublicEndpointForbidden",
            "error=QpsLimitExceeded",
            "error=RequestTimeTooSkewed",
            "error=RequestTimeout",
            "error=SecondLevelDomainForbidden",
            "error=SecurityTokenExpired",
            "error=SecurityTokenNotSupported",
            "error=ServiceUnavailable",
            "error=SignatureDoesNotMatch",
            "error=TotalQpsLimitExceeded",
            "error=UploadTrafficRateLimitExceeded",
            "error=V1Refused",
            "skew=3600",
            "skew=-3600",
        ],
    ),
    (&["put", "part", "complete-upload"], &["wrong-crc"]),
    (
        &["init", "complete", "initiate", "complete-upload"],
        &["cut-json"],
    ),
    (
        BODIES,
        &[
            "reset=1",
            "reset=64k",
            "stall=300ms",
            "stall=300ms,after-bytes=64k",
            "trickle=500k",
            "status=403,after-bytes=64k",
            "error=ServiceUnavailable,after-bytes=1k",
            "slowed=50ms",
            "damage",
            "damage,times=3",
        ],
    ),
    (
        &["init"],
        &[
            "renew=new-key",
            "renew=new-key-with-access",
            "renew=same-key",
        ],
    ),
    (&["any", "part", "init"], &["outage=400ms", "down=400ms"]),
    // Refusals for reasons of business, such as a quota.
    (
        &["init", "complete"],
        &[
            "status=402",
            r#"status=402,body={"success": false%2C "error": "no quota left"}"#,
            r#"status=200,body={"success": false%2C "error": "no quota left"}"#,
            r#"status=200,body={"success": false%2C "message": "unknown object"},times=2"#,
        ],
    ),
];

/// A deck of all effects. When it is used up it is shuffled again, so that a run meets all of them.
pub(super) struct Trouble {
    left: Vec<(&'static [&'static str], &'static str)>,
}

impl Trouble {
    pub(super) fn new(chance: &mut Rng) -> Self {
        let effects = EFFECTS
            .iter()
            .flat_map(|(targets, effects)| effects.iter().map(|effect| (*targets, *effect)));
        let mut left: Vec<_> = effects.collect();
        chance.shuffle(&mut left);
        Self { left }
    }

    /// Draws a fault, as the text that the sandbox reads.
    pub(super) fn draw(&mut self, chance: &mut Rng) -> String {
        if self.left.is_empty() {
            *self = Self::new(chance);
        }
        let (targets, effect) = self.left.pop().unwrap_or_default();
        let target = targets[chance.usize(..targets.len())];
        let when = match chance.u8(0..8) {
            0 => format!(",skip={}", chance.u8(1..6)),
            1 => format!(",times={}", chance.u8(2..4)),
            2 => format!(",after={}", chance.u8(1..40)),
            3 => format!(
                ",times=2,skip={},after={}",
                chance.u8(1..4),
                chance.u8(1..20)
            ),
            4 => ",lasting=300ms".to_owned(),
            5 if target == "part" => {
                return format!("part#{}:{effect}", chance.u8(1..9));
            }
            _ => String::new(),
        };
        format!("{target}:{effect}{when}")
    }
}
