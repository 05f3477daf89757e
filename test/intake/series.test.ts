import { describe, expect, it } from 'vitest';
import { parseSubject } from '../../src/intake/subject.js';
import { messageTrailers } from '../../src/intake/trailers.js';
import { diff, fixture, mail, numstat, one, read } from './support.js';

const SEPARATOR = 'From git@z Thu Jan  1 00:00:00 1970\n';

function mbox(mails: string[], separator = SEPARATOR): string {
  return mails.map((m) => `${separator}${m}\n`).join('');
}

function numbered(tag: string, fields: Record<string, string> = {}, body?: string): string {
  const path = `lib/${tag.replace(/\W/g, '')}.c`;
  return mail(body ?? `Text of ${tag}.\n---\n${diff(path)}`, {
    Subject: `[${tag}] do it`,
    ...fields,
  });
}

describe('subject tags', () => {
  it.each([
    ['[PATCH RFC v7 10/10] fork: x', [7, 10, 10, false, false]],
    ['[PATCH hotfix 6.12 1/2] fork: x', [1, 1, 2, false, false]],
    ['[RFC PATCH RESEND 07/28] x', [1, 7, 28, false, false]],
    ['[PATCHv3 2/5] x', [3, 2, 5, false, false]],
    ['[PATCH v2.1] x', [2, null, null, false, false]],
    ['[PATCH][v4] x', [4, null, null, false, false]],
    ['[PATCH v3, 2/5] x', [3, 2, 5, false, false]],
    ['[PATCH 6.1 012/123] x', [1, 12, 123, false, false]],
    ['[linux-next][PATCH-next v2 01/10] x', [2, 1, 10, false, false]],
    ['Re: [PATCH v7 10/10] x', [7, 10, 10, true, false]],
    ['AW: Re: [PATCH] x', [1, null, null, true, false]],
    ['Fwd: [PATCH v2 1/2] x', [2, 1, 2, false, false]],
    ['[GIT PULL] mm for v6.9', [1, null, null, false, true]],
    ['x: use v2 of 1/2', [1, null, null, false, false]],
    ['[unclosed v3 1/2', [1, null, null, false, false]],
  ])('%s', (subject, expected) => {
    const { version, index, total, reply, pullRequest } = parseSubject(subject);
    expect([version, index, total, reply, pullRequest]).toEqual(expected);
  });
});

describe('trailers', () => {
  it('a format-patch file: message without diffstat, trailers from both ends', async () => {
    const patch = await one(fixture('tally.patch'));
    expect(patch.message).not.toContain('10 insertions');
    expect(patch.trailers).toEqual([
      { key: 'Link', value: 'https://example.org/t/17' },
      { key: 'Fixes', value: '1234567890ab ("lib/tally: add")' },
      { key: 'Signed-off-by', value: 'Ada Example <ada@example.org>' },
      { key: 'base-commit', value: '0123456789abcdef0123456789abcdef01234567' },
      { key: 'prerequisite-patch-id', value: '89abcdef0123456789abcdef0123456789abcdef' },
    ]);
    expect([patch.version, patch.index, patch.total]).toEqual([3, 2, 4]);
  });

  it('prose with a colon is no trailer, a trailer paragraph further up is', () => {
    const text =
      'Note: this is prose\nthat goes on.\n\nFixes: 12 ("x\n y")\n\nend\nAcked-by: A <a@x>';
    expect(messageTrailers(text)).toEqual([
      { key: 'Fixes', value: '12 ("x y")' },
      { key: 'Acked-by', value: 'A <a@x>' },
    ]);
  });
});

describe('mbox', () => {
  it('prose that starts with From splits nothing; escapes are undone', async () => {
    const body =
      'From here\n\n>From there\n>>From afar\nFrom x Thu Jan  1 00:00:00 1970\nis prose\n';
    const text = (separator: string) => mbox([mail(body, { Subject: 'hello' })], separator);
    const { patches } = await read(text(SEPARATOR));
    expect(patches.map((p) => p.message)).toEqual([body.replace('>From t', 'From t').trim()]);
    const rd = await read(text('From mboxrd@z Thu Jan  1 00:00:00 1970\n'));
    expect(rd.patches[0].message).toBe(body.replaceAll('>From', 'From').trim());
  });

  it('input lines count through the whole file', async () => {
    const text = mbox([numbered('PATCH 1/2'), numbered('PATCH 2/2')]);
    const { patches } = await read(text);
    const lines = text.split('\n');
    for (const patch of patches) {
      const [file] = patch.files;
      expect(lines[file.inputLine - 1]).toBe(`diff --git a/${file.oldPath} b/${file.newPath}`);
      for (const line of file.hunks[0].lines) {
        expect(lines[line.inputLine - 1]).toBe(line.kind + line.text);
      }
    }
  });

  it('format-patch files in a row', async () => {
    const { patches } = await read(Buffer.concat([fixture('tally.patch'), fixture('tally.patch')]));
    expect(patches.map((p) => numstat(p.files))).toEqual([
      ['include/tally.h:1:0', 'lib/tally.c:10:2'],
      ['include/tally.h:1:0', 'lib/tally.c:10:2'],
    ]);
  });

  it('one .eml is one mail, whatever it quotes from an mbox', async () => {
    const inner = `${SEPARATOR}Subject: inner\n\ntext\n`;
    const { patches } = await read(mail(`Look:\n\n${inner}`, { Subject: 'hello' }));
    expect(patches).toHaveLength(1);
  });
});

