"""Packs a folder: the same files give the same bytes, whoever packs them and when.

    pack.py FOLDER ARCHIVE SECONDS

ARCHIVE ends with .tar.gz or .tgz, or it is a zip file; a .whl file gets its RECORD first. Entries are sorted, belong to nobody and have the time SECONDS.
A file is executable in the archive if its owner may execute it.
"""

import base64
import gzip
import hashlib
import os
import sys
import tarfile
import time
import zipfile
from pathlib import Path

# A zip file knows no time before 1980.
ZIP_EPOCH = 315532800


def files(folder: Path) -> list[tuple[str, Path]]:
    found = [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return sorted((path.relative_to(folder).as_posix(), path) for path in found)


def mode(path: Path) -> int:
    return 0o755 if os.stat(path).st_mode & 0o100 else 0o644


def tar(folder: Path, archive: Path, seconds: int) -> None:
    # The name of the archive stays out of the gzip header.
    with open(archive, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=seconds) as packed:
        with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as out:
            for name, path in files(folder):
                entry = tarfile.TarInfo(name)
                entry.size = path.stat().st_size
                entry.mode = mode(path)
                entry.mtime = seconds
                with open(path, "rb") as data:
                    out.addfile(entry, data)


def zipped(folder: Path, archive: Path, seconds: int) -> None:
    when = time.gmtime(max(seconds, ZIP_EPOCH))[:6]
    with zipfile.ZipFile(archive, "w") as out:
        for name, path in files(folder):
            entry = zipfile.ZipInfo(name, when)
            entry.create_system = 3
            entry.external_attr = (0o100000 | mode(path)) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            out.writestr(entry, path.read_bytes(), compresslevel=9)


def record(folder: Path) -> None:
    """Writes the list of files that a wheel must have."""
    information = next(folder.glob("*.dist-info"))
    target = information / "RECORD"
    lines = []
    for name, path in files(folder):
        digest = base64.urlsafe_b64encode(hashlib.sha256(path.read_bytes()).digest()).rstrip(b"=").decode()
        lines.append(f"{name},sha256={digest},{path.stat().st_size}\n")
    lines.append(f"{target.relative_to(folder).as_posix()},,\n")
    target.write_text("".join(lines))


def main() -> None:
    folder, archive, seconds = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    if archive.suffix == ".whl":
        record(folder)
    pack = tar if archive.name.endswith((".tar.gz", ".tgz")) else zipped
    pack(folder, archive, seconds)


main()
