#!/usr/bin/env bash
# ctr with its own containerd: row C1.
. "$(dirname "$0")/lib.sh"
need ctr ctr containerd

D=$CI_TMP/c
mkdir "$D"
cat >"$D/config.toml" <<TOML
version = 2
root = "$D/root"
state = "$D/state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "$D/s"
[ttrpc]
  address = "$D/t"
TOML
spawn "$CI_TMP/containerd.log" containerd --config "$D/config.toml"
check "ctr: containerd starts" within 30 ctr -a "$D/s" version || { tail -n 30 "$CI_TMP/containerd.log"; exit 0; }

# c NAMESPACE COMMAND...
c() { ctr -a "$D/s" -n "$@"; }

# held NAMESPACE DIGEST: the manifest as containerd keeps it, equal to the server's bytes.
held() { c "$1" content get "$2" | cmp - <(raw "$3" "$2"); }

c1_fetch() {
  tool seed index "$HOST" ctr/index v1 >index.digest
  c fetch content fetch --all-platforms "$HOST/ctr/index:v1"
  held fetch "$(cat index.digest)" ctr/index
  raw ctr/index v1 >index.json
  for child in $(jq -r '.manifests[].digest' index.json); do
    held fetch "$child" ctr/index
    raw ctr/index "$child" >child.json
    for blob in $(jq -r '.config.digest, .layers[].digest' child.json); do
      c fetch content get "$blob" >blob
      same "blob" "$blob" "$(digest_of blob)"
    done
  done
}

# One containerd keeps each blob once for all its namespaces, so what is to be fetched has to be new to it.
c1_pull() {
  tool seed index "$HOST" ctr/pulled v1
  c pull images pull --plain-http --platform linux/amd64 "$HOST/ctr/pulled:v1"
  mkdir mounted
  c pull images mount --platform linux/amd64 "$HOST/ctr/pulled:v1" "$CI_TMP/mounted"
  amd64=$(raw ctr/pulled v1 | jq -r '.manifests[] | select(.platform.architecture == "amd64").digest')
  walk ctr/pulled "$amd64" --files mounted
  c pull images unmount "$CI_TMP/mounted"
}

# Exported and imported again the content does not remember where it came from: nothing is mounted, all is sent.
c1_push() {
  c fetch images export --all-platforms "$CI_TMP/index.tar" "$HOST/ctr/index:v1"
  c push images import --all-platforms "$CI_TMP/index.tar"
  c push images tag "$HOST/ctr/index:v1" "$TAP/ctr/pushed:v1"
  : >tap.log
  c push images push --plain-http "$TAP/ctr/pushed:v1"
  refuse grep 'mount=' tap.log
  same "uploads" 6 "$(grep -c '^REQ PUT .*[?&]digest=' tap.log)"
  walk ctr/pushed v1 --digest "$(cat index.digest)"
}

c1_mount() {
  : >tap.log
  c tapped images pull --plain-http --all-platforms "$TAP/ctr/index:v1"
  c tapped images push --plain-http "$TAP/ctr/mounted:v1" "$TAP/ctr/index:v1"
  walk ctr/mounted v1 --digest "$(cat index.digest)"
  grep '^REQ POST /v2/ctr/mounted/blobs/uploads/?.*mount=' tap.log
}

# The registry in the name is never there; the first mirror does not answer; the second one is ours.
c1_mirror() {
  gone=127.0.0.1:$(free_port)
  dead=127.0.0.1:$(free_port)
  mkdir -p "hosts/$gone"
  cat >"hosts/$gone/hosts.toml" <<TOML
server = "http://$gone"
[host."http://$dead"]
  capabilities = ["pull", "resolve"]
[host."http://$TAP"]
  capabilities = ["pull", "resolve"]
TOML
  tool seed index "$HOST" ctr/mirrored v1 >mirrored.digest
  : >tap.log
  c mirror images pull --hosts-dir "$CI_TMP/hosts" --all-platforms "$gone/ctr/mirrored:v1"
  c mirror images list | grep -F "$gone/ctr/mirrored:v1" | grep -F "$(cat mirrored.digest)"
  held mirror "$(cat mirrored.digest)" ctr/mirrored
  cat tap.log
  grep '^REQ HEAD /v2/ctr/mirrored/manifests/v1?ns=' tap.log
  grep '^REQ GET /v2/ctr/mirrored/manifests/sha256:[0-9a-f]*?ns=' tap.log
  same "blobs" 6 "$(grep -c '^REQ GET /v2/ctr/mirrored/blobs/sha256:[0-9a-f]*?ns=' tap.log)"
}

check "ctr C1: fetch an index with all it refers to" c1_fetch
check "ctr C1: pull and mount, same files" c1_pull
start_tap
check "ctr C1: push an index" c1_push
check "ctr C1: push to a second repository mounts the blobs" c1_mount
check "ctr C1: pull through a mirror in hosts.toml, with ns" c1_mirror
ci_finish
