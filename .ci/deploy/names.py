"""A name server that knows one name: every question for an A record is answered by the addresses in a file.

usage: names.py ADDRESS PORT FILE
"""

import socket
import struct
import sys

A = 1


def answer(query, addresses):
    """The answer to a query with one question, or nothing to what is none."""
    if len(query) < 17:
        return b""
    end = query.index(b"\0", 12) + 5
    kind = struct.unpack("!H", query[end - 4 : end - 2])[0]
    found = addresses if kind == A else []
    # An answer, with authority, to the question as it came; the name is the one in the question.
    head = query[:2] + struct.pack("!HHHHH", 0x8580, 1, len(found), 0, 0)
    rows = (struct.pack("!HHHIH", 0xC00C, A, 1, 1, 4) + socket.inet_aton(address) for address in found)
    return head + query[12:end] + b"".join(rows)


def main():
    address, port, path = sys.argv[1:]
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((address, int(port)))
    while True:
        query, client = server.recvfrom(4096)
        with open(path, encoding="ascii") as file:
            server.sendto(answer(query, file.read().split()), client)


main()
