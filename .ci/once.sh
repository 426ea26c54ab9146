# shellcheck shell=bash
# Installing programs by version, below the build folder. To be sourced behind lib.sh.

# once NAME VERSION COMMAND...: runs the command unless that version was installed before.
once() {
  stamp=$CI_TARGET/ci-tools/$1-$2
  [ -e "$stamp" ] && return 0
  mkdir -p "$CI_BIN"
  "${@:3}"
  : >"$stamp"
}

# cargo_program CRATE VERSION [OPTION...]
cargo_program() {
  once "$1" "$2" env -u CARGO_TARGET_DIR cargo install --locked --root "$CI_TARGET/ci-tools" --version "$2" "${@:3}" "$1"
}
