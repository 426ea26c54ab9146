#!/usr/bin/env bash
# The image. Its last stage is all that is left of it: that is built with the server that was built before in place of the
# one that the first stage builds, and run. A server that is not static brings the few libraries it is linked to. The whole file
# is built with a toolchain that only pretends, since a real one cannot be fetched here.
. "$(dirname "$0")/../lib.sh"
ci_begin
cd "$CI_TMP" || exit 2
: "${REGISTRY_BIN:=$CI_TARGET/release/registry}"
export HOME=$CI_TMP/home DOCKER_CONFIG=$CI_TMP/home/.docker XDG_RUNTIME_DIR=$CI_TMP/home/run REGISTRY_AUTH_FILE=$CI_TMP/home/auth.json
mkdir -p "$DOCKER_CONFIG" "$XDG_RUNTIME_DIR"
echo '{}' >"$REGISTRY_AUTH_FILE"
STORE=(--root "$CI_TMP/r" --runroot "$CI_TMP/u")
LIMITS=(--network=host --read-only --cap-drop=all --security-opt=no-new-privileges --ulimit nofile=4096:4096 --ulimit nproc=1024:1024)
PORT=$(free_port)
HOST=127.0.0.1:$PORT

pod() { podman "${STORE[@]}" --tmpdir "$CI_TMP/t" "$@"; }

# What the first stage leaves in /out.
tree() {
  local library
  mkdir -p out/root/usr/local/bin out/root/etc/ssl/certs out/own/data
  cp "$REGISTRY_BIN" out/root/usr/local/bin/registry
  strip --strip-debug out/root/usr/local/bin/registry
  cp -L /etc/ssl/certs/ca-certificates.crt out/root/etc/ssl/certs/
  echo 'hosts: files dns' >out/root/etc/nsswitch.conf
  chmod 0700 out/own/data
  { ldd "$REGISTRY_BIN" || true; } | grep -oE '/[^ ]+' >libraries || true
  while read -r library; do
    mkdir -p "out/root$(dirname "$library")"
    cp -L "$library" "out/root$library"
  done <libraries
}

# with_libraries FOLDER PROGRAM...: puts programs into a folder that is to become a root, with what they are linked to.
with_libraries() {
  local folder=$1 file
  shift
  for file in "$@" $(ldd "$@" | grep -oE '/[^ :]+\.so[^ :]*' | sort -u); do
    mkdir -p "$folder$(dirname "$file")"
    cp -L "$file" "$folder$file"
  done
}

