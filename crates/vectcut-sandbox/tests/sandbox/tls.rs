//! https with the sandbox's own authority, on both hosts.

use std::sync::Arc;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use vectcut_sandbox::{Fault, Sandbox, Step};

use crate::client::{backend, port};

/// Opens a TLS connection as a client that trusts the authority in `ca`.
async fn connect(
    sandbox: &Sandbox,
    ca: &std::path::Path,
    name: &str,
    version: &'static SupportedProtocolVersion,
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(ca).unwrap())
        .unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let socket = TcpStream::connect(("127.0.0.1", port(sandbox))).await?;
    let name = ServerName::try_from(name.to_owned()).unwrap();
    TlsConnector::from(Arc::new(config))
        .connect(name, socket)
        .await
}

/// Returns the first line of the response to a GET over TLS, or what went wrong.
async fn get(
    sandbox: &Sandbox,
    ca: &std::path::Path,
    name: &str,
    version: &'static SupportedProtocolVersion,
) -> std::io::Result<String> {
    let mut stream = connect(sandbox, ca, name, version).await?;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
    stream
        .write_all(b"GET /bucket/k HTTP/1.1\r\nhost: oss.localhost\r\nconnection: close\r\n\r\n")
        .await?;
    let mut response = String::new();
    stream.read_to_string(&mut response).await?;
    Ok(response.lines().next().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn both_hosts_are_served_by_the_authority_in_the_same_file_across_restarts() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::builder()
        .tls(true)
        .state_dir(dir.path())
        .start()
        .await
        .unwrap();
    let settings = sandbox.settings().clone();
    assert!(
        settings.base_url.starts_with("https://127.0.0.1:")
            && settings.oss_endpoint.starts_with("https://oss.localhost:")
    );
    let ca = settings.ca_cert.unwrap();
    for version in [&TLS12, &TLS13] {
        for name in [
            "127.0.0.1",
            "::1",
            "localhost",
            "oss.localhost",
            "bucket.oss.localhost",
        ] {
            assert_eq!(
                get(&sandbox, &ca, name, version).await.unwrap(),
                "HTTP/1.1 403 Forbidden",
                "{name}"
            );
        }
    }
    assert!(get(&sandbox, &ca, "example.com", &TLS13).await.is_err());
    sandbox.shutdown().await;

    let again = Sandbox::builder()
        .tls(true)
        .state_dir(dir.path())
        .start()
        .await
        .unwrap();
    assert_eq!(
        get(&again, &ca, "127.0.0.1", &TLS13).await.unwrap(),
        "HTTP/1.1 403 Forbidden"
    );
}

#[tokio::test]
async fn another_authority_is_not_trusted() {
    let (one, two) = (
        Sandbox::builder().tls(true).start().await.unwrap(),
        Sandbox::builder().tls(true).start().await.unwrap(),
    );
    let ca = two.settings().ca_cert.clone().unwrap();
    assert!(get(&one, &ca, "127.0.0.1", &TLS13).await.is_err());
}

#[tokio::test]
async fn the_key_of_the_authority_is_not_on_the_disk() {
    let sandbox = Sandbox::builder().tls(true).start().await.unwrap();
    let mut pem: Vec<_> = std::fs::read_dir(sandbox.state_dir())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().contains("pem"))
        .collect();
    pem.sort();
    let names: Vec<_> = pem.iter().map(|path| path.file_name().unwrap()).collect();
    assert_eq!(names, ["ca-bundle.pem", "ca.pem"]);
    for path in pem {
        let text = std::fs::read_to_string(path).unwrap();
        assert!(!text.contains("PRIVATE KEY"), "{text}");
    }
}

#[tokio::test]
async fn a_flipped_bit_breaks_the_record() {
    let fault = Fault::at(Step::Init).flips_bit();
    let sandbox = Sandbox::builder()
        .tls(true)
        .fault(fault)
        .start()
        .await
        .unwrap();
    let ca = sandbox.settings().ca_cert.clone().unwrap();
    let body = json!({ "file_name": "a.mp4", "file_size_bytes": 1 });
    let request = backend(&sandbox, "/sts/upload/init", &body);
    let head_len = request.bytes().len() - request.body.len();
    let mut stream = connect(&sandbox, &ca, "localhost", &TLS13).await.unwrap();
    // The fault strikes when the head has come, and then the body follows.
    stream
        .write_all(&request.bytes()[..head_len])
        .await
        .unwrap();
    while sandbox.journal().is_empty() {
        tokio::task::yield_now().await;
    }
    stream.write_all(&request.body).await.unwrap();
    let error = stream.read_to_end(&mut Vec::new()).await.unwrap_err();
    assert!(error.to_string().contains("BadRecordMac"), "{error}");
}
