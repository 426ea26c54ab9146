#!/usr/bin/env bash
# The unit file: systemd understands it, and what it leaves to an attacker stays below what was reached once.
. "$(dirname "$0")/../lib.sh"
ci_begin
cd "$CI_TMP" || exit 2
export SYSTEMD_COLORS=0 SYSTEMD_PAGER=cat

# The program of the unit is installed by whoever follows the book; here it is the one that was built.
understood() {
  sed "s#/usr/local/bin/registry#$REGISTRY_BIN#" "$CI_ROOT/docs/deploy/registry.service" >registry.service
  systemd-analyze verify ./registry.service 2>&1 | tee verify.log
  [ ! -s verify.log ]
}

hardened() { systemd-analyze security --offline=true --threshold=15 ./registry.service; }

# The flags of the unit are flags of the program, which starts with them on a folder and a port of its own.
starts() {
  local command
  command=$(sed -n 's/^ExecStart=//p' registry.service | sed "s#127.0.0.1:5000#127.0.0.1:$PORT#; s#/var/lib/registry#$CI_TMP/data#")
  # shellcheck disable=SC2086 # the words of the command
  spawn registry.log env -u REGISTRY_BIN $command
  within 20 curl -fsS "http://127.0.0.1:$PORT/v2/"
}

: "${REGISTRY_BIN:=$CI_TARGET/release/registry}"
PORT=$(free_port)
check "service: systemd understands the unit" understood
check "service: its exposure stays below 1.5" hardened
starts
check "service: its command serves" same "exit code" 0 "$?"
ci_finish
