#!/usr/bin/env bash
# Measures this registry beside others, on this machine, over loopback, and prints Markdown tables.
#
#   benches/peers.sh [--repeats 5] [--seconds 3] [--only REGEX] [--speed-only] [--large 10GiB] [--servers "ours …"] [--s3]
#
# Every run has a server of its own, started on an empty folder and ended afterwards; runs of different servers alternate
# (A B C A B C …), so that what disturbs the machine disturbs all of them. Peers are measured if they are installed:
#
#   docker-registry   Debian's package of that name            (or the program that DOCKER_REGISTRY names)
#   distribution      CNCF distribution 3, built from its Go
#                     module github.com/distribution/distribution/v3/cmd/registry,
#                     found as distribution-registry           (or the program that DISTRIBUTION names)
#
# With --s3 all of them keep their bytes in a bucket of one S3 server, versitygw, found as versitygw (or the program that
# VERSITYGW names); its own costs are not counted.
#
# OURS and LOAD name ready programs in place of those that are built here. BENCH_DIR is where the data lies; it must be on a
# disk (the default is the build folder).
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
repeats=5 seconds=3 only=. large=10GiB wanted="ours docker-registry distribution" memory=yes s3=

while [ $# -gt 0 ]; do
  case $1 in
    --repeats) repeats=$2 && shift 2 ;;
    --seconds) seconds=$2 && shift 2 ;;
    --only) only=$2 && shift 2 ;;
    --large) large=$2 && shift 2 ;;
    --servers) wanted=$2 && shift 2 ;;
    --s3) s3=yes && shift ;;
    --speed-only) memory=no && shift ;;
    *) sed -n '2,20s/^# \{0,1\}//p' "$0" >&2 && exit 2 ;;
  esac
done

# What is measured, one case a line: a key for --only, then the options of `load`.
speed_cases() {
  cat <<CASES
pull-1m-1        pull --size 1MiB --clients 1
pull-1m-4        pull --size 1MiB --clients 4
pull-1m-16       pull --size 1MiB --clients 16
pull-64m-1       pull --size 64MiB --clients 1
pull-64m-4       pull --size 64MiB --clients 4
pull-64m-16      pull --size 64MiB --clients 16
pull-1g-1        pull --size 1GiB --clients 1
pull-1g-4        pull --size 1GiB --clients 4
push-1g-1        push --size 1GiB --clients 1 --count 1 --cold
push-1g-4        push --size 1GiB --clients 4 --count 4 --cold
push-64m-1       push --size 64MiB --clients 1 --count 16
push-64m-4       push --size 64MiB --clients 4 --count 16
push-put-64m-1   push --size 64MiB --clients 1 --count 16 --way put
push-chunk-64m-1 push --size 64MiB --clients 1 --count 16 --way chunks --chunk 5MiB
push-1m-1        push --size 1MiB --clients 1
push-1m-4        push --size 1MiB --clients 4
push-put-1m-1    push --size 1MiB --clients 1 --way put
image-4          image --clients 4
small-tag        small --clients 32 --request tag
small-digest     small --clients 32 --request digest
small-head       small --clients 32 --request head
small-blob       small --clients 32 --request blob
small-one        small --clients 1 --request tag
list-1000        list --clients 32 --tags 1000
CASES
}

# A repository with 1,000 tags against one with next to none, on this registry alone: a key, the number of tags, the options.
growth_cases() {
  cat <<CASES
grow-tag    1 small --clients 32 --request tag --case manifest-GET-by-tag
grow-tag 1000 small --clients 32 --request tag --case manifest-GET-by-tag
grow-head    1 small --clients 32 --request head --case manifest-HEAD-by-tag
grow-head 1000 small --clients 32 --request head --case manifest-HEAD-by-tag
grow-list  250 list --clients 32 --case page-of-100-tags
grow-list 1000 list --clients 32 --case page-of-100-tags
grow-image    1 image --clients 1 --case push-of-an-image
grow-image 1000 image --clients 1 --case push-of-an-image
CASES
}

