import { plural } from '../../base/terminal.js';
import { VERSION } from '../../base/version.js';
import { orderSeries } from '../../intake/series.js';
import { replyTo } from '../../report/mail/index.js';
import { reviewSeries } from '../../review.js';
import { openTree } from '../../source/index.js';
import { findConfig } from '../config.js';
import { unanswered } from '../formats.js';
import { chosenRules, knownRules } from '../review.js';
import { gitUser } from '../send.js';
import { traceKeeper } from '../traces.js';
import { prepareDrafts, writeDraft } from './drafts.js';
import { type BoxMail, openMailbox, patchesIn } from './mailbox.js';
import { openSeen, type Seen } from './seen.js';
import { type ReadMail, threadsOf } from './threads.js';

export interface WatchFlags {
  /** Maildir that receives the drafts. */
  drafts: string;
  tree?: string;
  base?: string;
  rule?: string[];
  quoted?: boolean;
  timeLimit?: number;
  traces?: string;
  /** Seconds between two looks. */
  interval: number;
  /** Also what is in the mailbox at the first start. */
  existing?: boolean;
  /** One look, then end. */
  once?: boolean;
}

interface Out {
  write(text: string): void;
  warn(line: string): void;
}

/** Aborted when the watching is to end. */
type Stop = AbortSignal;

/**
 * `forklore watch MAILBOX`: reviews the patches that arrive and writes a draft of a reply to those that introduce
 * something, or that somebody quotes and asks about. It never sends. A thread is looked at when nothing came in between
 * two looks, so that a series has arrived whole. Ends on `stop`; what was not finished is done at the next start.
 */
export async function runWatch(
  mailbox: string,
  flags: WatchFlags,
  out: Out,
  stop: Stop,
): Promise<void> {
  const list = openMailbox(mailbox);
  const first = await list();
  await prepareDrafts(flags.drafts);
  const seen = await openSeen(flags.drafts, mailbox);
  if (seen.fresh && !flags.existing) {
    await seen.add(first.map((m) => m.key));
    if (first.length)
      out.write(
        `${plural(first.length, 'mail')} in ${mailbox} before, not reviewed (--existing)\n`,
      );
  }
  const session = await openSession(flags, out);
  const read = new Map<string, ReadMail | null>();
  try {
    for (let before = -1; !stop.aborted; ) {
      const mails = await list();
      const waiting = mails.filter((m) => !seen.has(m.key)).length;
      // something has come since the last look: maybe the rest of a series is on its way
      if (flags.once || waiting === before) await look(mails, { seen, read, session, stop });
      if (flags.once) return;
      before = waiting;
      await pause(flags.interval * 1000, stop);
    }
  } finally {
    session.close();
  }
}

interface Look {
  seen: Seen;
  /** Mails that were read before, by key; null for one without a patch. */
  read: Map<string, ReadMail | null>;
  session: Session;
  stop: Stop;
}

async function look(mails: readonly BoxMail[], { seen, read, session, stop }: Look): Promise<void> {
  const fresh = mails.filter((m) => !seen.has(m.key));
  if (fresh.length === 0) return;
  const dull: string[] = [];
  for (const mail of mails) {
    if (read.has(mail.key) || stop.aborted) continue;
    const patches = await session.patches(mail);
    const holds = patches.some((p) => p.files.length > 0);
    read.set(mail.key, holds ? { mail, patches } : null);
    if (!holds && !seen.has(mail.key)) dull.push(mail.key);
  }
  if (dull.length) await seen.add(dull);
  const isNew = (key: string) => !seen.has(key);
  const withPatches = [...read.values()].filter((r) => r !== null);
  for (const thread of threadsOf(withPatches, isNew)) {
    if (stop.aborted) return;
    await session.answer(thread.patches, new Set(thread.fresh.flatMap((m) => m.patches)));
    await seen.add(thread.fresh.map((m) => m.mail.key));
  }
}

interface Session {
  /** Patches in a mail; what can not be read is said and counts as none. */
  patches(mail: BoxMail): Promise<ReadMail['patches']>;
  /** Reviews a thread and writes drafts for the patches in `fresh`. */
  answer(patches: ReadMail['patches'], fresh: ReadonlySet<ReadMail['patches'][0]>): Promise<void>;
  close(): void;
}

async function openSession(flags: WatchFlags, out: Out): Promise<Session> {
  const all = await knownRules();
  const rules = chosenRules(all, flags.rule);
  const ids = all.map((r) => r.id);
  const { config: settings } = await findConfig(undefined, flags.tree ?? '.', ids);
  const reader = flags.tree === undefined ? null : await openTree(flags.tree, flags.base);
  const keep = traceKeeper(flags.traces ?? null);
  const from = await gitUser();
  return {
    patches: async (mail) => {
      try {
        return await patchesIn(mail, flags.quoted ?? false);
      } catch (e) {
        out.warn(`forklore: ${(e as Error).message}`);
        return [];
      }
    },
    answer: async (patches, fresh) => {
      const seconds = flags.timeLimit ?? settings.bounds.seconds;
      const deadline = seconds === undefined ? null : Date.now() + seconds * 1000;
      const answered: Parameters<typeof replyTo>[0][] = [];
      const series = { input: 'mailbox', ...orderSeries([...patches]) };
      await reviewSeries(series, {
        reader,
        rules,
        keep,
        settings,
        explore: deadline === null ? {} : { deadline },
        onReview: (review, patch) => {
          if (isIn(fresh, patch)) answered.push({ review, patch });
        },
      });
      for (const line of unanswered({ answered, from })) out.write(`${line}\n`);
      for (const a of answered) {
        const reply = replyTo(a, { version: VERSION, from });
        if (reply === null) continue;
        const file = await writeDraft(flags.drafts, reply);
        out.write(`"${a.review.subject}": ${file ? `draft ${file}` : 'a draft is there'}\n`);
      }
    },
    close: () => reader?.close?.(),
  };
}

/** Patches are ordered and copied on their way; mail and title tell which is which. */
function isIn(fresh: ReadonlySet<ReadMail['patches'][0]>, patch: ReadMail['patches'][0]): boolean {
  for (const f of fresh)
    if (f === patch || (f.messageId === patch.messageId && f.subject === patch.subject))
      return true;
  return false;
}

function pause(ms: number, stop: Stop): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(end, ms);
    function end() {
      clearTimeout(timer);
      stop.removeEventListener('abort', end);
      done();
    }
    stop.addEventListener('abort', end);
  });
}
