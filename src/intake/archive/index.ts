import {
  limitError,
  MAX_ARCHIVE_BYTES,
  MAX_INPUT_BYTES,
  MAX_LISTED_MAILS,
  MAX_MAIL_BYTES,
} from '../../base/limits.js';
import { problem } from '../lines.js';
import { readMail } from '../mail.js';
import { withoutSeparator } from '../mbox.js';
import { seriesOf } from '../read.js';
import { parseSubject } from '../subject.js';
import type { Patch, PatchSeries } from '../types.js';
import { readFields } from './fields.js';
import { Records } from './records.js';
import { SkipList } from './skipped.js';
import { type RawMail, splitArchive } from './split.js';
import { seeMail } from './triage.js';
import type { ArchiveLimits, ArchiveOptions, ByteSource, Skipped } from './types.js';

export type { ArchiveLimits, ArchiveOptions, ByteSource, Skipped } from './types.js';

const DEFAULTS: ArchiveLimits = {
  archive: MAX_ARCHIVE_BYTES,
  mail: MAX_MAIL_BYTES,
  series: MAX_INPUT_BYTES,
  listed: MAX_LISTED_MAILS,
  window: 4 * 1024 * 1024,
  lookAhead: 64 * 1024,
};

const UNRELATED = 'of files that a fork does not run';
const NO_PATCH = 'without a patch';

/**
 * An mbox too large to be held: `open` reads it once and remembers where the mails are that may matter; `series` then
 * reads those again, one series with its versions at a time.
 */
export class Archive {
  private readonly records = new Records();
  private readonly skips: SkipList;
  private readonly lost: Patch[] = [];
  private readonly limits: ArchiveLimits;
  mails = 0;

  private constructor(
    private readonly source: ByteSource,
    private readonly o: ArchiveOptions,
  ) {
    this.limits = { ...DEFAULTS, ...o.limits };
    this.skips = new SkipList(o.list ? this.limits.listed : 0);
  }

  /**
   * `head`: the beginning of the archive, read already, with a mail at `start`.
   * @throws ForkloreError `limit` when the archive is larger than its limit
   */
  static async open(
    source: ByteSource,
    head: Uint8Array,
    start: number,
    o: ArchiveOptions,
  ): Promise<Archive> {
    const archive = new Archive(source, o);
    const { limits } = archive;
    const all = limits.archive;
    const tooLong = () => {
      throw limitError(o.name, all / 2 ** 20, 'MB', 'split it first');
    };
    if (source.size !== null && source.size > all) tooLong();
    const options = {
      ...limits,
      tooLong,
      ...(o.progress ? { progress: o.progress } : {}),
    };
    await splitArchive(source, head, start, options, (m) => archive.visit(m));
    return archive;
  }

  get name(): string {
    return this.o.name;
  }

  private visit({ bytes, offset, line, cut }: RawMail): void {
    this.mails++;
    const fields = readFields(bytes);
    const { subject } = fields;
    if (cut) {
      this.lost.push(tooLarge(subject, line + 1, this.limits.mail));
      return;
    }
    const sight = seeMail(bytes, fields, this.o.wanted);
    const reason = sight === 'wanted' ? null : whySkipped(subject, sight);
    if (reason !== null) {
      this.skips.add(reason, line + 1, subject);
      return;
    }
    const place = this.source.keep(bytes, offset);
    this.records.add({ place, length: bytes.length, line: line + 1 }, fields, sight === 'wanted');
  }

  /** The series that may matter, each with all its versions, as `readInput` would return them. */
  async *series(): AsyncGenerator<PatchSeries> {
    if (this.lost.length > 0) yield seriesOf(this.name, this.lost);
    const used = new Set<number>();
    for (const group of this.records.groups()) {
      for (const i of group) used.add(i);
      const bytes = group.reduce((n, i) => n + this.records.at(i).length, 0);
      if (bytes > this.limits.series) {
        const { line } = this.records.at(group[0]);
        const patch = tooLarge(`${group.length} mails of one thread`, line, this.limits.series);
        yield seriesOf(this.name, [patch]);
        continue;
      }
      const patches = await this.patchesOf(group);
      if (patches.length > 0) yield seriesOf(this.name, patches);
    }
    await this.countRest(used);
  }

  private async patchesOf(group: readonly number[]): Promise<Patch[]> {
    const out: { line: number; patches: Patch[] }[] = [];
    for (const i of group) {
      const { place, length, line } = this.records.at(i);
      const bytes = withoutSeparator(await this.source.again(place, length));
      const quoted = this.o.quoted ?? false;
      out.push({ line, patches: await readMail({ bytes, firstLine: line }, { quoted }) });
    }
    const all = out.flatMap((m) => m.patches);
    if (all.some((p) => this.matters(p))) return all;
    for (const { line, patches } of out) this.skip(line, patches);
    return [];
  }

  /** A diff of a file that matters, or something that could not be read. */
  private matters({ files, problems }: Patch): boolean {
    const { path, words } = this.o.wanted;
    const said = (text: string) => words.some((w) => text.includes(w));
    const shown = files.some(
      (f) =>
        [f.oldPath, f.newPath].some((name) => name !== null && path(name)) ||
        f.hunks.some((h) => said(h.section) || h.lines.some((l) => said(l.text))),
    );
    return shown || (files.length === 0 && problems.some((p) => p.level === 'error'));
  }

  private skip(line: number, patches: readonly Patch[]): void {
    const [{ subject, files }] = patches;
    this.skips.add(files.length > 0 ? UNRELATED : NO_PATCH, line, subject);
  }

  /** Records of which no group made use: patches of other files, and their cover letters. */
  private async countRest(used: ReadonlySet<number>): Promise<void> {
    for (let i = 0; i < this.records.count; i++) {
      if (used.has(i)) continue;
      const { place, length, line } = this.records.at(i);
      const listed = this.o.list === true;
      const subject = listed ? readFields(await this.source.again(place, length)).subject : '';
      this.skips.add(UNRELATED, line, subject);
    }
  }

  /** What was not reviewed and why; complete when `series` is through. */
  skipped(): Skipped {
    return this.skips.result();
  }

  close(): Promise<void> {
    return this.source.close();
  }
}

/** Why a mail without a wanted diff is skipped; null where it may stand in a series with a patch that is wanted. */
function whySkipped(subject: string, sight: 'diff' | 'none'): string | null {
  const { reply, pullRequest, index } = parseSubject(subject);
  if (pullRequest) return 'pull requests';
  if (!reply && (sight === 'diff' || index === 0)) return null;
  return sight === 'diff' ? UNRELATED : NO_PATCH;
}

function tooLarge(subject: string, line: number, max: number): Patch {
  const message = `larger than ${max / 2 ** 20} MB; not read`;
  return {
    ...{ kind: 'none', subject, messageId: null, from: null, date: null, inReplyTo: null },
    ...{ references: [], version: 1, index: null, total: null, message: '', trailers: [] },
    ...{ baseCommit: null, files: [], problems: [problem('error', line, message)] },
  };
}
