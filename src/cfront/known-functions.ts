import type { Func, LowerNote } from '../sim/program.js';
import type { Span } from './builder.js';
import type { ConfigTable } from './config.js';
import type { Item } from './scan.js';
import { lineIndex, pathOf, refAt, type Unit } from './unit.js';

/** A function that was lowered, and what that said of the program around it. */
export interface KnownFunction {
  unit: Unit;
  item: Item;
  func: Func;
  /** Where each of its refs is in the unit; null for one that is nowhere. */
  spans: readonly (Span | null)[];
  callees: ReadonlySet<string>;
  /** Notes, and the ref that each is about, -1 for none. */
  notes: readonly { note: LowerNote; ref: number }[];
}

/** Programs of the same declarations: in them a function of the same text is lowered to the same. */
interface Family {
  units: readonly Unit[];
  config: ConfigTable | undefined;
  modelled: string;
  /** By the function's text. */
  functions: Map<string, KnownFunction[]>;
}

/** Functions that were lowered for other versions of a program. One object for one review. */
export class KnownFunctions {
  private readonly families: Family[] = [];

  /** Those of programs that differ from one of these units in bodies of functions only. */
  of(units: readonly Unit[], modelled: string, config?: ConfigTable): FamilyFunctions {
    const same = (f: Family) =>
      f.config === config &&
      f.modelled === modelled &&
      f.units.length === units.length &&
      f.units.every((u, k) => sameDeclarations(u, units[k]));
    let family = this.families.find(same);
    if (!family) {
      family = { units, config, modelled, functions: new Map() };
      this.families.push(family);
    }
    return new FamilyFunctions(family);
  }
}

/** The functions of a {@link Family}. */
export class FamilyFunctions {
  constructor(private readonly family: Family) {}

  /** What was lowered from the same text before; its lines are still those of then: see {@link moved}. */
  find(unit: Unit, item: Item): KnownFunction | undefined {
    const known = this.family.functions.get(textOf(unit, item));
    return known?.find((k) => sameLines(k.unit, k.item, unit, item));
  }

  add(known: KnownFunction): void {
    const text = textOf(known.unit, known.item);
    const list = this.family.functions.get(text);
    if (list) list.push(known);
    else this.family.functions.set(text, [known]);
  }
}

/** The function at its place in another version: the same code, and refs to the lines there. */
export function moved(
  { unit: from, item: old, func, spans }: KnownFunction,
  unit: Unit,
  item: Item,
): Func {
  if (from === unit) return func;
  const by = item.start - old.start;
  const refs = spans.map((s, k) =>
    s ? refAt(unit, s.start + by, s.end + by, func.refs[k].text) : func.refs[k],
  );
  return { ...func, refs, ...placeOf(unit, item) };
}

/** Where a function says that it is. */
export function placeOf(unit: Unit, item: Item): { path: string; line: number | null } {
  const at = lineIndex(unit, item.start);
  const line = unit.file.lines[at];
  return {
    path: pathOf(unit, at),
    line: line?.origin === 'skeleton' ? null : (line?.line ?? null),
  };
}

const textOf = (unit: Unit, item: Item): string => unit.active.slice(item.start, item.end);

/** The function's lines are of the same kinds, in files of the same name: what is said of them has the same form. */
function sameLines(a: Unit, x: Item, b: Unit, y: Item): boolean {
  if (a === b) return x === y;
  if (a.file.path !== b.file.path || a.file.skeleton !== b.file.skeleton) return false;
  const [from, to] = [lineIndex(a, x.start), lineIndex(b, y.start)];
  const count = lineIndex(a, Math.max(x.start, x.end - 1)) - from + 1;
  for (let k = 0; k < count; k++)
    if (a.file.lines[from + k]?.origin !== b.file.lines[to + k]?.origin) return false;
  return true;
}

/** Two files that differ in nothing but what is in bodies of functions, and where it is. */
function sameDeclarations(a: Unit, b: Unit): boolean {
  if (a === b) return true;
  if (a.items.length !== b.items.length || a.macros.size !== b.macros.size) return false;
  for (const [name, { at: _, ...macro }] of a.macros) {
    const { at, ...other } = b.macros.get(name) ?? { at: -1 };
    if (JSON.stringify(macro) !== JSON.stringify(other)) return false;
  }
  return a.items.every((x, k) => {
    const y = b.items[k];
    return x.kind === y.kind && x.name === y.name && outside(a, x) === outside(b, y);
  });
}

/** Text of an item without the body of a function. */
const outside = (unit: Unit, item: Item): string =>
  unit.active.slice(item.start, item.kind === 'function' ? item.brace : item.end);
