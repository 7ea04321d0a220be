"""Tries the installed module `vectcut`: an upload with progress, and a failure of each kind that needs no network."""

import sys
from pathlib import Path

import vectcut

media = sys.argv[1]
seen = []
upload = vectcut.upload(media, seen.append, name="sound.wav", sandbox=True)
assert upload.status == "uploaded", upload
assert upload.file_size == Path(media).stat().st_size, upload
assert upload.public_signed_url.startswith("http"), upload
assert upload.object_key.endswith("sound.wav"), upload
assert upload.media is not None and upload.media.kind == "audio", upload
assert seen and all(isinstance(each, vectcut.Progress) for each in seen), seen
assert {"put", "complete"} <= {each.step for each in seen}, seen


def failure(kind: type, *arguments: object, **named: object) -> vectcut.VectcutError:
    try:
        vectcut.upload(*arguments, **named)
    except kind as error:
        assert type(error) is kind, repr(error)
        return error
    raise AssertionError(f"no {kind.__name__}")


missing = failure(vectcut.LocalFileError, media + ".missing", sandbox=True)
assert (missing.exit_code, missing.code, missing.retryable) == (4, "file_missing", False), vars(missing)
usage = failure(vectcut.UsageError, media, options=["--no-such-option"])
assert usage.exit_code == 2 and "--no-such-option" in str(usage), str(usage)
no_key = failure(vectcut.ApiKeyError, media, env={"HOME": "/nonexistent", "PATH": "/usr/bin"})
assert no_key.code == "api_key_missing" and no_key.hint, vars(no_key)


class Enough(Exception):
    pass


def stop(progress: vectcut.Progress) -> None:
    raise Enough


try:
    vectcut.upload(media, stop, sandbox=True)
except Enough:
    pass
else:
    raise AssertionError("the exception of the callback was lost")
