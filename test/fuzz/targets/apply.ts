import type { Prng } from '../../../src/base/prng.js';
import { parseDiff } from '../../../src/intake/index.js';
import { applyHunks } from '../../../src/source/apply.js';
import { gitApplied } from '../git.js';
import { once, pick } from '../material.js';
import { type Depth, hold, type Target } from '../target.js';

const LINES = [
  '',
  '{',
  '}',
  '\tx();',
  '\ty();',
  '\tif (x)',
  '\t\tgoto out;',
  'out:',
  '\treturn 0;',
  ' z',
  '-',
  '+',
];

interface Case {
  before: string[];
  after: string[];
  diff: string;
  /** The diff was made from exactly these two texts. */
  exact: boolean;
  /** Some hunk has less context at an end: git then wants it at that end of the file. */
  anchored: boolean;
}

/** A diff with `context` lines around each change, made by walking both texts along known edits. */
function makeCase(r: Prng): Case {
  const before = Array.from({ length: 1 + r.below(30) }, () => pick(r, LINES));
  const context = r.below(4);
  const ops: { kind: ' ' | '-' | '+'; text: string }[] = [];
  for (const text of before) {
    const what = r.below(8);
    if (what === 0) ops.push({ kind: '+', text: pick(r, LINES) });
    if (what === 1) ops.push({ kind: '-', text });
    else ops.push({ kind: ' ', text });
  }
  const after = ops.filter((o) => o.kind !== '-').map((o) => o.text);
  const shown = ops.map((_, i) =>
    ops.slice(Math.max(0, i - context), i + context + 1).some((o) => o.kind !== ' '),
  );
  let [old, now] = [1, 1];
  let out = '';
  let anchored = context === 0;
  for (let i = 0; i < ops.length; ) {
    if (!shown[i]) {
      old++;
      now++;
      i++;
      continue;
    }
    const group = [];
    while (i < ops.length && shown[i]) group.push(ops[i++]);
    const changed = group.map((o) => o.kind !== ' ');
    anchored ||= changed.indexOf(true) < context;
    anchored ||= group.length - 1 - changed.lastIndexOf(true) < context;
    const a = group.filter((o) => o.kind !== '+').length;
    const b = group.filter((o) => o.kind !== '-').length;
    out += `@@ -${a ? old : old - 1},${a} +${b ? now : now - 1},${b} @@\n${group.map((o) => `${o.kind}${o.text}\n`).join('')}`;
    old += a;
    now += b;
  }
  return { before, after, diff: out, exact: true, anchored };
}

function make(r: Prng): Case {
  const c = makeCase(r);
  if (once(r, 2)) return c;
  const before = [...c.before];
  for (let n = 1 + r.below(3); n > 0; n--) {
    const at = r.below(before.length + 1);
    if (once(r, 2)) before.splice(at, 0, pick(r, LINES));
    else before.splice(at, 1, pick(r, LINES));
  }
  return { ...c, before, exact: false };
}

const PATH = 'kernel/fork.c';
const text = (lines: readonly string[]): string => lines.map((l) => `${l}\n`).join('');

function run(c: Case): Depth {
  if (c.diff === '') return 'refused';
  const whole = `diff --git a/${PATH} b/${PATH}\n--- a/${PATH}\n+++ b/${PATH}\n${c.diff}`;
  const { files } = parseDiff(whole);
  hold(files.length === 1, 'a well-formed diff is not read');
  const applied = applyHunks(c.before, files[0].hunks, 'strict');
  if (!('after' in applied)) {
    hold(!c.exact, 'a diff does not apply to what it was made from');
    hold(applied.hunk >= 1 && applied.line >= 1, 'a misfit without a place');
    return 'deep';
  }
  const now = applied.after.map((l) => l.text);
  hold(
    text(applied.before.map((l) => l.text)) === text(c.before),
    'the version before was changed',
  );
  for (const [k, l] of applied.after.entries()) hold(l.line === k + 1, 'a line number moved');
  const still = applied.offsets.every((n) => n === 0);
  if (c.exact) hold(!still || text(now) === text(c.after), 'applied elsewhere than it says');
  if (still && !c.anchored && c.before.length % 8 === 0) {
    const theirs = gitApplied(PATH, text(c.before), whole);
    if (theirs !== null) hold(theirs === text(now), 'git apply makes another file');
  }
  return 'deep';
}

export const apply: Target<Case> = {
  name: 'apply',
  runs: 150_000,
  make,
  run,
  bytes: (c) => JSON.stringify(c, null, 1),
};
