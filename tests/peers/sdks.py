"""Puts, multipart-uploads, heads, gets and deletes objects with the vendor's own SDKs.

Runs inside `vectcut sandbox -- python sdks.py`, which sets the OSS_* variables.
Each SDK signs with V1 and with V4; every byte and every CRC-64 is compared.
"""

import os
import sys
import urllib.request
from datetime import timedelta

import alibabacloud_oss_v2 as oss_v2
import crcmod
import oss2

# The sandbox is on this computer, so no proxy may be used.
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"

ENDPOINT = os.environ["OSS_ENDPOINT"]
REGION = os.environ["OSS_REGION"]
BUCKET = os.environ["OSS_BUCKET"]
KEY_ID = os.environ["OSS_ACCESS_KEY_ID"]
SECRET = os.environ["OSS_ACCESS_KEY_SECRET"]

PART_LEN = 100 * 1024
SMALL = b"one small object"
LARGE = bytes(range(256)) * (PART_LEN // 256) + b"and a last part"
# A space, a plus sign, a percent sign and letters beyond ASCII: what encodings get wrong.
NAME = "a b+c%20d/春节.bin"

crc64 = crcmod.mkCrcFun(0x142F0E1EBA9EA3693, initCrc=0, xorOut=0xFFFFFFFFFFFFFFFF, rev=True)


class Oss2:
    """Package oss2."""

    name = "oss2"
    not_found = oss2.exceptions.NotFound

    def __init__(self, version):
        auth = oss2.AuthV4(KEY_ID, SECRET) if version == "v4" else oss2.Auth(KEY_ID, SECRET)
        region = REGION if version == "v4" else None
        self.bucket = oss2.Bucket(auth, ENDPOINT, BUCKET, region=region, connect_timeout=10)

    def put(self, key, data):
        return self.bucket.put_object(key, data).crc

    def multipart(self, key, data):
        upload_id = self.bucket.init_multipart_upload(key).upload_id
        parts = []
        for number, start in enumerate(range(0, len(data), PART_LEN), 1):
            piece = data[start : start + PART_LEN]
            reply = self.bucket.upload_part(key, upload_id, number, piece)
            parts.append(oss2.models.PartInfo(number, reply.etag, size=len(piece), part_crc=reply.crc))
        return self.bucket.complete_multipart_upload(key, upload_id, parts).crc

    def head(self, key):
        reply = self.bucket.head_object(key)
        return reply.content_length, int(reply.headers["x-oss-hash-crc64ecma"])

    def get(self, key):
        return self.bucket.get_object(key).read()

    def url(self, key):
        return self.bucket.sign_url("GET", key, 600, slash_safe=True)

    def delete(self, key):
        self.bucket.delete_object(key)

    def is_gone(self, key):
        try:
            self.head(key)
        except self.not_found:
            return True
        return False


class OssV2:
    """Package alibabacloud-oss-v2."""

    name = "alibabacloud-oss-v2"

    def __init__(self, version):
        config = oss_v2.config.load_default()
        config.credentials_provider = oss_v2.credentials.StaticCredentialsProvider(KEY_ID, SECRET)
        config.endpoint = ENDPOINT
        config.region = REGION
        config.signature_version = version
        self.client = oss_v2.Client(config)

    def put(self, key, data):
        request = oss_v2.PutObjectRequest(bucket=BUCKET, key=key, body=data)
        return int(self.client.put_object(request).hash_crc64)

    def multipart(self, key, data):
        request = oss_v2.InitiateMultipartUploadRequest(bucket=BUCKET, key=key)
        upload_id = self.client.initiate_multipart_upload(request).upload_id
        parts = []
        for number, start in enumerate(range(0, len(data), PART_LEN), 1):
            piece = data[start : start + PART_LEN]
            reply = self.client.upload_part(
                oss_v2.UploadPartRequest(
                    bucket=BUCKET, key=key, upload_id=upload_id, part_number=number, body=piece
                )
            )
            parts.append(oss_v2.UploadPart(part_number=number, etag=reply.etag))
        listed = self.client.list_parts(
            oss_v2.ListPartsRequest(bucket=BUCKET, key=key, upload_id=upload_id)
        )
        expect("parts listed", len(listed.parts), len(parts))
        reply = self.client.complete_multipart_upload(
            oss_v2.CompleteMultipartUploadRequest(
                bucket=BUCKET,
                key=key,
                upload_id=upload_id,
                complete_multipart_upload=oss_v2.CompleteMultipartUpload(parts=parts),
            )
        )
        return int(reply.hash_crc64)

    def head(self, key):
        reply = self.client.head_object(oss_v2.HeadObjectRequest(bucket=BUCKET, key=key))
        return reply.content_length, int(reply.hash_crc64)

    def get(self, key):
        reply = self.client.get_object(oss_v2.GetObjectRequest(bucket=BUCKET, key=key))
        with reply.body as body:
            return body.read()

    def url(self, key):
        request = oss_v2.GetObjectRequest(bucket=BUCKET, key=key)
        return self.client.presign(request, expires=timedelta(minutes=10)).url

    def delete(self, key):
        self.client.delete_object(oss_v2.DeleteObjectRequest(bucket=BUCKET, key=key))

    def is_gone(self, key):
        return not self.client.is_object_exist(bucket=BUCKET, key=key)


def expect(what, found, wanted):
    if found != wanted:
        raise AssertionError(f"{what}: found {found!r:.200}, wanted {wanted!r:.200}")


def fetch(url):
    with urllib.request.urlopen(url, timeout=10) as reply:
        return reply.read()


def round_trip(sdk, key, data, send):
    expect("CRC-64 of the upload", send(key, data), crc64(data))
    expect("head", sdk.head(key), (len(data), crc64(data)))
    expect("get", sdk.get(key), data)
    expect("get by presigned URL", fetch(sdk.url(key)), data)
    sdk.delete(key)
    expect("gone", sdk.is_gone(key), True)


def main():
    passed = 0
    for make in (Oss2, OssV2):
        for version in ("v1", "v4"):
            sdk = make(version)
            for step, data, send in (("put", SMALL, sdk.put), ("multipart", LARGE, sdk.multipart)):
                label = f"{sdk.name} {version} {step}"
                try:
                    round_trip(sdk, f"peers/{label}/{NAME}", data, send)
                except Exception as error:
                    sys.exit(f"peers: {label} failed: {type(error).__name__}: {error}")
                print(f"peers: {label} ok", flush=True)
                passed += 1
    print(f"peers: {passed} passed")


if __name__ == "__main__":
    main()
