"""A small registry client on the standard library: the independent second opinion of the checks."""

import gzip
import hashlib
import http.client
import json
import os
import subprocess

MANIFESTS = {
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
}
INDEXES = {
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
}
ACCEPT = {"Accept": ", ".join(sorted(MANIFESTS | INDEXES))}


def sha256(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def random_bytes(count):
    return os.urandom(count)


def unpacked(data):
    """The tar inside a layer, whatever it is compressed with."""
    if data[:2] == b"\x1f\x8b":
        return gzip.decompress(data)
    if data[:4] in (b"\x28\xb5\x2f\xfd",) or (data[1:4] == b"\x2a\x4d\x18"):
        return subprocess.run(["zstd", "-dc"], input=data, stdout=subprocess.PIPE, check=True).stdout
    return data


class Registry:
    """One keep-alive connection to HOST:PORT."""

    def __init__(self, host):
        self.host = host
        self.connection = http.client.HTTPConnection(host, timeout=60)

    def call(self, method, path, body=None, headers=None, want=(200,)):
        self.connection.request(method, path, body=body, headers=headers or {})
        answer = self.connection.getresponse()
        data = answer.read()
        if answer.status not in want:
            raise SystemExit(f"{method} {path}: expected {want}, got {answer.status} {dict(answer.headers)} {data[:500]!r}")
        return answer, data

    def upload(self, repository, data):
        """POST, then one PUT with the whole body. Returns the digest."""
        digest = sha256(data)
        answer, _ = self.call("POST", f"/v2/{repository}/blobs/uploads/", want=(202,))
        where = answer.headers["Location"]
        where = where[where.index("/v2/"):]
        where += ("&" if "?" in where else "?") + "digest=" + digest
        self.call("PUT", where, body=data, headers={"Content-Type": "application/octet-stream"}, want=(201,))
        return digest

    def put_manifest(self, repository, reference, data):
        kind = json.loads(data)["mediaType"]
        answer, _ = self.call("PUT", f"/v2/{repository}/manifests/{reference}", body=data, headers={"Content-Type": kind}, want=(201,))
        if answer.headers["Docker-Content-Digest"] != sha256(data):
            raise SystemExit(f"PUT {reference}: the answered digest is not that of the sent bytes")
