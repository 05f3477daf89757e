#!/usr/bin/env bash
# Fetches the sources of Debian's kernels 6.12 and 6.1 that the tests below test/kernel run on, and then runs a command.
#
#   test/kernel/fetch.sh [FOLDER] [-- COMMAND...]
#
# FOLDER (default: forklore-kernel in the temporary directory) receives FOLDER/6.12 and FOLDER/6.1. What is there
# already is kept. COMMAND sees FORKLORE_KERNEL_612 and FORKLORE_KERNEL_61; one that is set already is not fetched.
set -euo pipefail

cache="${TMPDIR:-/tmp}/forklore-kernel"
if [ $# -gt 0 ] && [ "$1" != -- ]; then
  cache="$1"
  shift
fi
if [ "${1:-}" = -- ]; then shift; fi

# Only what the tests read; a whole tree has 1.5 GB.
files=(kernel/fork.c kernel/events/uprobes.c mm lib/maple_tree.c fs/userfaultfd.c include/linux include/asm-generic arch/x86/include)

fetch() {
  local version="$1" name="linux-source-$1" dest="$cache/$1"
  # a tree with other files than those above is fetched anew
  if [ "$(cat "$dest/.complete" 2>/dev/null)" = "${files[*]}" ]; then return; fi
  local work
  mkdir -p "$cache"
  work="$(mktemp -d "$cache/.fetch-XXXXXX")"
  echo "fetch.sh: $name into $dest" >&2
  (
    cd "$work"
    # the sandbox user of apt can not write here; that is a warning, not an error
    apt-get download -q "$name" >apt.log 2>&1 || {
      cat apt.log >&2
      echo "fetch.sh: apt can not download $name (run apt-get update, or use a Debian that has it)" >&2
      exit 1
    }
    mkdir tree
    dpkg-deb --fsys-tarfile "$name"_*.deb | tar -xO "./usr/src/$name.tar.xz" |
      tar -xJ -C tree --strip-components=1 "${files[@]/#/$name/}"
    echo "${files[*]}" >tree/.complete
  ) || {
    rm -rf "$work"
    return 1
  }
  rm -rf "$dest"
  mv "$work/tree" "$dest"
  rm -rf "$work"
}

for version in 6.12 6.1; do
  variable="FORKLORE_KERNEL_${version//./}"
  if [ -z "${!variable:-}" ]; then
    fetch "$version"
    export "$variable=$cache/$version"
  fi
done

if [ $# -gt 0 ]; then exec "$@"; fi
