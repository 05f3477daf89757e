import { MAX_MADE_FILES } from '../base/limits.js';
import type { FilePatch } from '../intake/types.js';
import { blobIds } from './blob.js';
import type { BlobAnswer, ContentReader, SourceFile, SourcePair } from './types.js';

/** Texts that patches of this review have made; an `index` line may name any of them. */
export class Made {
  private readonly texts: { ids: string[]; text: string }[] = [];

  add(text: string): void {
    this.texts.unshift({ ids: blobIds(text), text });
    this.texts.length = Math.min(this.texts.length, MAX_MADE_FILES);
  }

  find(id: string): string | null {
    return this.texts.find(({ ids }) => ids.some((x) => x.startsWith(id)))?.text ?? null;
  }
}

/** A tree (or none) with what the patches so far made of it: what the next patch of a series is applied to. */
export class Layer implements ContentReader {
  private readonly texts = new Map<string, string | null>();
  private readonly missing: { path: string | null; why: string }[] = [];
  /** What patches without a tree have shown, newest first. */
  private readonly seen: SourceFile[] = [];
  readonly label: string;
  readonly sparse: boolean;

  constructor(
    private readonly base: ContentReader | null,
    private readonly made: Made,
  ) {
    this.label = base?.label ?? 'the series';
    this.sparse = base === null;
  }

  async read(path: string): Promise<string | null> {
    const text = this.texts.get(path);
    return text !== undefined ? text : ((await this.base?.read(path)) ?? null);
  }

  async blob(id: string): Promise<BlobAnswer> {
    const text = this.made.find(id);
    if (text !== null) return { text };
    return (await this.base?.blob?.(id)) ?? { text: null, why: 'missing' };
  }

  lacks(path: string): string[] {
    return this.missing.filter((m) => m.path === null || m.path === path).map((m) => m.why);
  }

  /** Definitions that earlier patches have shown, where there is no tree to put them into. */
  get shown(): readonly SourceFile[] {
    return this.seen;
  }

  /** From here on something lacks: in one file, or (null) nobody knows where. */
  lose(path: string | null, why: string): void {
    this.missing.push({ path, why });
  }

  /** Puts a patch's result in. What could not be applied lacks from here on. */
  take(name: string, file: FilePatch, pair: SourcePair): void {
    const { after, path } = pair;
    const whole = after !== null && after.base !== 'hunks-only';
    if (pair.failure !== null || (!whole && !this.sparse && file.newPath !== null)) {
      this.lose(path, `${path}: ${name}, which comes before, did not apply and lacks here`);
      return;
    }
    if (file.oldPath !== null && file.status !== 'copied') this.texts.set(file.oldPath, null);
    if (after === null) return;
    if (!whole) {
      const lines = after.lines.map((line) => ({ ...line, patchLine: null, changed: false }));
      this.seen.unshift({ ...after, lines });
      if (file.oldPath !== null) this.texts.delete(file.oldPath);
      return;
    }
    const text = after.lines.map((line) => line.text).join('\n') + (endsOpen(file) ? '' : '\n');
    this.texts.set(after.path, text);
    this.made.add(text);
  }
}

/** The patch says that the new version ends without a newline. */
function endsOpen(file: FilePatch): boolean {
  const last = file.hunks.at(-1)?.lines.filter((line) => line.kind !== '-');
  return last?.at(-1)?.noNewline === true;
}
