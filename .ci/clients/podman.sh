#!/usr/bin/env bash
# podman: rows P1, P2 and P4.
. "$(dirname "$0")/lib.sh"
need podman podman busybox

# store NAME: an empty store of its own; partial pulls are on, as P2 needs.
store() {
  cat >"$1.conf" <<CONF
[storage]
driver = "overlay"
graphroot = "$CI_TMP/$1"
runroot = "$CI_TMP/$1.run"
[storage.options]
pull_options = {enable_partial_images = "true", use_hard_links = "false", ostree_repos = ""}
CONF
  export CONTAINERS_STORAGE_CONF=$CI_TMP/$1.conf
}

pod() { podman --tmpdir "$CI_TMP/pod" "$@"; }
image_id() { pod image inspect --format '{{.Id}}' "$1"; }
image_files() {
  mounted=$(pod image mount "$1")
  same_files "$2" "$mounted"
  pod image unmount "$1"
}

p1_push() { # FORMAT
  store build
  rootfs "$1"
  pod build --network none --format "$1" -t "$HOST/podman/$1:v1" "$1"
  pod push --tls-verify=false --format "$1" --digestfile "$1.digest" "$HOST/podman/$1:v1"
  image_id "$HOST/podman/$1:v1" >"$1.id"
  walk "podman/$1" v1 --digest "$(cat "$1.digest")" --type "$2" --files "$1/root"
}

p1_pull() { # FORMAT REFERENCE
  store "pull-$BASHPID"
  pod pull --tls-verify=false "$2"
  same "image id" "$(cat "$1.id")" "$(image_id "$2")"
  same "digest" "$(cat "$1.digest")" "$(pod image inspect --format '{{.Digest}}' "$2")"
  image_files "$2" "$1/root"
  same "what the container prints" "$(sha256sum <"$1/root/data/one" | cut -d' ' -f1)" \
    "$(pod run --rm --network none --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 "$2" | cut -d' ' -f1)"
}

p1_by_tag() { p1_pull "$1" "$HOST/podman/$1:v1"; }
p1_by_digest() { p1_pull "$1" "$HOST/podman/$1@$(cat "$1.digest")"; }

p2_push() { # TAG
  pod build --network none -t "$TAP/podman/chunked:$1" parts
  pod push --tls-verify=false --compression-format zstd:chunked "$TAP/podman/chunked:$1"
}

# Two files far from each other change, so that two ranges of the new layer are missing.
p2_prepare() {
  mkdir -p parts/root
  for number in $(seq 10 49); do head -c 200000 /dev/urandom >"parts/root/$number"; done
  printf 'FROM scratch\nCOPY root /\n' >parts/Dockerfile
  store build
  p2_push v1
  head -c 1000 /dev/urandom >parts/root/15
  head -c 1000 /dev/urandom >parts/root/40
  p2_push v2
  walk podman/chunked v2 --files parts/root
  raw podman/chunked v2 >chunked.json
  jq -er '.layers[0].annotations | keys[]' chunked.json | grep -c zstd-chunked
}

p2_partial() {
  size=$(jq '.layers[0].size' chunked.json)
  store partial
  pod pull --tls-verify=false "$TAP/podman/chunked:v1"
  : >tap.log
  before=$(tapped_bytes down)
  pod --log-level debug pull --tls-verify=false "$TAP/podman/chunked:v2" 2>debug.out
  served=$(($(tapped_bytes down) - before))
  cat tap.log
  echo "served $served bytes for a layer of $size"
  [ "$served" -lt $((size / 4)) ]
  grep 'Retrieved partial blob' debug.out
  grep -E '^RANGE bytes=[0-9]+-[0-9]+,[0-9]+-[0-9]+' tap.log
  grep '^STATUS 206 multipart/byteranges' tap.log
  image_files "$TAP/podman/chunked:v2" parts/root
}

p2_ranges() { tool ranges "$HOST" podman/chunked "$(jq -r '.layers[0].digest' chunked.json)"; }

p4_push() {
  store build
  rootfs amd64
  rootfs arm64
  pod manifest create "$HOST/podman/list:v1"
  for arch in amd64 arm64; do
    pod build --network none --platform "linux/$arch" -t "$arch" "$arch"
    image_id "$arch" >"$arch.id"
    pod manifest add "$HOST/podman/list:v1" "containers-storage:localhost/$arch"
  done
  pod manifest push --all --tls-verify=false --digestfile list.digest "$HOST/podman/list:v1" "docker://$HOST/podman/list:v1"
  walk podman/list v1 --digest "$(cat list.digest)"
}

p4_pull() { # ARCHITECTURE
  store "list-$1"
  pod pull --tls-verify=false --arch "$1" "$HOST/podman/list:v1"
  same "image id" "$(cat "$1.id")" "$(image_id "$HOST/podman/list:v1")"
  image_files "$HOST/podman/list:v1" "$1/root"
}

p4_child() {
  store child
  child=$(raw podman/list v1 | jq -r '.manifests[] | select(.platform.architecture == "arm64").digest')
  pod pull --tls-verify=false "$HOST/podman/list@$child"
  same "image id" "$(cat arm64.id)" "$(image_id "$HOST/podman/list@$child")"
}

check "podman P1: build and push, OCI format" p1_push oci application/vnd.oci.image.manifest.v1+json
check "podman P1: pull by tag, OCI format" p1_by_tag oci
check "podman P1: pull by digest, OCI format" p1_by_digest oci
check "podman P1: build and push, docker format" p1_push docker application/vnd.docker.distribution.manifest.v2+json
check "podman P1: pull by tag, docker format" p1_by_tag docker
check "podman P1: pull by digest, docker format" p1_by_digest docker
start_tap
check "podman P2: push zstd:chunked" p2_prepare
check "podman P2: partial pull after a change of two files" p2_partial
check "podman P2: several ranges in one request" p2_ranges
check "podman P4: push a list with all its images" p4_push
check "podman P4: pull this architecture from the list" p4_pull amd64
check "podman P4: pull the other architecture from the list" p4_pull arm64
check "podman P4: pull a child by digest" p4_child
ci_finish
