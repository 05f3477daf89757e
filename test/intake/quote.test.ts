import { describe, expect, it } from 'vitest';
import { readInput } from '../../src/intake/index.js';
import { bytes, diff, fixture, mail, numstat, one, read, shown } from './support.js';

const REPLY = { Subject: 'Re: [PATCH v2 1/3] lib: x' };

/** `text` quoted with `mark` in front of each line; blank lines lose the blank behind the mark. */
function quote(text: string, mark: string): string {
  return text
    .split('\n')
    .map((line) => (mark + line).trimEnd())
    .join('\n');
}

const two = (diff('lib/a.c') + diff('lib/b.c')).trimEnd();

describe('quoted patches', () => {
  it.each(['> ', '>', '>> ', '> > ', '>>', '>> > ', '> > > '])('quoted with "%s"', async (mark) => {
    const patch = await one(mail(`On Monday A wrote:\n${quote(two, mark)}\n\nLooks odd.\n`, REPLY));
    expect([patch.kind, patch.version, patch.index, patch.total]).toEqual([
      'quoted-patch',
      2,
      1,
      3,
    ]);
    expect(numstat(patch.files)).toEqual(['lib/a.c:1:1', 'lib/b.c:1:1']);
    expect(patch.files.some((f) => f.truncated)).toBe(false);
    expect(patch.files.flatMap((f) => f.hunks.flatMap(shown)).slice(0, 2)).toEqual([
      ' top',
      '-old',
    ]);
    expect(patch.problems).toEqual([]);
  });

  it('a quote that shifts context and is cut within a hunk, flowed', async () => {
    const patch = await one(fixture('flowed-reply.mbox'));
    expect(patch.subject).toBe('Re: [PATCH v3 2/4] lib/tally: count a batch in one go');
    expect(patch.from).toBe('Jörg Beispiel <joerg@example.org>');
    expect(patch.kind).toBe('quoted-patch');
    const sent = await one(fixture('tally.patch'));
    expect(patch.files.map((f) => [f.newPath, f.truncated])).toEqual([
      ['include/tally.h', false],
      ['lib/tally.c', true],
    ]);
    expect(patch.files[0].hunks.map(shown)).toEqual(sent.files[0].hunks.map(shown));
    const [first, last] = patch.files[1].hunks;
    expect(shown(first)).toEqual(shown(sent.files[1].hunks[0]));
    expect(last.truncated).toBe(true);
    expect(shown(last)).toEqual(shown(sent.files[1].hunks[1]).slice(0, 7));
    expect(last.lines.at(-1)).toEqual({
      kind: '+',
      text: '\twhile (count--)',
      old: null,
      new: 35,
      inputLine: 68,
    });
    expect(patch.message.replace('>From', 'From')).toBe(sent.message.replace('>From', 'From'));
    expect(patch.trailers.map((t) => t.key)).toEqual(['Link', 'Fixes', 'Signed-off-by']);
    expect(patch.problems.map((p) => [p.level, p.message.includes('2 blanks taken')])).toEqual([
      ['note', false],
      ['note', true],
    ]);
  });

  it.each([
    ['in the middle of a hunk', '-old', 2, [1, 1], true],
    ['after the @@ line', '@@ -1,3 +1,3 @@ int f(void)', 2, [1, 1], true],
    ['after +++', '+++ b/lib/b.c', 2, [1, 0], true],
    ['after the index line', 'index 1111111..2222222 100644', 2, [1, 0], true],
    ['after the diff --git line', 'diff --git a/lib/b.c b/lib/b.c', 2, [1, 0], true],
    ['between the files', ' bottom', 2, [1, 1], false],
  ])('cut short %s', async (_, last, files, hunks, truncated) => {
    const kept = two.slice(0, two.lastIndexOf(last) + last.length);
    for (const end of ['\n\nWhy?\n', '\n> \n> Why?\n', '\n', '']) {
      const patch = await one(mail(`x\n${quote(kept, '>> ')}${end}`, REPLY));
      expect(patch.kind).toBe('quoted-patch');
      expect(patch.files).toHaveLength(files);
      expect(patch.files.map((f) => f.hunks.length)).toEqual(hunks);
      expect(patch.files.map((f) => f.truncated)).toEqual([false, truncated]);
      expect(patch.problems).toEqual([]);
    }
  });

  it('comments between quoted lines do not break the hunk that goes on behind them', async () => {
    const lines = quote(two, '> ').split('\n');
    lines.splice(6, 0, '', 'Is this needed?', '');
    const patch = await one(mail(lines.join('\n'), REPLY));
    expect(numstat(patch.files)).toEqual(['lib/a.c:1:1', 'lib/b.c:1:1']);
    expect(patch.files.some((f) => f.truncated)).toBe(false);
  });

  it('a hunk that was trimmed around a comment is used up to the comment', async () => {
    const long = [
      'diff --git a/l.c b/l.c',
      'index 1111111..2222222 100644',
      '--- a/l.c',
      '+++ b/l.c',
      '@@ -1,6 +1,7 @@',
      ' a',
      '+b',
      'COMMENT',
      ' e',
      ' f',
      '@@ -20 +21 @@',
      '-x',
      '+y',
    ];
    const body = long.map((l) => (l === 'COMMENT' ? 'Why b?' : `> ${l}`)).join('\n');
    const { files } = await one(mail(body, REPLY));
    expect(files[0].hunks.map((h) => [h.truncated, shown(h)])).toEqual([
      [true, [' a', '+b']],
      [false, ['-x', '+y']],
    ]);
  });

  it('[...] at the depth of the quote ends the hunk, the next one is read', async () => {
    const body = quote(two.replace('+new\n bottom', '[...]'), '> ');
    const { files } = await one(mail(body, REPLY));
    expect(files.map((f) => [f.newPath, f.truncated, f.hunks.length])).toEqual([
      ['lib/a.c', true, 1],
      ['lib/b.c', false, 1],
    ]);
  });

  it('a section that the mailer wrapped under the @@ line is joined', async () => {
    const body = quote(two.replace('int f(void)', 'int f(struct list\n*head)'), '> ');
    const { files } = await one(mail(body, REPLY));
    expect(files[0].hunks[0].section).toBe('int f(struct list *head)');
    expect(files[0].hunks[0].truncated).toBe(false);
  });

  it('a quoted hunk whose file header was trimmed is reported', async () => {
    const body = quote(two.slice(two.indexOf('@@')).split('diff')[0], '> ');
    const patch = await one(mail(body, REPLY));
    expect([patch.kind, patch.files.length]).toEqual(['none', 0]);
    expect(patch.problems[0].message).toContain('quoted hunk without a file header');
  });

  it('the signature of the quoted mail is no deletion', async () => {
    const body = quote(`${two.replace('@@ -1,3 +1,3', '@@ -1,4 +1,3')}\n-- \n2.39.5\n`, '> ');
    const { files } = await one(mail(body, REPLY));
    expect(files.flatMap((f) => f.hunks.flatMap(shown))).not.toContain('-- ');
  });
});

