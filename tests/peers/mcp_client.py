"""Uploads through `vectcut mcp` with the protocol's own Python client, in its current and in an older revision.

Runs inside `vectcut sandbox -- python mcp_client.py VECTCUT`, which sets the VECTCUT_* variables.
The client validates each structured result against the tool's output schema.
"""

import asyncio
import os
import signal
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from mcp import Client, StdioServerParameters

# The sandbox is on this computer, so no proxy may be used.
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"

VECTCUT = sys.argv[1]
TOOLS = ["upload_files", "upload_status", "cancel_upload", "get_url"]
MAX_CALL = 2
# Slow enough for a call to return before the upload has ended, and in parts that a kill cannot take back.
SLOW = [f"--max-call={MAX_CALL}s", "--limit-rate=300k", "--part-size=128k", "--streams=1"]
SLOW_LEN = 1_800_000


class Place:
    """A folder to upload from, and a home of its own."""

    def __init__(self, folder):
        self.root = Path(folder, "root")
        self.home = Path(folder, "home")
        self.pid = Path(folder, "pid")
        self.root.mkdir()
        self.home.mkdir()
        Path(folder, "secret.mp4").write_bytes(b"outside")

    def file(self, name, length):
        data = os.urandom(length)
        (self.root / name).write_bytes(data)
        return data

    def client(self, mode, arguments=()):
        """Starts a server. Its process ID is in a file, so that it can be killed."""
        ours = {name: value for name, value in os.environ.items() if name.startswith("VECTCUT_")}
        server = StdioServerParameters(
            command="sh",
            args=["-c", 'echo $$ > "$0"; exec "$@"', str(self.pid), VECTCUT, "mcp", *arguments],
            env=ours | {"HOME": str(self.home), "VECTCUT_STATE_DIR": str(self.home / "state")},
            cwd=str(self.root),
        )
        return Client(server, mode=mode)

    def kill(self):
        os.kill(int(self.pid.read_text()), signal.SIGKILL)


def content(result, is_error=False):
    assert result.is_error == is_error, result
    return result.structured_content


def assert_uploaded(report, data, status=("uploaded",)):
    assert report["status"] == "done" and report["exit_code"] == 0, report
    (file,) = report["files"]
    assert file["status"] in status, file
    with urllib.request.urlopen(file["public_signed_url"]) as response:
        assert response.read() == data, "the URL shows other bytes"


async def finish(client, report):
    """Asks for the status until the upload has ended."""
    while report["status"] == "running":
        begun = time.monotonic()
        report = content(await client.call_tool("upload_status", {"id": report["id"]}))
        assert time.monotonic() - begun < MAX_CALL + 1, "a call took too long"
    return report


async def lists_and_uploads(place, mode, version):
    data = place.file("clip.mp4", 3000)
    notes = []

    async def progress(sent, total, message):
        notes.append((sent, total, message))

    async with place.client(mode) as client:
        assert client.protocol_version == version, client.protocol_version
        tools = (await client.list_tools()).tools
        assert [tool.name for tool in tools] == TOOLS, tools
        for tool in tools:
            hints = tool.annotations
            assert not hints.read_only_hint and not hints.destructive_hint, tool
            assert hints.idempotent_hint and hints.open_world_hint and tool.output_schema, tool
        called = client.call_tool("upload_files", {"paths": ["clip.mp4"]}, progress_callback=progress)
        report = content(await called)
        assert_uploaded(report, data)
        assert notes and notes[0][1] == len(data), notes
        link = content(await client.call_tool("get_url", {"path": "clip.mp4"}))
        with urllib.request.urlopen(link["public_signed_url"]) as response:
            assert response.read() == data, "the link shows other bytes"


