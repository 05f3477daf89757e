import { describe, expect, it } from 'vitest';
import { readInput } from '../../src/intake/index.js';
import type { Patch } from '../../src/intake/types.js';
import type { Finding } from '../../src/judge/types.js';
import { type Answered, renderMail, renderMbox, replyTo } from '../../src/report/mail/index.js';
import { evidence, finding, lockFinding, patchReview } from './markdown-samples.js';

const OPTIONS = { version: '0.1.0', from: 'Rita Reviewer <rita@example.org>' };

const DIFF = `diff --git a/kernel/fork.c b/kernel/fork.c
--- a/kernel/fork.c
+++ b/kernel/fork.c
@@ -700,12 +700,13 @@ static int dup_mmap(struct mm_struct *child, struct mm_struct *parent)
 	one();
 	two();
 	three();
 	four();
 	five();
 	six();
 	seven();
 	eight();
 	nine();
 	ten();
 	copy = copy(vma, "a string that makes this context line a good deal longer than seventy-eight columns");
+	vma_start_write(copy);
 	eleven();
`;

const mail = (headers: string, body: string): string =>
  `From: Ada Example <ada@example.org>\nSubject: [PATCH 2/3] fork: lock\nMessage-ID: <2@example.org>\n${headers}\n${body}`;

async function patchOf(text: string): Promise<Patch> {
  const { patches } = await readInput('t.mbox', Buffer.from(text));
  return patches[0];
}

const at711 = (over: Partial<Finding> = {}): Finding =>
  lockFinding({ location: { path: 'kernel/fork.c', line: 711, side: 'RIGHT' }, ...over });

async function answered(findings: Finding[], headers = ''): Promise<Answered> {
  const patch = await patchOf(mail(headers, `Take the lock.\n\n---\n\n${DIFF}-- \n2.45\n`));
  return { patch, review: patchReview({ subject: patch.subject, findings }) };
}

const THREAD =
  'To: linux-mm@example.org, Rita Reviewer <RITA@example.org>\nCc: "Doe, Jo" <jo@example.org>,\n linux-mm@example.org\nIn-Reply-To: <0@example.org>\nReferences: <0@example.org>\n';

describe('a reply', () => {
  it('quotes the hunk, speaks under the line, draws the race and signs', async () => {
    const reply = replyTo(await answered([finding(), at711()], THREAD), OPTIONS)!;
    await expect(renderMail(reply)).toMatchFileSnapshot('./mail-reply.golden.eml');
  });

  it('keeps prose and columns within 78, and never wraps a diff line', async () => {
    const reply = replyTo(await answered([at711()], THREAD), OPTIONS)!;
    const long = reply.text.split('\n').filter((line) => line.length > 78);
    expect(long.length).toBeGreaterThan(0);
    for (const line of long) expect(line).toMatch(/^> [ +@-]/);
    const quoted = reply.text.split('\n').filter((line) => /^> [ +]/.test(line));
    for (const line of quoted) expect(DIFF).toContain(line.slice(2));
    expect(reply.text).toMatch(/\n-- \nforklore 0\.1\.0:/);
  });

  it('says nothing about a clean patch, an old problem, or one that was not looked at', async () => {
    const silent: Partial<Finding>[] = [
      { verdict: 'holds', change: 'none' },
      { change: 'existing', severity: 'warning' },
      { verdict: 'inconclusive', change: 'none' },
      { suppressed: { reason: 'known', expires: null } },
    ];
    for (const over of silent) expect(replyTo(await answered([at711(over)]), OPTIONS)).toBeNull();
  });

  it('shows a suggestion that was run', async () => {
    const line = '\tvma_start_write(vma);\n';
    const place = { path: 'kernel/fork.c', startLine: 711, endLine: 711 };
    const suggestion = { ...place, text: line, verdict: 'holds' as const, states: 2444 };
    const { text } = replyTo(await answered([at711({ suggestion })]), OPTIONS)!;
    expect(text).toContain(
      `With line 711 of kernel/fork.c as follows, none of 2,444 states fails:\n\n  ${line}`,
    );
  });

  it('names the place of a finding that the patch does not show', async () => {
    const far = lockFinding({ location: { path: 'mm/mmap.c', line: 12, side: 'RIGHT' } });
    const { text } = replyTo(await answered([far]), OPTIONS)!;
    expect(text).toContain('About a line that this patch does not show (mm/mmap.c:12,');
    expect(text).not.toContain('> @@');
  });

  it('quotes one hunk once when two findings stand in it', async () => {
    const first = at711({ id: '1', location: { path: 'kernel/fork.c', line: 702, side: 'RIGHT' } });
    const { text } = replyTo(await answered([at711(), first]), OPTIONS)!;
    expect(text.match(/^> @@/gm)).toHaveLength(1);
    expect(text.match(/^> {2}\tthree\(\);$/gm)).toHaveLength(1);
    expect(text.indexOf('three();')).toBeLessThan(text.indexOf('vma_start_write(copy);'));
    expect(text).toMatch(/^> \[\.\.\.\]$/m);
  });
});

