import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDiff } from '../../src/intake/index.js';
import { mail, one, shown } from './support.js';

/** Lines of source that look like something else inside a diff. */
const nasty = fc.constantFrom(
  '',
  '\tx = 1;',
  '}',
  '  two',
  ' * c',
  '- ',
  '-- a/x',
  '++ b/x',
  '@@ -1 +1 @@',
  'diff --git a/x b/x',
  'From x',
  '> q',
  '\\ no',
  'index 1..2',
  '--- a/x',
  '+++ b/x',
  'x\r',
);

interface Line {
  kind: ' ' | '-' | '+';
  text: string;
}

const line: fc.Arbitrary<Line> = fc.record({
  kind: fc.constantFrom<Line['kind']>(' ', '-', '+', ' '),
  text: fc.oneof(nasty, fc.stringMatching(/^\t{0,3}[a-z(){};=]{0,12}$/)),
});
/** A tabbed line at both ends, as kernel code has it, so that no cut removes all evidence of a shift. */
const hunkLines = fc
  .array(line, { minLength: 1, maxLength: 12 })
  .map((lines): Line[] => [
    { kind: ' ', text: '\tfirst' },
    ...lines,
    { kind: ' ', text: '\tlast' },
  ]);
const files = fc.array(fc.array(hunkLines, { minLength: 1, maxLength: 3 }), {
  minLength: 1,
  maxLength: 3,
});

function render(all: Line[][][]): string[] {
  const out: string[] = [];
  for (const [f, hunks] of all.entries()) {
    out.push(`diff --git a/d/f${f}.c b/d/f${f}.c`, 'index 1111111..2222222 100644');
    out.push(`--- a/d/f${f}.c`, `+++ b/d/f${f}.c`);
    for (const [h, lines] of hunks.entries()) {
      const count = (other: string) => lines.filter((l) => l.kind !== other).length;
      out.push(`@@ -${100 * h + 1},${count('+')} +${100 * h + 5},${count('-')} @@ f(void)`);
      for (const l of lines) out.push(l.kind + l.text);
    }
  }
  return out;
}

function strings(all: Line[][][]): string[][][] {
  return all.map((hunks) => hunks.map((lines) => lines.map((l) => l.kind + l.text)));
}

