"""artifact.py push|pull|tags HOST NAME FOLDER: the oras library at work."""

import os
import sys

from oras.client import OrasClient


def main():
    verb, host, name, folder = sys.argv[1:]
    client = OrasClient(hostname=host, insecure=True)
    target = f"{host}/{name}"
    if verb == "push":
        os.chdir(folder)
        client.push(target=target, files=sorted(os.listdir(".")), manifest_annotations={"com.example.kind": "black-box"})
    elif verb == "pull":
        print(client.pull(target=target, outdir=folder))
    elif verb == "tags":
        print("\n".join(client.get_tags(target)))
    else:
        raise SystemExit(__doc__)


main()
