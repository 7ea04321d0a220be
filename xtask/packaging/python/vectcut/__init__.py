"""Uploads a local file to VectCut and returns its public URL, by running the command ``vectcut``.

    import vectcut
    print(vectcut.upload("clip.mp4").public_signed_url)
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, IO, Optional, Union

from ._command import find
from .errors import (
    ApiKeyError,
    BudgetEnded,
    CorruptedError,
    Interrupted,
    LocalFileError,
    RefusedError,
    UnavailableError,
    UsageError,
    VectcutError,
    from_report,
)

__all__ = [
    "ApiKeyError",
    "BudgetEnded",
    "CorruptedError",
    "Interrupted",
    "LocalFileError",
    "Media",
    "Progress",
    "RefusedError",
    "UnavailableError",
    "Upload",
    "UsageError",
    "VectcutError",
    "upload",
]


@dataclass(frozen=True)
class Media:
    """What the headers of a media file tell. ``None`` where they say nothing."""

    kind: str
    """``video``, ``audio`` or ``image``."""
    duration: Optional[float] = None
    """Seconds."""
    width: Optional[int] = None
    """Pixels."""
    height: Optional[int] = None
    """Pixels."""


@dataclass(frozen=True)
class Upload:
    """A file that is uploaded. The attributes are the keys of the command's JSON."""

    base_url: str
    bucket_name: str
    local_file: str
    object_key: str
    file_size: int
    """Bytes."""
    public_signed_url: str
    """Whoever has it can read the file until it expires."""
    status: str
    """``uploaded``, ``resumed``, ``completed`` or ``reused``."""
    content_type: str
    crc64: str
    """CRC-64/XZ of the bytes, in decimal. OSS computed the same."""
    url_expires_at: Optional[str]
    """In UTC, such as ``2026-11-22T12:00:00Z``; ``None`` if the URL does not say."""
    attempts: int
    elapsed_ms: int
    media: Optional[Media] = None


@dataclass(frozen=True)
class Progress:
    """How far a file is."""

    file: str
    step: Optional[str]
    """``read``, ``init``, ``put`` or ``complete``."""
    safe_bytes: int
    """OSS has acknowledged these. A later run does not send them again."""
    sent_bytes: int
    """These, and the bytes given to connections."""
    len_bytes: Optional[int]
    """The length of the file; ``None`` while it is not known."""
    rate: Optional[int] = None
    """Bytes per second; ``None`` while it is too early to tell."""
    eta: Optional[int] = None
    """Seconds until all bytes are sent; ``None`` if nobody can tell."""


def upload(
    path: Union[str, "os.PathLike[str]"],
    on_progress: Optional[Callable[[Progress], Any]] = None,
    *,
    name: Optional[str] = None,
    content_type: Optional[str] = None,
    budget: Optional[float] = None,
    sandbox: bool = False,
    options: Sequence[str] = (),
    env: Optional[Mapping[str, str]] = None,
) -> Upload:
    """Uploads a file and returns its public URL with what is known about it.

    ``on_progress`` is called in the calling thread, a few times a second at most. If it raises, the upload stops,
    and a later call with the same file resumes it. The same holds for ``KeyboardInterrupt``.

    ``budget`` is in seconds; when it ends, :class:`BudgetEnded` is raised, and a later call resumes.
    ``sandbox`` uploads to a local server and needs no API key. ``options`` are further options of ``vectcut upload``.
    ``env`` replaces the environment of the command.

    Raises :class:`VectcutError`, or one of its subclasses, one for each exit code.
    """
    command = [find(), "upload", "--format", "json", "--progress", "json"]
    if name is not None:
        command += ["--name", name]
    if content_type is not None:
        command += ["--content-type", content_type]
    if budget is not None:
        command += ["--budget", f"{max(1, round(budget * 1000))}ms"]
    if sandbox:
        command.append("--sandbox")
    command += [*options, "--", os.fspath(path)]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, encoding="utf-8"
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        output = _Reader(process.stdout)
        try:
            failure, words = _follow(process.stderr, on_progress)
        except BaseException:
            _stop(process)
            raise
        text = output.text()
        exit_code = process.wait()
    return _result(exit_code, text, failure, words)


def _follow(stream: IO[str], on_progress: Optional[Callable[[Progress], Any]]) -> tuple[Optional[dict], str]:
    """Reads the events until the command ends. Returns the last error, and the lines that are no events."""
    failure: Optional[dict] = None
    words: list[str] = []
    for line in stream:
        try:
            event = json.loads(line)
            kind = event.get("event")
        except (ValueError, AttributeError):
            words.append(line)
            continue
        if kind == "error":
            failure = event
        elif kind in ("step", "progress") and on_progress is not None:
            on_progress(_known(Progress, event))
    return failure, "".join(words).strip()


def _result(exit_code: int, text: str, failure: Optional[dict], words: str) -> Upload:
    try:
        result = json.loads(text) if text.strip() else {}
    except ValueError:
        result = {}
    if exit_code == 0 and "public_signed_url" in result:
        media = result.pop("media", None)
        return _known(Upload, {**result, "media": _known(Media, media) if media else None})
    report = result.get("error") or failure or {}
    raise from_report(exit_code, report, words)


def _known(kind: type, values: Mapping[str, Any]) -> Any:
    """Makes a dataclass. Keys that a later version adds are left out."""
    names = {field.name for field in fields(kind)}
    return kind(**{name: value for name, value in values.items() if name in names})


def _stop(process: "subprocess.Popen[str]") -> None:
    """Stops the command as an interrupt does, so that what OSS has acknowledged is kept."""
    if process.poll() is None:
        process.terminate() if sys.platform == "win32" else process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()


class _Reader:
    """Reads a stream in a thread, so that a full pipe never holds up the command."""

    def __init__(self, stream: IO[str]) -> None:
        self._text = ""
        self._stream = stream
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        self._text = self._stream.read()

    def text(self) -> str:
        self._thread.join()
        return self._text
