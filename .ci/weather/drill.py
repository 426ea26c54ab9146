"""drill.py BINARY PROMETHEUS FOLDER RULES DASHBOARD: a bad day of a registry, seen as its operator sees it.

A Prometheus watches a registry whose data folder FOLDER is a small file system. It is loaded, its disk is filled, space
comes back, it is killed and started again. Every query of the dashboard must have an answer, every alert rule must work,
and the alert that belongs to a full disk must be raised; see `drill` beside this file."""

import http.client
import json
import os
import select
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

from registry import Registry, manifest, sha256

CONNECTIONS = 20
CONFIG = """
[http]
admin = "{admin}"
[limits]
connections_per_address = {connections}
[[webhooks]]
name = "down"
url = "http://127.0.0.1:{nobody}/"
"""


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Prometheus:
    """The program of that name, which asks the registry each second."""

    def __init__(self, program, folder, rules, target):
        self.port = free_port()
        config = os.path.join(folder, "prometheus.yml")
        with open(config, "w", encoding="utf-8") as file:
            # JSON is YAML.
            json.dump(
                {
                    "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
                    "rule_files": [rules],
                    "scrape_configs": [{"job_name": "registry", "static_configs": [{"targets": [target]}]}],
                },
                file,
            )
        self.process = subprocess.Popen(
            [
                program,
                f"--config.file={config}",
                f"--storage.tsdb.path={os.path.join(folder, 'measured')}",
                f"--web.listen-address=127.0.0.1:{self.port}",
                "--log.level=error",
            ]
        )

    def ask(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", f"/api/v1/{path}")
            return json.loads(connection.getresponse().read())["data"]
        except OSError:
            return None
        finally:
            connection.close()

    def query(self, expression):
        """The numbers that a query answers."""
        found = self.ask("query?" + urllib.parse.urlencode({"query": expression}))
        return [float(sample["value"][1]) for sample in found["result"]] if found else []

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=20)


def eventually(what, condition, seconds=40):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not in {seconds} s: {what}"
        time.sleep(0.2)


def load(registry, number):
    """An hour's work: an image is pushed and pulled, and clients make their mistakes."""
    layers = [os.urandom(100_000), str(number).encode()]
    for data in layers:
        assert registry.push_blob("drill/app", data)[0] == 201
    image = manifest(layers[1], layers[:1], note=str(number))
    assert registry.push_manifest("drill/app", f"v{number}", image)[0] == 201
    status, _, body = registry.ask("GET", f"/v2/drill/app/manifests/v{number}")
    assert (status, body) == (200, image)
    assert registry.ask("GET", f"/v2/drill/app/blobs/{sha256(layers[0])}")[2] == layers[0]
    assert registry.ask("POST", "/v2/drill/app/blobs/uploads/")[0] == 202
    assert registry.ask("GET", "/v2/drill/app/manifests/none")[0] == 404
    assert registry.ask("GET", "/v2/" + "x" * 40_000)[0] == 414
    return f"v{number}", image


def walk_away(registry, digest):
    """A client that goes in the middle of a download."""
    with socket.create_connection(("127.0.0.1", registry.port)) as client:
        client.sendall(f"GET /v2/drill/app/blobs/{digest} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert client.recv(100)


def crowd(registry):
    """More connections than one address may have."""
    clients = [socket.create_connection(("127.0.0.1", registry.port)) for _ in range(CONNECTIONS + 1)]
    # Not always the last: one who walked away may be counted until a moment before.
    answered, _, _ = select.select(clients, [], [], 30)
    assert answered and all(b"429" in client.recv(100) for client in answered)
    for client in clients:
        client.close()


def fill(folder, registry):
    """Takes the last space; how many pushes were refused."""
    with open(os.path.join(folder, "filler"), "wb", buffering=0) as filler:
        try:
            while True:
                filler.write(bytes(1 << 16))
        except OSError:
            pass
    refused = [registry.push_blob("drill/app", os.urandom(200_000))[0] for _ in range(5)]
    assert set(refused) == {507}, refused
    os.remove(os.path.join(folder, "filler"))
    return len(refused)


def panels(dashboard):
    """Title and query of every graph."""
    with open(dashboard, encoding="utf-8") as file:
        rows = json.load(file)["panels"]
    while rows:
        panel = rows.pop(0)
        rows.extend(panel.get("panels", []))
        for target in panel.get("targets", []):
            query = target["expr"].replace("$instance", ".*").replace("$__rate_interval", "2m")
            assert "$" not in query, query
            yield panel["title"], query


def read_dashboard(prometheus, dashboard):
    """Waits until every graph shows a number."""
    shown = 0
    for title, query in panels(dashboard):
        eventually(f"{title}: {query}", lambda query=query: any(value == value for value in prometheus.query(query)))
        shown += 1
    assert shown > 15, shown
    return shown


def raised(prometheus, name):
    found = prometheus.ask("alerts") or {"alerts": []}
    return any(alert["labels"]["alertname"] == name and alert["state"] == "firing" for alert in found["alerts"])


def drill(binary, program, folder, rules, dashboard, scratch):
    admin = f"127.0.0.1:{free_port()}"
    config = os.path.join(scratch, "registry.toml")
    with open(config, "w", encoding="utf-8") as file:
        file.write(CONFIG.format(admin=admin, connections=CONNECTIONS, nobody=free_port()))
    registry = Registry(binary, os.path.join(folder, "data"), arguments=["--config", config])
    prometheus = Prometheus(program, scratch, rules, admin)
    try:
        eventually("the first measurement", lambda: prometheus.query("registry_ready") == [1])
        big = os.urandom(8 << 20)
        assert registry.push_blob("drill/app", big)[0] == 201
        tags = {}
        for number in range(20):
            tags.update([load(registry, number)])
        walk_away(registry, sha256(big))
        crowd(registry)
        refused = fill(folder, registry)
        eventually("an alert for the full disk", lambda: raised(prometheus, "RegistryOutOfSpace"))
        tags.update([load(registry, 20)])
        shown = read_dashboard(prometheus, dashboard)
        began = prometheus.query("registry_start_time_seconds")
        registry.kill()
        eventually("that it is down", lambda: prometheus.query("up") == [0])
        registry.start()
        eventually("that it is up again", lambda: prometheus.query("registry_start_time_seconds > %f" % began[0]))
        for tag, image in tags.items():
            assert registry.ask("GET", f"/v2/drill/app/manifests/{tag}")[2] == image, tag
        tags.update([load(registry, 21)])
        groups = prometheus.ask("rules")["groups"]
        states = {rule["name"]: rule["health"] for group in groups for rule in group["rules"]}
        assert states and set(states.values()) == {"ok"}, states
        print(f"{len(tags)} images; {refused} pushes refused on a full disk, and an alert raised; killed once;")
        print(f"{shown} queries of the dashboard answered; {len(states)} alert rules in order; all images there")
    finally:
        prometheus.stop()
        registry.stop()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        drill(*sys.argv[1:6], place)
