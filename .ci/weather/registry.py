"""What the checks of bad weather share: a registry as a child process, and requests to it."""

import hashlib
import http.client
import json
import os
import subprocess


def sha256(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Registry:
    """A running `registry serve` on a free port of the loopback interface."""

    def __init__(self, binary, data, settings=None, arguments=()):
        self.command = [binary, "serve", "--listen", "127.0.0.1:0", "--data", data, *arguments]
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("REGISTRY_")}
        self.environment.update(settings or {})
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            self.command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        line = self.process.stdout.readline()
        self.port = int(line.rsplit(":", 1)[1].strip().rstrip("/"))

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.terminate()
        return self.process.wait(timeout=40)

    def memory(self):
        """Resident and peak memory in MiB."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            fields = dict(line.split(":", 1) for line in status)
        return tuple(int(fields[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))

    def sockets(self):
        """How many sockets it holds open: its connections, and those it listens on."""
        folder = f"/proc/{self.process.pid}/fd"
        held = 0
        for name in os.listdir(folder):
            try:
                held += os.readlink(f"{folder}/{name}").startswith("socket:")
            except FileNotFoundError:
                pass
        return held

    def ask(self, method, path, body=None, headers=None):
        """Status, headers and body of one request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def push_blob(self, name, data):
        """The status of a push in one request."""
        return self.ask("POST", f"/v2/{name}/blobs/uploads/?digest={sha256(data)}", data)

    def push_manifest(self, name, tag, manifest):
        media_type = {"Content-Type": "application/vnd.oci.image.manifest.v1+json"}
        return self.ask("PUT", f"/v2/{name}/manifests/{tag}", manifest, media_type)


def manifest(config, layers, note=""):
    """An image manifest of blobs that were pushed before."""

    def descriptor(kind, data):
        return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": sha256(data), "size": len(data)}

    return json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": descriptor("config.v1+json", config),
            "layers": [descriptor("layer.v1.tar", layer) for layer in layers],
            "annotations": {"note": note},
        }
    ).encode()
