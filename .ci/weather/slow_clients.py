"""slow_clients.py BINARY [--clients N] [--rounds N] [--seconds N] [--short]: what slow clients cost a normal one.

A third of them sends a head byte by byte, a third a body, and a third reads a large blob byte by byte. The normal
client asks for a manifest and a small blob in turn on one connection, in rounds with and without the slow ones. Then
it is waited for until the server has closed all slow ones: what is still in the system's buffers hides that from a slow
reader, so it is the sockets of the server that are counted. With --short the limits are seconds instead of minutes.
"""

import argparse
import http.client
import json
import multiprocessing
import os
import socket
import statistics
import sys
import tempfile
import time

from registry import Registry, manifest, sha256

SHORT = {"REGISTRY_LIMITS_HEADER_TIMEOUT": "2s", "REGISTRY_LIMITS_BODY_IDLE_TIMEOUT": "4s"}


def connect(port, kind, location, blob):
    """A slow client after its first bytes."""
    sock = socket.socket()
    if kind == "reader":
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.connect(("127.0.0.1", port))
    first = {
        "head": "GET /v2/ HTTP/1.1\r\nHost: x\r\nX-Slow: ",
        "body": f"PATCH {location} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nx",
        "reader": f"GET /v2/slow/clients/blobs/{blob} HTTP/1.1\r\nHost: x\r\n\r\n",
    }[kind]
    sock.sendall(first.encode())
    sock.setblocking(False)
    return sock


def turn(sock, kind):
    """One byte more; what is known of the end, or None while it goes on."""
    try:
        if kind == "reader":
            return None if sock.recv(1) else "closed"
        sock.send(b"x")
        answer = sock.recv(4096)
        return answer.decode(errors="replace").split("\r\n")[0] if answer else "closed"
    except BlockingIOError:
        return None
    except OSError as error:
        return type(error).__name__


def crowd(port, count, locations, blob, ready, stop, ends):
    """The slow clients, in a process of their own: a byte each second for each of them."""
    kinds = [("head", "body", "reader")[number % 3] for number in range(count)]
    open_ones = []
    for number, kind in enumerate(kinds):
        open_ones.append((connect(port, kind, locations[number % len(locations)], blob), kind, time.monotonic()))
    ready.set()
    while open_ones and not stop.wait(1):
        still = []
        for sock, kind, since in open_ones:
            end = turn(sock, kind)
            if end is None:
                still.append((sock, kind, since))
            else:
                ends.put((kind, end, time.monotonic() - since))
                sock.close()
        open_ones = still
    ends.put(("left", len(open_ones), 0))


def normal(port, blob, seconds):
    """How long each request of the normal client took, in milliseconds."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    times, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        for path in ("/v2/slow/clients/manifests/latest", f"/v2/slow/clients/blobs/{blob}"):
            begun = time.perf_counter()
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read()
            times.append((time.perf_counter() - begun) * 1000)
            assert answer.status == 200 and body, answer.status
        time.sleep(0.002)
    connection.close()
    return times


def quantile(times, part):
    return sorted(times)[min(len(times) - 1, int(len(times) * part))]


class Crowd:
    def __init__(self, port, count, locations, blob):
        self.ready, self.stop, self.ends = (multiprocessing.Event(), multiprocessing.Event(), multiprocessing.Queue())
        arguments = (port, count, locations, blob, self.ready, self.stop, self.ends)
        self.process = multiprocessing.Process(target=crowd, args=arguments)
        self.process.start()
        assert self.ready.wait(60)

    def leave(self):
        self.stop.set()
        return self.ended()

    def ended(self, at_most=60):
        """How each of them ended, and how many did not."""
        ends = []
        while not ends or ends[-1][0] != "left":
            ends.append(self.ends.get(timeout=at_most))
        self.process.join()
        return ends[:-1], ends[-1][1]


def prepare(registry, count):
    config, small = b"{}", os.urandom(4096)
    large = os.urandom(64 << 20)
    for data in (config, small, large):
        assert registry.push_blob("slow/clients", data)[0] == 201
    assert registry.push_manifest("slow/clients", "latest", manifest(config, [small]))[0] == 201
    begin = lambda: registry.ask("POST", "/v2/slow/clients/blobs/uploads/")[1]["Location"]
    return [begin() for _ in range(count // 3 + 1)], sha256(small), sha256(large)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("binary")
    options.add_argument("--clients", type=int, default=500)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=float, default=6)
    options.add_argument("--short", action="store_true")
    options = options.parse_args()
    with tempfile.TemporaryDirectory() as data:
        registry = Registry(options.binary, data, SHORT if options.short else {})
        locations, small, large = prepare(registry, options.clients)
        normal(registry.port, small, 2)
        alone, among, ratios = [], [], []
        at_rest, before = registry.memory()[0], registry.sockets()
        memory = at_rest
        for _ in range(options.rounds):
            first = normal(registry.port, small, options.seconds)
            slow = Crowd(registry.port, options.clients, locations, large)
            second = normal(registry.port, small, options.seconds)
            memory = max(memory, registry.memory()[0])
            slow.leave()
            alone += first
            among += second
            ratios.append(quantile(second, 0.99) / quantile(first, 0.99))
        # A slow head or body is told why; a slow reader is just given up.
        slow = Crowd(registry.port, options.clients, locations, large)
        begun = time.monotonic()
        limit = 30 if options.short else 180
        while registry.sockets() > before and time.monotonic() < begun + limit:
            time.sleep(0.2)
        left, took = max(0, registry.sockets() - before), time.monotonic() - begun
        time.sleep(2)
        ends, _ = slow.leave()
        print(f"all slow clients were closed after {took:.0f} s" if left == 0 else f"{left} are left after {took:.0f} s")
        by_kind = {kind: [end for end in ends if end[0] == kind] for kind in ("head", "body", "reader")}
        for kind, found in by_kind.items():
            if found:
                answers = sorted({str(end[1]) for end in found})
                print(f"slow {kind}: {len(found)} ended after {max(end[2] for end in found):.0f} s at most: {answers}")
        count = {kind: sum(1 for number in range(options.clients) if number % 3 == index) for index, kind in enumerate(("head", "body"))}
        seen = all(len(by_kind[kind]) == count[kind] for kind in count)
        status = registry.ask("GET", "/v2/")[0]
        told = all("408" in str(end[1]) or "Reset" in end[1] or "Pipe" in end[1] for k in ("head", "body") for end in by_kind[k])
        print(
            json.dumps(
                {
                    "clients": options.clients,
                    "requests": len(alone) + len(among),
                    "p50 alone": round(quantile(alone, 0.5), 3),
                    "p50 among": round(quantile(among, 0.5), 3),
                    "p99 alone": round(quantile(alone, 0.99), 3),
                    "p99 among": round(quantile(among, 0.99), 3),
                    "p99 ratio, median of rounds": round(statistics.median(ratios), 2),
                    "MiB at rest": round(at_rest, 1),
                    "MiB among": round(memory, 1),
                    "not closed": left,
                }
            )
        )
        assert registry.stop() == 0
        assert status == 200, status
        assert left == 0, f"{left} slow clients were never closed"
        assert seen, "a slow client did not see its end"
        assert told, "a slow client was closed without a word"


if __name__ == "__main__":
    sys.exit(main())
