"""One exception for each exit code of the command."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional


class VectcutError(Exception):
    """An upload failed; also the fault of the program itself, exit code 1."""

    exit_code: int
    code: str
    """A stable name; ``vectcut explain CODE`` says what it means."""
    step: Optional[str]
    """``read``, ``init``, ``put`` or ``complete``; ``None`` if the file had not begun."""
    message: str
    hint: Optional[str]
    """What a person can do."""
    retryable: bool
    """Whether the same call may succeed later without anyone changing anything."""
    http_status: Optional[int]
    oss_code: Optional[str]
    request_id: Optional[str]
    object_key: Optional[str]
    last_cause: Optional[str]

    def __init__(self, exit_code: int, report: Mapping[str, Any], words: str = "") -> None:
        self.exit_code = exit_code
        self.code = report.get("code") or "internal"
        self.message = report.get("message") or words or f"vectcut ended with exit code {exit_code}"
        self.retryable = bool(report.get("retryable"))
        for key in ("step", "hint", "http_status", "oss_code", "request_id", "object_key", "last_cause"):
            setattr(self, key, report.get(key))
        super().__init__(f"{self.message}\nhint: {self.hint}" if self.hint else self.message)


class UsageError(VectcutError):
    """An option or a setting cannot be used: exit code 2."""


class ApiKeyError(VectcutError):
    """There is no API key, or VectCut refused it: exit code 3."""


class LocalFileError(VectcutError):
    """The file is missing, unreadable, or changed while it was being sent: exit code 4."""


class UnavailableError(VectcutError):
    """The network or a server kept failing; a later call may succeed: exit code 5."""


class RefusedError(VectcutError):
    """VectCut or OSS refused the request for good: exit code 6."""


class CorruptedError(VectcutError):
    """OSS did not store the bytes that were sent: exit code 7."""


class BudgetEnded(VectcutError):
    """The time budget ended; the same call resumes: exit code 75."""


class Interrupted(VectcutError):
    """A signal ended the command; the same call resumes: exit code 130."""


_BY_EXIT_CODE = {
    2: UsageError,
    3: ApiKeyError,
    4: LocalFileError,
    5: UnavailableError,
    6: RefusedError,
    7: CorruptedError,
    75: BudgetEnded,
    130: Interrupted,
}


def from_report(exit_code: int, report: Mapping[str, Any], words: str) -> VectcutError:
    """Makes the exception of an exit code from the keys of ``error`` in the command's JSON."""
    return _BY_EXIT_CODE.get(exit_code, VectcutError)(exit_code, report, words)
