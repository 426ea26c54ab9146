# shellcheck shell=bash
# For the client scripts: what they all need. Sourced after the environment of .ci/clients/run is there.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
: "${HOST:?started by .ci/clients/run}"
ci_begin
cd "$CI_TMP" || exit 2

# need CLIENT PROGRAM...: a missing client is a failure, never a skip; then the rest of its script makes no sense.
need() {
  check "$1: installed" command -v "${@:2}" || exit 0
}

tool() { python3 "$CI_TOOLS_DIR/$1.py" "${@:2}"; }

# walk REPOSITORY REFERENCE [OPTION...]: everything of it that the server holds, checked by independent code.
walk() { tool walk "$HOST" "$@"; }

# raw REPOSITORY REFERENCE: the manifest's bytes as the server has them.
raw() {
  curl -fsS -H 'Accept: application/vnd.oci.image.manifest.v1+json' -H 'Accept: application/vnd.oci.image.index.v1+json' \
    -H 'Accept: application/vnd.docker.distribution.manifest.v2+json' \
    -H 'Accept: application/vnd.docker.distribution.manifest.list.v2+json' "http://$HOST/v2/$1/manifests/$2"
}

digest_of() { printf 'sha256:%s' "$(sha256sum "$@" | cut -d' ' -f1)"; }

# rootfs FOLDER: a root file system from Debian's static busybox and random bytes, and a Dockerfile beside it
# that adds it in two layers.
rootfs() {
  mkdir -p "$1/root/bin" "$1/root/data"
  cp "$(command -v busybox)" "$1/root/bin/busybox"
  ln -s busybox "$1/root/bin/sh"
  head -c 3000000 /dev/urandom >"$1/root/data/one"
  head -c 1000000 /dev/urandom >"$1/root/data/two"
  : >"$1/root/data/empty"
  printf 'FROM scratch\nCOPY root/bin /bin\nCOPY root/data /data\nCMD ["/bin/busybox", "sha256sum", "/data/one"]\n' >"$1/Dockerfile"
}

# files FOLDER: hash and path of each regular file below it.
files() { (cd "$1" && find . -type f ! -path './.*' -print0 | sort -z | xargs -0 sha256sum); }

# same_files EXPECTED GOT
same_files() {
  files "$1" >expected.files
  files "$2" >got.files
  [ -s expected.files ]
  diff expected.files got.files
}

# start_tap: a recorder between client and server, at $TAP; what it saw is in tap.log.
start_tap() {
  TAP_PORT=$(free_port)
  TAP=127.0.0.1:$TAP_PORT
  : >"$CI_TMP/tap.log"
  spawn "$CI_TMP/tap.err" python3 "$CI_TOOLS_DIR/tap.py" "$TAP_PORT" "$HOST" "$CI_TMP/tap.log"
  TAP_PID=$SPAWNED
  within 10 curl -fsS "http://$TAP/v2/"
}

# tapped_bytes up|down: how many bytes went through so far.
tapped_bytes() {
  rm -f "$CI_TMP/tap.log.$1"
  kill -USR1 "$TAP_PID"
  within 10 test -s "$CI_TMP/tap.log.$1"
  cat "$CI_TMP/tap.log.$1"
}
