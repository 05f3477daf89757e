import { join } from 'node:path';
import { ForkloreError } from '../base/errors.js';
import { ARCHIVE_BYTES, limitError, MAX_FOLDER_FILES, MAX_INPUT_BYTES } from '../base/limits.js';
import { readdir, stat } from '../files/index.js';
import {
  Archive,
  type ArchiveOptions,
  type ByteSource,
  mboxStart,
  readInput,
} from '../intake/index.js';
import { orderSeries } from '../intake/series.js';
import type { PatchSeries } from '../intake/types.js';
import { rangePatches } from '../source/index.js';
import { headOf, openSource } from './byte-source.js';

export interface InputOptions {
  /** Also return patches quoted in mails that hold one of their own. */
  quoted: boolean;
  /** A range of commits of the repository at `dir`, beside the inputs. */
  git?: { dir: string; range: string };
  stdin: AsyncIterable<Uint8Array | string>;
  /** How mboxes are read that are too large to be held. */
  archive: Omit<ArchiveOptions, 'name' | 'progress'>;
  /** Told while such an mbox is read: bytes so far, and in all where that is known. */
  reading?: (name: string, bytes: number, size: number | null) => void;
}

/** What could be read, in one: a series may be spread over files. `failed`: one line for each input that was not. */
export interface Inputs {
  series: PatchSeries | null;
  /** Large mboxes, each a report of its own; to be closed. */
  archives: Archive[];
  problems: { input: string; message: string }[];
  failed: string[];
}

/** Reads files, folders of patches, Maildirs, `-` and a git range. Throws only for a wrong range, and for bugs. */
export async function readInputs(inputs: readonly string[], o: InputOptions): Promise<Inputs> {
  const out: Inputs = { series: null, archives: [], problems: [], failed: [] };
  const parts: PatchSeries[] = [];
  const attempt = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (e) {
      if (!(e instanceof ForkloreError) || e.kind === 'bug') throw e;
      out.failed.push(e.message);
      return undefined;
    }
  };
  const read = async (name: string, bytes: Uint8Array) => {
    const part = await readInput(name, bytes, { quoted: o.quoted });
    parts.push(part);
    return part;
  };
  for (const input of inputs) {
    const files = (await attempt(() => filesOf(input))) ?? [];
    for (const file of files)
      await attempt(async () => {
        const opened = await openInput(file, o);
        if (opened instanceof Archive) out.archives.push(opened);
        else await read(file, opened);
      });
  }
  if (o.git) await readRange(o.git, read);
  for (const part of parts) {
    out.problems.push(...part.problems.map((p) => ({ input: part.input, message: bare(part, p) })));
  }
  out.series = joined(parts);
  return out;
}

const bare = ({ input }: PatchSeries, { message }: { message: string }): string =>
  message.startsWith(`${input}: `) ? message.slice(input.length + 2) : message;

/** Patches of several files in the order of application. What each file's reading had to say is told already. */
function joined(parts: readonly PatchSeries[]): PatchSeries | null {
  if (parts.length === 0) return null;
  const [{ input, patches }] = parts;
  if (parts.length === 1) return { input, patches, problems: [] };
  const name = `${input} and ${parts.length - 1} more`;
  return { input: name, ...orderSeries(parts.flatMap((p) => p.patches)) };
}

/** The commits of a range; each patch gets the commit that it was made on as its base. */
async function readRange(
  git: { dir: string; range: string },
  read: (name: string, bytes: Uint8Array) => Promise<PatchSeries>,
): Promise<void> {
  const { mbox, parents } = await rangePatches(git.dir, git.range);
  const { patches } = await read(`git ${git.range}`, mbox);
  const starts = mbox
    .toString('latin1')
    .matchAll(/^From ([0-9a-f]{40,64}) Mon Sep 17 00:00:00 2001$/gm);
  const ids = [...starts].map((m) => m[1]).filter((id) => parents.has(id));
  // A commit message can look like the start of a mail: then nobody knows which is which.
  if (ids.length !== patches.length) return;
  for (const [i, patch] of patches.entries()) patch.baseCommit = parents.get(ids[i]) ?? null;
}

/** The files that an input stands for: itself, or what is in the folder. */
async function filesOf(input: string): Promise<string[]> {
  if (input === '-') return [input];
  const s = await stat(input).catch((e: NodeJS.ErrnoException) => {
    throw unreadable(input, e);
  });
  if (!s.isDirectory()) return [input];
  const names = (await readdir(input)).sort();
  const maildir = ['cur', 'new'].filter((name) => names.includes(name));
  const files = maildir.length
    ? (await Promise.all(maildir.map((name) => mailsOf(join(input, name))))).flat()
    : names.filter((name) => PATCH_NAME.test(name)).map((name) => join(input, name));
  if (files.length > MAX_FOLDER_FILES) throw limitError(input, MAX_FOLDER_FILES, 'files');
  if (files.length > 0) return files;
  const wanted = maildir.length ? 'no mail' : 'no *.patch, *.diff, *.mbox or *.eml, and no Maildir';
  throw new ForkloreError('input', `${input}: holds ${wanted}`);
}

const PATCH_NAME = /^[^.].*\.(patch|diff|mbox|mbx|eml|mail)(\.gz)?$/i;

async function mailsOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((e) => !e.isDirectory() && !e.name.startsWith('.'));
  return names.map((e) => join(folder, e.name)).sort();
}

/** The bytes of an input; a large mbox as an archive, which stays open. */
async function openInput(name: string, o: InputOptions): Promise<Uint8Array | Archive> {
  const source = await openSource(name, o.stdin).catch((e: NodeJS.ErrnoException) => {
    throw unreadable(name, e);
  });
  let kept = false;
  try {
    const { head, whole } = await headOf(source, ARCHIVE_BYTES);
    if (whole) return head;
    const start = mboxStart(head);
    if (start === null) return await restOf(head, source);
    const { size } = source;
    const progress = (bytes: number) => o.reading?.(name, bytes, size);
    const archive = await Archive.open(source, head, start, { ...o.archive, name, progress });
    kept = true;
    return archive;
  } finally {
    if (!kept) await source.close();
  }
}

/** All of an input that is no mbox, or a byte more than the limit. */
async function restOf(head: Buffer, source: ByteSource): Promise<Buffer> {
  const rest = await headOf(source, MAX_INPUT_BYTES + 1 - head.length);
  return Buffer.concat([head, rest.head]);
}

function unreadable(input: string, { code }: NodeJS.ErrnoException): ForkloreError {
  const why = code === 'ENOENT' ? 'no such file' : `can not be read (${code})`;
  return new ForkloreError('input', `${input}: ${why}`);
}
