import type { Skipped } from './types.js';

/** Counts what is not reviewed, by reason. */
export class SkipList {
  private readonly counts = new Map<string, number>();
  private readonly list: NonNullable<Skipped['list']> = [];

  /** `most`: lines that are kept, 0 for counts only. */
  constructor(private readonly most: number) {}

  add(reason: string, inputLine: number, subject: string): void {
    this.counts.set(reason, (this.counts.get(reason) ?? 0) + 1);
    if (this.list.length < this.most)
      this.list.push({ inputLine, subject: subject.slice(0, 100), reason });
  }

  result(): Skipped {
    const reasons = [...this.counts].map(([reason, mails]) => ({ reason, mails }));
    reasons.sort((a, b) => b.mails - a.mails);
    const list = this.list.sort((a, b) => a.inputLine - b.inputLine);
    return {
      mails: reasons.reduce((n, r) => n + r.mails, 0),
      reasons,
      ...(this.most > 0 ? { list } : {}),
    };
  }
}
