#!/usr/bin/env python3
"""Uploads one local file with `vectcut upload`: the same argument, output and environment variable as before.

Usage: sts_upload.py FILE
Standard output is one JSON object whose first six keys are base_url, bucket_name, local_file, object_key, file_size and
public_signed_url. The exit code is that of `vectcut upload`; 127 means that vectcut was not found.
"""

import os
import shutil
import subprocess
import sys


def main():
    if len(sys.argv) != 2:
        print("usage: sts_upload.py FILE", file=sys.stderr)
        return 2
    vectcut = os.environ.get("VECTCUT_BIN") or shutil.which("vectcut")
    if vectcut is None:
        print("vectcut is not on PATH: install it, or set VECTCUT_BIN to its path", file=sys.stderr)
        return 127
    command = [vectcut, "upload", "--format", "json", "--", sys.argv[1]]
    if os.name == "nt":
        return subprocess.call(command)
    try:
        os.execv(vectcut, command)
    except OSError as error:
        print(f"could not run {vectcut}: {error}", file=sys.stderr)
        return 127


if __name__ == "__main__":
    sys.exit(main())
