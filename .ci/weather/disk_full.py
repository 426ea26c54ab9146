"""disk_full.py BINARY FOLDER: fills the small file system FOLDER by pushing, and checks what a registry owes its
clients then: 507 with a body, reads go on, nothing that was acknowledged is lost, and it goes on by itself once there
is space again. Needs a file system of its own, see `disk-full` beside this file."""

import json
import os
import sys

from registry import Registry, manifest, sha256

FILLER = 6 << 20


class Promises:
    """What was acknowledged."""

    def __init__(self):
        self.blobs, self.tags, self.sessions = {}, {}, {}

    def check(self, registry, when):
        for digest, data in self.blobs.items():
            status, _, body = registry.ask("GET", f"/v2/full/disk/blobs/{digest}")
            assert (status, body) == (200, data), f"blob {digest} {when}: {status}"
        for tag, data in self.tags.items():
            status, headers, body = registry.ask("GET", f"/v2/full/disk/manifests/{tag}")
            assert (status, body) == (200, data), f"tag {tag} {when}: {status}"
            assert headers["Docker-Content-Digest"] == sha256(data)
        status, _, body = registry.ask("GET", "/v2/full/disk/tags/list")
        listed = set(json.loads(body)["tags"])
        assert status == 200 and listed == set(self.tags), f"tags {when}: {listed ^ set(self.tags)}"
        for location, offset in self.sessions.items():
            status, headers, _ = registry.ask("GET", location)
            assert status == 204 and headers["Range"] == f"0-{offset - 1}", f"{location} {when}: {status}"


def refused(answer, what):
    """It is refused for want of space, in words."""
    status, _, body = answer
    assert status == 507, f"{what}: {status} {body[:300]}"
    assert json.loads(body)["errors"][0]["code"] == "UNAVAILABLE", body
    assert b"/" not in body.replace(b"application/", b""), f"a path gets out: {body}"


def push_blobs(registry, promises, size):
    """Pushes blobs of this size until one is refused; how many were not."""
    count = 0
    while True:
        data = os.urandom(size)
        answer = registry.push_blob("full/disk", data)
        if answer[0] != 201:
            refused(answer, f"a blob of {size} bytes")
            return count
        promises.blobs[sha256(data)] = data
        count += 1


def push_chunk(registry, promises, size):
    """A session with one chunk; whether it was taken."""
    begun = registry.ask("POST", "/v2/full/disk/blobs/uploads/")
    if begun[0] != 202:
        refused(begun, "a session")
        return False
    location = begun[1]["Location"]
    answer = registry.ask("PATCH", location, os.urandom(size))
    if answer[0] == 202:
        promises.sessions[location] = size
        return True
    refused(answer, "a chunk")
    return False


def push_manifests(registry, promises, config):
    """Pushes manifests with tags until one is refused: what fills up now is the metadata."""
    for number in range(100_000):
        image = manifest(config, [], f"{number} " + "x" * 30_000)
        answer = registry.push_manifest("full/disk", f"t{number}", image)
        if answer[0] != 201:
            refused(answer, "a manifest")
            return number
        promises.tags[f"t{number}"] = image
    raise AssertionError("the disk does not get full")


def main(binary, folder):
    data, filler = os.path.join(folder, "data"), os.path.join(folder, "filler")
    registry = Registry(binary, data)
    with open(filler, "wb") as file:
        file.write(b"\1" * FILLER)
    promises = Promises()
    config = b'{"config":"of all"}'
    assert registry.push_blob("full/disk", config)[0] == 201
    promises.blobs[sha256(config)] = config
    push_chunk(registry, promises, 100_000)
    counts = [push_blobs(registry, promises, size) for size in (1 << 20, 100_000, 5_000)]
    while push_chunk(registry, promises, 4_000):
        pass
    manifests = push_manifests(registry, promises, config)
    for _ in range(20):
        push_chunk(registry, promises, 200_000)
        refused(registry.push_blob("full/disk", os.urandom(1 << 20)), "a blob on a full disk")
    promises.check(registry, "while the disk is full")
    free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize
    os.remove(filler)
    assert registry.push_blob("full/disk", b"space again")[0] == 201, "it does not go on by itself"
    promises.blobs[sha256(b"space again")] = b"space again"
    image = manifest(config, [b"space again"])
    answer = registry.push_manifest("full/disk", "again", image)
    assert answer[0] == 201, answer
    promises.tags["again"] = image
    promises.check(registry, "with space again")
    registry.kill()
    registry.start()
    promises.check(registry, "after SIGKILL")
    files = os.listdir(os.path.join(data, "blobs", "uploads"))
    assert len(files) >= len(promises.sessions), files
    left = len(files) - len(promises.sessions)
    assert registry.stop() == 0
    print(
        f"acknowledged: {len(promises.blobs)} blobs ({counts[0]} of 1 MiB), {len(promises.tags)} tags "
        f"({manifests} before the metadata was full), {len(promises.sessions)} sessions; lost: 0; "
        f"{free} bytes were free at the fullest; empty sessions left: {left}"
    )


main(*sys.argv[1:])