async def bad_paths_are_tool_errors(place, mode, _):
    (place.root / "out.mp4").symlink_to(place.root.parent / "secret.mp4")
    place.file(".env", 10)
    async with place.client(mode) as client:
        for path, code in [
            ("../secret.mp4", "outside_roots"),
            ("/etc/passwd", "outside_roots"),
            ("/proc/self/environ", "outside_roots"),
            ("out.mp4", "outside_roots"),
            (".env", "file_protected"),
            ("missing.mp4", "file_missing"),
        ]:
            report = content(await client.call_tool("upload_files", {"paths": [path]}), is_error=True)
            error = report["files"][0]["error"]
            assert error["code"] == code and report["exit_code"] == 4, report
            assert report["exit_meaning"] and "public_signed_url" not in report["files"][0], report
        report = content(await client.call_tool("upload_status", {"id": "up_0"}), is_error=True)
        assert report["error"]["code"] == "upload_unknown" and report["error"]["hint"], report


async def a_slow_upload_returns_its_id_and_then_its_result(place, mode, _):
    data = place.file("slow.mp4", SLOW_LEN)
    notes = []

    async def progress(sent, total, message):
        notes.append(sent)

    async with place.client(mode, SLOW) as client:
        begun = time.monotonic()
        called = client.call_tool("upload_files", {"paths": ["slow.mp4"]}, progress_callback=progress)
        report = content(await called)
        assert time.monotonic() - begun < MAX_CALL + 1, "the call took too long"
        assert report["status"] == "running" and report["id"] and report["next"], report
        at_once = content(await client.call_tool("upload_status", {"id": report["id"], "wait_seconds": 0}))
        assert at_once["files"][0]["sent_bytes"] < SLOW_LEN, at_once
        assert_uploaded(await finish(client, report), data)
        assert notes == sorted(set(notes)), f"progress grows: {notes}"


async def a_cancelled_upload_stops_and_resumes_when_asked_again(place, mode, _):
    data = place.file("cancelled.mp4", SLOW_LEN)
    async with place.client(mode, SLOW) as client:
        report = content(await client.call_tool("upload_files", {"paths": ["cancelled.mp4"]}))
        report = content(await client.call_tool("cancel_upload", {"id": report["id"]}))
        assert report["status"] == "stopped" and report["files"][0]["status"] == "stopped", report
        # The client itself cancels a call when its caller gives up.
        try:
            async with asyncio.timeout(1):
                await client.call_tool("upload_files", {"paths": ["cancelled.mp4"]})
            raise AssertionError("it takes longer than that")
        except TimeoutError:
            pass
        await asyncio.sleep(0.5)
        stopped = content(await client.call_tool("upload_status", {"id": report["id"], "wait_seconds": 0}))
        assert stopped["status"] == "stopped", stopped
        report = content(await client.call_tool("upload_files", {"paths": ["cancelled.mp4"]}))
        assert_uploaded(await finish(client, report), data, status=("resumed",))


async def a_new_server_finishes_what_a_killed_one_began(place, mode, _):
    data = place.file("killed.mp4", SLOW_LEN)
    identifier = None
    try:
        async with place.client(mode, SLOW) as client:
            report = content(await client.call_tool("upload_files", {"paths": ["killed.mp4"]}))
            assert report["status"] == "running", report
            identifier = report["id"]
            place.kill()
            await asyncio.sleep(0.5)
    except* Exception as errors:  # The client tells that its server is gone.
        if identifier is None:
            raise
        print(f"    the client: {errors.exceptions[0]!r}")
    async with place.client(mode, SLOW) as client:
        report = content(await client.call_tool("upload_status", {"id": identifier}))
        assert_uploaded(await finish(client, report), data, status=("resumed",))


def main():
    # "auto" asks `server/discover` first; "legacy" begins with `initialize`.
    for mode, version in [("auto", "2026-07-28"), ("legacy", "2025-11-25")]:
        for case in [
            lists_and_uploads,
            bad_paths_are_tool_errors,
            a_slow_upload_returns_its_id_and_then_its_result,
            a_cancelled_upload_stops_and_resumes_when_asked_again,
            a_new_server_finishes_what_a_killed_one_began,
        ]:
            with tempfile.TemporaryDirectory() as folder:
                asyncio.run(case(Place(folder), mode, version))
            print(f"mcp {version}: {case.__name__}", flush=True)


main()
