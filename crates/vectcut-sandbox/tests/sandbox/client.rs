//! A small HTTP client that sends exactly what a test says, and a V1 header signature of its own.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha1::Sha1;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use vectcut_sandbox::Sandbox;

/// One connection to a sandbox.
pub(crate) struct Client {
    stream: TcpStream,
    buffered: Vec<u8>,
}

/// An response, whole.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Response {
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(given, _)| given == name);
        found.map_or("", |(_, value)| value)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// Returns status, `Code` and EC of an OSS error.
    pub(crate) fn oss_error(&self) -> (u16, String, String) {
        (self.status, self.element("Code"), self.element("EC"))
    }

    /// Returns the text of the first element of that name.
    pub(crate) fn element(&self, name: &str) -> String {
        let text = self.text();
        let inner = text
            .split_once(&format!("<{name}>"))
            .and_then(|(_, rest)| rest.split_once(&format!("</{name}>")));
        inner.map_or(String::new(), |(inner, _)| inner.replace("&quot;", "\""))
    }
}

/// A request in the making.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) method: &'static str,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn new(method: &'static str, target: impl Into<String>) -> Self {
        Self {
            method,
            target: target.into(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Sets the body and its Content-Length.
    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        let length = self.body.len().to_string();
        self.header("content-length", length)
    }

    /// Returns the request as it goes over the wire, head and body.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = format!("{} {} HTTP/1.1\r\n", self.method, self.target).into_bytes();
        for (name, value) in &self.headers {
            bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

impl Client {
    pub(crate) async fn connect(sandbox: &Sandbox) -> Self {
        Self::try_connect(sandbox).await.unwrap()
    }

    async fn try_connect(sandbox: &Sandbox) -> std::io::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port(sandbox))).await?;
        Ok(Self {
            stream,
            buffered: Vec::new(),
        })
    }

    /// Sends a request and waits for the response.
    pub(crate) async fn send(&mut self, request: &Request) -> Response {
        self.try_send(request).await.unwrap()
    }

    /// Sends a request and waits for the response; an error when the connection ends before it.
    pub(crate) async fn try_send(&mut self, request: &Request) -> std::io::Result<Response> {
        self.write(&request.bytes()).await?;
        self.response(request.method).await
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// Ends the sending side.
    pub(crate) async fn finish(&mut self) {
        self.stream.shutdown().await.unwrap();
    }

    pub(crate) async fn response(&mut self, method: &str) -> std::io::Result<Response> {
        let head_end = loop {
            if let Some(at) = self
                .buffered
                .windows(4)
                .position(|window| window == b"\r\n\r\n")
            {
                break at;
            }
            self.read().await?;
        };
        let head = String::from_utf8(self.buffered.drain(..head_end + 4).collect()).unwrap();
        let mut lines = head.trim_end().split("\r\n");
        let status = lines
            .next()
            .unwrap()
            .split(' ')
            .nth(1)
            .unwrap()
            .parse()
            .unwrap();
        let headers: Vec<(String, String)> = lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        let mut response = Response {
            status,
            headers,
            body: Vec::new(),
        };
        let length = if method == "HEAD" {
            0
        } else {
            response.header("content-length").parse().unwrap_or(0)
        };
        while self.buffered.len() < length {
            self.read().await?;
        }
        response.body = self.buffered.drain(..length).collect();
        Ok(response)
    }

    async fn read(&mut self) -> std::io::Result<()> {
        if self.stream.read_buf(&mut self.buffered).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }
}

/// Sends one request on a connection of its own.
pub(crate) async fn send(sandbox: &Sandbox, request: &Request) -> Response {
    Client::connect(sandbox).await.send(request).await
}

/// As [`send`]; an error when the connection ends before the response.
pub(crate) async fn try_send(sandbox: &Sandbox, request: &Request) -> std::io::Result<Response> {
    Client::try_connect(sandbox).await?.try_send(request).await
}

pub(crate) fn port(sandbox: &Sandbox) -> u16 {
    sandbox
        .settings()
        .base_url
        .rsplit(':')
        .next()
        .unwrap()
        .parse()
        .unwrap()
}

/// Returns a call of the backend with the right key.
pub(crate) fn backend(sandbox: &Sandbox, path: &str, body: &Value) -> Request {
    Request::new("POST", path)
        .header("host", format!("127.0.0.1:{}", port(sandbox)))
        .header(
            "authorization",
            format!("Bearer {}", sandbox.settings().api_key),
        )
        .header("content-type", "application/json")
        .body(body.to_string())
}

