# Copyright 2026 The bindersim Authors
# SPDX-License-Identifier: Apache-2.0
#
# Sourced by bindersim and test, with `root` set: sets up what is missing and
# defines `bazel_command COMMAND ARGS...`.

# Bazel keeps its output below HOME, which a bare container may not have.
if [[ -z ${HOME:-} || ! -w ${HOME:-} ]]; then
  HOME=$(getent passwd "$(id -u)" | cut -d: -f6)
  [[ -n $HOME && -w $HOME ]] || HOME=${TMPDIR:-/tmp}/bindersim-$(id -u)
  mkdir -p "$HOME"
  export HOME
fi

# Installs what is missing of a group of tools/setup. BINDERSIM_NO_SETUP=1
# leaves the machine alone, for other systems than Debian's.
prepare() {
  [[ -n ${BINDERSIM_NO_SETUP:-} ]] || "$root/tools/setup" "$1" </dev/null
}

bazel_command() {
  local command=$1
  shift
  # Debian's Bazel 7 takes its libraries from Debian too (see WORKSPACE).
  local version
  version=$(dpkg-query -W -f '${Version}' bazel-bootstrap 2>/dev/null)
  case $version in
    "" | [0-6].*) ;;
    *) set -- --config=ws7 "$@" ;;
  esac
  (cd "$root" && exec bazel "$command" "$@" </dev/null)
}
