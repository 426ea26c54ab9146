"""Pushes and pulls through a registry whose bucket is hard to reach, and looks at what is there afterwards.

    storm.py HOST:PORT DESCRIPTOR

Whatever is written to the descriptor (`storm` or `fine`, a line each) is the weather. While it is bad, an answer is right or
503 with Retry-After and a body of the specification, or its body breaks off; nothing else. Afterwards all that was
acknowledged is there.
"""

import hashlib
import http.client
import json
import os
import random
import sys
import threading
import time

ADDRESS, WEATHER = sys.argv[1], int(sys.argv[2])
SIZES = [10_000, 200_000, 9_000_000, 20_000_000]
REPOSITORY = "/v2/weather/blobs/"
WRITERS, ROUNDS, LONGEST = 4, 6, 110
seen = {"right": 0, "503": 0, "cut": 0}
kept, wrong, lock = {}, [], threading.Lock()


def note(what):
    with lock:
        seen[what] += 1


def ask(method, path, body=None, headers=None):
    """Status, headers and body; nothing when there is to be another try."""
    begun = time.monotonic()
    connection = http.client.HTTPConnection(ADDRESS, timeout=LONGEST)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        data = answer.read()
    except (http.client.IncompleteRead, ConnectionError):
        note("cut")
        return None
    finally:
        connection.close()
    if time.monotonic() - begun > LONGEST:
        wrong.append(f"{method} {path} took {time.monotonic() - begun:.0f} s")
    if answer.status == 503:
        note("503")
        if int(answer.headers["Retry-After"]) < 1 or json.loads(data)["errors"][0]["code"] != "UNAVAILABLE":
            wrong.append(f"{method} {path}: a 503 without what belongs to it")
        return None
    if answer.status >= 500:
        wrong.append(f"{method} {path}: {answer.status} {data[:300]}")
    return answer.status, answer.headers, data


def insist(method, path, body=None, headers=None):
    while True:
        got = ask(method, path, body, headers)
        if got:
            return got
        time.sleep(0.1)


def push(data):
    digest = "sha256:" + hashlib.sha256(data).hexdigest()
    status, headers, _ = insist("POST", REPOSITORY + "uploads/", b"")
    assert status == 202, status
    location, at, middle = headers["Location"], 0, len(data) // 3
    while at < len(data):
        end = middle if at < middle else len(data)
        got = ask("PATCH", location, data[at:end], {"Content-Range": f"{at}-{end - 1}"})
        status, headers, _ = got or insist("GET", location)
        assert status in (202, 204), status
        last = int(headers["Range"].split("-")[1])
        at = last + 1 if last else 0
    status, _, text = insist("PUT", f"{location}?digest={digest}", b"")
    assert status == 201, (status, text)
    with lock:
        kept[digest] = data


def pull(digest, data):
    got = ask("GET", REPOSITORY + digest)
    if got and (got[0] != 200 or got[2] != data):
        wrong.append(f"{digest}: {got[0]} with {len(got[2])} of {len(data)} bytes")
    elif got:
        note("right")


def write(writer):
    drawn = random.Random(writer)
    try:
        for turn in range(ROUNDS):
            push(drawn.randbytes(SIZES[(turn + writer) % len(SIZES)]))
            with lock:
                known = list(kept.items())
            pull(*drawn.choice(known))
    except Exception as failure:  # pylint: disable=broad-except
        wrong.append(f"writer {writer}: {failure!r}")


def weather(word):
    os.write(WEATHER, f"{word}\n".encode())


weather("storm")
writers = [threading.Thread(target=write, args=[writer]) for writer in range(WRITERS)]
for thread in writers:
    thread.start()
for thread in writers:
    thread.join()
weather("fine")
for digest, data in kept.items():
    status, _, found = insist("GET", REPOSITORY + digest)
    if status != 200 or found != data:
        wrong.append(f"afterwards {digest}: {status}")
print(f"{len(kept)} blobs acknowledged and there; {seen}")
if wrong or len(kept) != WRITERS * ROUNDS:
    sys.exit("\n".join(wrong) or "some were never acknowledged")
