"""seed.py image HOST REPOSITORY TAG      pushes a small image of two random layers; prints its digest
seed.py index HOST REPOSITORY TAG      pushes an index of two platforms, amd64 and arm64; prints its digest
seed.py tags HOST REPOSITORY COUNT     pushes one image and puts it under COUNT tags, tag-00000 and on, in a random order
"""

import gzip
import io
import json
import random
import sys
import tarfile

from registry import Registry, random_bytes, sha256

OCI = "application/vnd.oci.image."


def layer(name):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        data = random_bytes(400_000)
        entry = tarfile.TarInfo(name)
        entry.size = len(data)
        entry.mode = 0o644
        tar.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def descriptor(kind, digest, size, **more):
    return {"mediaType": kind, "digest": digest, "size": size, **more}


def image(registry, repository, reference=None, architecture="amd64"):
    tars = [layer("one.bin"), layer("two.bin")]
    layers = [gzip.compress(data, 1) for data in tars]
    config = json.dumps({
        "architecture": architecture, "os": "linux", "config": {},
        "rootfs": {"type": "layers", "diff_ids": [sha256(data) for data in tars]},
    }).encode()
    document = json.dumps({
        "schemaVersion": 2, "mediaType": OCI + "manifest.v1+json",
        "config": descriptor(OCI + "config.v1+json", registry.upload(repository, config), len(config)),
        "layers": [descriptor(OCI + "layer.v1.tar+gzip", registry.upload(repository, data), len(data)) for data in layers],
    }).encode()
    return registry.put_manifest(repository, reference or sha256(document), document)


def main():
    verb, host, repository, last = sys.argv[1:]
    registry = Registry(host)
    if verb == "image":
        print(image(registry, repository, last)[0])
    elif verb == "index":
        children = []
        for architecture in ("amd64", "arm64"):
            digest, size = image(registry, repository, architecture=architecture)
            platform = {"os": "linux", "architecture": architecture}
            children.append(descriptor(OCI + "manifest.v1+json", digest, size, platform=platform))
        document = {"schemaVersion": 2, "mediaType": OCI + "index.v1+json", "manifests": children}
        print(registry.put_manifest(repository, last, document)[0])
    elif verb == "tags":
        digest, _ = image(registry, repository)
        _, document = registry.call("GET", f"/v2/{repository}/manifests/{digest}", headers={"Accept": OCI + "manifest.v1+json"})
        names = [f"tag-{number:05}" for number in range(int(last))]
        random.shuffle(names)
        for name in names:
            registry.put_manifest(repository, name, document)
        print(digest)
    else:
        raise SystemExit(__doc__)


main()
