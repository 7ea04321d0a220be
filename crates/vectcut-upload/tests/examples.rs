//! The examples upload to the sandbox.
#![expect(
    clippy::duplicate_mod,
    clippy::unwrap_used,
    reason = "a test says what it expects by panicking, and each example stands alone"
)]

use std::path::PathBuf;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use vectcut_sandbox::Sandbox;
use vectcut_upload::Uploader;

#[path = "../examples/many_files.rs"]
mod many_files;
#[path = "../examples/one_file.rs"]
mod one_file;
#[path = "../examples/server.rs"]
mod server;

struct Stage {
    sandbox: Sandbox,
    folder: tempfile::TempDir,
}

impl Stage {
    async fn new() -> Self {
        Self {
            sandbox: Sandbox::start().await.unwrap(),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, name).unwrap();
        path
    }

    fn uploader(&self) -> Uploader {
        let settings = self.sandbox.settings();
        let account = one_file::Account {
            base_url: settings.base_url.clone(),
            oss_endpoint: settings.oss_endpoint.clone(),
            api_key: settings.api_key.to_string(),
        };
        one_file::uploader(account, &self.folder.path().join("state")).unwrap()
    }
}

#[tokio::test]
async fn one_file_gets_its_url() {
    let stage = Stage::new().await;
    let path = stage.file("clip.mp4");
    let url = one_file::upload(&stage.uploader(), &path).await.unwrap();
    assert!(url.contains("clip.mp4"), "{url}");
}

#[tokio::test]
async fn many_files_end_each_in_its_way() {
    let stage = Stage::new().await;
    let paths = [stage.file("a.mp4"), stage.folder.path().join("missing.mp4")];
    let budget = Duration::from_secs(60);
    let endings = many_files::upload_all(stage.uploader(), &paths, budget).await;
    assert!(matches!(&endings[0], many_files::Ending::Uploaded(url) if url.contains("a.mp4")));
    assert!(
        matches!(&endings[1], many_files::Ending::Failed(_)),
        "{endings:?}"
    );
}

#[tokio::test]
async fn the_server_answers_with_the_url() {
    let stage = Stage::new().await;
    stage.file("clip.mp4");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = server::service(stage.uploader(), stage.folder.path().to_owned());
    let serving = tokio::spawn(async move { axum::serve(listener, service).await });
    let ask = async |name: &str| {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!(
            "POST /upload/{name} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).await.unwrap();
        response
    };
    let found = ask("clip.mp4").await;
    assert!(
        found.starts_with("HTTP/1.1 200") && found.contains("clip.mp4?"),
        "{found}"
    );
    assert!(ask("missing.mp4").await.starts_with("HTTP/1.1 404"));
    assert!(ask("..%2Fclip.mp4").await.starts_with("HTTP/1.1 400"));
    serving.abort();
}
