//! Which requests OSS accepts: names, signature, rights.

use super::error_reply::OssError;
use super::{Call, Halt};
use crate::clock::system_time;
use crate::exchange::Exchange;
use crate::names::{check_key, is_bucket_name};
use crate::oss_code::OssCode;
use crate::settings::{BUCKET, REGION};
use crate::site::Site;
use crate::step::Step;
use crate::verdict::{Proof, Verdict, reason};
use crate::verify::{self, Addressing, Identity, Refusal, Resource, Version};

/// Checks names, signature and rights, in that order.
pub(super) fn let_in<'a>(
    exchange: &Exchange<'a>,
    addressing: &Addressing,
) -> Result<Call<'a>, Halt> {
    let (site, step, wire, now) = (exchange.site, exchange.step, exchange.wire, exchange.now);
    let resource = addressing.resource(wire.path());
    if let Some(bucket) = &resource.bucket
        && !is_bucket_name(bucket)
    {
        return Err(OssError::new(OssCode::InvalidBucketName)
            .detail("BucketName", bucket)
            .into());
    }
    let identity = identify(exchange, addressing)?;
    let Resource {
        bucket: Some(bucket),
        key,
    } = resource
    else {
        return Err(OssCode::NotImplemented.into());
    };
    if bucket != BUCKET {
        return Err(OssError::new(OssCode::NoSuchBucket)
            .detail("BucketName", &bucket)
            .into());
    }
    let Some(key) = key else {
        return Err(OssCode::NotImplemented.into());
    };
    let key = check_key(&key)
        .map_err(|error| OssError::new(OssCode::InvalidObjectName).ec(error.ec()))?
        .to_owned();
    allow(site, step, &identity.access_key_id, &key)?;
    if step == Step::Other {
        return Err(OssCode::NotImplemented.into());
    }
    Ok(Call {
        store: &site.store,
        wire,
        query: wire.query(),
        bucket,
        key,
        now,
    })
}

/// Checks the signature, and notes the verdict.
fn identify(exchange: &Exchange<'_>, addressing: &Addressing) -> Result<Identity, Halt> {
    let (site, wire, entry) = (exchange.site, exchange.wire, exchange.entry);
    let claim = verify::claim(wire);
    let proof = match &claim {
        Ok((version, place)) => Proof::Signature(*version, *place),
        Err(_) => Proof::Nothing,
    };
    if site.policy().v1_refused && claim.is_ok_and(|(version, _)| version == Version::V1) {
        entry.judged(Verdict::refused(proof, "v1-refused"));
        return Err(OssCode::V1Refused.into());
    }
    let now = system_time(exchange.now);
    let identity = site
        .tickets
        .with_keys(|keys| verify::check(wire, addressing, keys, now))
        .map_err(|refusal| {
            entry.judged(Verdict::refused(proof, reason(&refusal)));
            OssError::refused(&refusal)
        })?;
    let region = identity.region.as_deref();
    if region.is_some_and(|region| region != REGION) {
        entry.judged(Verdict::refused(proof, "wrong-region"));
        let message = "Invalid signing region in Authorization header.".into();
        return Err(OssError::refused(&Refusal::Malformed { message }).into());
    }
    entry.judged(Verdict::accepted(proof));
    Ok(identity)
}

/// Refuses what temporary credentials may not do.
pub(super) fn allow(
    site: &Site,
    step: Step,
    access_key_id: &str,
    key: &str,
) -> Result<(), OssError> {
    let Some(grants) = site.tickets.grants(access_key_id) else {
        return Ok(());
    };
    if grants.iter().any(|granted| granted == key) && site.policy().rights.allow(step) {
        return Ok(());
    }
    Err(OssError::new(OssCode::AccessDenied))
}