/// An access key, temporary or not.
#[derive(Clone)]
pub(crate) struct Access {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) token: Option<String>,
}

impl Access {
    pub(crate) fn long_lived(sandbox: &Sandbox) -> Self {
        let settings = sandbox.settings();
        Self {
            id: settings.oss_access_key_id.clone(),
            secret: settings.oss_access_key_secret.clone(),
            token: None,
        }
    }

    /// Adds host, date and V1 signature to a request on `key`, which is sent in virtual-host style.
    ///
    /// `resource` is what is signed after the bucket: the raw key and the signed part of the query.
    pub(crate) fn sign(&self, sandbox: &Sandbox, request: Request, resource: &str) -> Request {
        self.sign_at(sandbox, request, resource, Timestamp::now())
    }

    pub(crate) fn sign_at(
        &self,
        sandbox: &Sandbox,
        mut request: Request,
        resource: &str,
        time: Timestamp,
    ) -> Request {
        let bucket = &sandbox.settings().oss_bucket;
        let date = time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        request = request
            .header("host", format!("{bucket}.oss.localhost:{}", port(sandbox)))
            .header("date", &date);
        if let Some(token) = &self.token {
            request = request.header("x-oss-security-token", token);
        }
        let value = |name: &str| {
            request
                .headers
                .iter()
                .find(|(given, _)| given == name)
                .map_or("", |(_, value)| value.as_str())
        };
        let mut oss: Vec<&(String, String)> = request
            .headers
            .iter()
            .filter(|(name, _)| name.starts_with("x-oss-"))
            .collect();
        oss.sort();
        let oss: String = oss
            .iter()
            .map(|(name, value)| format!("{name}:{value}\n"))
            .collect();
        let text = format!(
            "{}\n{}\n{}\n{date}\n{oss}/{bucket}/{resource}",
            request.method,
            value("content-md5"),
            value("content-type")
        );
        let mut mac = Hmac::<Sha1>::new_from_slice(self.secret.as_bytes()).unwrap();
        mac.update(text.as_bytes());
        let signature = BASE64_STANDARD.encode(mac.finalize().into_bytes());
        request.header("authorization", format!("OSS {}:{signature}", self.id))
    }
}

/// What init handed out.
pub(crate) struct Ticket {
    pub(crate) access: Access,
    pub(crate) bucket: String,
    pub(crate) key: String,
}

/// Calls init.
pub(crate) async fn init(sandbox: &Sandbox, file_name: &str, file_size_bytes: u64) -> Ticket {
    let body = json!({ "file_name": file_name, "file_size_bytes": file_size_bytes });
    let response = send(sandbox, &backend(sandbox, "/sts/upload/init", &body)).await;
    assert_eq!(response.status, 200, "{}", response.text());
    let reply = response.json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    Ticket {
        access: Access {
            id: text(&reply["credentials"]["AccessKeyId"]),
            secret: text(&reply["credentials"]["AccessKeySecret"]),
            token: Some(text(&reply["credentials"]["SecurityToken"])),
        },
        bucket: text(&reply["bucket_name"]),
        key: text(&reply["object_key"]),
    }
}

impl Ticket {
    /// Returns the same ticket with another secret.
    pub(crate) fn with_secret(&self, secret: &str) -> Self {
        Self {
            access: Access {
                secret: secret.to_owned(),
                ..self.access.clone()
            },
            bucket: self.bucket.clone(),
            key: self.key.clone(),
        }
    }

    /// Returns a signed PutObject of `body` under the ticket's key.
    pub(crate) fn put(&self, sandbox: &Sandbox, body: impl Into<Vec<u8>>) -> Request {
        self.sign(
            sandbox,
            Request::new("PUT", format!("/{}", self.key)).body(body),
        )
    }

    /// Signs a request on the ticket's key.
    pub(crate) fn sign(&self, sandbox: &Sandbox, request: Request) -> Request {
        let query = request
            .target
            .split_once('?')
            .map_or(String::new(), |(_, query)| format!("?{query}"));
        self.access
            .sign(sandbox, request, &format!("{}{query}", self.key))
    }

    /// Returns a call of complete.
    pub(crate) fn complete(&self, sandbox: &Sandbox) -> Request {
        backend(
            sandbox,
            "/sts/upload/complete",
            &json!({ "object_key": self.key }),
        )
    }
}