describe('the header of a reply', () => {
  it('threads, and addresses everybody once but the sender', async () => {
    const { headers } = replyTo(await answered([at711()], THREAD), OPTIONS)!;
    expect(Object.fromEntries(headers)).toEqual({
      From: 'Rita Reviewer <rita@example.org>',
      To: 'Ada Example <ada@example.org>',
      Cc: 'linux-mm@example.org, "Doe, Jo" <jo@example.org>',
      Subject: 'Re: [PATCH 2/3] fork: lock',
      'In-Reply-To': '<2@example.org>',
      References: '<0@example.org> <2@example.org>',
    });
  });

  it('goes to Reply-To where there is one', async () => {
    const a = await answered([at711()], 'Reply-To: list@example.org\nTo: x@example.org\n');
    const { headers } = replyTo(a, { ...OPTIONS, from: null })!;
    const fields = Object.fromEntries(headers);
    expect(fields.To).toBe('list@example.org');
    expect(fields.From).toBeUndefined();
  });

  it('lets no field of a stranger add a header or a recipient', async () => {
    const a = await answered([at711()]);
    a.review.subject = 'x\r\nBcc: evil@example.org';
    a.patch = {
      ...a.patch,
      from: 'A\r\nBcc: evil@example.org <a@example.org>',
      messageId: '<1@x>\nBcc: e@example.org',
      reply: { to: ['B\n<b@example.org>'], cc: ['nobody'], replyTo: null, depth: 0, remarks: [] },
    };
    const [head] = renderMail(replyTo(a, OPTIONS)!).split('\n\n');
    for (const line of head.split('\n')) expect(line).toMatch(/^( |[A-Z][A-Za-z-]*: ?)/);
    expect(head).not.toMatch(/^Bcc:/m);
    expect(head).not.toMatch(/^In-Reply-To/m);
  });

  it('encodes what is not ASCII', async () => {
    const a = await answered([at711()]);
    a.patch = { ...a.patch, from: 'Jörg Müller <joerg@example.org>' };
    const { headers } = replyTo(a, OPTIONS)!;
    expect(Object.fromEntries(headers).To).toBe(
      `=?UTF-8?B?${Buffer.from('Jörg Müller').toString('base64')}?= <joerg@example.org>`,
    );
  });
});

describe('the text of a reply', () => {
  it('shows control characters of the patch instead of sending them', async () => {
    const patch = await patchOf(
      mail('', `x\n\n---\n\n${DIFF.replace('seven()', 'se\x1b[2Jven()')}`),
    );
    const review = patchReview({ findings: [at711()], notes: ['odd \x1b[31m note'] });
    const text = renderMail(replyTo({ patch, review }, OPTIONS)!);
    expect(text).not.toContain('\x1b');
    expect(text).toContain('se\\x1b[2Jven()');
  });

  it('is base64 when a quoted line is longer than mail allows', async () => {
    const patch = await patchOf(
      mail('', `x\n\n---\n\n${DIFF.replace('ten()', `ten("${'x'.repeat(2000)}")`)}`),
    );
    const text = renderMail(
      replyTo({ patch, review: patchReview({ findings: [at711()] }) }, OPTIONS)!,
    );
    expect(text).toMatch(/^Content-Transfer-Encoding: base64$/m);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(78);
    const body = Buffer.from(text.split('\n\n')[1], 'base64').toString();
    expect(body).toContain('x'.repeat(2000));
  });

  it('escapes the separator of an mbox', async () => {
    const f = at711({ message: `From here on ${'it goes '.repeat(12)}`, evidence: evidence() });
    const mbox = renderMbox([replyTo(await answered([f]), OPTIONS)!]);
    expect(mbox.match(/^From /gm)).toHaveLength(1);
    expect(mbox).toMatch(/^>From here on/m);
  });
});