# A root with the programs that the first stage calls. Its cargo looks at what it was given, and leaves a static program.
pretended() {
  local program
  mkdir -p toolchain/etc/ssl/certs toolchain/tmp
  for program in dash mkdir cp find touch grep chmod readelf; do with_libraries toolchain "$(readlink -f "$(PATH=/usr/bin:/bin command -v $program)")"; done
  [ -e toolchain/usr/bin/readelf ] || cp toolchain/usr/bin/*-readelf toolchain/usr/bin/readelf
  mkdir -p toolchain/bin
  [ -e toolchain/bin/sh ] || cp toolchain/usr/bin/dash toolchain/bin/sh
  cp -L /etc/ssl/certs/ca-certificates.crt toolchain/etc/ssl/certs/
  cp "$(command -v busybox)" toolchain/usr/bin/static
  cat >toolchain/usr/bin/cargo <<'CARGO'
#!/bin/sh
set -eux
[ "$*" = "rustc --locked --release -p registry-server --bin registry -- -C target-feature=+crt-static -C strip=debuginfo --remap-path-prefix=/src=." ]
[ -e Cargo.lock ] && [ -e registry-server/src/main.rs ]
[ ! -e target ] && [ ! -e .git ] && [ ! -e docs/deploy/compose/secrets ]
mkdir -p target/release
cp /usr/bin/static target/release/registry
CARGO
  chmod 755 toolchain/usr/bin/cargo
  printf 'FROM scratch\nCOPY . /\nENV PATH=/usr/bin:/bin\n' >Toolchain
  buildah "${STORE[@]}" build -f Toolchain -t localhost/toolchain toolchain
}

whole_file() {
  local root
  buildah "${STORE[@]}" build --isolation=chroot --pull=false --timestamp 0 --build-arg RUST=localhost/toolchain \
    -f "$CI_ROOT/docs/deploy/Containerfile" -t whole "$CI_ROOT"
  root=$(pod image mount whole)
  (cd "$root" && find . -type f | sort) >there
  printf '%s\n' ./etc/nsswitch.conf ./etc/ssl/certs/ca-certificates.crt ./usr/local/bin/registry | diff there -
  cmp "$root/usr/local/bin/registry" toolchain/usr/bin/static
  same "the data folder" "65532 65532 700" "$(stat -c '%u %g %a' "$root/data")"
  pod image unmount whole
}

# Everything from the last FROM on, behind a stage that is only there to be copied from.
last_stage() {
  local from
  from=$(grep -n '^FROM scratch' "$CI_ROOT/docs/deploy/Containerfile")
  printf 'FROM scratch AS build\nCOPY . /out/\n' >Containerfile
  tail -n "+${from%%:*}" "$CI_ROOT/docs/deploy/Containerfile" >>Containerfile
  same stages 2 "$(grep -c '^FROM' Containerfile)"
}

build() {
  buildah "${STORE[@]}" build --no-cache --timestamp 0 --build-arg VERSION=1.2.3 -f Containerfile -t "$1" out
}

built_twice() {
  build one
  build two
  same image "$(pod image inspect --format '{{.Digest}}' one)" "$(pod image inspect --format '{{.Digest}}' two)"
}

configured() {
  pod image inspect one | jq '.[0].Config' >config
  cat config
  jq -e '.User == "65532:65532" and .StopSignal == "SIGTERM" and .Volumes == {"/data": {}}
    and .Entrypoint == ["/usr/local/bin/registry"] and .Cmd[0] == "serve" and .ExposedPorts == {"5000/tcp": {}}
    and .Labels["org.opencontainers.image.version"] == "1.2.3" and .Labels["org.opencontainers.image.licenses"] == "MIT OR Apache-2.0"' config
}

# Nothing but what was put in, and only the data folder belongs to somebody.
holds() {
  local root
  root=$(pod image mount one)
  (cd "$root" && find . -type f | sort) >there
  (cd out/root && find . -type f | sort) >meant
  diff there meant
  same "the data folder" "65532 65532 700" "$(stat -c '%u %g %a' "$root/data")"
  same "what is not root's" "./data" "$(cd "$root" && find . ! -uid 0)"
  pod image unmount one
}

# Its own command listens on all addresses, which the registry refuses as long as nobody says that everybody may come in.
refuses_strangers() {
  local code=0
  pod run --rm "${LIMITS[@]}" one >refused 2>&1 || code=$?
  cat refused
  same "exit code" 2 "$code"
  grep -F -e --allow-everyone refused
}

pushes_and_pulls() {
  mkdir -p files
  head -c 8388608 /dev/urandom >files/random
  tar -C files -cf layer.tar .
  crane append --insecure --oci-empty-base -f layer.tar -t "$HOST/team/app:v1"
  crane export --insecure "$HOST/team/app:v1" - | tar -xO --wildcards '*random' | cmp - files/random
}

# S3 over HTTPS, with a certificate of an authority that nobody knows.
authority() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=authority -keyout ca.key -out ca.pem
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=127.0.0.1 -keyout s3.key -out s3.csr
  printf 'subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n' >s3.ext
  openssl x509 -req -in s3.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile s3.ext -out s3.pem
  chmod 644 ca.pem
  mkdir -p objects/registry
}

# on_s3 OPTION...: the image on that bucket, in the foreground.
on_s3() {
  podman "${STORE[@]}" --tmpdir "$CI_TMP/t" run "${LIMITS[@]}" "$@" --env REGISTRY_STORAGE_METADATA=memory \
    --env REGISTRY_STORAGE_BLOBS=s3 --env "REGISTRY_S3_ENDPOINT=https://127.0.0.1:$S3" --env REGISTRY_S3_BUCKET=registry \
    --env REGISTRY_S3_ACCESS_KEY=key --env REGISTRY_S3_SECRET_KEY=secret one serve --listen "127.0.0.1:$PORT"
}

section "the image"
check "image: a toolchain that pretends" pretended
check "image: the whole file is built with it" whole_file
check "image: what the last stage copies" tree
check "image: the last stage" last_stage
check "image: built twice, it is the same" built_twice
check "image: its configuration" configured
check "image: it holds the program and nothing to attack with" holds
check "image: it lets nobody in by default" refuses_strangers
spawn run.log podman "${STORE[@]}" --tmpdir "$CI_TMP/t" run --name registry "${LIMITS[@]}" one serve --listen "$HOST" --data /data
check "image: it serves, without rights and on a root that cannot be written to" within 30 curl -fsS "http://$HOST/v2/" || cat run.log
check "image: push and pull" pushes_and_pulls
check "image: its process is nobody's" same user "65532" "$(pod top registry huser 2>/dev/null | tail -n 1)"
check "image: it is stopped" pod stop --time 20 registry
check "image: ending it is no failure" same "exit code" 0 "$(pod inspect --format '{{.State.ExitCode}}' registry)"
S3=$(free_port)
check "image: an authority of one's own" authority
spawn s3.log env ROOT_ACCESS_KEY=key ROOT_SECRET_KEY=secret "$CI_BIN/versitygw" -q --port "127.0.0.1:$S3" --cert "$CI_TMP/s3.pem" --key "$CI_TMP/s3.key" posix "$CI_TMP/objects"
check "image: S3 answers over HTTPS" within 20 curl -s --cacert ca.pem -o answer "https://127.0.0.1:$S3/"
# It tries for half a minute.
spawn distrusting.log on_s3 --rm
distrusting=$SPAWNED
spawn trusting.log on_s3 --name trusting --volume "$CI_TMP/ca.pem:/etc/ssl/certs/ca-certificates.crt:ro"
check "image: with it in the place of the others it does" within 30 curl -fsS "http://$HOST/readyz" || cat trusting.log
check "image: push and pull over HTTPS" pushes_and_pulls
wait "$distrusting"
check "image: without it, it ends" refuse same "exit code" 0 "$?"
check "image: and says why" grep -F UnknownIssuer distrusting.log
check "image: it is stopped again" pod stop --time 20 trusting
check "image: nothing is left" pod rm --force --volumes registry trusting
ci_finish
