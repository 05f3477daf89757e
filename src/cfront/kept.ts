import { createHash } from 'node:crypto';
import type { Program } from '../sim/program.js';
import type { SourceFile } from '../source/types.js';
import type { LowerOptions } from './index.js';
import { KnownFunctions } from './known-functions.js';
import { grammarId } from './parser.js';

/** Lowered programs by what they were lowered from ({@link programKey}). Nobody changes a program that was lowered. */
export interface KeptPrograms {
  /** null for one that is not kept. */
  get(key: string): Program | null;
  put(key: string, program: Program): void;
  /** Functions of programs that were lowered; left out where only whole programs are kept. */
  readonly functions?: KnownFunctions;
}

/** Programs of one review: a version before the patch is lowered once for all that it is compared with. */
const RECENT = 8;

/** The last few programs, and in front of others that are kept elsewhere. */
export class RecentPrograms implements KeptPrograms {
  private readonly recent = new Map<string, Program>();
  readonly functions = new KnownFunctions();

  constructor(private readonly behind?: KeptPrograms) {}

  get(key: string): Program | null {
    const known = this.recent.get(key);
    if (known) return known;
    const program = this.behind?.get(key) ?? null;
    if (program) this.add(key, program);
    return program;
  }

  put(key: string, program: Program): void {
    this.add(key, program);
    this.behind?.put(key, program);
  }

  private add(key: string, program: Program): void {
    this.recent.set(key, program);
    if (this.recent.size > RECENT) this.recent.delete(this.recent.keys().next().value!);
  }
}

/**
 * Hash of all that lowering looks at besides the tool itself: the grammar, entries, what is modelled, and of every file
 * its text and where each line comes from; in hex. null where the configuration does not say what it stands for.
 */
export function programKey(o: LowerOptions, modelled: string): string | null {
  const config = o.config ? o.config.id : '';
  if (config === undefined) return null;
  const files = o.files.map(digest);
  const declarations = (o.declarations ?? []).map(digest);
  const all = [grammarId(), o.entries, modelled, config, files, declarations];
  return createHash('sha256').update(JSON.stringify(all)).digest('hex');
}

const digests = new WeakMap<SourceFile, string>();

function digest(file: SourceFile): string {
  let d = digests.get(file);
  if (d === undefined) {
    const hash = createHash('sha256');
    hash.update(JSON.stringify([file.path, file.base, file.skeleton, file.lines.length]));
    hash.update(JSON.stringify(file.lines.map((l) => l.text)));
    hash.update(JSON.stringify(unusual(file)));
    digests.set(file, (d = hash.digest('hex')));
  }
  return d;
}

/** Where lines come from; those of a file as it is in the tree are as their place says, and left out. */
function unusual({ lines }: SourceFile): unknown[] {
  const out: unknown[] = [];
  for (let k = 0; k < lines.length; k++) {
    const { line, patchLine, origin, changed, era } = lines[k];
    if (line === k + 1 && patchLine === null && !changed && origin === 'file' && era === undefined)
      continue;
    out.push([k, line, patchLine, origin, changed, era ?? null]);
  }
  return out;
}
