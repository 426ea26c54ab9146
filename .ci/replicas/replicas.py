"""replicas.py BINARY VERSITYGW FOLDER: a PostgreSQL, an S3 server, three replicas of a registry on both, and HAProxy in
front: on one port it sends every connection to any replica that is ready, on another every request. Writes these to
FOLDER/port and FOLDER/port.http, and the ids of the replicas' processes to FOLDER/pid.0 to pid.2, starts a replica again
whenever it ends, and ends everything when it is told to (SIGTERM). REPLICA_LOG_LEVEL=info and the like are settings of
the replicas, REPLICAS is how many they are. FOLDER must be one that PostgreSQL's user may enter."""

import glob
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

REPLICAS = int(os.environ.get("REPLICAS", "3"))
KEY, SECRET, BUCKET = "testtest", "testsecret", "registry"
BALANCER = """
global
  maxconn 4000
defaults
  mode tcp
  maxconn 4000
  timeout connect 2s
  timeout client 5m
  timeout server 5m
  retries 2
  option redispatch 1
  balance random(1)
  option httpchk GET /readyz
  timeout check 5s
  default-server check inter 500ms fall 2 rise 1
listen connections
  bind 127.0.0.1:{port}
{servers}
listen requests
  mode http
  bind 127.0.0.1:{http}
{servers}
"""


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def within(seconds, what, condition):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"not in {seconds} s: {what}")
        time.sleep(0.05)


def write(path, number):
    """In one piece."""
    with open(f"{path}.new", "w", encoding="ascii") as file:
        file.write(str(number))
    os.rename(file.name, path)


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


class Postgres:
    """A cluster of its own, durable, on a socket in its folder."""

    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        os.makedirs(folder)
        shutil.chown(folder, "postgres")
        self.program("initdb", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C")
        options = f"-p {self.port} -k {folder} -c listen_addresses=''"
        self.program("pg_ctl", "-w", "-l", f"{folder}/log", "-o", options, "start")
        host = ["-h", folder, "-p", str(self.port), "-U", "postgres"]
        subprocess.run(["createdb", *host, "registry"], check=True)
        self.url = f"host={folder} port={self.port} user=postgres dbname=registry"

    def program(self, name, *arguments):
        path = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"))[-1]
        command = ["runuser", "-u", "postgres", "--", path, "-D", f"{self.folder}/data", *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    def stop(self):
        self.program("pg_ctl", "-w", "-m", "fast", "stop")


class Process:
    """A process of ours that writes to a log."""

    def __init__(self, log, command, settings=None):
        kept = {name: value for name, value in os.environ.items() if not name.startswith("REGISTRY_")}
        with open(log, "ab") as file:
            self.child = subprocess.Popen(
                command, env=kept | (settings or {}), stdin=subprocess.DEVNULL, stdout=file, stderr=file
            )

    def stop(self):
        self.child.terminate()
        try:
            self.child.wait(timeout=40)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()


def store(folder, program):
    """An S3 server with an empty bucket: its address, and its process."""
    os.makedirs(f"{folder}/s3/{BUCKET}")
    address = f"127.0.0.1:{free_port()}"
    credentials = {"ROOT_ACCESS_KEY": KEY, "ROOT_SECRET_KEY": SECRET}
    process = Process(f"{folder}/s3.log", [program, "-q", "--port", address, "posix", f"{folder}/s3"], credentials)
    within(30, "the S3 server", lambda: answers(f"http://{address}/{BUCKET}"))
    return f"http://{address}", process


class Replica:
    """One of the registries, always on the same port."""

    def __init__(self, folder, number, binary, settings):
        self.folder, self.number, self.settings = folder, number, settings
        self.port = free_port()
        data = f"{folder}/data.{number}"
        self.command = [binary, "serve", "--listen", f"127.0.0.1:{self.port}", "--data", data]
        self.start()

    def start(self):
        self.process = Process(f"{self.folder}/replica.{self.number}.log", self.command, self.settings)
        write(f"{self.folder}/pid.{self.number}", self.process.child.pid)

    def keep(self):
        """Starts it again when it has ended, as whoever runs replicas does."""
        if self.process.child.poll() is not None:
            self.start()


def balancer(folder, replicas):
    port, http = free_port(), free_port()
    servers = "\n".join(f"  server replica{one.number} 127.0.0.1:{one.port}" for one in replicas)
    with open(f"{folder}/haproxy.cfg", "w", encoding="ascii") as file:
        file.write(BALANCER.format(port=port, http=http, servers=servers))
    write(f"{folder}/port.http", http)
    return port, Process(f"{folder}/haproxy.log", ["haproxy", "-q", "-db", "-f", file.name])


def run(binary, versitygw, folder):
    running = []

    def end(*_):
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)
    try:
        database = Postgres(f"{folder}/pg")
        running.append(database)
        endpoint, process = store(folder, versitygw)
        running.append(process)
        settings = {
            "REGISTRY_STORAGE_METADATA": "postgres",
            "REGISTRY_POSTGRES_URL": database.url,
            "REGISTRY_STORAGE_BLOBS": "s3",
            "REGISTRY_S3_ENDPOINT": endpoint,
            "REGISTRY_S3_BUCKET": BUCKET,
            "REGISTRY_S3_ACCESS_KEY": KEY,
            "REGISTRY_S3_SECRET_KEY": SECRET,
            "REGISTRY_UPLOADS_EXPIRE": "60s",
            "REGISTRY_LOG_LEVEL": "warn",
        }
        wanted = {name: value for name, value in os.environ.items() if name.startswith("REPLICA_")}
        settings |= {name.replace("REPLICA_", "REGISTRY_", 1): value for name, value in wanted.items()}
        replicas = [Replica(folder, number, binary, settings) for number in range(REPLICAS)]
        port, process = balancer(folder, replicas)
        running.append(process)
        for one in replicas:
            within(30, f"replica {one.number}", lambda one=one: answers(f"http://127.0.0.1:{one.port}/readyz"))
        with open(f"{folder}/port.http", encoding="ascii") as file:
            ports = [port, file.read()]
        for one in ports:
            within(30, "the balancer", lambda one=one: answers(f"http://127.0.0.1:{one}/v2/"))
        write(f"{folder}/port", port)
        try:
            while True:
                for one in replicas:
                    one.keep()
                time.sleep(0.05)
        finally:
            for one in replicas:
                one.process.stop()
    finally:
        for one in reversed(running):
            one.stop()


if __name__ == "__main__":
    run(*sys.argv[1:4])
