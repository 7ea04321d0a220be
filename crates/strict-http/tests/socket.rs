//! The options of a connection's socket, which decide how long the operating system keeps a slow one.
#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    reason = "a test says what it expects by panicking"
)]

use std::{
    net::{SocketAddr, TcpListener},
    os::fd::OwnedFd,
    time::Duration,
};

use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};
use socket2::SockRef;
use strict_http::{Options, ServerUrl};

/// Returns this process's socket that is connected to an address.
fn socket_to(address: SocketAddr) -> Option<OwnedFd> {
    let process = pidfd_open(getpid(), PidfdFlags::empty()).unwrap();
    let numbers = std::fs::read_dir("/proc/self/fd").unwrap();
    numbers
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(|number| pidfd_getfd(&process, number, PidfdGetfdFlags::empty()).ok())
        .find(|fd| {
            let peer = SockRef::from(fd).peer_addr();
            peer.is_ok_and(|peer| peer.as_socket() == Some(address))
        })
}

/// Behind a reader that pauses, data stays unacknowledged for as long as the caller's own patience allows.
#[tokio::test]
async fn the_system_has_no_time_limit_for_data_that_the_other_side_reads_late() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let url = format!("http://{address}");
    let server = ServerUrl::parse(&url).unwrap();
    let client = strict_http::client(&Options::for_servers([&server])).unwrap();
    let request = client.get(url).timeout(Duration::from_secs(20)).send();
    let looking = async {
        let (_connection, _) = tokio::task::spawn_blocking(move || listener.accept().unwrap())
            .await
            .unwrap();
        let socket = socket_to(address).unwrap();
        SockRef::from(&socket).tcp_user_timeout().unwrap()
    };
    tokio::select! {
        _ = request => panic!("the server never responds"),
        limit = looking => assert_eq!(limit, None),
    }
}