describe('any well-formed diff', () => {
  it('is read back line by line, numbered by its headers', () => {
    fc.assert(
      fc.property(files, (all) => {
        const { files: read, problems } = parseDiff(`${render(all).join('\n')}\n`);
        expect(problems).toEqual([]);
        expect(read.map((f) => f.hunks.map(shown))).toEqual(strings(all));
        for (const hunk of read.flatMap((f) => f.hunks)) {
          let [old, now] = [hunk.oldStart, hunk.newStart];
          for (const l of hunk.lines) {
            expect([l.old, l.new]).toEqual([
              l.kind === '+' ? null : old++,
              l.kind === '-' ? null : now++,
            ]);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is read the same from a mail with a message above and a signature below', async () => {
    await fc.assert(
      fc.asyncProperty(files, async (all) => {
        // Carriage returns at line ends are the transport's in a mail that has them everywhere.
        const patch = await one(mail(`Why.\n---\n${render(all).join('\n')}\n-- \n2.39.5\n`));
        expect(patch.files.map((f) => f.hunks.map(shown))).toEqual(strings(all));
        expect([patch.message, patch.problems]).toEqual(['Why.', []]);
      }),
      { numRuns: 100 },
    );
  });

  it('with one count off by some, only that hunk is lost, and it is named', () => {
    const off = fc.tuple(files, fc.nat(), fc.constantFrom(-1, 1, 2), fc.constantFrom('old', 'new'));
    fc.assert(
      fc.property(off, ([all, pick, by, side]) => {
        const tame = all.map((hunks) =>
          hunks.map((ls) => ls.map((l) => ({ ...l, text: `\t${l.text.replace(/\r/, '')}` }))),
        );
        const lines = render(tame);
        const heads = lines.flatMap((l, i) => (l.startsWith('@@ ') ? [i] : []));
        const at = heads[pick % heads.length];
        let seen = 0;
        lines[at] = lines[at].replace(/,(\d+)/g, (whole, n) =>
          (seen++ === 0) === (side === 'old') ? `,${Number(n) + by}` : whole,
        );
        const { files: read, problems } = parseDiff(`${lines.join('\n')}\n`, 10);
        expect(problems.map((p) => [p.level, p.inputLine])).toEqual([['error', at + 10]]);
        expect(problems[0].message).toMatch(
          /^hunk \d of d\/f\d\.c has \d+ .*, its header says \d+/,
        );
        const rest = strings(tame)
          .flat()
          .filter((_, i) => i !== pick % heads.length);
        expect(read.flatMap((f) => f.hunks.map(shown))).toEqual(rest);
      }),
      { numRuns: 200 },
    );
  });
});

describe('any quote of a diff', () => {
  const habit = fc.constantFrom('> ', '>', '>> ', '> > ', '>>', '> >> ');

  it('cut anywhere and shifted by any number of blanks is a beginning of the diff', async () => {
    const input = fc.tuple(files, habit, fc.nat({ max: 3 }), fc.nat(), fc.boolean());
    await fc.assert(
      fc.asyncProperty(input, async ([all, mark, shift, cut, flowed]) => {
        const tame = all.map((hunks) =>
          hunks.map((ls) =>
            ls.filter((l) => !/^- ?$|^\s|\r/.test(l.text) || l.text.startsWith('\t')),
          ),
        );
        const whole = render(tame);
        const kept = whole.slice(0, 5 + (cut % (whole.length - 4)));
        const quoted = kept.map((l) => mark + (l.startsWith(' ') ? ' '.repeat(shift) + l : l));
        const fields = {
          Subject: 'Re: [PATCH] x',
          ...(flowed ? { 'Content-Type': 'text/plain; format=flowed' } : {}),
        };
        const patch = await one(mail(`A wrote:\n${quoted.join('\n')}\n\nWhy?\n`, fields));
        expect(patch.kind).toBe('quoted-patch');
        const expected = strings(tame).flat();
        const got = patch.files.flatMap((f) => f.hunks);
        let used = 0;
        for (const [i, hunk] of got.entries()) {
          const text = shown(hunk);
          expect(text).toEqual(expected[i].slice(0, text.length));
          expect(hunk.truncated).toBe(text.length < expected[i].length);
          if (i < got.length - 1) expect(hunk.truncated).toBe(false);
          used += text.length;
        }
        const body = kept.filter(
          (l, i) => /^[ +\\-]/.test(l) && !/^(?:---|\+\+\+) [ab]\/d/.test(l) && i > 3,
        );
        expect(used).toBe(body.length);
        expect(patch.problems.filter((p) => p.level === 'error')).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('any bytes', () => {
  it('give patches or one clear error', async () => {
    const pieces = fc.constantFrom(
      'From a Thu Jan  1 00:00:00 1970\n',
      'Subject: [PATCH 1/2] x\n',
      '\n',
      '> ',
      '>',
      '@@ -1,2 +1,3 @@\n',
      'diff --git a/x b/x\n',
      '--- a/x\n',
      '+++ b/x\n',
      ' c\n',
      '-d\n',
      '+a\n',
      '-- \n',
      '---\n',
      'index 1..2\n',
      'Content-Type: multipart/mixed; boundary=b\n',
      '--b\n',
      '--b--\n',
      'Content-Transfer-Encoding: base64\n',
      '\\ No newline at end of file\n',
      '@@@ -1 -1 +1 @@@\n',
      'rename from x\n',
      '\r',
      '\0',
      'é',
      '\t',
      '...',
    );
    const text = fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(text, async (input) => {
        const patches = await one(input).then(
          (patch) => patch.problems,
          (error) => {
            expect(error.message).toMatch(
              /^in\.mbox: neither a mail|^expected one patch, got \d+$/,
            );
            return [];
          },
        );
        for (const p of patches) expect(p.message.startsWith('in.mbox: ')).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
