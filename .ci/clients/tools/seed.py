"""seed.py image HOST REPOSITORY TAG      pushes a small image of two random layers
seed.py index HOST REPOSITORY TAG      pushes an index of two platforms, amd64 and arm64, with such an image each
seed.py archive FILE NAME              writes such an index to a file, as an OCI layout that calls it NAME
seed.py tags HOST REPOSITORY COUNT     puts such an image under COUNT tags, tag-00000 and on, in a random order

Each prints the digest. All content is new every time."""

import gzip
import io
import json
import random
import sys
import tarfile

from registry import Registry, random_bytes, sha256

OCI = "application/vnd.oci.image."


def packed(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            entry.mode = 0o644
            tar.addfile(entry, io.BytesIO(data))
    return out.getvalue()


class Content:
    """Blobs and manifests that belong together; a manifest comes after what it refers to."""

    def __init__(self):
        self.blobs, self.manifests = [], []

    def blob(self, kind, data):
        self.blobs.append(data)
        return {"mediaType": OCI + kind, "digest": sha256(data), "size": len(data)}

    def manifest(self, kind, **fields):
        data = json.dumps({"schemaVersion": 2, "mediaType": OCI + kind, **fields}).encode()
        self.manifests.append(data)
        return {"mediaType": OCI + kind, "digest": sha256(data), "size": len(data)}

    def image(self, architecture="amd64"):
        tars = [packed({name: random_bytes(400_000)}) for name in ("one.bin", "two.bin")]
        config = {
            "architecture": architecture, "os": "linux", "config": {},
            "rootfs": {"type": "layers", "diff_ids": [sha256(tar) for tar in tars]},
        }
        return self.manifest(
            "manifest.v1+json",
            config=self.blob("config.v1+json", json.dumps(config).encode()),
            layers=[self.blob("layer.v1.tar+gzip", gzip.compress(tar, 1)) for tar in tars],
        )

    def index(self):
        children = [
            {**self.image(architecture), "platform": {"os": "linux", "architecture": architecture}}
            for architecture in ("amd64", "arm64")
        ]
        return self.manifest("index.v1+json", manifests=children)

    def push(self, registry, repository, tag):
        for data in self.blobs:
            registry.upload(repository, data)
        for data in self.manifests[:-1]:
            registry.put_manifest(repository, sha256(data), data)
        registry.put_manifest(repository, tag, self.manifests[-1])

    def archive(self, root, name):
        root = {**root, "annotations": {"io.containerd.image.name": name}}
        files = {
            "oci-layout": b'{"imageLayoutVersion": "1.0.0"}',
            "index.json": json.dumps({"schemaVersion": 2, "manifests": [root]}).encode(),
        }
        for data in self.blobs + self.manifests:
            files["blobs/sha256/" + sha256(data).removeprefix("sha256:")] = data
        return packed(files)


def main():
    verb, *rest = sys.argv[1:]
    content = Content()
    root = content.index() if verb in ("index", "archive") else content.image()
    if verb == "archive":
        with open(rest[0], "wb") as file:
            file.write(content.archive(root, rest[1]))
    elif verb in ("image", "index"):
        content.push(Registry(rest[0]), rest[1], rest[2])
    elif verb == "tags":
        registry, names = Registry(rest[0]), [f"tag-{number:05}" for number in range(int(rest[2]))]
        random.shuffle(names)
        content.push(registry, rest[1], names[0])
        for name in names[1:]:
            registry.put_manifest(rest[1], name, content.manifests[-1])
    else:
        raise SystemExit(__doc__)
    print(root["digest"])


main()
