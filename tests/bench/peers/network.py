"""Emulates a wide-area network between two network namespaces, over real TCP. `cargo xtask bench lines` calls it.

    network.py --rtt-ms 40 [--link-mbit 100] [--connection-mbit 0] [--loss 0.001] [--queue-ms 50] EMULATOR -- SERVER ARG…

It makes the namespaces `vectcut-client` and `vectcut-server`, joins them by two TUN devices, and runs SERVER in the
second one, where 198.18.1.2 is the server's address. The range is reserved for benchmarks (RFC 2544). EMULATOR is the
program that carries the packets, `tests/bench/src/bin/emulator`. It prints what SERVER prints, and ends when its standard
input ends. Then the namespaces are gone. If EMULATOR or SERVER ends before that, it says so, kills the clients that still
wait for the network, and fails.

It needs root on Linux. While it runs, CUBIC is among the machine's `tcp_allowed_congestion_control`.
"""

import argparse
import contextlib
import fcntl
import os
import select
import shutil
import signal
import struct
import subprocess
import sys

CLIENT, SERVER = "vectcut-client", "vectcut-server"
ADDRESSES = {CLIENT: "198.18.1.1", SERVER: "198.18.1.2"}

# What the client's names resolve to: the backend and OSS, and the bucket.
HOSTS = ADDRESSES[SERVER] + " oss.test sink.oss.test\n"
HOSTS_FOLDER = "/etc/netns/" + CLIENT

ALLOWED = "/proc/sys/net/ipv4/tcp_allowed_congestion_control"

# From linux/if_tun.h: set the interface of the file; packets of IP, without a header of their own.
TUNSETIFF = 0x400454CA
IFF_TUN_NO_PI = 0x1001


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def allow_cubic():
    """Lets namespaces use CUBIC, where the machine reserves it for itself. Returns what was allowed before."""
    with open(ALLOWED, encoding="ascii") as file:
        before = file.read().strip()
    if "cubic" not in before.split():
        allow(before + " cubic")
    return before


def allow(names):
    with open(ALLOWED, "w", encoding="ascii") as file:
        file.write(names)


def join(namespace, device):
    """Returns the file of a new TUN device in a new namespace."""
    tun = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH", device.encode(), IFF_TUN_NO_PI))
    ip("netns", "add", namespace)
    ip("link", "set", device, "netns", namespace)
    for words in (
        ("link", "set", "lo", "up"),
        ("addr", "add", ADDRESSES[namespace] + "/24", "dev", device),
        ("link", "set", device, "up", "txqueuelen", "10000"),
    ):
        ip("-n", namespace, *words)
    # The default of Linux, whatever this machine's is. What a connection has learned must not help the next one.
    settings = ["net.ipv4.tcp_congestion_control=cubic", "net.ipv4.tcp_no_metrics_save=1"]
    subprocess.run(["ip", "netns", "exec", namespace, "sysctl", "-qw", *settings], check=True)
    return tun


def remove():
    shutil.rmtree(HOSTS_FOLDER, ignore_errors=True)
    for namespace in ADDRESSES:
        for command in ("pids", "del"):
            words = ["ip", "netns", command, namespace]
            done = subprocess.run(words, check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            # A deleted namespace lasts as long as a process in it.
            for process in done.stdout.split():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(process), signal.SIGKILL)


def wait(processes):
    """Waits until the standard input ends, which returns None, or one of the processes, which returns what to say."""
    while True:
        for process in processes:
            if process.poll() is not None:
                return f"the network is gone: `{' '.join(process.args)}` ended with status {process.returncode}"
        if select.select([0], [], [], 0.2)[0] and not os.read(0, 1024):
            return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rtt-ms", type=float, required=True)
    for name in ("link-mbit", "connection-mbit", "loss"):
        parser.add_argument("--" + name, type=float, default=0)
    parser.add_argument("--queue-ms", type=float, default=50)
    parser.add_argument("emulator")
    parser.add_argument("server", nargs="+")
    options = parser.parse_args()
    remove()
    processes = []
    allowed = allow_cubic()
    try:
        os.makedirs(HOSTS_FOLDER)
        with open(HOSTS_FOLDER + "/hosts", "w", encoding="ascii") as hosts:
            hosts.write(HOSTS)
        client, server = join(CLIENT, "vectcut0"), join(SERVER, "vectcut1")
        numbers = (options.rtt_ms, options.link_mbit, options.connection_mbit, options.loss, options.queue_ms)
        words = [options.emulator, *map(str, numbers)]
        processes.append(subprocess.Popen(words, stdin=client, stdout=server))
        words = ["ip", "netns", "exec", SERVER, *options.server]
        processes.append(subprocess.Popen(words, stdin=subprocess.DEVNULL))
        return wait(processes)
    finally:
        for process in processes:
            process.kill()
            process.wait()
        remove()
        allow(allowed)


if __name__ == "__main__":
    sys.exit(main())
