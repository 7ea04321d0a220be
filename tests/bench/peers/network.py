"""Emulates a wide-area network between two network namespaces, over real TCP. `cargo xtask bench lines` calls it.

    network.py --rtt-ms 40 [--link-mbit 100] [--connection-mbit 0] [--loss 0.001] [--queue-ms 50] -- SERVER ARG…

It makes the namespaces `vectcut-client` and `vectcut-server`, joins them by two TUN devices, and runs SERVER in the
second one, where 198.18.1.2 is the server's address. The range is reserved for benchmarks (RFC 2544). It prints what
SERVER prints, and ends when its standard input ends. Then the namespaces are gone.

It needs root on Linux. Every packet is one turn of the loop, so it carries about 150 Mbit/s; measure slower networks.
"""

import argparse
import fcntl
import heapq
import os
import random
import select
import shutil
import struct
import subprocess
import sys
import time

CLIENT, SERVER = "vectcut-client", "vectcut-server"
ADDRESSES = {CLIENT: "198.18.1.1", SERVER: "198.18.1.2"}

# What the client's names resolve to: the backend and OSS, and the bucket.
HOSTS = ADDRESSES[SERVER] + " oss.test sink.oss.test\n"
HOSTS_FOLDER = "/etc/netns/" + CLIENT

# From linux/if_tun.h: set the interface of the file; packets of IP, without a header of their own.
TUNSETIFF = 0x400454CA
IFF_TUN_NO_PI = 0x1001

# A frame of Ethernet has this much more on the wire than its IP packet: header, checksum, preamble and gap.
FRAME_EXTRA_BYTES = 38


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def join(namespace, device):
    """Returns the file of a new TUN device in a new namespace."""
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH", device.encode(), IFF_TUN_NO_PI))
    ip("netns", "add", namespace)
    ip("link", "set", device, "netns", namespace)
    for words in (
        ("link", "set", "lo", "up"),
        ("addr", "add", ADDRESSES[namespace] + "/24", "dev", device),
        ("link", "set", device, "up", "txqueuelen", "10000"),
    ):
        ip("-n", namespace, *words)
    # What a connection has learned must not help the next one.
    setting = "net.ipv4.tcp_no_metrics_save=1"
    subprocess.run(["ip", "netns", "exec", namespace, "sysctl", "-qw", setting], check=True)
    return tun


def remove():
    shutil.rmtree(HOSTS_FOLDER, ignore_errors=True)
    for namespace in ADDRESSES:
        words = ["ip", "netns", "del", namespace]
        subprocess.run(words, check=False, stderr=subprocess.DEVNULL)


class Direction:
    """Packets that go one way: lost at random, shaped for each connection, queued at the link, and delayed."""

    def __init__(self, options, out):
        self.out = out
        self.delay = options.rtt_ms / 2e3
        self.loss = options.loss
        self.link_seconds = 8e-6 / options.link_mbit if options.link_mbit else 0
        self.connection_seconds = 8e-6 / options.connection_mbit if options.connection_mbit else 0
        self.queue = options.queue_ms / 1e3
        self.link_free_at = 0.0
        self.free_at = {}
        self.random = random.Random(1)
        # Packets in their connection's shaper, then on their way: when they leave, a number, the packet.
        self.shaped, self.under_way = [], []
        self.number = 0

    def take(self, packet, now):
        if self.loss and self.random.random() < self.loss:
            return
        if not self.connection_seconds:
            self.pass_link(packet, now)
            return
        # The addresses and ports of IPv4 without options.
        key = packet[12:24]
        start = max(self.free_at.get(key, 0.0), now)
        if start - now > self.queue:
            return
        leaves_at = start + (len(packet) + FRAME_EXTRA_BYTES) * self.connection_seconds
        self.free_at[key] = leaves_at
        self.number += 1
        heapq.heappush(self.shaped, (leaves_at, self.number, packet))

    def pass_link(self, packet, now):
        if self.link_seconds:
            start = max(self.link_free_at, now)
            # Both shapers have the same queue; the one of the link is twice as long, since all share it.
            if start - now > 2 * self.queue:
                return
            self.link_free_at = now = start + (len(packet) + FRAME_EXTRA_BYTES) * self.link_seconds
        self.number += 1
        heapq.heappush(self.under_way, (now + self.delay, self.number, packet))

    def deliver(self, now):
        while self.shaped and self.shaped[0][0] <= now:
            leaves_at, _, packet = heapq.heappop(self.shaped)
            self.pass_link(packet, leaves_at)
        while self.under_way and self.under_way[0][0] <= now:
            packet = heapq.heappop(self.under_way)[2]
            try:
                os.write(self.out, packet)
            except OSError:
                # The device's queue is full, or it is gone: the packet is lost.
                pass

    def next_at(self):
        return min((queue[0][0] for queue in (self.shaped, self.under_way) if queue), default=None)


def carry(options, client, server, running):
    """Carries packets until the standard input or the server ends."""
    ways = {client: Direction(options, server), server: Direction(options, client)}
    poll = select.poll()
    for file in (client, server, 0):
        poll.register(file, select.POLLIN)
    while running.poll() is None:
        now = time.monotonic()
        times = [at for at in (way.next_at() for way in ways.values()) if at is not None]
        # The kernel counts in milliseconds: wait for whole ones, then look again and again.
        wait = 200 if not times else max(0, int((min(times) - now) * 1e3))
        for file, _ in poll.poll(wait):
            if file == 0:
                if not os.read(0, 1024):
                    return
                continue
            for _ in range(64):
                try:
                    packet = os.read(file, 2048)
                except BlockingIOError:
                    break
                ways[file].take(packet, time.monotonic())
        now = time.monotonic()
        for way in ways.values():
            way.deliver(now)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rtt-ms", type=float, required=True)
    for name in ("link-mbit", "connection-mbit", "loss"):
        parser.add_argument("--" + name, type=float, default=0)
    parser.add_argument("--queue-ms", type=float, default=50)
    parser.add_argument("server", nargs="+")
    options = parser.parse_args()
    remove()
    try:
        os.makedirs(HOSTS_FOLDER)
        with open(HOSTS_FOLDER + "/hosts", "w", encoding="ascii") as hosts:
            hosts.write(HOSTS)
        client, server = join(CLIENT, "vectcut0"), join(SERVER, "vectcut1")
        words = ["ip", "netns", "exec", SERVER, *options.server]
        running = subprocess.Popen(words, stdin=subprocess.DEVNULL)
        try:
            carry(options, client, server, running)
        finally:
            running.kill()
            running.wait()
    finally:
        remove()


if __name__ == "__main__":
    sys.exit(main())
