#!/usr/bin/env bash
# oras-py, the Python library: push and pull of files as an artifact.
. "$(dirname "$0")/lib.sh"
need oras "$CI_PYTHON"
check "oras: library" "$CI_PYTHON" -c 'import oras.client' || exit 0

o1_push() {
  mkdir work
  head -c 900000 /dev/urandom >work/model.bin
  echo '{"answer": 42}' >work/model.json
  "$CI_PYTHON" "$CI_TOOLS_DIR/artifact.py" push "$HOST" oras/model:v1 work
  walk oras/model v1 >digest
  raw oras/model v1 >manifest.json
  same "layers" "$(digest_of work/model.bin) $(digest_of work/model.json)" \
    "$(jq -r '[.layers | sort_by(.annotations["org.opencontainers.image.title"])[].digest] | join(" ")' manifest.json)"
  same "annotation" black-box "$(jq -r '.annotations["com.example.kind"]' manifest.json)"
}

o1_pull() { # REFERENCE
  rm -rf pulled
  mkdir pulled
  "$CI_PYTHON" "$CI_TOOLS_DIR/artifact.py" pull "$HOST" "$1" pulled
  same_files work pulled
}

o1_by_tag() { o1_pull oras/model:v1; }
o1_by_digest() { o1_pull "oras/model@$(cat digest)"; }

o1_tags() {
  tool seed tags "$HOST" oras/tags 1500
  same "tags" "$(seq -f 'tag-%05g' 0 1499)" "$("$CI_PYTHON" "$CI_TOOLS_DIR/artifact.py" tags "$HOST" oras/tags .)"
}

check "oras O1: push two files with annotations" o1_push
check "oras O1: pull by tag, same files" o1_by_tag
check "oras O1: pull by digest, same files" o1_by_digest
check "oras O1: list of 1,500 tags" o1_tags
ci_finish
