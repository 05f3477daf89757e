import { parseSubject } from '../subject.js';
import type { Fields } from './fields.js';

/** 52 bits of a text's hash: archives have millions of mails, and a false match only costs a look. */
export function hashOf(text: string): number {
  let a = 0x811c9dc5;
  let b = 0x9e3779b9;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    a = Math.imul(a ^ c, 0x01000193);
    b = Math.imul(b ^ c, 0x85ebca6b);
  }
  return (a >>> 0) * 0x100000 + (b >>> 12);
}

const titleOf = (subject: string): string => subject.replace(/^(\s*\[[^\]]*\])+/, '').trim();

/** Where a mail that may be part of a series is, and the hashes by which its series is found. */
export interface Place {
  place: number;
  length: number;
  line: number;
}

const WIDTH = 8;

/** The mails of an archive that may be reviewed, eight numbers each. */
export class Records {
  private readonly numbers: number[] = [];

  get count(): number {
    return this.numbers.length / WIDTH;
  }

  add(at: Place, { subject, messageId, root }: Fields, wanted: boolean): void {
    const { index, total, version, reply } = parseSubject(subject);
    const title = titleOf(subject);
    const loose = root === null && index !== null && (total ?? 0) > 1;
    // a reply stands for itself: what it quotes is no part of a series
    this.numbers.push(
      ...[at.place, at.length, at.line, wanted ? 1 : 0],
      root === null || reply ? 0 : hashOf(root),
      messageId === null || reply ? 0 : hashOf(messageId),
      title === '' || reply ? 0 : hashOf(`title ${title}`),
      loose && !reply ? hashOf(`loose ${version} ${total}`) : 0,
    );
  }

  at(i: number): Place {
    const [place, length, line] = this.row(i);
    return { place, length, line };
  }

  private row(i: number): number[] {
    return this.numbers.slice(i * WIDTH, (i + 1) * WIDTH);
  }

  /** Threads that somebody answers into. */
  private roots(): Set<number> {
    const roots = new Set<number>();
    for (let i = 0; i < this.count; i++) roots.add(this.numbers[i * WIDTH + 4]);
    return roots;
  }

  /**
   * What record `i` has in common with others of its series or of another version of it: the thread, the title, or,
   * of mails that were sent without a thread, version and total.
   */
  private keys(i: number, roots: ReadonlySet<number>): number[] {
    const [, , , , root, own, title, loose] = this.row(i);
    const thread = root || own;
    return [thread, title, roots.has(own) ? 0 : loose].filter((key) => key !== 0);
  }

  /** The wanted records and all that have something in common with them, in order. */
  private related(roots: ReadonlySet<number>): number[] {
    const used = new Uint8Array(this.count);
    const keys = new Set<number>();
    for (let grown = true; grown; ) {
      grown = false;
      for (let i = 0; i < this.count; i++) {
        if (used[i]) continue;
        const mine = this.keys(i, roots);
        if (this.numbers[i * WIDTH + 3] === 0 && !mine.some((key) => keys.has(key))) continue;
        used[i] = 1;
        grown = true;
        for (const key of mine) keys.add(key);
      }
    }
    return [...used.keys()].filter((i) => used[i]);
  }

  /**
   * Sets of records that belong together and of which one is wanted, in the order of their first records. Every other
   * record is left out.
   */
  groups(): number[][] {
    const roots = this.roots();
    const used = this.related(roots);
    const parent = used.map((_, k) => k);
    const find = (k: number): number => {
      let at = k;
      while (parent[at] !== at) at = parent[at] = parent[parent[at]];
      return at;
    };
    const seen = new Map<number, number>();
    for (const [k, i] of used.entries())
      for (const key of this.keys(i, roots)) {
        const other = seen.get(key);
        if (other === undefined) seen.set(key, k);
        else parent[find(k)] = find(other);
      }
    const groups = new Map<number, number[]>();
    for (const [k, i] of used.entries()) {
      const group = groups.get(find(k));
      if (group) group.push(i);
      else groups.set(find(k), [i]);
    }
    return [...groups.values()];
  }
}
