import type { Func, Program } from './sim/program.js';

/** A function as a patch of the series has left it. */
interface Left {
  code: string;
  subject: string;
}

/**
 * What the patches before one of a series have made of functions. Without a tree each patch is rebuilt from its own hunks:
 * what those do not show is taken from a released kernel, though a patch before it may have changed just that.
 */
export class Earlier {
  private readonly left = new Map<string, Left>();

  /** A sentence for each function that this version has in another form than an earlier patch left it in. */
  lost(before: Program | null): string[] {
    if (!before) return [];
    return [...this.left].flatMap(([name, { code, subject }]) => {
      const f = own(before, name);
      return !f || codeOf(f) === code
        ? []
        : [
            `"${subject}" of this series changes ${name}() too, and this patch does not show all of what it made of it; give the tree with --tree`,
          ];
    });
  }

  /** Takes down what a patch makes of functions. */
  add(before: Program | null, after: Program, subject: string): void {
    for (const f of Object.values(after.functions)) {
      const then = before && own(before, f.name);
      const code = codeOf(f);
      if (!then || codeOf(then) !== code) this.left.set(f.name, { code, subject });
    }
  }
}

const own = (p: Program, name: string): Func | undefined =>
  Object.hasOwn(p.functions, name) ? p.functions[name] : undefined;

/** A function's instructions, wherever its lines are and whatever its variables are called. */
const codeOf = ({ code }: Func): string =>
  JSON.stringify(
    code.map(({ ref: _, ...i }) => (i.op === 'local' ? { ...i, name: '' } : i)),
    (_key, x: unknown) => (typeof x === 'bigint' ? `${x}n` : x),
  );
