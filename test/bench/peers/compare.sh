#!/usr/bin/env bash
# Five edits of the miniature tree's dup_mmap(), each shown to checkpatch, to Coccinelle and to forklore; times are of
# whole processes, the median of three. Two edits are harmless, three are not.
#
#   CHECKPATCH=.../scripts/checkpatch.pl npm run bench:peers
#
# CHECKPATCH is that of a kernel tree (Debian: linux-source-6.12); without it, and without spatch, the column stays empty.
set -euo pipefail
cd "$(dirname "$0")/../../.."
root="$PWD"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cp -r fixtures/mini-6.12 "$work/tree"
cd "$work/tree"
git init -q && git add -A && git -c user.name=t -c user.email=t@example.org commit -qm base

# name, whether it is harmful, and a sed program for kernel/fork.c
edits=(
  "lock on the copy|harmful|s/^\t\tvma_start_write(vma);\$//; s/^\t\tcopy->vm_mm = child;/&\n\t\tvma_start_write(copy);/"
  "lock after the copy|harmful|s/^\t\tvma_start_write(vma);\$//; s/^\t\t\terror = copy_page_range(copy, vma);/&\n\t\tvma_start_write(vma);/"
  "lock for shared mappings only|harmful|s/^\t\tvma_start_write(vma);\$/\t\tif (vma->vm_flags \& VM_SHARED)\n\t\t\tvma_start_write(vma);/"
  "no TLB flush|harmful|/flush_tlb_mm(parent)/d"
  "lock through an alias|harmless|s/^\t\tvma_start_write(vma);\$/\t\tstruct vm_area_struct *old = vma;\n\n\t\tvma_start_write(old);/"
  "lock after the DONTCOPY test|harmless|s/^\t\tvma_start_write(vma);\$//; s/^\t\tcharged = 0;\$/\t\tvma_start_write(vma);\n&/"
)

# seconds OUTPUT COMMAND...: median of three runs; OUTPUT receives what the last one printed
seconds() {
  local out="$1"
  shift
  for _ in 1 2 3; do
    local t0 t1
    t0=$(date +%s%N)
    "$@" >"$out" 2>&1 || true
    t1=$(date +%s%N)
    echo $(((t1 - t0) / 10000000))
  done | sort -n | sed -n '2s/\([0-9]*\)\([0-9][0-9]\)$/\1.\2/p' | sed 's/^\./0./'
}

printf '%-31s %-9s %-22s %-22s %s\n' edit 'really' checkpatch Coccinelle forklore
for entry in "${edits[@]}"; do
  IFS='|' read -r name really program <<<"$entry"
  sed -i "$program" kernel/fork.c
  git diff >"$work/edit.diff"
  { printf 'From: A <a@example.org>\nSubject: [PATCH] fork: %s\n\nText.\n\nSigned-off-by: A <a@example.org>\n---\n' "$name"; cat "$work/edit.diff"; } >"$work/edit.patch"
  check='-' cocci='-'
  if [ -n "${CHECKPATCH:-}" ]; then
    s=$(seconds "$work/check" perl "$CHECKPATCH" --no-tree --terse "$work/edit.patch")
    check="$(grep -c 'ERROR:' "$work/check" || true) errors, $s s"
  fi
  if command -v spatch >/dev/null; then
    s=$(seconds "$work/cocci" spatch --very-quiet -D report --no-includes \
      --sp-file "$root/test/bench/peers/dup_mmap_lock.cocci" kernel/fork.c)
    cocci="$(grep -c 'ERROR' "$work/cocci" || true) errors, $s s"
  fi
  git checkout -q kernel/fork.c
  s=$(seconds "$work/ours" node "$root/dist/cli/main.js" review --quiet --rule fork-lock-target --traces "$work/traces" \
    --tree . "$work/edit.patch")
  verdict=$(sed -n 's/^\(VIOLATED\|holds\|bounded\|vacuous\|inconclusive\) .*/\1/p' "$work/ours" | head -n 1)
  printf '%-31s %-9s %-22s %-22s %s\n' "$name" "$really" "$check" "$cocci" "${verdict:-none}, $s s"
done
