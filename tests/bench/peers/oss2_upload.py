"""Uploads or signs with the vendor's package oss2, against the server that the OSS_* variables name.

    oss2_upload.py upload KEY FILE     uploads with the package's own resumable_upload
    oss2_upload.py sign KEY            prints a presigned URL for a PUT without a content type
"""

import os
import sys
import tempfile

import oss2

# The server is on this computer, so no proxy may be used.
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"

auth = oss2.Auth(os.environ["OSS_ACCESS_KEY_ID"], os.environ["OSS_ACCESS_KEY_SECRET"])
bucket = oss2.Bucket(auth, os.environ["OSS_ENDPOINT"], os.environ["OSS_BUCKET"])

if sys.argv[1] == "upload":
    with tempfile.TemporaryDirectory() as state:
        store = oss2.ResumableStore(root=state)
        oss2.resumable_upload(bucket, sys.argv[2], sys.argv[3], store=store)
else:
    print(bucket.sign_url("PUT", sys.argv[2], 3600, slash_safe=True))
