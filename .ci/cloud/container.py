"""Makes a container in Azurite, with the account and the key that it has built in.

    container.py PORT NAME
"""

import base64
import email.utils
import hashlib
import hmac
import http.client
import sys

ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="

port, name = int(sys.argv[1]), sys.argv[2]
headers = {"x-ms-date": email.utils.formatdate(usegmt=True), "x-ms-version": "2023-11-03"}
lines = ["PUT"] + [""] * 11 + [f"{key}:{value}" for key, value in sorted(headers.items())]
lines += [f"/{ACCOUNT}/{ACCOUNT}/{name}", "restype:container"]
signature = hmac.new(base64.b64decode(KEY), "\n".join(lines).encode(), hashlib.sha256).digest()
headers["Authorization"] = f"SharedKey {ACCOUNT}:{base64.b64encode(signature).decode()}"
connection = http.client.HTTPConnection("127.0.0.1", port)
connection.request("PUT", f"/{ACCOUNT}/{name}?restype=container", headers={**headers, "Content-Length": "0"})
response = connection.getresponse()
assert response.status == 201, (response.status, response.read())
