# shellcheck shell=bash
# Shared by .ci/run and everything below it: counting, free ports, own processes, own temporary folder.
# To be sourced. Nothing here touches a process or a mount that this run did not make.
set -u

CI_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CI_TARGET=${CARGO_TARGET_DIR:-$CI_ROOT/target}
CI_BIN=$CI_TARGET/ci-tools/bin
export CI_PYTHON=$CI_TARGET/ci-tools/venv/bin/python
export PATH="$CI_BIN:$PATH:/usr/local/sbin:/usr/sbin:/sbin"
export CI=${CI:-true} PYTHONDONTWRITEBYTECODE=1

# Starts one script: a temporary folder of its own (short, because Unix socket paths are limited to 107 bytes),
# and the file of results, which the scripts below share with the one that was started first.
ci_begin() {
  CI_TMP=$(mktemp -d /tmp/ci.XXXXXX) || exit 2
  CI_PIDS=()
  CI_OUTER=
  if [ -z "${CI_RESULTS:-}" ]; then
    CI_OUTER=yes
    export CI_RESULTS=$CI_TMP/results
    : >"$CI_RESULTS"
    CI_STARTED=$(date +%s)
    export CI_STARTED
  fi
  trap ci_end EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
}

# Ends what this script started, newest first, unmounts what is left below its folder, and removes the folder.
ci_end() {
  local i
  for ((i = ${#CI_PIDS[@]} - 1; i >= 0; i--)); do stop "${CI_PIDS[i]}"; done
  unmount_below "$CI_TMP"
  rm -rf --one-file-system "$CI_TMP"
}

unmount_below() {
  local where
  awk -v under="$1/" 'index($2, under) == 1 { print $2 }' /proc/self/mounts | sort -r |
    while read -r where; do umount -l "$where"; done
}

# record PASSED FAILED NAME: adds to the count.
record() { printf '%s %s %s\n' "$1" "$2" "$3" >>"$CI_RESULTS"; }

# check NAME COMMAND...: one pass or one fail. The command runs in a subshell that stops at its first failing line,
# pipes included; its trace is shown only when it failed, and the script goes on either way.
check() {
  local name=$1 log start rc
  shift
  log=$(mktemp "$CI_TMP/check.XXXXXX")
  start=$SECONDS
  (
    trap - EXIT
    set -eux -o pipefail
    "$@"
  ) >"$log" 2>&1 </dev/null
  rc=$?
  if [ "$rc" -eq 0 ]; then
    record 1 0 "$name"
    printf 'ok    %s (%ss)\n' "$name" $((SECONDS - start))
  else
    record 0 1 "$name"
    printf 'FAIL  %s (%ss, exit %s)\n' "$name" $((SECONDS - start)) "$rc"
    tail -n "${CI_LOG_LINES:-80}" "$log" | cut -c1-600 | sed 's/^/      | /'
  fi
  rm -f "$log"
  return "$rc"
}

# stage SCRIPT [ARGUMENT...]: runs one of the scripts beside this file. One that does not reach its end is a failure.
stage() {
  bash "$CI_ROOT/.ci/$1" "${@:2}" </dev/null && return 0
  record 0 1 "$1: ended early"
  echo "FAIL  $1: ended early"
}

# The last command of every script. The outermost one prints the closing line, and fails if anything failed:
# no check at all counts as a failure.
ci_finish() {
  [ -n "$CI_OUTER" ] || exit 0
  awk '{ passed += $1; failed += $2; if ($2) { $1 = ""; $2 = ""; bad = bad "\n  " $0 } }
    END { if (!passed && !failed) failed = 1
          if (bad) print "\nfailed:" bad
          printf "%d passed, %d failed\n", passed, failed
          exit failed > 0 }' "$CI_RESULTS"
  exit
}

section() { printf '\n== %s (minute %s)\n' "$1" $((($(date +%s) - CI_STARTED) / 60)); }

# same WHAT EXPECTED GOT: two texts that are equal and not empty.
same() {
  [ -n "$2" ] && [ "$2" = "$3" ] && return 0
  printf '%s differs\n expected: %s\n got:      %s\n' "$1" "$2" "$3" >&2
  return 1
}

# refuse COMMAND...: the command must fail. (`!` alone would not stop a `set -e` subshell.)
refuse() {
  if "$@"; then
    echo "expected a failure: $*" >&2
    return 1
  fi
}

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# spawn LOG COMMAND...: starts a process of our own, its id in SPAWNED; it is ended with the script at the latest.
spawn() {
  local log=$1
  shift
  "$@" >"$log" 2>&1 </dev/null &
  SPAWNED=$!
  CI_PIDS+=("$SPAWNED")
}

# ours PID: still a child of this script, so no other process that got the same number.
ours() { [ "$(awk '/^PPid:/ { print $2 }' "/proc/$1/status" 2>/dev/null)" = "$$" ]; }

# stop PID: SIGTERM, ten seconds, then SIGKILL. Returns the exit code of the process.
stop() {
  local tries
  ours "$1" && kill -TERM "$1"
  for ((tries = 0; tries < 100; tries++)); do
    ours "$1" || break
    sleep 0.1
  done
  ours "$1" && kill -KILL "$1"
  wait "$1" 2>/dev/null
}

# within SECONDS COMMAND...: tries until the command succeeds.
within() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    if [ "$SECONDS" -ge "$end" ]; then
      echo "not in time: $*" >&2
      return 1
    fi
    sleep 0.1
  done
}

# start_registry PORT FOLDER LOG: our server, up when it answers GET /v2/ with 200. Its id is in SPAWNED.
start_registry() {
  # Every variable that begins like this is taken for a setting.
  spawn "$3" env -u REGISTRY_BIN "${REGISTRY_BIN:-$CI_TARGET/release/registry}" serve --listen "127.0.0.1:$1" --data "$2"
  if ! within 20 curl -fsS "http://127.0.0.1:$1/v2/"; then
    tail -n 40 "$3" >&2
    return 1
  fi
}
