import { isMailStart } from '../mbox.js';
import type { ArchiveLimits, ByteSource } from './types.js';

/** One mail of an archive, `From ` line and all; `bytes` are overwritten after the visit. */
export interface RawMail {
  bytes: Buffer;
  /** Place of the first byte in the archive. */
  offset: number;
  /** 1-based line of the `From ` line in the archive. */
  line: number;
  /** Longer than the limit: `bytes` are its beginning. */
  cut: boolean;
}

const NEWLINES = 0x0a0a0a0a;
const LOW_BITS = 0x7f7f7f7f;

/** Line ends in `bytes[from, to)`; four bytes at a time, since every byte of an archive is counted. */
export function newlinesIn(bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  let at = from;
  for (; at < to && (bytes.byteOffset + at) % 4 !== 0; at++) if (bytes[at] === 10) count++;
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + at, (to - at) >> 2);
  for (let i = 0; i < words.length; i++) {
    const x = words[i] ^ NEWLINES;
    // a zero byte of x is a line end: only there the high bit stays clear
    const high = ~(((x & LOW_BITS) + LOW_BITS) | x | LOW_BITS);
    if (high !== 0)
      count += ((high >>> 7) & 1) + ((high >>> 15) & 1) + ((high >>> 23) & 1) + (high >>> 31);
  }
  for (at += words.length * 4; at < to; at++) if (bytes[at] === 10) count++;
  return count;
}

/** The part of an archive that is in memory: a mail begins at `start`. */
class Window {
  buffer: Buffer;
  start = 0;
  end: number;
  ended = false;
  /** Place of `buffer[0]` in the archive. */
  private base = 0;

  constructor(
    private readonly source: ByteSource,
    head: Uint8Array,
    private readonly o: SplitOptions,
  ) {
    this.buffer = Buffer.allocUnsafeSlow(Math.max(o.window, head.length));
    this.buffer.set(head);
    this.end = head.length;
  }

  get offset(): number {
    return this.base + this.start;
  }

  get read(): number {
    return this.base + this.end;
  }

  /** Moves the mail at `start` to the front and reads on, in more room where it needs that and may have it. */
  async more(): Promise<void> {
    if (this.start > 0) {
      this.buffer.copyWithin(0, this.start, this.end);
      this.base += this.start;
      this.end -= this.start;
      this.start = 0;
    }
    if (this.end === this.buffer.length) {
      // room for the longest mail and a look beyond it
      const most = this.o.mail + 4 * this.o.lookAhead;
      if (this.end >= most) return;
      const wider = Buffer.allocUnsafeSlow(Math.min(most, 2 * this.end));
      this.buffer.copy(wider);
      this.buffer = wider;
    }
    while (!this.ended && this.end < this.buffer.length) {
      const n = await this.source.read(this.buffer, this.end);
      if (n === 0) this.ended = true;
      this.end += n;
    }
  }

  /** Where the next mail starts, searched from `from` on: an index, or null when that is not in the window. */
  next(from: number): number | null {
    const { buffer, end, ended } = this;
    const all = buffer.subarray(0, end);
    for (let at = all.indexOf('\nFrom ', from); at >= 0; at = all.indexOf('\nFrom ', at + 1)) {
      if (!ended && at + this.o.lookAhead > end) return null;
      if (isMailStart(all, at + 1)) return at + 1;
    }
    return ended ? end : null;
  }
}

export interface SplitOptions extends Omit<ArchiveLimits, 'series' | 'listed'> {
  /** Called beyond the most bytes in all; should throw. */
  tooLong(): void;
  progress?: (bytes: number) => void;
}

/**
 * Visits the mails of an mbox one after the other, with no more than one window of it in memory. `head`: its beginning,
 * read already, with a mail at `start`. Mails begin where they do for `splitMbox`. Time is linear in the size.
 */
export async function splitArchive(
  source: ByteSource,
  head: Uint8Array,
  start: number,
  o: SplitOptions,
  visit: (mail: RawMail) => void,
): Promise<void> {
  const w = new Window(source, head, o);
  let line = 1 + newlinesIn(w.buffer, 0, start);
  w.start = start;
  // what was searched without success is not searched again
  let searched = start;
  let cut = false;
  for (;;) {
    const next = w.next(searched);
    if (next !== null) {
      const long = next - w.start > o.mail;
      if (!cut && next > w.start) {
        const bytes = w.buffer.subarray(w.start, long ? w.start + o.mail : next);
        visit({ bytes, offset: w.offset, line, cut: long });
      }
      line += newlinesIn(w.buffer, w.start, next);
      w.start = next;
      searched = next;
      cut = false;
      if (w.ended && next >= w.end) return;
      continue;
    }
    searched = Math.max(w.start, w.end - o.lookAhead - 8);
    if (searched - w.start > o.mail) {
      // an endless mail: shown once, then passed over
      if (!cut) {
        const bytes = w.buffer.subarray(w.start, w.start + o.mail);
        visit({ bytes, offset: w.offset, line, cut: true });
      }
      cut = true;
      line += newlinesIn(w.buffer, w.start, searched);
      w.start = searched;
    }
    const from = searched - w.start;
    await w.more();
    searched = w.start + from;
    if (w.read > o.archive) o.tooLong();
    o.progress?.(w.read);
  }
}