describe('kinds', () => {
  it('a diff in a reply is a quoted patch even when it is not quoted', async () => {
    const patch = await one(mail(`How about\n\n${two}\n`, REPLY));
    expect([patch.kind, patch.message]).toEqual(['quoted-patch', 'How about']);
  });

  it('an own patch wins over the quoted one, which comes with opts.quoted', async () => {
    const text = mail(`${quote(diff('lib/a.c'), '> ')}\nRather:\n\n${diff('lib/b.c')}`, REPLY);
    const kinds = async (quoted: boolean) =>
      (await readInput('m', bytes(text), { quoted })).patches.map((p) => [
        p.kind,
        numstat(p.files).join(),
      ]);
    expect(await kinds(false)).toEqual([['patch', 'lib/b.c:1:1']]);
    expect(await kinds(true)).toEqual([
      ['patch', 'lib/b.c:1:1'],
      ['quoted-patch', 'lib/a.c:1:1'],
    ]);
  });

  it('quoted prose with dashes and arrows is no patch', async () => {
    const patch = await one(mail('> --- Comment #1\n> a -> b\n>>> x\n--\nme\n', REPLY));
    expect([patch.kind, patch.problems]).toEqual(['none', []]);
  });
});

describe('alignment', () => {
  const hunk = (...lines: string[]) =>
    ['--- a/a.c', '+++ b/a.c', ...lines].map((l) => `> ${l}`).join('\n');

  it('a reply between the two names of a file ends the quote, and the reading ends too', async () => {
    const body = [
      '> --- a/x.c',
      'Why this file?',
      '> +++ b/x.c',
      '> @@ -1 +1 @@',
      '> -a',
      '> +b',
      '',
    ];
    const { patches } = await read(mail(body.join('\n'), { Subject: 'Re: [PATCH] x' }));
    expect(patches.flatMap((p) => p.files)).toEqual([]);
  });

  it('comment blocks keep their own blanks', async () => {
    const body = hunk('@@ -1,3 +1,3 @@', '   /* a', '    * b', '-\tc', '+\td');
    const { files, problems } = await one(mail(body.replace('-1,3 +1,3', '-1,3 +1,3'), REPLY));
    // Nothing tells that these blanks are not the file's own.
    expect(files[0].hunks.flatMap(shown)).toEqual(['   /* a', '    * b', '-\tc', '+\td']);
    expect(problems).toEqual([]);
  });

  it('one tabbed line tells the shift for all', async () => {
    const body = hunk('@@ -1,4 +1,4 @@', '   /* a', '    * b', '  \tx', '-\tc', '+\td');
    const { files } = await one(mail(body, REPLY));
    expect(files[0].hunks.flatMap(shown)).toEqual(['  /* a', '   * b', ' \tx', '-\tc', '+\td']);
  });

  it('a context line that starts with its tab is context', async () => {
    const body = hunk('@@ -1,3 +1,3 @@', '\tx', '-\tc', '+\td', '\ty');
    const { files } = await one(mail(body, REPLY));
    expect(files[0].hunks.flatMap(shown)).toEqual([' \tx', '-\tc', '+\td', ' \ty']);
  });
});
