"""A front for fake-gcs-server that speaks the XML API of Google Cloud Storage.

The server knows the JSON API alone, and of the XML API little more than reading. So the front says in JSON what it is
told in XML: PUT, lists, and multipart uploads, whose parts are objects of the server that it composes in the end. What
it keeps itself is which parts a multipart upload has. GET, HEAD and DELETE of objects go through as they are.

    front.py PORT UPSTREAM_PORT
"""

import datetime
import http.client
import http.server
import itertools
import json
import sys
import threading
import urllib.parse
from xml.sax.saxutils import escape

UPLOADS = {}
LOCK = threading.Lock()
NUMBERS = itertools.count(1)
# How many objects the service composes at once.
COMPOSED = 32
PASSED = ("range", "if-match", "if-none-match")


class Front(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def ask(self, method, path, body=None, headers=None):
        """One request to the server: status, headers, body."""
        connection = http.client.HTTPConnection("127.0.0.1", UPSTREAM)
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        data = response.read()
        connection.close()
        return response.status, response.headers, data

    def answer(self, status, body=b"", headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if not any(name.lower() == "content-length" for name, _ in headers):
            self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def refuse(self, status, code):
        self.answer(status, f"<Error><Code>{code}</Code><Message>as told</Message></Error>".encode())

    def handle_one(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        _, bucket, *rest = urllib.parse.unquote(url.path).split("/", 2)
        key = rest[0] if rest else ""
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if not self.headers.get("authorization", "").startswith("Bearer "):
            return self.refuse(401, "AuthenticationRequired")
        if self.command == "GET" and not key:
            return self.uploads(query) if "uploads" in query else self.list(bucket, query)
        if self.command == "POST" and "uploads" in query:
            return self.create(key)
        if "uploadId" in query:
            return self.of_upload(bucket, key, query, body)
        if self.command == "PUT":
            return self.put(bucket, key, body)
        return self.through(bucket, key)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = handle_one

    def through(self, bucket, key):
        headers = {name: self.headers[name] for name in PASSED if name in self.headers}
        name = urllib.parse.quote(key, safe="")
        path = f"/storage/v1/b/{bucket}/o/{name}" if self.command == "DELETE" else f"/{bucket}/{name}"
        status, found, data = self.ask(self.command, path, headers=headers)
        if status == 404:
            return self.refuse(404, "NoSuchKey")
        hop = ("connection", "transfer-encoding", "date")
        self.answer(status, data, [(name, value) for name, value in found.items() if name.lower() not in hop])

    def write(self, bucket, key, body, condition=""):
        path = f"/upload/storage/v1/b/{bucket}/o?uploadType=media&name={urllib.parse.quote(key, safe='')}{condition}"
        return self.ask("POST", path, body, {"content-type": "application/octet-stream"})

    def put(self, bucket, key, body):
        match = self.headers.get("x-goog-if-generation-match")
        status, _, data = self.write(bucket, key, body, f"&ifGenerationMatch={match}" if match else "")
        if status == 412:
            return self.refuse(412, "PreconditionFailed")
        if status != 200:
            return self.refuse(status, "InternalError")
        made = json.loads(data)
        headers = [("etag", f'"{made["etag"]}"'), ("x-goog-generation", made["generation"])]
        self.answer(200, headers=headers)

    def list(self, bucket, query):
        asked = {"prefix": query.get("prefix", ""), "maxResults": query.get("max-keys", "1000")}
        after = query.get("start-after")
        if "continuation-token" in query:
            asked["pageToken"] = query["continuation-token"]
        elif after:
            asked["startOffset"] = after
        status, _, data = self.ask("GET", f"/storage/v1/b/{bucket}/o?{urllib.parse.urlencode(asked)}")
        if status != 200:
            return self.refuse(404, "NoSuchBucket")
        page = json.loads(data)
        items = [item for item in page.get("items", []) if item["name"] != after]
        contents = "".join(
            f"<Contents><Key>{escape(item['name'])}</Key><LastModified>{item['updated']}</LastModified>"
            f"<ETag>\"{item['etag']}\"</ETag><Size>{item['size']}</Size></Contents>"
            for item in items
        )
        token = page.get("nextPageToken")
        more = f"<NextContinuationToken>{escape(token)}</NextContinuationToken>" if token else ""
        self.answer(200, f"<ListBucketResult>{contents}{more}</ListBucketResult>".encode())

    def create(self, key):
        upload = f"front+/={next(NUMBERS)}"
        with LOCK:
            UPLOADS[upload] = {"key": key, "begun": datetime.datetime.now(datetime.timezone.utc), "parts": {}}
        self.answer(200, f"<InitiateMultipartUploadResult><UploadId>{upload}</UploadId></InitiateMultipartUploadResult>".encode())

    def uploads(self, query):
        with LOCK:
            listed = "".join(
                f"<Upload><Key>{escape(upload['key'])}</Key><UploadId>{name}</UploadId>"
                f"<Initiated>{upload['begun'].strftime('%Y-%m-%dT%H:%M:%S.%fZ')}</Initiated></Upload>"
                for name, upload in UPLOADS.items()
                if upload["key"].startswith(query.get("prefix", ""))
            )
        text = f"<ListMultipartUploadsResult><IsTruncated>false</IsTruncated>{listed}</ListMultipartUploadsResult>"
        self.answer(200, text.encode())

    def of_upload(self, bucket, key, query, body):
        name = query["uploadId"]
        with LOCK:
            upload = UPLOADS.get(name)
            # Whoever completes or aborts it has it alone.
            if upload and self.command != "PUT":
                del UPLOADS[name]
        if not upload or upload["key"] != key:
            return self.refuse(404, "NoSuchUpload")
        if self.command == "PUT":
            return self.part(bucket, upload, int(query["partNumber"]), body)
        if self.command == "DELETE":
            self.drop(bucket, [part[1] for part in upload["parts"].values()])
            return self.answer(204)
        return self.complete(bucket, key, name, upload, body.decode())

    def part(self, bucket, upload, number, body):
        name = f".parts/{next(NUMBERS)}"
        status, _, data = self.write(bucket, name, body)
        if status != 200:
            return self.refuse(503, "ServiceUnavailable")
        etag = f'"{name}-{json.loads(data)["etag"]}"'
        with LOCK:
            upload["parts"][number] = (etag, name, len(body))
        self.answer(200, headers=[("etag", etag)])

    def complete(self, bucket, key, name, upload, text):
        parts = []
        for part in text.split("<Part>")[1:]:
            number = int(part.split("<PartNumber>")[1].split("<")[0])
            known = upload["parts"].get(number)
            if not known or known[0] != part.split("<ETag>")[1].split("</ETag>")[0]:
                with LOCK:
                    UPLOADS[name] = upload
                return self.refuse(400, "InvalidPart")
            parts.append(known)
        if any(size < 5 << 20 for _, _, size in parts[:-1]):
            return self.refuse(400, "EntityTooSmall")
        made = [known[1] for known in upload["parts"].values()]
        level = [part[1] for part in parts]
        while len(level) > COMPOSED:
            groups = [level[at : at + COMPOSED] for at in range(0, len(level), COMPOSED)]
            level = [f".parts/{next(NUMBERS)}" for _ in groups]
            made += level
            for joined, group in zip(level, groups):
                self.compose(bucket, joined, group)
        self.compose(bucket, key, level)
        self.drop(bucket, made)
        self.answer(200, b"<CompleteMultipartUploadResult><ETag>\"composed\"</ETag></CompleteMultipartUploadResult>")

    def compose(self, bucket, key, names):
        body = json.dumps({"sourceObjects": [{"name": name} for name in names], "destination": {}})
        path = f"/storage/v1/b/{bucket}/o/{urllib.parse.quote(key, safe='')}/compose"
        status, _, data = self.ask("POST", path, body, {"content-type": "application/json"})
        assert status == 200, data

    def drop(self, bucket, names):
        for name in names:
            self.ask("DELETE", f"/storage/v1/b/{bucket}/o/{urllib.parse.quote(name, safe='')}")


if __name__ == "__main__":
    UPSTREAM = int(sys.argv[2])
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Front)
    server.daemon_threads = True
    server.serve_forever()
