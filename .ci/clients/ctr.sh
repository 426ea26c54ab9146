#!/usr/bin/env bash
# ctr with a containerd of its own: row C1. Without NAME it is Debian's, of release 1.6.
. "$(dirname "$0")/lib.sh"
: "${NAME:=ctr}"
need "$NAME" ctr containerd

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
check "$NAME: containerd starts" within 30 ctr -a "$D/s" version || { tail -n 30 "$CI_TMP/containerd.log"; exit 0; }

# c NAMESPACE COMMAND...
c() { ctr -a "$D/s" -n "$@"; }

# held NAMESPACE DIGEST: the manifest as containerd keeps it, equal to the server's bytes.
held() { c "$1" content get "$2" | cmp - <(raw "$3" "$2"); }

c1_fetch() {
  tool seed index "$HOST" "$NAME/index" v1 >index.digest
  c fetch content fetch --all-platforms "$HOST/$NAME/index:v1"
  held fetch "$(cat index.digest)" "$NAME/index"
  raw "$NAME/index" v1 >index.json
  for child in $(jq -r '.manifests[].digest' index.json); do
    held fetch "$child" "$NAME/index"
    raw "$NAME/index" "$child" >child.json
    for blob in $(jq -r '.config.digest, .layers[].digest' child.json); do
      c fetch content get "$blob" >blob
      same "blob" "$blob" "$(digest_of blob)"
    done
  done
}

# One containerd keeps each blob once for all its namespaces, so what is to be fetched has to be new to it.
c1_pull() {
  tool seed index "$HOST" "$NAME/pulled" v1
  c pull images pull --plain-http --platform linux/amd64 "$HOST/$NAME/pulled:v1"
  mkdir mounted
  c pull images mount --platform linux/amd64 "$HOST/$NAME/pulled:v1" "$CI_TMP/mounted"
  amd64=$(raw "$NAME/pulled" v1 | jq -r '.manifests[] | select(.platform.architecture == "amd64").digest')
  walk "$NAME/pulled" "$amd64" --files mounted
  c pull images unmount "$CI_TMP/mounted"
}

# Made elsewhere, so that no blob is to be mounted and all of them are sent.
c1_push() {
  tool seed archive index.tar "$TAP/$NAME/pushed:v1" >pushed.digest
  c push images import --all-platforms "$CI_TMP/index.tar"
  : >tap.log
  c push images push --plain-http "$TAP/$NAME/pushed:v1"
  refuse grep 'mount=' tap.log
  same "uploads" 6 "$(grep -c '^REQ PUT .*[?&]digest=' tap.log)"
  walk "$NAME/pushed" v1 --digest "$(cat pushed.digest)"
}

c1_mount() {
  : >tap.log
  c tapped images pull --plain-http --all-platforms "$TAP/$NAME/index:v1"
  c tapped images push --plain-http "$TAP/$NAME/mounted:v1" "$TAP/$NAME/index:v1"
  walk "$NAME/mounted" v1 --digest "$(cat index.digest)"
  grep "^REQ POST /v2/$NAME/mounted/blobs/uploads/?.*mount=" tap.log
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
  tool seed index "$HOST" "$NAME/mirrored" v1 >mirrored.digest
  : >tap.log
  c mirror images pull --hosts-dir "$CI_TMP/hosts" --all-platforms "$gone/$NAME/mirrored:v1"
  c mirror images list | grep -F "$gone/$NAME/mirrored:v1" | grep -F "$(cat mirrored.digest)"
  held mirror "$(cat mirrored.digest)" "$NAME/mirrored"
  cat tap.log
  grep "^REQ HEAD /v2/$NAME/mirrored/manifests/v1?ns=" tap.log
  grep "^REQ GET /v2/$NAME/mirrored/manifests/sha256:[0-9a-f]*?ns=" tap.log
  same "blobs" 6 "$(grep -c "^REQ GET /v2/$NAME/mirrored/blobs/sha256:[0-9a-f]*?ns=" tap.log)"
}

check "$NAME C1: fetch an index with all it refers to" c1_fetch
check "$NAME C1: pull and mount, same files" c1_pull
start_tap
check "$NAME C1: push an index" c1_push
check "$NAME C1: push to a second repository mounts the blobs" c1_mount
check "$NAME C1: pull through a mirror in hosts.toml, with ns" c1_mirror
ci_finish
