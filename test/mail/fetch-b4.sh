#!/usr/bin/env bash
# Fetches two releases of b4 from Debian, for the tests below test/mail: 0.14 (trixie), whose `b4 am --check` reads lines,
# and 0.16 (forky), whose review reads JSON. Debian 12 has neither, so they are unpacked, not installed.
#
#   test/mail/fetch-b4.sh [FOLDER]
#
# FOLDER (default: forklore-b4 in the temporary directory) receives FOLDER/trixie and FOLDER/forky. What is there is kept.
# They need python3 with dkim, dnspython, requests and patatt (Debian: python3-dkim python3-dnspython python3-requests
# python3-patatt).
set -euo pipefail

cache="${1:-${TMPDIR:-/tmp}/forklore-b4}"
mirror="$(sed -n 's/^URIs: *\(.*debian\)\/\{0,1\}$/\1/p; s/^deb \(\[[^]]*\] \)\{0,1\}\(http[^ ]*debian\)\/\{0,1\} .*/\2/p' \
  /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | head -n 1 || true)"
if [ -z "$mirror" ]; then
  echo "fetch-b4.sh: no Debian mirror in /etc/apt/sources.list; b4 is not fetched" >&2
  exit 1
fi

fetch() {
  local suite="$1"
  shift
  local dest="$cache/$suite" apt
  if [ -e "$dest/.complete" ]; then return; fi
  apt="$(mktemp -d "${TMPDIR:-/tmp}/forklore-apt-XXXXXX")"
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$dest"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" >"$apt/sources.list"
  local options=(-q -o "Dir::Etc::SourceList=$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o "Dir::State::Lists=$apt/lists" -o "Dir::Cache=$apt/cache")
  (
    cd "$apt"
    apt-get "${options[@]}" update && apt-get "${options[@]}" download "$@"
  ) >"$apt/log" 2>&1 || {
    cat "$apt/log" >&2
    echo "fetch-b4.sh: apt can not download $* of $suite" >&2
    rm -rf "$apt"
    return 1
  }
  for package in "$apt"/*.deb; do dpkg-deb -x "$package" "$dest"; done
  touch "$dest/.complete"
  rm -rf "$apt"
}

fetch trixie b4
fetch forky b4 python3-liblore python3-ezgb
