"""pushes.py FOLDER PUSHES [SECONDS]: that many chunked pushes through the balancer of replicas.py, every request to any
replica, while a replica is killed every SECONDS (5). Clients try again as real ones do: they ask how far the upload is and
go on there. In the end every blob and tag that was acknowledged must be there with its bytes, and of uploads nothing once
they have expired. A replica that is killed between the last byte of a blob and the commit that names it leaves a blob that
nobody knows, at most one for each client: collecting these is not what is asked here, so they are counted."""

import hashlib
import http.client
import json
import os
import random
import signal
import sys
import threading
import time

CLIENTS = 8
PATIENCE = 120


def sha256(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Refused(Exception):
    """An answer that trying again does not change."""


class Client:
    """Sends every request on a connection of its own."""

    def __init__(self, port):
        self.port, self.tries, self.answers = port, 0, {}

    def ask(self, method, path, body=None, headers=None):
        """One request; nothing when there was no whole answer, or one that asks for patience."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            whole = answer.status, answer.headers, answer.read()
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()
        self.answers[answer.status] = self.answers.get(answer.status, 0) + 1
        if answer.status in (429, 503):
            assert answer.headers["Retry-After"], "an answer that asks for patience says for how long"
            assert json.loads(whole[2])["errors"], "it has a body as the specification wants it"
            return None
        if answer.status >= 500:
            raise Refused(f"{method} {path}: {answer.status} {whole[2][:300]}")
        return whole

    def insist(self, what):
        """Tries again until there is an answer."""
        end = time.monotonic() + PATIENCE
        while True:
            answer = what()
            if answer is not None:
                return answer
            self.tries += 1
            if time.monotonic() > end:
                raise Refused("no answer in time")
            time.sleep(random.uniform(0.05, 0.4))

    def push(self, name, data, chunk):
        """A push in chunks that goes on where the registry says it is."""
        digest = sha256(data)
        while True:
            begun = self.insist(lambda: self.ask("POST", f"/v2/{name}/blobs/uploads/"))
            if begun[0] != 202:
                raise Refused(f"POST: {begun[0]} {begun[2][:300]}")
            if self.chunks(begun[1]["Location"], data, chunk) and self.finish(name, begun[1]["Location"], digest):
                return digest

    def chunks(self, location, data, chunk):
        """Whether all of them are there; not when the upload is gone."""
        offset = 0
        while offset < len(data):
            part = data[offset : offset + chunk]
            headers = {"Content-Range": f"{offset}-{offset + len(part) - 1}", "Content-Type": "application/octet-stream"}
            answer = self.ask("PATCH", location, part, headers)
            # 409 and 416: the try before is still under way, or has arrived.
            if answer is None or answer[0] in (409, 416):
                self.tries += 1
                answer = self.insist(lambda: self.ask("GET", location))
            if answer[0] == 404:
                return False
            if answer[0] not in (202, 204):
                raise Refused(f"PATCH: {answer[0]} {answer[2][:300]}")
            # What is written for one byte stands for none too; no chunk here is of one byte.
            last = int(answer[1]["Range"].split("-")[1])
            offset = last + 1 if last else 0
        return True

    def finish(self, name, location, digest):
        """Whether the blob is there; not when the upload is gone without it."""
        answer = self.insist(lambda: self.unless_busy(self.ask("PUT", f"{location}?digest={digest}")))
        if answer[0] == 201:
            return True
        if answer[0] != 404:
            raise Refused(f"PUT: {answer[0]} {answer[2][:300]}")
        # The answer to an earlier try was lost on its way.
        return self.insist(lambda: self.ask("HEAD", f"/v2/{name}/blobs/{digest}"))[0] == 200

    @staticmethod
    def unless_busy(answer):
        """Nothing while the try before is still under way."""
        return None if answer and answer[0] == 409 else answer

    def tag(self, name, tag, blob, size):
        kind = "application/vnd.oci.image.manifest.v1+json"
        described = {"mediaType": "application/octet-stream", "digest": blob, "size": size}
        text = {"schemaVersion": 2, "mediaType": kind, "config": described, "layers": [described]}
        manifest = json.dumps(text).encode()
        answer = self.insist(lambda: self.ask("PUT", f"/v2/{name}/manifests/{tag}", manifest, {"Content-Type": kind}))
        if answer[0] != 201:
            raise Refused(f"manifest: {answer[0]} {answer[2][:300]}")
        return manifest


def blob(number):
    """Mostly small, some of several parts, always the same for a number."""
    draw = random.Random(number)
    size = draw.randrange(11 << 20, 18 << 20) if number % 40 == 0 else draw.randrange(10, 300_000)
    return draw.randbytes(size), draw.choice([size // 3 + 1, size // 5 + 1, size])


class Work:
    """What is to be pushed, and what was acknowledged."""

    def __init__(self, port, pushes):
        self.port, self.left, self.lock = port, list(range(pushes)), threading.Lock()
        self.done, self.failed, self.clients = {}, [], []

    def run(self):
        client = Client(self.port)
        self.clients.append(client)
        while True:
            with self.lock:
                if not self.left:
                    return
                number = self.left.pop()
            data, chunk = blob(number)
            name, tag = f"replicas/{number % 10}", f"v{number}"
            try:
                digest = client.push(name, data, chunk)
                self.done[number] = name, tag, digest, client.tag(name, tag, digest, len(data))
            except Exception as error:  # pylint: disable=broad-except
                self.failed.append(f"push {number}: {error!r}")


def kill_now_and_then(folder, seconds, over):
    """How many replicas were killed until it was over."""
    killed = 0
    while not over.wait(seconds):
        with open(f"{folder}/pid.{killed % 3}", encoding="ascii") as file:
            os.kill(int(file.read()), signal.SIGKILL)
        killed += 1
    return killed


def check(work):
    """What was acknowledged and is not there."""
    client, lost = Client(work.port), []
    for number, (name, tag, digest, manifest) in work.done.items():
        body = client.insist(lambda: client.ask("GET", f"/v2/{name}/blobs/{digest}"))[2]
        if body != blob(number)[0]:
            lost.append(digest)
        if client.insist(lambda: client.ask("GET", f"/v2/{name}/manifests/{tag}"))[2] != manifest:
            lost.append(f"{name}:{tag}")
    return lost


def files(folder):
    return [os.path.join(place, name) for place, _, names in os.walk(folder) for name in names]


def bucket(folder):
    """How many blobs lie in the bucket, and what else: bytes of uploads."""
    place = f"{folder}/s3/registry"
    objects = [os.path.relpath(path, place) for path in files(place)]
    others = [path for path in objects if not path.startswith("blobs/")]
    return len(objects) - len(others), others


def main(folder, pushes, seconds=5.0):
    with open(f"{folder}/port", encoding="ascii") as file:
        work, over = Work(int(file.read()), int(pushes)), threading.Event()
    killed, (before, _) = [], bucket(folder)
    killer = threading.Thread(target=lambda: killed.append(kill_now_and_then(folder, float(seconds), over)))
    clients = [threading.Thread(target=work.run) for _ in range(CLIENTS)]
    began = time.monotonic()
    for thread in [killer, *clients]:
        thread.start()
    for thread in clients:
        thread.join()
    took = time.monotonic() - began
    over.set()
    killer.join()
    lost = check(work)
    end = time.monotonic() + 180
    while (rest := bucket(folder))[1] and time.monotonic() < end:
        time.sleep(1)
    unknown = rest[0] - before - len({digest for _, _, digest, _ in work.done.values()})
    expired = time.monotonic() + 180 - end
    tries = sum(client.tries for client in work.clients)
    answers = {}
    for client in work.clients:
        for status, count in client.answers.items():
            answers[status] = answers.get(status, 0) + count
    print(f"{len(work.done)} of {pushes} pushes in {took:.0f} s; replicas killed: {killed[0]}; tried again: {tries} times")
    print(f"answers: {dict(sorted(answers.items()))}; lost: {len(lost)}; failed: {len(work.failed)}; "
          f"blobs nobody knows: {unknown}; other objects: {rest[1]}, {expired:.0f} s later")
    for line in [*work.failed, *lost][:20]:
        print(line)
    assert killed[0] > 0, "no replica was killed: more pushes are needed"
    assert len(work.done) == int(pushes) and not lost and not rest[1]
    assert 0 <= unknown <= killed[0] * CLIENTS


if __name__ == "__main__":
    main(*sys.argv[1:])
