import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ForkloreError } from '../../src/base/errors.js';
import { readInput } from '../../src/intake/index.js';
import { MAX_INPUT_BYTES } from '../../src/intake/limits.js';
import { bytes, diff, fixture, mail, numstat, one, read, shown } from './support.js';

const PATCH = `m\n---\n${diff('lib/a.c', 'ä', 'ö')}-- \n2.39.5\n`;

async function lines(text: string | Uint8Array): Promise<string[]> {
  const { files } = await one(text);
  return files.flatMap((file) => file.hunks.flatMap(shown));
}

const EXPECTED = [' top', '-ä', '+ö', ' bottom'];

function part(fields: string[], body: string): string {
  return `${fields.join('\n')}\n\n${body}\n`;
}

function multipart(parts: string[], fields: Record<string, string> = {}): string {
  const body = `${parts.map((p) => `--=_b\n${p}`).join('')}--=_b--\n`;
  return mail(body, {
    'MIME-Version': '1.0',
    'Content-Type': 'multipart/mixed; boundary="=_b"',
    ...fields,
  });
}

describe('transfer encodings and charsets', () => {
  it('8bit', async () => {
    expect(await lines(mail(PATCH, { 'Content-Type': 'text/plain; charset=utf-8' }))).toEqual(
      EXPECTED,
    );
  });

  it('undeclared UTF-8 and undeclared Latin-1', async () => {
    expect(await lines(mail(PATCH))).toEqual(EXPECTED);
    expect(await lines(Buffer.from(mail(PATCH), 'latin1'))).toEqual(EXPECTED);
  });

  it('ISO-8859-1, declared', async () => {
    const text = mail(PATCH, { 'Content-Type': 'text/plain; charset=iso-8859-1' });
    expect(await lines(Buffer.from(text, 'latin1'))).toEqual(EXPECTED);
  });

  it('an unknown charset is said', async () => {
    const patch = await one(mail(PATCH, { 'Content-Type': 'text/plain; charset=klingon' }));
    expect(patch.problems.map((p) => p.message)).toEqual([
      'in.mbox: text is unknown charset "klingon"; read as UTF-8 or Latin-1 (input line 5)',
    ]);
  });

  it('quoted-printable, with the input line of each line', async () => {
    const encoded = PATCH.replaceAll('=', '=3D')
      .replace('-ä', '-=C3=\n=A4')
      .replace('+ö', '+=C3=B6')
      .replace('-- \n', '--=20\n');
    const text = mail(encoded, {
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Transfer-Encoding': 'quoted-printable',
    });
    const { files } = await one(text);
    expect(files[0].hunks.flatMap(shown)).toEqual(EXPECTED);
    const raw = text.split('\n');
    const at = files[0].hunks[0].lines.map((l) => raw[l.inputLine - 1]);
    expect(at).toEqual([' top', '-=C3=', '+=C3=B6', ' bottom']);
  });

  it('base64', async () => {
    const text = mail(Buffer.from(PATCH).toString('base64').replace(/.{76}/g, '$&\n'), {
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Transfer-Encoding': 'base64',
    });
    expect(await lines(text)).toEqual(EXPECTED);
  });

  it('a mail with CRLF line endings', async () => {
    expect(await lines(mail(PATCH).replaceAll('\n', '\r\n'))).toEqual(EXPECTED);
  });
});

describe('multipart', () => {
  const text = part(['Content-Type: text/plain; charset=utf-8'], 'Please look at this.');
  const html = part(['Content-Type: text/html'], `<pre>${diff('lib/html.c')}</pre>`);

  it('the text part of an alternative is read, HTML is not', async () => {
    const patch = await one(multipart([part(['Content-Type: text/plain'], PATCH), html]));
    expect(numstat(patch.files)).toEqual(['lib/a.c:1:1']);
  });

  it('an attached diff takes the message from the text, and its lines point into the mail', async () => {
    const attached = part(
      ['Content-Type: text/x-patch; name=fix.diff', 'Content-Disposition: attachment'],
      diff('lib/a.c'),
    );
    const source = multipart([text, attached]);
    const patch = await one(source);
    expect([patch.kind, patch.message]).toEqual(['patch', 'Please look at this.']);
    const removed = patch.files[0].hunks[0].lines[1];
    expect(source.split('\n')[removed.inputLine - 1]).toBe('-old');
  });

  it('an attached format-patch file brings its own subject', async () => {
    const attached = part(
      [
        'Content-Type: application/octet-stream; name=0001.patch',
        'Content-Transfer-Encoding: base64',
      ],
      fixture('tally.patch').toString('base64'),
    );
    const patch = await one(multipart([text, attached], { Subject: 'Re: a fix' }));
    expect([patch.kind, patch.subject]).toEqual([
      'patch',
      '[PATCH v3 2/4] lib/tally: count a batch in one go',
    ]);
    expect(patch.baseCommit).toBe('0123456789abcdef0123456789abcdef01234567');
  });

  it('a forwarded mail as message/rfc822', async () => {
    const attached = part(['Content-Type: message/rfc822'], mail(PATCH));
    expect((await one(multipart([text, attached]))).subject).toBe('[PATCH] lib: x');
  });

  it('HTML only: no patch, and the reason', async () => {
    const patch = await one(multipart([html]));
    expect([patch.kind, patch.problems[0].message]).toEqual([
      'none',
      'in.mbox: the mail has HTML text only, which is not read (input line 9)',
    ]);
  });

  it('more parts than the limit is a problem of that mail', async () => {
    const patch = await one(multipart(Array.from({ length: 300 }, () => text)));
    expect([patch.kind, patch.problems[0].level]).toEqual(['none', 'error']);
  });

  it('mails attached ever deeper end', async () => {
    let inner = mail(PATCH);
    for (let i = 0; i < 6; i++) inner = mail(inner, { 'Content-Type': 'message/rfc822' });
    const patch = await one(inner);
    expect([patch.kind, patch.problems[0].message.includes('3 deep')]).toEqual(['none', true]);
  });
});

