import type { ProgramDelta } from '../sim/mutate/delta.js';
import type { Program } from '../sim/program.js';

/** Lines of each function that an edit changes: what it removes, moves or makes anew. Indices as `SourceRef.at`. */
export function editedLines(base: Program, delta: ProgramDelta): Map<string, Set<number>> {
  const out = new Map<string, Set<number>>();
  for (const [name, { code }] of Object.entries(delta)) {
    const f = base.functions[name];
    const kept = code.filter((i) => typeof i === 'number');
    // from the end: of two neighbours that changed places, the one that went to the back was moved
    const stays = new Set(longestRising(kept.map((x) => -x).reverse()).map((x) => -x));
    const touched = [
      ...code.flatMap((i) => (typeof i === 'number' ? [] : [i.ref])),
      ...f.code.flatMap((i, k) => (stays.has(k) || i.op === 'label' ? [] : [i.ref])),
    ];
    out.set(name, new Set(touched.flatMap((ref) => f.refs[ref]?.at ?? [])));
  }
  return out;
}

/** A longest subsequence of distinct numbers that rises: what was not moved. */
function longestRising(list: readonly number[]): number[] {
  const tails: number[] = [];
  const before = new Map<number, number | undefined>();
  for (const x of list) {
    let at = tails.findIndex((t) => t >= x);
    if (at < 0) at = tails.length;
    before.set(x, tails[at - 1]);
    tails[at] = x;
  }
  const out: number[] = [];
  for (let x = tails.at(-1); x !== undefined; x = before.get(x)) out.unshift(x);
  return out;
}
