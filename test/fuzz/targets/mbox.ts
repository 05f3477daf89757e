import type { Prng } from '../../../src/base/prng.js';
import { splitMbox } from '../../../src/intake/mbox.js';
import { gitMails } from '../git.js';
import { mutate, once, pick, texts } from '../material.js';
import { type Depth, hold, type Target } from '../target.js';
import { makeDiff } from './diff.js';
import { readable } from './readable.js';

const FROM = [
  'From a@example.org Thu Jan  1 00:00:00 1970\n',
  'From mboxrd@z Thu Jan  1 00:00:00 1970\n',
  'From 1111111111111111111111111111111111111111 Mon Sep 17 00:00:00 2001\n',
];
const WORDS = [
  ...FROM,
  'From here on\n',
  '>From a\n',
  '>>From a Thu Jan  1 00:00:00 1970\n',
  'Subject: [PATCH v2 1/2] x\n',
  'Subject: Re: [PATCH] x\n',
  'Subject: =?utf-8?q?=5BPATCH=5D?=\n',
  'Message-Id: <a@b>\n',
  'In-Reply-To: <a@b>\n',
  '\n\n',
  '> ',
  '>> ',
  '-- \n',
  '---\n',
  '\r\n',
  '\x1b[31m',
  'base-commit: 1111111111111111111111111111111111111111\n',
];
const SEEDS = texts('fixtures', '.mbox');

export function makeMail(r: Prng): string {
  const n = 1 + r.below(3);
  const subject = pick(r, [
    '[PATCH] x',
    `[PATCH v${r.below(9)} ${n}/3] x`,
    'Re: [PATCH] x',
    'a talk',
    '[GIT PULL] y',
  ]);
  const quote = subject.startsWith('Re:');
  const body = once(r, 4) ? 'Only words.\n' : `Why.\n---\n${makeDiff(r)}-- \n2.39.5\n`;
  return `${pick(r, FROM)}From: A <a@example.org>\nSubject: ${subject}\nMessage-Id: <${r.below(5)}@x>\n\n${
    quote ? body.replace(/^/gm, '> ') : body
  }\n`;
}

async function run(text: string): Promise<Depth> {
  const depth = await readable('in.mbox', Buffer.from(text));
  if (text.length % 16 === 0) compareWithGit(text);
  return depth;
}

/** git takes a `From ` line without a header under it for a separator too; then there is nothing to compare. */
function compareWithGit(text: string): void {
  const bytes = Buffer.from(text);
  const ours = [...splitMbox(bytes)];
  const separators = text.match(/^From /gm)?.length ?? 0;
  if (!text.startsWith('From ') || separators !== ours.length) return;
  const rd = text.startsWith('From mboxrd@z');
  const theirs = gitMails(bytes, rd);
  if (theirs)
    hold(theirs.length === ours.length, `git splits ${theirs.length} mails, we ${ours.length}`);
}

export const mbox: Target<string> = {
  name: 'mbox',
  runs: 200_000,
  make: (r) => {
    const base = once(r, 2)
      ? Array.from({ length: 1 + r.below(3) }, () => makeMail(r)).join('')
      : pick(r, SEEDS);
    return once(r, 10) ? base : mutate(r, base, WORDS, pick(r, SEEDS));
  },
  run,
  bytes: (x) => x,
};
