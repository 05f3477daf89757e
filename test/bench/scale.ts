import { ForkloreError } from '../../src/base/errors.js';
import { preprocess } from '../../src/cfront/preprocess.js';
import { scanItems } from '../../src/cfront/scan.js';
import { blankComments } from '../../src/cfront/text.js';
import { wrongField } from '../../src/github/shape.js';
import { parseDiff, readInput } from '../../src/intake/index.js';
import { parseConfig } from '../../src/judge/config.js';
import { readTrace } from '../../src/sim/explore/trace.js';
import { openArchive } from '../intake/archive-support.js';
import { bytes, diff, mail } from '../intake/support.js';
import { median } from './stats.js';

/*
 * Nanoseconds per byte of each reader while its input doubles: a reader whose figure grows with the size is not linear.
 * `npm run bench:scale`.
 */

const FROM = 'From a@example.org Thu Jan  1 00:00:00 1970\n';
const SUPPRESS = '  - { rule: fork-unwind, id: a90b, reason: seen }\n';

/** Inputs that grow by `n`, of kinds that have cost readers more than in proportion. */
const INPUTS: [string, (n: number) => string][] = [
  ['a diff of many files', (n) => Array.from({ length: n }, (_, i) => diff(`f${i}.c`)).join('')],
  [
    'one long hunk',
    (n) => `--- a/f\n+++ b/f\n@@ -1,${20 * n} +1,${20 * n} @@\n${' x\n'.repeat(20 * n)}`,
  ],
  [
    'a hunk that never ends',
    (n) => `${diff('f.c')}@@ -1,900000 +1,900000 @@\n${' x\n'.repeat(20 * n)}`,
  ],
  ['many hunks cut at once', (n) => `${diff('f.c')}${'@@ -9,9 +9,9 @@\n'.repeat(5 * n)}`],
  ['file headers without end', (n) => 'diff --git a/f b/f\nindex 1..2\n'.repeat(5 * n)],
  ['signature marks and blank lines', (n) => `${diff('f.c')}${'-- \n\n\n\n'.repeat(10 * n)}`],
  ['a mail of From lines', (n) => mail('From 1:1 1:1 1:1 2024\n'.repeat(10 * n))],
  ['quote marks in depth', (n) => mail(`${'>'.repeat(500)} diff --git a b\n`.repeat(n / 2))],
  ['quoted hunks', (n) => mail(diff('f.c').repeat(n).replace(/^/gm, '> '), { Subject: 'Re: x' })],
  ['one line of a mail', (n) => mail('> '.repeat(50 * n))],
  ['a subject of brackets', (n) => mail('x', { Subject: '['.repeat(100 * n) })],
  [
    'quoted-printable',
    (n) => mail('a=3D=\n'.repeat(20 * n), { 'Content-Transfer-Encoding': 'quoted-printable' }),
  ],
  [
    'an open C-quoted name',
    (n) => `diff --git "${'\\303'.repeat(20 * n)}\nindex 1..2\n${diff('f.c')}`,
  ],
  [
    'a long name twice in a line',
    (n) => `diff --git ${'a/x '.repeat(5 * n)}\nindex 1..2\n${diff('f.c')}`,
  ],
  [
    'C: blocks and calls',
    (n) => `int f(void)\n{\n${'\tif (g(a)) { h(b); } /* c */\n'.repeat(10 * n)}}\n`,
  ],
  ['C: open brackets', (n) => 'int x = ((((\n'.repeat(5 * n)],
  ['archive: many mails', (n) => `${FROM}From: a\nSubject: x\n\nwords\n\n`.repeat(n)],
  ['archive: one long mail', (n) => `${FROM}From: a\n\n${'words\n'.repeat(20 * n)}`],
  ['archive: lines that start like mails', (n) => `${FROM}From: a\n\n${FROM.repeat(10 * n)}`],
  ['archive: header fields', (n) => `${FROM}${'Received: x\n\ty\n'.repeat(5 * n)}\nx\n`],
  [
    'archive: quoted-printable',
    (n) => `${FROM}Content-Transfer-Encoding: quoted-printable\n\n${'=\na=3D'.repeat(10 * n)}`,
  ],
  [
    'archive: parts without end',
    (n) =>
      `${FROM}Content-Type: multipart/mixed; boundary=b\n\n${'--b\nContent-Transfer-Encoding: base64\n\n'.repeat(n)}`,
  ],
  ['archive: diffs of other files', (n) => `${FROM}From: a\n\n${diff('f.c').repeat(n)}`],
  ['archive: one series', (n) => archiveSeries(n)],
  ['YAML: a configuration', (n) => `suppress:\n${SUPPRESS.repeat(n / 10)}`],
  ['YAML: open brackets', (n) => `x: ${'['.repeat(n / 10)}`],
  ['trace: JSON', (n) => JSON.stringify({ schema: 'x', pad: 'x'.repeat(20 * n) })],
  ['webhook: nested', (n) => `${'{"a":'.repeat(n / 4)}1${'}'.repeat(n / 4)}`],
  [
    'C: macros',
    (n) => `#define F(x) ((x) + 1)\nint x = ${'F('.repeat(3)}1${')'.repeat(3)};\n`.repeat(n),
  ],
  ['C: nested conditions', (n) => `${'#if defined(A) || (B > 1)\n'.repeat(5 * n)}int x;\n`],
];

