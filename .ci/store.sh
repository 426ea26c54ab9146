# shellcheck shell=bash
# The tests of the blob store against a server that runs. To be sourced behind lib.sh.

# store_tests NAME FILTER...: each is counted. They are built with the whole workspace, as the other tests were.
store_tests() {
  local log=$CI_TMP/$1.tests passed failed rc
  cargo test --quiet --workspace --test it --no-fail-fast -- "${@:2}" >"$log" 2>&1
  rc=$?
  read -r passed failed < <(awk '/^test result: / { passed += $4; failed += $6 } END { print passed + 0, failed + 0 }' "$log")
  echo "$1: $passed passed, $failed failed"
  # Less than the conformance suite, or something that is no failed test.
  if [ $((passed + failed)) -le 20 ] || { [ "$rc" -ne 0 ] && [ "$failed" -eq 0 ]; }; then
    record 0 1 "$1: the tests of the store did not run"
    failed=1
  else
    record "$passed" "$failed" "$1: tests of the store"
  fi
  [ "$failed" -eq 0 ] || tail -n 60 "$log"
}
