import { Prng } from '../../src/base/prng.js';
import { pick } from '../fuzz/material.js';

/*
 * A mailing list's archive, made up: threads of mails without patches, patches of drivers in series, replies that
 * quote, some of them quoted-printable or base64, and few patches of dup_mmap(). Same seed, same bytes.
 */

const WORDS =
  'the driver clock queue ring buffer probe reset value path node index table should when after before return error device list lock timer event port'.split(
    ' ',
  );
const FOLDERS = ['drivers/net', 'drivers/gpu/x', 'net/core', 'fs/foo', 'arch/mips/kernel', 'sound'];

const sentence = (r: Prng): string =>
  Array.from({ length: 8 + r.below(4) }, () => pick(r, WORDS)).join(' ');

const prose = (r: Prng, lines: number): string =>
  Array.from({ length: lines }, () => `${sentence(r)}\n`).join('');

function driverDiff(r: Prng): string {
  const path = `${pick(r, FOLDERS)}/${pick(r, WORDS)}_${r.below(1000)}.c`;
  const lines = Array.from({ length: 12 + r.below(40) }, () => {
    const code = `\t${pick(r, WORDS)}_${pick(r, WORDS)}(${pick(r, WORDS)}, ${r.below(100)});`;
    return `${pick(r, [' ', ' ', ' ', '+', '-'])}${code}`;
  });
  const count = (other: string) => lines.filter((l) => l[0] !== other).length;
  const at = 1 + r.below(2000);
  return `diff --git a/${path} b/${path}\nindex 1234567..89abcde 100644\n--- a/${path}\n+++ b/${path}\n@@ -${at},${count('+')} +${at},${count('-')} @@\n${lines.join('\n')}\n`;
}

interface Head {
  subject: string;
  id: string;
  root?: string;
  encoding?: string;
}

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

function mail(r: Prng, { subject, id, root, encoding }: Head, body: string): string {
  const clock = `${10 + r.below(10)}:${10 + r.below(50)}:00`;
  const hops = Array.from(
    { length: 4 },
    (_, k) =>
      `Received: from relay${k}.example.org (relay${k}.example.org [192.0.2.${r.below(255)}])\n\tby mx.example.org with ESMTPS id ${r.below(1e9)};\n\tMon, 1 Jan 2024 ${clock} +0000\n`,
  );
  const thread = root === undefined ? '' : `In-Reply-To: <${root}>\nReferences: <${root}>\n`;
  const mime = `MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: ${encoding ?? '8bit'}\n`;
  return `From mboxrd@z Thu Jan  1 00:00:00 1970\n${hops.join('')}From: ${pick(r, DAYS)} Author <author${r.below(500)}@example.org>\nTo: list@example.org\nSubject: ${subject}\nDate: Mon, 1 Jan 2024 ${clock} +0000\nMessage-ID: <${id}>\n${thread}${mime}List-Id: <linux-mm.example.org>\n\n${encoded(body, encoding)}\n`;
}

/** `body` as a mailer writes it in a transfer encoding. */
export function encoded(body: string, encoding: string | undefined): string {
  if (encoding === 'base64') return Buffer.from(body).toString('base64').replace(/.{76}/g, '$&\n');
  if (encoding !== 'quoted-printable') return body;
  const safe = body.replace(/=/g, '=3D').replace(/[ \t]$/gm, (c) => (c === ' ' ? '=20' : '=09'));
  return safe.replace(/^(.{73})(?=.)(?<!=.?)/gm, '$1=\n');
}

const pickEncoding = (r: Prng): string | undefined =>
  pick(r, [undefined, undefined, undefined, undefined, undefined, 'quoted-printable', 'base64']);

function thread(r: Prng, k: number): string[] {
  const out: string[] = [];
  const title = `${pick(r, WORDS)}: ${sentence(r)}`;
  const id = (n: number) => `${k}.${n}@example.org`;
  const head = (subject: string, n: number, root?: string) => {
    const encoding = pickEncoding(r);
    return {
      ...{ subject, id: id(n) },
      ...(root === undefined ? {} : { root }),
      ...(encoding === undefined ? {} : { encoding }),
    };
  };
  const total = 1 + r.below(5);
  const patches = r.below(3) > 0;
  if (!patches) out.push(mail(r, head(title, 0), prose(r, 20 + r.below(60))));
  for (let n = 1; patches && n <= total; n++) {
    const place = total > 1 ? ` ${n}/${total}` : '';
    const body = `${prose(r, 8)}---\n${driverDiff(r)}${driverDiff(r)}-- \n2.39.5\n`;
    out.push(mail(r, head(`[PATCH${place}] ${title}`, n, n > 1 ? id(1) : undefined), body));
  }
  const first = patches ? 1 : 0;
  for (let n = r.below(4); n > 0; n--) {
    const quote = (patches ? driverDiff(r) : prose(r, 30)).replace(/^/gm, '> ');
    out.push(mail(r, head(`Re: ${title}`, 90 + n, id(first)), `${quote}\n${prose(r, 20)}`));
  }
  return out;
}

/**
 * The mails of an archive of about `bytes`, in pieces. `own`: mails (without `From ` lines) that are strewn in at even
 * distances.
 */
export function* archiveMails(
  seed: number,
  bytes: number,
  own: readonly string[],
): Generator<string> {
  const r = new Prng(seed);
  let size = 0;
  let put = 0;
  for (let k = 0; size < bytes; k++) {
    for (const text of thread(r, k)) {
      size += text.length;
      yield text;
    }
    if (put < own.length && size > ((put + 1) * bytes) / (own.length + 1)) {
      const text = own[put++].replace(/^From [^\n]*\n/, '');
      yield `From mboxrd@z Thu Jan  1 00:00:00 1970\n${text}\n`;
    }
  }
}
