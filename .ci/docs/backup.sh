#!/usr/bin/env bash
# The book's backup, taken while images are pushed, and its restore: the commands are those of docs/src/operating/backup.md.
. "$(dirname "$0")/../lib.sh"
ci_begin
cd "$CI_TMP" || exit 2
export HOME=$CI_TMP/home DOCKER_CONFIG=$CI_TMP/home/.docker
mkdir -p "$DOCKER_CONFIG" run
HOST=127.0.0.1:$(free_port)
COPY=127.0.0.1:$(free_port)

# push REPOSITORY TAG: an image of one random layer.
push() {
  mkdir -p "layer-$2"
  head -c 300000 /dev/urandom >"layer-$2/random"
  tar -C "layer-$2" -cf "layer-$2.tar" .
  crane append --oci-empty-base -f "layer-$2.tar" -t "$HOST/$1:$2" && echo "$1:$2" >>run/pushed
  rm -r "layer-$2" "layer-$2.tar"
}

# Pushes until told to stop; what was acknowledged is in run/pushed.
keep_pushing() {
  local count=0
  until [ -e run/stop ]; do
    count=$((count + 1))
    push "team/busy-$((count % 3))" "t$count" || return
  done
}

begin_upload() {
  head -c 1000000 /dev/urandom >upload.bin
  local location
  location=$(curl -fsS -X POST -D - -o /dev/null "http://$HOST/v2/team/open/blobs/uploads/" | tr -d '\r' | sed -n 's/^location: //Ip')
  head -c 400000 upload.bin | curl -fsS -X PATCH -H 'Content-Type: application/octet-stream' -D answer -o /dev/null \
    --data-binary @- "http://$HOST$location"
  tr -d '\r' <answer | sed -n 's/^location: //Ip' >run/location
}

pushed() { [ "$(wc -l <run/pushed)" -ge "$1" ]; }

# The commands of the book, read from its page, in a folder that holds `registry-data`.
book() { # HEADING
  awk -v heading="## $1" '$0 == heading { in_part = 1; next } /^## / { in_part = 0 }
    in_part && /^```sh$/ { in_block = 1; next } /^```$/ { in_block = 0 } in_part && in_block' \
    "$CI_ROOT/docs/src/operating/backup.md" >commands.sh
  [ -s commands.sh ]
  bash -eux commands.sh
}

back_up_while_pushing() {
  keep_pushing >run/pushing.log 2>&1 &
  local pushing=$!
  within 60 pushed 10
  cp run/pushed run/before
  book "While it runs"
  within 60 pushed $(($(wc -l <run/before) + 10))
  touch run/stop
  wait "$pushing"
  same integrity ok "$(sqlite3 backup/metadata.sqlite 'PRAGMA integrity_check')"
}

everything_there() { # HOST FILE: every tag that the file names is there, and of every tag that is there all content is
  local image
  while read -r image; do crane digest "$1/$image"; done <"$2"
  crane catalog "$1" | while read -r repository; do
    crane ls "$1/$repository" | while read -r tag; do crane validate --remote "$1/$repository:$tag"; done
  done
}

finish_upload() {
  local location
  location=$(cat run/location)
  curl -fsS -D answer -o /dev/null "http://$COPY$location"
  tr -d '\r' <answer | grep -i '^range: 0-399999$'
  tail -c +400001 upload.bin >rest.bin
  curl -fsS -X PATCH -H 'Content-Type: application/octet-stream' -D answer -o /dev/null --data-binary @rest.bin "http://$COPY$location"
  location=$(tr -d '\r' <answer | sed -n 's/^location: //Ip')
  case $location in *\?*) location="$location&" ;; *) location="$location?" ;; esac
  curl -fsS -X PUT "http://$COPY${location}digest=sha256:$(sha256sum <upload.bin | cut -d' ' -f1)"
}

check "backup: programs are there" command -v sqlite3 crane || ci_finish
start_registry "${HOST##*:}" registry-data run/registry.log
check "backup: the registry starts" same "exit code" 0 "$?" || ci_finish
first=$SPAWNED
check "backup: an upload is left open" begin_upload
check "backup: taken by the book while images are pushed" back_up_while_pushing
check "backup: a second one fetches only what is new" book "The next one"
stop "$first"
check "backup: restored by the book" book "Restore"
start_registry "${COPY##*:}" registry-data run/copy.log
check "backup: the copy starts" same "exit code" 0 "$?" || ci_finish
check "backup: everything acknowledged before it is there, and all content of every tag" everything_there "$COPY" run/pushed
check "backup: an upload goes on where it was" finish_upload
ci_finish
