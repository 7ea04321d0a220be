//! A sandbox, a client of it, and the long-lived key with all rights.

use std::{io, time::SystemTime};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, combinators::BoxBody};
use oss_client::{
    BucketName, Client, Credentials, Endpoint, Error, NewObject, ObjectKey, Patience, Signature,
    Signing, StoredObject,
};
use strict_http::Options;
use vectcut_sandbox::{Builder, Sandbox};

pub(crate) struct Bench {
    pub(crate) sandbox: Sandbox,
    pub(crate) client: Client,
    pub(crate) bucket: BucketName,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        Self::with(Sandbox::builder().strict()).await
    }

    pub(crate) async fn with(sandbox: Builder) -> Self {
        let sandbox = sandbox.start().await.unwrap();
        let settings = sandbox.settings();
        let endpoint = Endpoint::parse(&settings.oss_endpoint).unwrap();
        let client = Client::new(
            strict_http::client(&Options::for_servers([endpoint.server()])).unwrap(),
            endpoint,
        );
        let bucket = BucketName::parse(settings.oss_bucket.clone()).unwrap();
        Self {
            sandbox,
            client,
            bucket,
        }
    }

    pub(crate) fn signing(&self, signature: Signature) -> Signing<'_> {
        let settings = self.sandbox.settings();
        let credentials =
            Credentials::new(&settings.oss_access_key_id, &settings.oss_access_key_secret);
        Signing::new(credentials, signature, now())
    }

    pub(crate) fn v4(&self) -> Signature {
        Signature::V4 {
            region: self.sandbox.settings().oss_region.clone(),
        }
    }

    pub(crate) async fn put(
        &self,
        key: &ObjectKey,
        bytes: &'static [u8],
    ) -> Result<StoredObject, Error> {
        let object = NewObject::new(&self.bucket, key).content_type("text/plain");
        self.put_object(&object, bytes).await
    }

    pub(crate) async fn put_object(
        &self,
        object: &NewObject<'_>,
        bytes: &'static [u8],
    ) -> Result<StoredObject, Error> {
        self.client
            .put_object(
                object,
                bytes.len() as u64,
                full(bytes),
                &self.signing(Signature::V1),
                Patience::default(),
            )
            .await
    }
}

pub(crate) fn key(text: &str) -> ObjectKey {
    ObjectKey::parse(text).unwrap()
}

pub(crate) fn full(bytes: &'static [u8]) -> BoxBody<Bytes, io::Error> {
    Full::new(Bytes::from_static(bytes))
        .map_err(|never| match never {})
        .boxed()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the sandbox checks the time of a signature"
)]
fn now() -> SystemTime {
    SystemTime::now()
}
