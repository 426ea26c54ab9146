#!/usr/bin/env bash
# buildah: rows P1 and P4.
. "$(dirname "$0")/lib.sh"
need buildah buildah busybox

# store NAME: an empty store of its own.
store() { STORE=$CI_TMP/$1; }
bud() { buildah --root "$STORE" --runroot "$STORE.run" "$@"; }
image_id() { bud inspect --type image --format '{{.FromImageID}}' "$1"; }

image_files() { # IMAGE FOLDER
  container=$(bud from --pull-never "$1")
  same_files "$2" "$(bud mount "$container")"
  bud umount "$container"
  bud rm "$container"
}

p1_push() {
  rootfs one
  store build
  container=$(bud from scratch)
  bud copy "$container" one/root /
  bud config --cmd /bin/sh "$container"
  bud commit "$container" "$HOST/buildah/one:v1"
  bud push --tls-verify=false --digestfile one.digest "$HOST/buildah/one:v1"
  image_id "$HOST/buildah/one:v1" >one.id
  walk buildah/one v1 --digest "$(cat one.digest)" --files one/root
}

p1_pull() { # REFERENCE
  store "pull-$BASHPID"
  bud pull --tls-verify=false "$1"
  same "image id" "$(cat one.id)" "$(image_id "$1")"
  image_files "$1" one/root
}

p1_by_tag() { p1_pull "$HOST/buildah/one:v1"; }
p1_by_digest() { p1_pull "$HOST/buildah/one@$(cat one.digest)"; }

# A Dockerfile on a base that lies only in our registry, with a RUN step.
p1_bud() {
  store bud
  mkdir child
  printf 'FROM %s\nRUN ["/bin/busybox", "sh", "-c", "echo made > /data/made"]\n' "$HOST/buildah/one:v1" >child/Dockerfile
  bud bud --tls-verify=false --isolation chroot -t "$HOST/buildah/child:v1" child
  bud push --tls-verify=false --digestfile child.digest "$HOST/buildah/child:v1"
  walk buildah/child v1 --digest "$(cat child.digest)"
  store unbud
  bud pull --tls-verify=false "$HOST/buildah/child:v1"
  container=$(bud from --pull-never "$HOST/buildah/child:v1")
  mounted=$(bud mount "$container")
  same "the file made by RUN" made "$(cat "$mounted/data/made")"
  cmp one/root/data/one "$mounted/data/one"
  walk buildah/child v1 --files "$mounted"
  bud umount "$container"
}

p4_push() {
  store list
  bud manifest create list
  for arch in amd64 arm64; do
    rootfs "$arch"
    container=$(bud from --arch "$arch" scratch)
    bud copy "$container" "$arch/root" /
    bud config --arch "$arch" "$container"
    bud commit --manifest list "$container" "$arch"
    image_id "$arch" >"$arch.id"
  done
  bud manifest push --all --tls-verify=false --digestfile list.digest list "docker://$HOST/buildah/list:v1"
  walk buildah/list v1 --digest "$(cat list.digest)"
}

p4_pull() { # ARCHITECTURE
  store "list-$1"
  bud pull --tls-verify=false --arch "$1" "$HOST/buildah/list:v1"
  same "image id" "$(cat "$1.id")" "$(image_id "$HOST/buildah/list:v1")"
  image_files "$HOST/buildah/list:v1" "$1/root"
}

check "buildah P1: from, copy, commit, push" p1_push
check "buildah P1: pull by tag" p1_by_tag
check "buildah P1: pull by digest" p1_by_digest
check "buildah P1: build from a base in the registry, push, pull" p1_bud
check "buildah P4: push a list with all its images" p4_push
check "buildah P4: pull this architecture from the list" p4_pull amd64
check "buildah P4: pull the other architecture from the list" p4_pull arm64
ci_finish
