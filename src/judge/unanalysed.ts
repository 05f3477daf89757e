import { standsIn } from '../sim/known.js';
import type { Func, Instr, Program } from '../sim/program.js';
import { differences, type Unanalysed } from '../sim/trail/compare.js';
import { trailsOf } from '../sim/trail/run.js';
import {
  changesFlags,
  hasPlace,
  isSilentField,
  mayBeSilent,
  silenceOf,
} from '../sim/trail/silent.js';
import type { Side } from './applies.js';
import { type Group, groupsOf } from './plan.js';
import type { Rule } from './rule.js';

/** Something that was not analysed, and where it stands. */
export interface Unseen {
  reason: string;
  path: string;
  line: number | null;
}

/**
 * Calls and assignments that a patch takes away, adds, moves or gives other arguments although no model gives them an
 * effect. Decided by running both versions, alone and with each failure: helpers, other names and the order of what does
 * nothing make no difference.
 */
export function unanalysed(before: Side, after: Side, rules: readonly Rule[]): Unseen[] {
  const changed = changedNames(before.program, after.program);
  const silent = [...changed.names].some((name) => isSilent(name, [before, after]));
  if (!silent && !changed.flow) return [];
  const group = widest(rules, after.program);
  if (!group) return [];
  const of = ({ program, features }: Side) =>
    trailsOf({ program, features, ...group, plain: !silent });
  return differences(of(before), of(after), (name) => changed.names.has(name)).map(told);
}

function told({ what, name, store, ref }: Unanalysed): Unseen {
  const thing = store ? `the assignment to ${name}` : `the call of ${name}()`;
  const words = {
    ...{ removes: `removes ${thing}`, adds: `adds ${thing}`, moves: `moves ${thing}` },
    changes: store ? `changes ${thing}` : `changes the arguments of ${name}()`,
  }[what];
  const reason = `the patch ${words}, and what that changes is not modelled`;
  return { reason, path: ref.path, line: ref.line };
}

/** The scenario without other threads that has the most VMAs, from dup_mm() where the program has it. */
function widest(rules: readonly Rule[], program: Program): Group | null {
  const has = (name: string) => Object.hasOwn(program.functions, name);
  const alone = [...groupsOf(rules).values()].filter(
    (g) => g.scenario.threads.length === 0 && has(g.entry),
  );
  const rank = (g: Group) => (g.entry === 'dup_mm' ? 1000 : 0) + g.scenario.vmas.length;
  return alone.sort((a, b) => rank(b) - rank(a))[0] ?? null;
}

const isSilent = (name: string, sides: readonly Side[]): boolean =>
  name.startsWith('mm.')
    ? isSilentField(name.slice('mm.'.length))
    : !sides.some((s) => Object.hasOwn(s.program.functions, name)) &&
      mayBeSilent(name, standsIn(name));

interface Changed {
  /** Functions that are called, and fields (`mm.field`) that are set, where the patch changes something. */
  names: ReadonlySet<string>;
  /** It changes where a function goes that makes such calls. */
  flow: boolean;
}

function changedNames(before: Program, after: Program): Changed {
  const names = new Set<string>();
  let flow = false;
  for (const program of [before, after])
    for (const f of Object.values(program.functions)) {
      const within = f.stmts.filter((s) => f.refs[s.ref].changed && NESTING.has(s.kind));
      f.code.forEach((i, at) => {
        const here = f.refs[i.ref].changed || within.some((s) => s.start <= at && at < s.end);
        if (!here) return;
        flow ||= FLOW.has(i.op) && f.code.some((x) => isPassedOver(x, program));
        for (const name of namesOf(i, program)) names.add(name);
      });
    }
  for (const [name, shapes] of shapesOf(before))
    if (shapes !== shapesOf(after).get(name)) names.add(name);
  for (const name of shapesOf(after).keys()) if (!shapesOf(before).has(name)) names.add(name);
  return { names, flow };
}

/** A call of which nothing at all comes here. */
function isPassedOver(i: Instr, { functions }: Program): boolean {
  if (i.op !== 'call' || !('name' in i.callee)) return false;
  const { name } = i.callee;
  if (Object.hasOwn(functions, name) || !hasPlace(name, false) || changesFlags(name)) return false;
  return silenceOf(name, [], { known: standsIn(name), exiting: false }) === 'whole';
}

const NESTING: ReadonlySet<string> = new Set(['if', 'loop', 'switch']);
const FLOW: ReadonlySet<string> = new Set(['branch', 'jump', 'return']);

/** What an instruction calls or sets, with all that a function of the program calls and sets in turn. */
function namesOf(i: Instr, program: Program, seen = new Set<string>()): Set<string> {
  if (i.op === 'store') seen.add(`mm.${i.path}`);
  if (i.op !== 'call' || !('name' in i.callee) || seen.has(i.callee.name)) return seen;
  seen.add(i.callee.name);
  const body: Func | undefined = program.functions[i.callee.name];
  for (const x of body?.code ?? []) namesOf(x, program, seen);
  return seen;
}

const shapes = new WeakMap<Program, Map<string, string>>();

/** The calls of each name, and the stores to each field, as they are written; a change that no changed line shows. */
function shapesOf(program: Program): Map<string, string> {
  let out = shapes.get(program);
  if (out) return out;
  out = new Map();
  for (const f of Object.values(program.functions))
    for (const i of f.code) {
      const shape = shapeOf(i);
      if (shape) out.set(shape[0], `${out.get(shape[0]) ?? ''};${shape[1]}`);
    }
  shapes.set(program, out);
  return out;
}

/** What variables are called does not count. */
function shapeOf(i: Instr): [string, string] | null {
  if (i.op === 'store') return [`mm.${i.path}`, ''];
  if (i.op !== 'call' || !('name' in i.callee)) return null;
  return [i.callee.name, i.args.map((a) => ('reg' in a ? '' : String(Object.values(a)))).join()];
}
