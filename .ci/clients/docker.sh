#!/usr/bin/env bash
# docker: rows D1, D2, D5 and D7. The daemon is this script's own: own roots, own socket, no bridge, no firewall rules.
. "$(dirname "$0")/lib.sh"
export PATH="/usr/bin:$PATH" # Debian's own command line, which fits its daemon
need docker docker dockerd containerd runc busybox

D=$CI_TMP/d
mkdir "$D"
spawn "$CI_TMP/dockerd.log" dockerd --iptables=false --ip6tables=false --bridge=none \
  --data-root "$D/root" --exec-root "$D/x" --pidfile "$D/pid" -H "unix://$D/s"
export DOCKER_HOST=unix://$D/s DOCKER_BUILDKIT=0 DOCKER_CLI_EXPERIMENTAL=enabled
check "docker: daemon starts" within 30 docker info || { tail -n 30 "$CI_TMP/dockerd.log"; exit 0; }

image_id() { docker image inspect --format '{{.Id}}' "$1"; }

# pushed_digest FILE: what `docker push` printed
pushed_digest() { sed -n 's/.*digest: \(sha256:[0-9a-f]*\) size.*/\1/p' "$1"; }

export_files() {
  rm -rf "$2"
  mkdir "$2"
  id=$(docker create "$1")
  docker export "$id" | tar -x -C "$2" bin data
  docker rm "$id"
}

d1_push() {
  rootfs one
  docker build --network none -t "$HOST/docker/one:v1" one
  image_id "$HOST/docker/one:v1" >one.id
  docker push "$HOST/docker/one:v1" | tee push.out
  pushed_digest push.out >one.digest
  [ -s one.digest ]
}

d1_stored() {
  walk docker/one v1 --digest "$(cat one.digest)" --files one/root \
    --type application/vnd.docker.distribution.manifest.v2+json
}

d1_pull() {
  docker image rm "$HOST/docker/one:v1"
  refuse docker image inspect "$(cat one.id)"
  docker pull "$1"
  same "image id" "$(cat one.id)" "$(image_id "$1")"
  same "digest kept by the engine" "$HOST/docker/one@$(cat one.digest)" "$(docker image inspect --format '{{index .RepoDigests 0}}' "$1")"
  export_files "$1" pulled
  same_files one/root pulled
  same "what the container prints" "$(sha256sum <one/root/data/one | cut -d' ' -f1)" \
    "$(docker run --rm --network none "$1" | cut -d' ' -f1)"
}

d1_by_tag() { d1_pull "$HOST/docker/one:v1"; }
d1_by_digest() {
  d1_pull "$HOST/docker/one@$(cat one.digest)"
  docker tag "$HOST/docker/one@$(cat one.digest)" "$HOST/docker/one:v1"
}

# Both pushes go through the tap, since docker mounts only between repositories of one host and port.
d2() {
  docker tag "$HOST/docker/one:v1" "$TAP/docker/first:v1"
  docker tag "$HOST/docker/one:v1" "$TAP/docker/second:v1"
  docker push "$TAP/docker/first:v1" | tee first.out
  : >tap.log
  before=$(tapped_bytes up)
  docker push "$TAP/docker/second:v1" | tee second.out
  same "layers mounted" 2 "$(grep -c ': Mounted from docker/first' second.out)"
  same "layers sent" 0 "$(grep -c ': Pushed' second.out || true)"
  # The engine sends its config, one kilobyte, every time; no byte of a layer.
  same "PATCH requests" 1 "$(grep -c '^REQ PATCH' tap.log)"
  [ $(($(tapped_bytes up) - before)) -lt 20000 ]
  same "mount requests" 2 "$(grep -c '^REQ POST .*[?&]mount=' tap.log)"
  same "digest" "$(pushed_digest first.out)" "$(pushed_digest second.out)"
  walk docker/second v1 --files one/root
}

