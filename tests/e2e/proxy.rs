//! Proxies of the environment: used for far servers, and never for servers on this computer.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;

use crate::outcome::assert_outcome;
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
    // OSS is the sandbox, which takes no proxy: each server has its own.
    let outcome = stage
        .vectcut(["upload", "--give-up-after=1s", "clip.mp4"])
        .env("VECTCUT_BASE_URL", "https://backend.example")
        .env("HTTPS_PROXY", format!("http://{address}"))
        .run();
    assert_eq!(outcome.code, Some(5), "{outcome}");
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

#[test]
fn a_dead_proxy_is_named_without_its_password() {
    let stage = Stage::new();
    stage.file("clip.mp4", "bytes");
    // Port 1 is reserved, and nothing listens on it.
    let outcome = stage
        .vectcut(["upload", "-vvv", "--give-up-after=1s", "clip.mp4"])
        .env("VECTCUT_BASE_URL", "https://backend.example")
        .env("HTTPS_PROXY", "http://user:hunter2@127.0.0.1:1")
        .run();
    assert_eq!(outcome.code, Some(5), "{outcome}");
    let named = "check the proxy `127.0.0.1:1` (`HTTPS_PROXY`)";
    assert!(outcome.stderr.contains(named), "{outcome}");
    assert!(outcome.stdout.contains(named), "{outcome}");
    let all = format!("{}{}", outcome.stdout, outcome.stderr);
    assert!(!all.contains("hunter2"), "{outcome}");
}

#[test]
fn a_proxy_setting_that_cannot_be_used_is_wrong_usage() {
    let stage = Stage::new();
    stage.file("clip.mp4", "bytes");
    let outcome = stage
        .vectcut(["upload", "clip.mp4"])
        .env("VECTCUT_BASE_URL", "https://backend.example")
        .env("HTTPS_PROXY", "no proxy hunter2")
        .run();
    assert_outcome!(outcome);
    assert!(!outcome.stderr.contains("hunter2"), "{outcome}");
}
