import type { Passed, Trail } from './run.js';
import { hasPlace } from './silent.js';

/** A change that the simulator has no eye for. */
export interface Unanalysed {
  what: 'removes' | 'adds' | 'moves' | 'changes';
  /** Name of the function, or `mm.field`. */
  name: string;
  store: boolean;
  /** Where it stands: in the version before for what is removed, else in the one after. */
  ref: Passed['ref'];
}

/**
 * What the runs of one version pass and those of the other do not, among what nobody looks at. Runs in which the same
 * fails are compared, as far as both come to their end. `touched`: names that stand on lines which the patch changes, for
 * each version; of others only what the run passes in which nothing fails is compared.
 */
export function differences(
  before: ReadonlyMap<string, Trail>,
  after: ReadonlyMap<string, Trail>,
  touched: (name: string) => boolean,
): Unanalysed[] {
  const out = new Map<string, Unanalysed>();
  for (const [key, b] of after) {
    const a = before.get(key);
    if (!a?.whole || !b.whole) continue;
    const names = new Set([...a.passed, ...b.passed].filter((p) => p.silence).map((p) => p.name));
    for (const name of names) {
      if (key !== '' && !touched(name)) continue;
      const found = differenceOf(name, a.passed, b.passed, touched(name));
      if (found && !out.has(name)) out.set(name, found);
    }
  }
  return [...out.values()];
}

function differenceOf(
  name: string,
  before: readonly Passed[],
  after: readonly Passed[],
  touched: boolean,
): Unanalysed | null {
  const of = (list: readonly Passed[]) => list.filter((p) => p.name === name && p.silence !== null);
  const [a, b] = [of(before), of(after)];
  const told = (what: Unanalysed['what'], p: Passed): Unanalysed => ({
    ...{ what, name, store: p.store, ref: p.ref },
  });
  const whole = [...a, ...b].filter((p) => p.silence === 'whole');
  if (whole.length > 0) {
    if (a.length > b.length) return told('removes', lost(a, b));
    if (a.length < b.length) return told('adds', lost(b, a));
    const other = b.find((p, k) => p.args !== a[k].args);
    if (other) return told('changes', other);
  }
  const blind = b.find((p, k) => a[k] && p.unseen !== a[k].unseen);
  if (blind && a.length === b.length) return told('changes', blind);
  if (!touched || a.length !== b.length || a.length === 0 || !hasPlace(name, a[0].store))
    return null;
  if (typeof b[0].silence === 'object') return null;
  const k = b.findIndex((_, n) => !samePlace(a[n], b[n], before, after));
  return k < 0 ? null : told('moves', b[k]);
}

/** The one of `more` on a changed line, else the first that `less` has not as often. */
function lost(more: readonly Passed[], less: readonly Passed[]): Passed {
  const left = less.map((p) => p.args);
  const changed = more.find((p) => p.ref.changed);
  if (changed) return changed;
  for (const p of more) {
    const k = left.indexOf(p.args);
    if (k < 0) return p;
    left.splice(k, 1);
  }
  return more[more.length - 1];
}

/** The same calls come before, of those that both runs make equally often. */
function samePlace(
  p: Passed,
  q: Passed,
  before: readonly Passed[],
  after: readonly Passed[],
): boolean {
  const counts = (list: readonly Passed[]) => {
    const out = new Map<string, number>();
    for (const x of list) if (x.counts) out.set(x.text, (out.get(x.text) ?? 0) + 1);
    return out;
  };
  const [all, now] = [counts(before), counts(after)];
  const ahead = [
    counts(before.slice(0, before.indexOf(p))),
    counts(after.slice(0, after.indexOf(q))),
  ];
  for (const [text, n] of all)
    if (now.get(text) === n && ahead[0].get(text) !== ahead[1].get(text)) return false;
  return true;
}
