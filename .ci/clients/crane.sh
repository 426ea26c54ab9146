#!/usr/bin/env bash
# crane: row K1.
. "$(dirname "$0")/lib.sh"
need crane crane

tree() { # FOLDER: an archive of one layer
  mkdir -p "$1/sub"
  head -c 500000 /dev/urandom >"$1/sub/file"
  tar -C "$1" -cf "$1.tar" .
}

k1_append() {
  tree one
  tree two
  mkdir all
  crane append -f one.tar -t "$HOST/crane/image:base"
  walk crane/image base --files one
  mv two/sub two/second
  tar -C two -cf two.tar .
  crane append -b "$HOST/crane/image:base" -f two.tar -t "$HOST/crane/image:v1"
  cp -a one/. two/. all
  walk crane/image v1 --files all >image.digest
}

k1_digest() {
  same "digest" "$(cat image.digest)" "$(crane digest "$HOST/crane/image:v1")"
  crane manifest "$HOST/crane/image:v1" >manifest.json
  cmp manifest.json <(raw crane/image v1)
  same "digest of what crane printed" "$(cat image.digest)" "$(digest_of manifest.json)"
  crane config "$HOST/crane/image:v1" >config.json
  same "config" "$(jq -r .config.digest manifest.json)" "$(digest_of config.json)"
}

k1_pull() {
  crane export "$HOST/crane/image@$(cat image.digest)" exported.tar
  mkdir exported
  tar -xf exported.tar -C exported
  same_files all exported
  crane pull --format oci "$HOST/crane/image:v1" layout
  crane push layout "$HOST/crane/pushed:v1"
  walk crane/pushed v1 --digest "$(cat image.digest)"
}

k1_tag() {
  crane tag "$HOST/crane/image:v1" v2
  crane tag "$HOST/crane/image:v1" v3
  crane ls "$HOST/crane/image" >tags
  same "tags" "base v1 v2 v3" "$(tr '\n' ' ' <tags | sed 's/ $//')"
  walk crane/image v3 --digest "$(cat image.digest)"
}

k1_copy() {
  crane copy "$HOST/crane/image:v1" "$HOST/crane/copy/of:v1"
  walk crane/copy/of v1 --digest "$(cat image.digest)"
  tool seed index "$HOST" crane/index v1 >index.digest
  crane copy "$HOST/crane/index:v1" "$HOST/crane/copy:v1"
  walk crane/copy v1 --digest "$(cat index.digest)"
}

k1_catalog() {
  crane catalog "$HOST" >catalog
  grep '^crane/' catalog >ours
  same "repositories" "crane/copy crane/copy/of crane/image crane/index crane/pushed" "$(tr '\n' ' ' <ours | sed 's/ $//')"
  LC_ALL=C sort -c catalog
}

k1_mutate() {
  crane mutate --label color=blue --env A=1 -t "$HOST/crane/image:mutated" "$HOST/crane/image:v1"
  walk crane/image mutated --files all
  same "label" blue "$(crane config "$HOST/crane/image:mutated" | jq -r .config.Labels.color)"
  same "the image it came from" "$(cat image.digest)" "$(crane digest "$HOST/crane/image:v1")"
}

k1_validate() {
  for image in image:v1 image:mutated copy:v1 pushed:v1; do crane validate --remote "$HOST/crane/$image"; done
}

k1_delete() {
  crane delete "$HOST/crane/image:v2"
  refuse crane digest "$HOST/crane/image:v2"
  for sibling in v1 v3; do walk crane/image "$sibling" --digest "$(cat image.digest)"; done
  walk crane/image "$(cat image.digest)"
  same "tags" "base mutated v1 v3" "$(crane ls "$HOST/crane/image" | tr '\n' ' ' | sed 's/ $//')"
}

check "crane K1: append, from nothing and on a base" k1_append
check "crane K1: digest, manifest, config" k1_digest
check "crane K1: export by digest, pull and push a layout" k1_pull
check "crane K1: tag and ls" k1_tag
check "crane K1: copy an image and an index" k1_copy
check "crane K1: catalog" k1_catalog
check "crane K1: mutate" k1_mutate
check "crane K1: validate" k1_validate
check "crane K1: delete of a tag keeps its siblings" k1_delete
ci_finish
