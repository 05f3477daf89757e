import type { FilePatch, Patch } from '../intake/types.js';
import { namesBlob } from './blob.js';
import { Layer, Made } from './layer.js';
import type { ContentReader, SourcePair } from './types.js';

/** What a patch is applied to, and what the reader must know about it. */
export interface Ground {
  layer: Layer;
  notes: string[];
}

/** True for a file that is reviewed: C source. */
export function isSource(file: FilePatch): boolean {
  return /\.[ch]$/.test(file.newPath ?? file.oldPath ?? '');
}

/**
 * The patches of one series on top of each other. The lowest stands on the commit that it names as its base, where the
 * tree has commits and holds that one; else on the tree as it is. A patch that names another base stands on that.
 */
export class Stack {
  private ground: Ground | null = null;
  private commit: string | null = null;
  private next = 1;

  /** `made`: texts of the whole review, for `index` lines that name the result of a patch elsewhere in it. */
  constructor(
    private readonly patches: readonly Patch[],
    private readonly tree: ContentReader | null,
    private readonly made: Made = new Made(),
  ) {}

  /** What `patch`, the next of the series, stands on. */
  async under(patch: Patch): Promise<Ground> {
    if (this.ground === null || patch.baseCommit !== this.commit) {
      this.commit = patch.baseCommit;
      this.ground = await this.groundAt(patch.baseCommit);
    }
    const { layer } = this.ground;
    const { index, total } = patch;
    if (index !== null && index > this.next) {
      const first = `${this.next}/${total}`;
      const last = index - 1 > this.next ? ` to ${index - 1}/${total}` : '';
      layer.lose(null, `${first}${last} of the series is not among the inputs`);
    }
    if (index !== null) this.next = index + 1;
    return this.ground;
  }

  /** Puts the result of `patch` on top. `files` and `pairs` go together. */
  take(patch: Patch, files: readonly FilePatch[], pairs: readonly SourcePair[]): void {
    const name = patch.index === null ? `"${patch.subject}"` : `${patch.index}/${patch.total}`;
    for (const [i, pair] of pairs.entries()) this.ground?.layer.take(name, files[i], pair);
    if (patch.problems.some((p) => p.level === 'error')) {
      this.ground?.layer.lose(null, `${name}, which comes before, could not be read whole`);
    }
  }

  private async groundAt(commit: string | null): Promise<Ground> {
    const { tree, made } = this;
    if (!tree?.at || commit === null) return { layer: new Layer(tree, made), notes: [] };
    const base = await tree.at(commit);
    if (base) return { layer: new Layer(base, made), notes: [] };
    const lost = `base-commit ${commit.slice(0, 12)} is not in ${tree.label}`;
    if (await this.holdsBlobs(tree)) {
      const rest = 'the files that the patch touches are, all others are those of the working copy';
      return { layer: new Layer(tree, made), notes: [`${lost}; ${rest}`] };
    }
    const advice = 'reviewed by hunks; fetch it, or name another base with --base';
    return { layer: new Layer(null, made), notes: [`${lost}: ${advice}`] };
  }

  /** The tree holds, by their ids, all files as they were before the series. */
  private async holdsBlobs(tree: ContentReader): Promise<boolean> {
    const first = new Map<string, string | null>();
    for (const file of this.patches.flatMap((p) => p.files).filter(isSource)) {
      const path = file.oldPath ?? file.newPath!;
      if (!first.has(path)) first.set(path, file.oldPath === null ? '' : file.oldBlob);
    }
    const ids = [...first.values()].filter((id) => id !== '');
    if (ids.length === 0 || !tree.blob) return false;
    for (const id of ids) {
      if (!namesBlob(id) || (await tree.blob(id)).text === null) return false;
    }
    return true;
  }
}
