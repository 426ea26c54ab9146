#!/usr/bin/env bash
# regctl: row R1.
. "$(dirname "$0")/lib.sh"
need regctl regctl

r1_setup() {
  regctl registry set "$HOST" --tls disabled --skip-check
  tool seed index "$HOST" regctl/index v1 >index.digest
  same "digest" "$(cat index.digest)" "$(regctl image digest "$HOST/regctl/index:v1")"
  regctl manifest get --format raw-body "$HOST/regctl/index:v1" | cmp - <(raw regctl/index v1)
}

r1_blob() {
  head -c 700000 /dev/urandom >blob
  same "digest" "$(digest_of blob)" "$(regctl blob put "$HOST/regctl/index" <blob)"
  regctl blob get "$HOST/regctl/index" "$(digest_of blob)" | cmp - blob
}

# An artifact that refers to the index, one that refers to that artifact, and one under a digest tag as cosign made them.
r1_artifacts() {
  echo one >one.txt
  echo two >two.txt
  regctl artifact put --artifact-type application/x.one --subject "$HOST/regctl/index:v1" -f one.txt --format '{{.Manifest.GetDescriptor.Digest}}' >one.digest
  regctl artifact put --artifact-type application/x.two --subject "$HOST/regctl/index@$(cat one.digest)" -f two.txt --format '{{.Manifest.GetDescriptor.Digest}}' >two.digest
  signature=$(sed 's/:/-/' index.digest).sig
  tool seed image "$HOST" regctl/index "$signature" >signature.digest
  walk regctl/index "$(cat one.digest)"
  # The registry answers referrers itself, so the client writes no tag for them.
  refuse curl -fsS "http://$HOST/v2/regctl/index/manifests/$(sed 's/:/-/' index.digest)"
}

referrers() { curl -fsS "http://$HOST/v2/$1/referrers/$2" | jq -r '.manifests[] | .digest + " " + (.artifactType // "")' | sort; }

r1_tree() {
  referrers regctl/index "$(cat index.digest)" >direct
  grep -Fx "$(cat one.digest) application/x.one" direct
  refuse grep -F "$(cat two.digest)" direct
  same "artifact" "$(cat one.digest)" "$(regctl artifact list "$HOST/regctl/index:v1" --filter-artifact-type application/x.one \
    --format '{{range .Descriptors}}{{.Digest}}{{end}}')"
  regctl artifact tree "$HOST/regctl/index:v1" >tree.out
  grep -F "$(cat one.digest)" tree.out
  grep -F "$(cat two.digest)" tree.out
  regctl artifact get --subject "$HOST/regctl/index:v1" --filter-artifact-type application/x.one | cmp - one.txt
}

r1_digest_tag() {
  grep -F "$(cat signature.digest)" direct
  regctl artifact tree --digest-tags "$HOST/regctl/index:v1" | grep -F "$(cat signature.digest)"
}

r1_copy() {
  regctl image copy --referrers --digest-tags "$HOST/regctl/index:v1" "$HOST/regctl/copy:v1"
  walk regctl/copy v1 --digest "$(cat index.digest)"
  walk regctl/copy "$(sed 's/:/-/' index.digest).sig" --digest "$(cat signature.digest)"
  same "referrers" "$(cat direct)" "$(referrers regctl/copy "$(cat index.digest)")"
  same "referrers of the artifact" "$(cat two.digest) application/x.two" "$(referrers regctl/copy "$(cat one.digest)")"
  regctl image copy --referrers --digest-tags "$HOST/regctl/index:v1" "ocidir://layout:v1"
  regctl image copy --referrers --digest-tags "ocidir://layout:v1" "$HOST/regctl/from-layout:v1"
  same "referrers" "$(cat direct)" "$(referrers regctl/from-layout "$(cat index.digest)")"
}

r1_lists() {
  regctl repo ls "$HOST" >repositories
  for repository in index copy from-layout; do grep -Fx "regctl/$repository" repositories; done
  regctl tag ls "$HOST/regctl/copy" >tags
  grep -Fx v1 tags
}

r1_tag_rm() {
  regctl image copy "$HOST/regctl/copy:v1" "$HOST/regctl/copy:v2"
  : >tap.log
  regctl registry set "$TAP" --tls disabled --skip-check
  regctl tag rm "$TAP/regctl/copy:v2"
  # One DELETE by tag; a registry without it makes the client push and delete a manifest of its own.
  grep -x 'REQ DELETE /v2/regctl/copy/manifests/v2' tap.log
  refuse grep '^REQ PUT' tap.log
  refuse curl -fsS "http://$HOST/v2/regctl/copy/manifests/v2"
  walk regctl/copy v1 --digest "$(cat index.digest)"
  same "referrers" "$(cat direct)" "$(referrers regctl/copy "$(cat index.digest)")"
}

check "regctl R1: image digest and manifest get" r1_setup
check "regctl R1: blob put and get" r1_blob
check "regctl R1: artifact put with a subject" r1_artifacts
check "regctl R1: artifact tree, list and get" r1_tree
check "regctl R1: an image under a digest tag is a referrer too" r1_digest_tag
check "regctl R1: image copy --referrers --digest-tags" r1_copy
check "regctl R1: repo ls and tag ls" r1_lists
start_tap
check "regctl R1: tag rm removes only the tag" r1_tag_rm
ci_finish
