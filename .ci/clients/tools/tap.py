"""tap.py PORT HOST LOG: forwards connections on 127.0.0.1:PORT to HOST unchanged and writes down what went through:
`REQ METHOD TARGET`, `RANGE VALUE` and `STATUS CODE TYPE` as they pass. On SIGUSR1 it writes the number of bytes that
clients sent so far to LOG.up, and of those that they received to LOG.down."""

import asyncio
import os
import re
import signal
import sys

REQUEST = re.compile(rb"(GET|HEAD|PUT|POST|PATCH|DELETE) (/v2/\S*) HTTP/1\.[01]\r\n((?:[!-~]+:[^\r\n]*\r\n)*)\r\n")
STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})[^\r\n]*\r\n((?:[!-~]+:[^\r\n]*\r\n)*)\r\n")
KEEP = 16384


def header(name, fields):
    found = re.search(rb"(?im)^" + name + rb":[ \t]*([^\r\n]*)", fields)
    return found.group(1).decode() if found else "-"


class Tap:
    def __init__(self, host, log):
        self.host, self.port = host.rsplit(":", 1)
        self.name, self.log = log, open(log, "a", buffering=1)
        self.bytes = {"up": 0, "down": 0}

    def totals(self):
        for way, count in self.bytes.items():
            with open(f"{self.name}.{way}.new", "w") as file:
                print(count, file=file)
            os.rename(f"{self.name}.{way}.new", f"{self.name}.{way}")

    async def pump(self, way, reader, writer, pattern, tell):
        """Copies, and reports each match of the pattern once, also where it crosses two reads."""
        tail = b""
        try:
            while data := await reader.read(65536):
                self.bytes[way] += len(data)
                tail += data
                end = 0
                for match in pattern.finditer(tail):
                    tell(match)
                    end = match.end()
                tail = tail[max(end, len(tail) - KEEP):]
                writer.write(data)
                await writer.drain()
            writer.write_eof()
        except (ConnectionError, OSError):
            writer.close()

    def request(self, match):
        print("REQ", match.group(1).decode(), match.group(2).decode(), file=self.log)
        wanted = header(b"range", match.group(3))
        if wanted != "-":
            print("RANGE", wanted.replace(" ", ""), file=self.log)

    def status(self, match):
        print("STATUS", match.group(1).decode(), header(b"content-type", match.group(2)), file=self.log)

    async def serve(self, reader, writer):
        try:
            to_reader, to_writer = await asyncio.open_connection(self.host, int(self.port))
        except OSError:
            writer.close()
            return
        await asyncio.gather(
            self.pump("up", reader, to_writer, REQUEST, self.request),
            self.pump("down", to_reader, writer, STATUS, self.status),
        )
        writer.close()
        to_writer.close()


async def main():
    port, host, log = sys.argv[1:]
    tap = Tap(host, log)
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, tap.totals)
    server = await asyncio.start_server(tap.serve, "127.0.0.1", int(port))
    async with server:
        await server.serve_forever()


asyncio.run(main())
