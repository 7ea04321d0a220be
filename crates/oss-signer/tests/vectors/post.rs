//! Vectors of form uploads.

use oss_signer::post::{sign_v1, sign_v4};
use oss_signer::v4::Scope;

use super::{Vector, header};

pub(super) fn check(vector: &Vector) -> Result<(), String> {
    let policy = vector.policy.as_deref().unwrap_or_default();
    let credentials = vector.credentials();
    let region = vector.region.as_deref().unwrap_or_default();
    let (signature_field, form) = match vector.version.as_str() {
        "v1" => ("Signature", sign_v1(policy, &credentials)),
        "v4" => (
            "x-oss-signature",
            sign_v4(policy, &credentials, &Scope::new(region), vector.time()),
        ),
        version => return Err(format!("{}: unknown version `{version}`\n", vector.name)),
    };
    let form = form.map_err(vector.refused("signature"))?;
    let object_key = vector.key.as_deref().unwrap_or_default();
    let field = |name| header(form.fields(object_key), name);
    vector.stage("string to sign", &vector.string_to_sign, &field("policy"))?;
    vector.stage("signature", &vector.signature, &field(signature_field))?;
    let fields: Vec<_> = form
        .fields(object_key)
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let expected = vector.form.as_deref().unwrap_or_default();
    vector.stage("form", &format!("{expected:?}"), &format!("{fields:?}"))
}