# Peak memory above all: one large blob at a time, and many at once.
memory_cases() {
  cat <<CASES
large-push       push --size $large --count 1 --cold
large-chunks     push --size $large --count 1 --cold --way chunks --chunk 5MiB
large-pull       pull --size $large --count 1 --cold
mixed-128        mixed --size 16MiB --clients 128 --count 512
CASES
}

say() { printf '%s\n' "$*" >&2; }
fail() { say "peers.sh: $*" && exit 1; }

if [ -z "${OURS:-}" ]; then
  (cd "$root" && cargo build --release --quiet) && OURS=$target/release/registry
fi
if [ -z "${LOAD:-}" ]; then
  (cd "$root" && cargo build --release --quiet -p registry-benches) && LOAD=$target/release/load
fi
docker_registry=${DOCKER_REGISTRY:-$(command -v docker-registry || true)}
distribution=${DISTRIBUTION:-$(command -v distribution-registry || true)}
versitygw=${VERSITYGW:-$(command -v versitygw || true)}
[ -z "$s3" ] || [ -x "$versitygw" ] || fail "versitygw is not installed"

servers=()
for server in $wanted; do
  case $server in
    ours) program=$OURS ;;
    docker-registry) program=$docker_registry ;;
    distribution) program=$distribution ;;
    *) fail "no server is called $server" ;;
  esac
  if [ -n "$program" ] && [ -x "$program" ]; then servers+=("$server"); else say "not installed, not measured: $server"; fi
done

mkdir -p "${BENCH_DIR:-$target}"
work=$(mktemp -d "${BENCH_DIR:-$target}/peers.XXXXXX")
pid='' s3_pid='' s3_port=''
# shellcheck disable=SC2317 # called by the trap
clean() {
  [ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null || true
  [ -z "$s3_pid" ] || kill -KILL "$s3_pid" 2>/dev/null || true
  rm -rf --one-file-system "$work/data" "$work/s3"
}
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
[ "$(stat -f -c %T "$work")" != tmpfs ] || fail "$work is in memory; name a folder on a disk in BENCH_DIR"

free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 12000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  done
  printf '%s' "$port"
}

# The S3 server, once for all of them.
start_s3() {
  s3_port=$(free_port)
  mkdir -p "$work/s3/bench"
  ROOT_ACCESS_KEY=bench ROOT_SECRET_KEY=benchbench "$versitygw" -q --port "127.0.0.1:$s3_port" posix "$work/s3" \
    >"$work/s3.log" 2>&1 &
  s3_pid=$!
  until (exec 3<>"/dev/tcp/127.0.0.1/$s3_port") 2>/dev/null; do
    kill -0 "$s3_pid" 2>/dev/null || fail "versitygw does not start"
    sleep 0.05
  done
}

# Where distribution keeps its bytes.
distribution_storage() {
  if [ -z "$s3" ]; then
    echo "filesystem: {rootdirectory: $work/data}"
  else
    echo "s3: {region: us-east-1, regionendpoint: 'http://127.0.0.1:$s3_port', forcepathstyle: true, secure: false," \
      "bucket: bench, accesskey: bench, secretkey: benchbench}, redirect: {disable: true}"
  fi
}

# The configuration of either distribution: no access log, nothing that the other servers do not do.
distribution_config() {
  cat <<CONFIG
version: 0.1
log: {level: error, accesslog: {disabled: true}}
storage: {$(distribution_storage), delete: {enabled: true}}
http: {addr: "127.0.0.1:$1"}
CONFIG
}

# program SERVER PORT: becomes the server, so that the process whose costs are read is the server's own.
program() {
  case $1 in
    ours)
      if [ -n "$s3" ]; then
        export REGISTRY_STORAGE_BLOBS=s3 REGISTRY_S3_ENDPOINT=http://127.0.0.1:$s3_port REGISTRY_S3_BUCKET=bench
        export REGISTRY_S3_ACCESS_KEY=bench REGISTRY_S3_SECRET_KEY=benchbench
      fi
      exec "$OURS" serve --listen "127.0.0.1:$2" --data "$work/data"
      ;;
    docker-registry) exec "$docker_registry" serve "$work/config.yml" ;;
    distribution)
      export OTEL_TRACES_EXPORTER=none OTEL_METRICS_EXPORTER=none OTEL_LOGS_EXPORTER=none
      exec "$distribution" serve "$work/config.yml"
      ;;
  esac
}