describe('order', () => {
  const subjects = async (mails: string[]) =>
    (await read(mbox(mails))).patches.map((p) => `${p.kind} ${p.subject}`);

  it('by index, the cover letter first, replies last', async () => {
    const cover = numbered('PATCH 0/3', { 'Message-ID': '<c@x>' }, 'Cover.\n');
    const ref = (n: number) => ({ 'Message-ID': `<${n}@x>`, References: '<c@x>' });
    const reply = mail('Nice.\n', { Subject: 'Re: [PATCH 0/3] do it', References: '<c@x>' });
    const mails = [reply, numbered('PATCH 3/3', ref(3)), numbered('PATCH 1/3', ref(1)), cover];
    expect(await subjects([...mails, numbered('PATCH 2/3', ref(2))])).toEqual([
      'none [PATCH 0/3] do it',
      'patch [PATCH 1/3] do it',
      'patch [PATCH 2/3] do it',
      'patch [PATCH 3/3] do it',
      'none Re: [PATCH 0/3] do it',
    ]);
  });

  it('a diff in a cover letter is not read, in a reply to one it is quoted', async () => {
    const cover = numbered('PATCH 0/3', {}, `Cover.\n\n${diff('lib/a.c')}`);
    const quoted = diff('lib/b.c').trimEnd().replace(/^/gm, '> ');
    const reply = mail(`${quoted}\n`, { Subject: 'Re: [PATCH 0/3] do it' });
    const { patches } = await read(mbox([cover, reply]));
    expect(patches.map((p) => [p.kind, p.files.length])).toEqual([
      ['none', 0],
      ['quoted-patch', 1],
    ]);
    expect(patches[0].problems.map((p) => [p.level, p.inputLine])).toEqual([['note', 7]]);
  });

  it('several versions are kept, the older first', async () => {
    const mails = ['PATCH v2 2/2', 'PATCH 1/2', 'PATCH v2 1/2', 'PATCH 2/2'].map((t) =>
      numbered(t),
    );
    expect(await subjects(mails)).toEqual([
      'patch [PATCH 1/2] do it',
      'patch [PATCH 2/2] do it',
      'patch [PATCH v2 1/2] do it',
      'patch [PATCH v2 2/2] do it',
    ]);
  });

  it('two series of one size do not mix', async () => {
    const of = (root: string, n: number) =>
      numbered(`PATCH ${n}/2`, {
        'Message-ID': `<${root}${n}@x>`,
        ...(n > 1 ? { References: `<${root}1@x>` } : {}),
        From: `${root} <${root}@x>`,
      });
    const { patches } = await read(mbox([of('b', 2), of('a', 2), of('a', 1), of('b', 1)]));
    expect(patches.map((p) => p.messageId)).toEqual(['<b1@x>', '<b2@x>', '<a1@x>', '<a2@x>']);
  });

  it('an unthreaded series with message ids is one series', async () => {
    const mails = [2, 1].map((n) => numbered(`PATCH ${n}/2`, { 'Message-ID': `<${n}@x>` }));
    expect((await read(mbox(mails))).patches.map((p) => p.index)).toEqual([1, 2]);
  });

  it('the base commit of the cover letter holds for the series', async () => {
    const base = 'ab'.repeat(20);
    const mails = [
      numbered('PATCH 0/2', {}, `Cover.\n\nbase-commit: ${base}\n-- \n2.39.5\n`),
      numbered('PATCH 1/2'),
      numbered('PATCH 2/2'),
    ];
    expect((await read(mbox(mails))).patches.map((p) => p.baseCommit)).toEqual([base, base, base]);
  });

  it('the same mail twice is read once, with a note', async () => {
    const twice = numbered('PATCH', { 'Message-ID': '<p@x>' });
    const { patches, problems } = await read(mbox([twice, twice]));
    expect(patches).toHaveLength(1);
    expect(problems.map((p) => p.message)).toEqual([
      'in.mbox: mail <p@x> occurs twice; read once (input line 25)',
    ]);
  });
});