describe('format=flowed', () => {
  const flowed = { 'Content-Type': 'text/plain; charset=utf-8; format=flowed' };

  it('stuffed blanks go, soft line breaks stay', async () => {
    const soft = diff('lib/a.c', 'old', 'new ');
    const stuffed = soft.replace(/^ /gm, '  ').replace(' top', ' \ttop');
    const patch = await one(mail(`Text \nflows.\n---\n${stuffed}`, flowed));
    expect(patch.files[0].hunks.flatMap(shown)).toEqual([' \ttop', '-old', '+new ', ' bottom']);
    expect(patch.problems.map((p) => p.message)).toEqual([
      'in.mbox: format=flowed: lines are not re-joined; 1 blank taken off each context line (input line 8)',
    ]);
  });

  it('a mailer that did not stuff loses nothing', async () => {
    const patch = await one(mail(`x\n---\n${diff('lib/a.c').replace(' top', ' \ttop')}`, flowed));
    expect(patch.files[0].hunks.flatMap(shown)).toEqual([' \ttop', '-old', '+new', ' bottom']);
  });
});

describe('headers and message', () => {
  it('in-body From and Subject are no message; the message ends at ---', async () => {
    const patch = await one(
      mail(`From: B <b@x>\nSubject: y\n\nWhy.\n---\nnotes\n\n${diff('lib/a.c')}`),
    );
    expect(patch.message).toBe('Why.');
  });

  it('scissors start the message anew', async () => {
    const patch = await one(mail(`Hello\n\n-- >8 --\nSubject: y\n\nWhy.\n---\n${diff('lib/a.c')}`));
    expect(patch.message).toBe('Why.');
  });

  it('header fields are unfolded and decoded', async () => {
    const patch = await one(
      mail(PATCH, {
        Subject: '=?iso-8859-1?Q?[PATCH_v2]_gr=FC=DFe?=\n =?utf-8?B?IGFuIGFsbGU=?=',
        From: '=?utf-8?q?J=C3=B6rg?= <j@x.org>',
        Date: 'Tue, 20 Feb 2024 18:31:05 +0100',
        'Message-ID': '<m@x>',
        'In-Reply-To': '<r@x>',
        References: '<a@x>\n\t<r@x>',
      }),
    );
    expect(patch).toMatchObject({
      subject: '[PATCH v2] grüße an alle',
      from: 'Jörg <j@x.org>',
      date: '2024-02-20T17:31:05.000Z',
      messageId: '<m@x>',
      inReplyTo: '<r@x>',
      references: ['<a@x>', '<r@x>'],
      version: 2,
    });
  });

  it('a mail without a patch is kind none', async () => {
    const patch = await one(mail('Just a question.\n-- \nme\n', { Subject: 'hello' }));
    expect([patch.kind, patch.message]).toEqual(['none', 'Just a question.']);
  });

  it('[GIT PULL] is kind none with a note', async () => {
    const patch = await one(mail(PATCH, { Subject: '[GIT PULL] mm updates' }));
    expect([patch.kind, patch.files.length, patch.problems[0].level]).toEqual(['none', 0, 'note']);
  });
});

describe('what is no input', () => {
  it.each([
    ['an empty file', ''],
    ['blank lines', '\n\n'],
    ['prose', 'These are notes.\n\nThey say nothing.\n'],
    ['prose with colons', 'note: this\nand: that\n'],
    ['a From line without a mail', 'From here on it is prose: 10:00 in 2024\n'],
  ])('%s', async (_, text) => {
    await expect(read(text, 'notes.txt')).rejects.toThrow('notes.txt: neither a mail nor a patch');
  });

  it('binary junk', async () => {
    const junk = Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * i * 7 + (i >> 3)) & 255));
    const failure = await read(junk, 'a.out').catch((error) => error);
    expect(failure).toBeInstanceOf(ForkloreError);
    expect([failure.kind, failure.message]).toEqual(['input', 'a.out: neither a mail nor a patch']);
  });

  it('a damaged gzip file', async () => {
    const cut = gzipSync(mail(PATCH)).subarray(0, 40);
    await expect(read(cut, 'a.mbox.gz')).rejects.toThrow('a.mbox.gz: damaged gzip file');
  });

  it('more than the limit, plain or compressed', async () => {
    const much = Buffer.alloc(MAX_INPUT_BYTES + 1, 'x\n');
    await expect(readInput('big', much)).rejects.toThrow('big: larger than 64 MB; split it first');
    await expect(readInput('big.gz', gzipSync(much, { level: 1 }))).rejects.toThrow(
      'larger than 64 MB',
    );
  });
});

describe('compressed', () => {
  it('gzip is known by its first bytes', async () => {
    expect(await lines(gzipSync(bytes(mail(PATCH))))).toEqual(EXPECTED);
  });
});