# start SERVER PORT: sets pid once the port answers.
start() {
  local i
  distribution_config "$2" >"$work/config.yml"
  program "$1" "$2" >"$work/$1.log" 2>&1 &
  pid=$!
  for ((i = 0; i < 200; i++)); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$2") 2>/dev/null; then return 0; fi
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.05
  done
  tail -n 5 "$work/$1.log" >&2
  fail "$1 does not start"
}

stop() {
  kill -TERM "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
  pid=
}

failed=0
# measure SAMPLES SERVER LABEL OPTIONS...: one run on an empty folder.
measure() {
  local samples=$1 server=$2 label=$3 port
  shift 3
  mkdir -p "$work/data"
  sync -f "$work"
  port=$(free_port)
  start "$server" "$port"
  "$LOAD" "$@" --url "http://127.0.0.1:$port" --server "$label" --pid "$pid" --samples "$samples" >&2 || {
    say "failed: $server: $*"
    failed=1
  }
  stop
  rm -rf --one-file-system "$work/data" "$work"/s3/bench/*
}

# rounds REPEATS SAMPLES CASES: every case on every server in turn, so many times.
rounds() {
  local key options round server
  while read -r key options; do
    if ! [[ $key =~ $only ]]; then continue; fi
    case $options in *--count*) ;; *) options="$options --seconds $seconds" ;; esac
    for ((round = 0; round < $1; round++)); do
      for server in "${servers[@]}"; do
        # shellcheck disable=SC2086 # the options are words
        measure "$2" "$server" "$server" $options
      done
    done
  done <<<"$3"
}

# growth SAMPLES: the two lines of a pair follow each other in every round.
growth() {
  local key tags options round
  for ((round = 0; round < repeats; round++)); do
    while read -r key tags options; do
      if ! [[ $key =~ $only ]]; then continue; fi
      # shellcheck disable=SC2086 # the options are words
      measure "$1" ours "$([ "$tags" = 1000 ] && echo 1000 tags || echo few tags)" \
        $options --tags "$tags" --seconds "$seconds"
    done <<<"$(growth_cases)"
  done
}

version() {
  case $1 in
    ours) "$OURS" --version ;;
    docker-registry) "$docker_registry" --version ;;
    distribution) "$distribution" --version ;;
  esac 2>&1 | head -n 1 | sed 's,^/[^ ]*/,,'
}

table() {
  [ ! -s "$1" ] || { printf '\n## %s\n\n' "$2" && "$LOAD" table "$1" --baseline "$3"; }
}

printf '%s, %s, %s cores, %s GiB, Linux %s, %s; medians of %s runs\n\n' "$(date -u +%F)" \
  "$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1)" "$(nproc)" \
  "$(awk '/^MemTotal/ { printf "%.0f", $2 / 1048576 }' /proc/meminfo)" "$(uname -r)" \
  "$(df --output=fstype "$work" | tail -n 1)" "$repeats"
[ -z "$s3" ] || printf -- '- all of them on one S3 server: %s\n' "$("$versitygw" --version | head -n 1)"
[ -z "$s3" ] || start_s3
for server in "${servers[@]}"; do printf -- '- %s: %s\n' "$server" "$(version "$server")"; done

rounds "$repeats" "$work/speed.tsv" "$(speed_cases)"
table "$work/speed.tsv" Speed distribution
if [[ " ${servers[*]} " == *" ours "* ]]; then
  growth "$work/growth.tsv"
  table "$work/growth.tsv" "Growth of a repository" "few tags"
fi
if [ "$memory" = yes ]; then
  rounds 1 "$work/memory.tsv" "$(memory_cases)"
  table "$work/memory.tsv" Memory distribution
fi
say "samples: $work"
exit "$failed"
