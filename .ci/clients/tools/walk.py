"""walk.py HOST REPOSITORY REFERENCE [--digest DIGEST] [--type TYPE] [--files FOLDER] [--save FOLDER]

Reads an image or an index with everything below it and checks every byte: digest headers, sizes, HEAD equal to GET,
by tag equal to by digest, layers equal to the config's diff_ids. With --digest and --type it must have those; with --files the
regular files in the layers must be exactly those of the folder; --save writes each manifest's bytes to a file named by
its digest. Prints the digest of the reference.
"""

import argparse
import io
import json
import os
import tarfile

from registry import ACCEPT, INDEXES, MANIFESTS, Registry, sha256, unpacked


def fail(text):
    raise SystemExit("walk: " + text)


def equal(what, expected, got):
    if expected != got:
        fail(f"{what}: expected {expected}, got {got}")


class Walk:
    def __init__(self, host, repository, save):
        self.registry, self.repository, self.save = Registry(host), repository, save
        self.files = {}

    def manifest(self, reference):
        path = f"/v2/{self.repository}/manifests/{reference}"
        answer, data = self.registry.call("GET", path, headers=ACCEPT)
        head, _ = self.registry.call("HEAD", path, headers=ACCEPT)
        for name in ("Docker-Content-Digest", "Content-Type", "Content-Length", "ETag"):
            equal(f"HEAD {name} of {reference}", answer.headers[name], head.headers[name])
        digest = answer.headers["Docker-Content-Digest"]
        equal(f"digest of {reference}", sha256(data), digest)
        document = json.loads(data)
        equal(f"type of {reference}", document.get("mediaType", answer.headers["Content-Type"]), answer.headers["Content-Type"])
        if self.save:
            with open(os.path.join(self.save, digest.replace(":", "-")), "wb") as file:
                file.write(data)
        if reference != digest:
            _, again = self.registry.call("GET", f"/v2/{self.repository}/manifests/{digest}", headers=ACCEPT)
            equal(f"bytes of {reference} by digest", data, again)
        kind = answer.headers["Content-Type"]
        if kind in INDEXES:
            for child in document["manifests"]:
                equal("child", child["digest"], self.manifest(child["digest"])[0])
        elif kind in MANIFESTS:
            self.image(document)
        else:
            fail(f"unexpected type {kind}")
        return digest, kind

    def blob(self, descriptor):
        answer, data = self.registry.call("GET", f"/v2/{self.repository}/blobs/{descriptor['digest']}")
        equal("blob size", descriptor["size"], len(data))
        equal("blob digest", descriptor["digest"], sha256(data))
        equal("blob digest header", descriptor["digest"], answer.headers["Docker-Content-Digest"])
        equal("content coding", None, answer.headers["Content-Encoding"])
        return data

    def image(self, document):
        config = self.blob(document["config"])
        tars = [unpacked(self.blob(layer)) for layer in document["layers"]]
        if document["config"]["mediaType"].endswith(("image.config.v1+json", "container.image.v1+json")):
            equal("diff_ids", json.loads(config)["rootfs"]["diff_ids"], [sha256(tar) for tar in tars])
            for tar in tars:
                archive = tarfile.open(fileobj=io.BytesIO(tar))
                for entry in archive:
                    if entry.isreg():
                        self.files[os.path.normpath("/" + entry.name)] = sha256(archive.extractfile(entry).read())


def files_below(folder):
    found = {}
    for base, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(base, name)
            if os.path.isfile(path) and not os.path.islink(path):
                with open(path, "rb") as file:
                    found["/" + os.path.relpath(path, folder)] = sha256(file.read())
    return found


def main():
    options = argparse.ArgumentParser()
    for name in ("host", "repository", "reference"):
        options.add_argument(name)
    for name in ("--digest", "--files", "--save", "--type"):
        options.add_argument(name)
    options = options.parse_args()
    walk = Walk(options.host, options.repository, options.save)
    digest, kind = walk.manifest(options.reference)
    if options.digest:
        equal("digest", options.digest, digest)
    if options.type:
        equal("type", options.type, kind)
    if options.files:
        expected = files_below(options.files)
        if not expected:
            fail("nothing to compare with")
        equal("files", expected, walk.files)
    print(digest)


main()
