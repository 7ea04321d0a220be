"""Uploads with Apache OpenDAL: 8 connections, parts of 8 MiB. The OSS_* variables name the server.

    opendal_upload.py [KEY FILE]      without arguments it only starts and ends
"""

import asyncio
import os
import sys

import opendal

PART_BYTES = 8 * 1024 * 1024
CONNECTIONS = 8


async def upload(key, path):
    operator = opendal.AsyncOperator(
        "oss",
        root="/",
        bucket=os.environ["OSS_BUCKET"],
        endpoint=os.environ["VECTCUT_OSS_ENDPOINT"],
        access_key_id=os.environ["OSS_ACCESS_KEY_ID"],
        access_key_secret=os.environ["OSS_ACCESS_KEY_SECRET"],
    )
    with open(path, "rb") as file:
        async with await operator.open(key, "wb", chunk=PART_BYTES, concurrent=CONNECTIONS) as writer:
            while part := file.read(PART_BYTES):
                await writer.write(part)


if len(sys.argv) > 1:
    asyncio.run(upload(sys.argv[1], sys.argv[2]))
