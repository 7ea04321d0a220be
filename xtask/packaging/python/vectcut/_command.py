"""Finds the command ``vectcut`` that was installed with this module."""

import os
import shutil
import sys
import sysconfig
from pathlib import Path

_NAME = "vectcut.exe" if sys.platform == "win32" else "vectcut"


def find() -> str:
    """Returns the path of the command.

    Raises ``FileNotFoundError`` if it is neither beside this module nor on ``PATH``.
    """
    user = "nt_user" if os.name == "nt" else "posix_user"
    folders = [Path(sysconfig.get_path("scripts")), Path(sysconfig.get_path("scripts", user))]
    # `pip install --target FOLDER` puts commands into FOLDER/bin.
    folders.append(Path(__file__).parent.parent / "bin")
    for folder in folders:
        if (folder / _NAME).is_file():
            return str(folder / _NAME)
    on_path = shutil.which("vectcut")
    if on_path is None:
        raise FileNotFoundError("the command `vectcut` is not installed; run `pip install --force-reinstall vectcut`")
    return on_path
