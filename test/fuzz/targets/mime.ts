import type { Prng } from '../../../src/base/prng.js';
import { parseDiff, readInput } from '../../../src/intake/index.js';
import type { FilePatch } from '../../../src/intake/types.js';
import { gitPatch } from '../git.js';
import { mutate, once } from '../material.js';
import { type Depth, hold, type Target } from '../target.js';
import { makeDiff } from './diff.js';
import { readable } from './readable.js';

const WORDS = [
  'Content-Type: multipart/mixed; boundary=b\n',
  'Content-Type: text/plain; charset=utf-8; format=flowed\n',
  'Content-Type: text/plain; charset=x-none\n',
  'Content-Type: message/rfc822\n',
  'Content-Type: text/html\n',
  'Content-Transfer-Encoding: base64\n',
  'Content-Transfer-Encoding: quoted-printable\n',
  'Content-Transfer-Encoding: x-uuencode\n',
  'Content-Disposition: attachment; filename="../../x.patch"\n',
  '--b\n',
  '--b--\n',
  '=\n',
  '=0A',
  '=ZZ',
  '====',
  '\n\n',
  '\r\n',
  '\0',
];

/** Quoted-printable as any mailer may write it. */
function quotedPrintable(r: Prng, text: string): string {
  const bytesOf = (c: string) =>
    [...Buffer.from(c)].map((b) => `=${b.toString(16).toUpperCase().padStart(2, '0')}`).join('');
  return text
    .split('\n')
    .map((line) => {
      const enc = line.replace(/[=\x80-\uffff]|[ \t]$/g, bytesOf);
      const cut = r.below(60) + 10;
      return enc.length > cut && !/=/.test(enc.slice(cut - 3, cut + 3))
        ? `${enc.slice(0, cut)}=\n${enc.slice(cut)}`
        : enc;
    })
    .join('\n');
}

const base64 = (text: string): string =>
  Buffer.from(text).toString('base64').replace(/.{76}/g, '$&\n');

function encode(r: Prng, body: string): { fields: string; text: string } {
  switch (r.below(4)) {
    case 0:
      return { fields: 'Content-Transfer-Encoding: base64\n', text: base64(body) };
    case 1:
      return {
        fields: 'Content-Transfer-Encoding: quoted-printable\n',
        text: quotedPrintable(r, body),
      };
    case 2:
      return {
        fields: 'Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n',
        text: body,
      };
    default:
      return { fields: '', text: body };
  }
}

const HEAD =
  'From a@example.org Thu Jan  1 00:00:00 1970\nFrom: A <a@example.org>\nSubject: [PATCH] x\n';

interface Mime {
  text: string;
  /** A mail that nobody damaged, with this diff. */
  diff: string | null;
}

export function makeMime(r: Prng): Mime {
  const diff = makeDiff(r).replace(/\r/g, '');
  const part = encode(r, `Why.\n---\n${diff}-- \n2.39.5\n`);
  let text: string;
  if (once(r, 3)) {
    const inner = encode(r, once(r, 2) ? 'See below.\n' : '<p>x</p>\n');
    const attached = once(r, 3) ? 'Content-Disposition: attachment; filename=x.patch\n' : '';
    text = `${HEAD}MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n${inner.fields}\n${inner.text}\n--b\n${attached}${part.fields}\n${part.text}\n--b--\n`;
    return { text: once(r, 4) ? text : mutate(r, text, WORDS, part.text), diff: null };
  }
  text = `${HEAD}MIME-Version: 1.0\n${part.fields}\n${part.text}\n`;
  return once(r, 3) ? { text, diff } : { text: mutate(r, text, WORDS, part.text), diff: null };
}

const hunks = (files: readonly FilePatch[]) =>
  JSON.stringify(
    files.map((f) => [f.newPath, f.hunks.map((h) => h.lines.map((l) => l.kind + l.text))]),
  );

async function run({ text, diff }: Mime): Promise<Depth> {
  const depth = await readable('in.mbox', Buffer.from(text));
  if (diff !== null) {
    const { patches } = await readInput('in.mbox', Buffer.from(text));
    const want = hunks(parseDiff(diff).files);
    hold(
      hunks(patches.flatMap((p) => p.files)) === want,
      'an undamaged mail loses lines of its diff',
    );
    if (text.length % 16 === 0) {
      const theirs = gitPatch(Buffer.from(text.slice(text.indexOf('\n') + 1)));
      if (theirs !== null)
        hold(
          hunks(parseDiff(theirs.slice(theirs.indexOf('diff --git'))).files) === want,
          'git mailinfo reads another diff',
        );
    }
  }
  return depth;
}

export const mime: Target<Mime> = {
  name: 'mime',
  runs: 60_000,
  make: makeMime,
  run,
  bytes: (x) => x.text,
};
