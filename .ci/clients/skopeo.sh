#!/usr/bin/env bash
# skopeo: rows S1, S2 and S3.
. "$(dirname "$0")/lib.sh"
need skopeo skopeo

copy() { skopeo copy --all --preserve-digests --src-tls-verify=false --dest-tls-verify=false "$@"; }
inspect() { skopeo inspect --tls-verify=false "$@"; }

s1_seed() {
  tool seed index "$HOST" skopeo/index v1 >index.digest
  tool seed image "$HOST" skopeo/image v1 >image.digest
}

s1_registry() {
  copy "docker://$HOST/skopeo/index:v1" "docker://$HOST/skopeo/copied:v1"
  walk skopeo/copied v1 --digest "$(cat index.digest)"
  same "bytes" "$(raw skopeo/index v1 | sha256sum)" "$(raw skopeo/copied v1 | sha256sum)"
}

s1_folder() {
  copy "docker://$HOST/skopeo/index:v1" "dir:$CI_TMP/folder"
  cmp folder/manifest.json <(raw skopeo/index v1)
  copy "dir:$CI_TMP/folder" "docker://$HOST/skopeo/from-folder:v1"
  walk skopeo/from-folder v1 --digest "$(cat index.digest)"
}

s1_archive() {
  copy "docker://$HOST/skopeo/index:v1" "oci-archive:$CI_TMP/index.tar"
  copy "oci-archive:$CI_TMP/index.tar" "docker://$HOST/skopeo/from-archive:v1"
  walk skopeo/from-archive v1 --digest "$(cat index.digest)"
  mkdir archive
  tar -xf index.tar -C archive
  same "digest in the archive" "$(cat index.digest)" "$(jq -r '.manifests[0].digest' archive/index.json)"
}

s2_inspect() {
  raw skopeo/image v1 >image.json
  inspect --raw "docker://$HOST/skopeo/image:v1" >raw.json
  cmp image.json raw.json
  same "digest" "$(cat image.digest)" "$(inspect --format '{{.Digest}}' "docker://$HOST/skopeo/image:v1")"
  inspect "docker://$HOST/skopeo/image@$(cat image.digest)" >inspected.json
  same "layers" "$(jq -c '[.layers[].digest]' image.json)" "$(jq -c .Layers inspected.json)"
  inspect --config --raw "docker://$HOST/skopeo/image:v1" >config.json
  same "config" "$(jq -r .config.digest image.json)" "$(digest_of config.json)"
}

s2_list() {
  tool seed tags "$HOST" skopeo/many 12000
  skopeo list-tags --tls-verify=false "docker://$HOST/skopeo/many" | jq -r '.Tags[]' >listed
  seq -f 'tag-%05g' 0 11999 >expected
  cmp expected listed
}

s2_pages() { tool tags "$HOST" skopeo/many 12000; }

s3() {
  skopeo copy -q --preserve-digests --src-tls-verify=false --dest-tls-verify=false \
    "docker://$HOST/skopeo/image:v1" "docker://$HOST/skopeo/synced:a"
  copy -q "docker://$HOST/skopeo/index:v1" "docker://$HOST/skopeo/synced:b"
  mkdir media
  skopeo sync --all --preserve-digests --src docker --dest dir --src-tls-verify=false "$HOST/skopeo/synced" media
  ls media
  skopeo sync --all --preserve-digests --src dir --dest docker --dest-tls-verify=false media "$HOST/air/gap"
  walk air/gap/synced a --digest "$(cat image.digest)"
  walk air/gap/synced b --digest "$(cat index.digest)"
  same "tags" '["a","b"]' "$(curl -fsS "http://$HOST/v2/air/gap/synced/tags/list" | jq -c '.tags | sort')"
}

check "skopeo S1: seed an index and an image" s1_seed
check "skopeo S1: registry to registry, same digests" s1_registry
check "skopeo S1: registry to folder to registry, same digests" s1_folder
check "skopeo S1: registry to OCI archive to registry, same digests" s1_archive
check "skopeo S2: inspect and inspect --raw" s2_inspect
check "skopeo S2: list-tags of 12,000, complete and ordered" s2_list
check "skopeo S2: the same in pages of several sizes" s2_pages
check "skopeo S3: sync to a folder and back" s3
ci_finish
