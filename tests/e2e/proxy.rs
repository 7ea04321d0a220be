//! Proxies of the environment: asked for a far server, and never told what goes to a server on this computer.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;

use crate::stage::Stage;

#[test]
fn a_far_backend_is_asked_for_through_the_proxy() {
    let proxy = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = proxy.local_addr().expect("its address");
    let asked = std::thread::spawn(move || {
        let (socket, _) = proxy.accept().expect("somebody asks the proxy");
        let mut line = String::new();
        BufReader::new(socket)
            .read_line(&mut line)
            .expect("a request");
        line
    });
    let stage = Stage::new();
    stage.file("clip.mp4", "bytes");
    // The sandbox stays the OSS: each of the two servers has its own way out.
    let outcome = stage
        .vectcut(["upload", "--budget=1s", "clip.mp4"])
        .env("VECTCUT_BASE_URL", "https://backend.example")
        .env("HTTPS_PROXY", format!("http://{address}"))
        .run();
    assert_eq!(outcome.code, Some(75), "{outcome}");
    let line = asked.join().expect("the proxy was asked");
    assert_eq!(line.trim_end(), "CONNECT backend.example:443 HTTP/1.1");
}

#[test]
fn no_proxy_hears_of_a_server_on_this_computer() {
    let proxy = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("http://{}", proxy.local_addr().expect("its address"));
    let stage = Stage::new();
    stage.file("clip.mp4", "bytes");
    let outcome = stage
        .vectcut(["upload", "clip.mp4"])
        .env("HTTP_PROXY", &address)
        .env("http_proxy", &address)
        .env("ALL_PROXY", &address)
        .run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    proxy.set_nonblocking(true).expect("a socket");
    assert!(proxy.accept().is_err(), "the proxy was asked");
}
