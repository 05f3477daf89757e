import { sameCode } from './same-code.js';
import type { Func, Program } from './sim/program.js';

/** A function as a patch of the series has left it. */
interface Left {
  func: Func;
  subject: string;
}

/**
 * What the patches before one of a series have made of functions. Without a tree each patch is rebuilt from its own hunks:
 * what those do not show is taken from a released kernel, though a patch before it may have changed just that.
 */
export class Earlier {
  private readonly left = new Map<string, Left>();
  /** The first patch of which it is not known what it makes of what is run. */
  private unknown: string | null = null;

  /** Why this version is not the one that the patches before it have made: sentences, none where it may be. */
  lost(before: Program | null): string[] {
    if (this.unknown !== null)
      return [
        `"${this.unknown}" of this series was not analysed, and this patch stands on it; give the tree with --tree`,
      ];
    if (!before) return [];
    return [...this.left].flatMap(([name, { func, subject }]) => {
      const f = own(before, name);
      return !f || sameCode(f, func)
        ? []
        : [
            `"${subject}" of this series changes ${name}() too, and this patch does not show all of what it made of it; give the tree with --tree`,
          ];
    });
  }

  /** Takes down what a patch makes of functions. */
  add(before: Program | null, after: Program, subject: string): void {
    for (const func of Object.values(after.functions)) {
      const then = before && own(before, func.name);
      if (!then || !sameCode(then, func)) this.left.set(func.name, { func, subject });
    }
  }

  /** It is not known what a patch makes of what is run: nothing that stands on it can be known. */
  miss(subject: string): void {
    this.unknown ??= subject;
  }
}

const own = (p: Program, name: string): Func | undefined =>
  Object.hasOwn(p.functions, name) ? p.functions[name] : undefined;