/** A thread of `n` patches, each wanted and in reply to the first. */
function archiveSeries(n: number): string {
  const head = (k: number) =>
    `${FROM}From: a\nSubject: [PATCH ${k}/9] t${k}\nMessage-Id: <${k}@x>\nReferences: <0@x>\n\n`;
  return Array.from({ length: n / 5 }, (_, k) => head(k) + diff('lib/x.c')).join('\n');
}

const ROUNDS = 5;
const SIZES = [500, 1000, 2000, 4000, 8000];

/** Errors are what some of these are for. */
function attempt(work: () => unknown): void {
  try {
    work();
  } catch (e) {
    if (!(e instanceof ForkloreError)) throw e;
  }
}

function read(name: string, text: string): unknown {
  if (name.startsWith('archive: ')) return openArchive(Buffer.from(text));
  if (name.startsWith('YAML: ')) return attempt(() => parseConfig('c', text));
  if (name.startsWith('trace: ')) return attempt(() => readTrace('t', text));
  if (name.startsWith('webhook: ')) return wrongField(JSON.parse(text));
  if (name.startsWith('C: ')) return scanItems(preprocess(blankComments(text)).active);
  return text.startsWith('From:') ? readInput('m', bytes(text)) : parseDiff(text);
}

async function nanosecondsPerByte(name: string, text: string): Promise<number> {
  const times: number[] = [];
  for (let k = 0; k < ROUNDS; k++) {
    const start = process.cpuUsage();
    await read(name, text);
    const used = process.cpuUsage(start);
    times.push(((used.user + used.system) * 1000) / text.length);
  }
  return median(times);
}

process.stdout.write(
  `${'ns per byte at size'.padEnd(34)}${SIZES.map((n) => `x${n / 500}`.padStart(8)).join('')}\n`,
);
let worst = 0;
for (const [name, make] of INPUTS) {
  await nanosecondsPerByte(name, make(SIZES[0]));
  const row: number[] = [];
  for (const n of SIZES) row.push(await nanosecondsPerByte(name, make(n)));
  worst = Math.max(worst, row[row.length - 1] / row[1]);
  process.stdout.write(
    `${name.padEnd(34)}${row.map((ns) => ns.toFixed(1).padStart(8)).join('')}\n`,
  );
}
process.stdout.write(`largest growth from x2 to x16: ${worst.toFixed(2)} times\n`);