d5() {
  export DOCKER_CONFIG=$CI_TMP/manifests
  mkdir "$DOCKER_CONFIG"
  rootfs arm
  docker build -t "$HOST/docker/list:arm" arm
  docker tag "$HOST/docker/one:v1" "$HOST/docker/list:amd"
  docker push "$HOST/docker/list:arm" | tee arm.out
  docker push "$HOST/docker/list:amd" | tee amd.out
  docker manifest create --insecure "$HOST/docker/list:all" "$HOST/docker/list:amd" "$HOST/docker/list:arm"
  docker manifest annotate "$HOST/docker/list:all" "$HOST/docker/list:arm" --os linux --arch arm64
  docker manifest push --insecure "$HOST/docker/list:all" | tee list.digest
  walk docker/list all --digest "$(tail -n 1 list.digest)" --type application/vnd.docker.distribution.manifest.list.v2+json
  docker manifest inspect --insecure "$HOST/docker/list:all" >inspected
  raw docker/list all >served
  same "inspected list" "$(jq -S . served)" "$(jq -S . inspected)"
  same "children" "amd64 $(pushed_digest amd.out) arm64 $(pushed_digest arm.out)" \
    "$(jq -r '[.manifests | sort_by(.platform.architecture)[] | .platform.architecture, .digest] | join(" ")' served)"
  docker image rm "$HOST/docker/list:amd" "$HOST/docker/list:arm"
  docker pull "$HOST/docker/list:all"
  same "image id of the pulled list" "$(cat one.id)" "$(image_id "$HOST/docker/list:all")"
}

# A server of its own, which is killed while a layer of 300 MB is on its way.
d7_build() {
  mkdir -p big/root
  head -c 300000000 /dev/urandom >big/root/big
  printf 'FROM scratch\nCOPY root /\nCMD ["/none"]\n' >big/Dockerfile
  docker build -t "$OTHER/docker/big:v1" big
  image_id "$OTHER/docker/big:v1" >big.id
}

received() { [ "$(du -sm "$CI_TMP/other" | cut -f1)" -gt 60 ]; }

d7_again() {
  docker push "$OTHER/docker/big:v1" | tee big.out
  HOST=$OTHER walk docker/big v1 --digest "$(pushed_digest big.out)" --files big/root
  docker image rm "$OTHER/docker/big:v1"
  docker pull "$OTHER/docker/big:v1"
  same "image id" "$(cat big.id)" "$(image_id "$OTHER/docker/big:v1")"
  rm -rf out
  mkdir out
  id=$(docker create "$OTHER/docker/big:v1")
  docker cp "$id:/big" out/big
  cmp big/root/big out/big
}

check "docker D1: build and push" d1_push
check "docker D1: the server has the bytes that were sent" d1_stored
check "docker D1: pull by tag, same image id, files and output" d1_by_tag
check "docker D1: pull by digest, same image id, files and output" d1_by_digest

start_tap
check "docker D2: second repository gets its layers mounted, no layer byte sent" d2
check "docker D5: manifest create, push, inspect, pull of a list" d5

# Where many replicas are asked, what one killed server does is not the question.
[ -z "${CI_REPLICAS:-}" ] || ci_finish
OTHER_PORT=$(free_port)
OTHER=127.0.0.1:$OTHER_PORT
start_registry "$OTHER_PORT" "$CI_TMP/other" "$CI_TMP/other.log"
other=$SPAWNED
check "docker D7: build 300 MB that do not compress" d7_build
spawn "$CI_TMP/push.log" docker push "$OTHER/docker/big:v1"
push=$SPAWNED
check "docker D7: the server receives the layer" within 60 received
{ kill -KILL "$other" && wait "$other"; } 2>/dev/null
kill -TERM "$push" 2>/dev/null
wait "$push"
interrupted=$?
check "docker D7: the push was interrupted" refuse test "$interrupted" -eq 0
start_registry "$OTHER_PORT" "$CI_TMP/other" "$CI_TMP/other.log"
restarted=$?
check "docker D7: the killed server starts again" same "exit code" 0 "$restarted"
check "docker D7: no half image is there" refuse curl -fsS "http://$OTHER/v2/docker/big/manifests/v1"
check "docker D7: push again and pull, same bytes" d7_again
ci_finish
