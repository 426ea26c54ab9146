#!/usr/bin/env bash
# The same with containerd 2, which is on PATH for this script alone: dockerd takes whichever it finds first.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib.sh"
NAME=ctr2 PATH="$CI_TARGET/ci-tools/containerd2:$PATH" exec bash "$here/ctr.sh"
