import type { Func, Program } from '../program.js';
import { failureBranch } from './branches.js';
import { deleteRange, moveRange, substituteArgument } from './edit.js';
import { calleeOf, definitelySet, laterSiblings, type Site, sameType, sitesOf } from './sites.js';

export const OPERATORS = ['delete-all', 'delete', 'move', 'substitute', 'drop-branch'] as const;
export type Operator = (typeof OPERATORS)[number];

/** A generic edit of a Program, and how the reader is told. */
export interface Mutant {
  operator: Operator;
  /** Function that the edited step is about. */
  step: string;
  /** `delete-all` of a step that stands in one place: the same as `delete`. */
  sole: boolean;
  /** For a move: functions of `MutationPlan.past` whose calls the step now comes after, in the statement it was moved past. */
  past: readonly string[];
  /** `vma_start_write(mpnt) removed` */
  label: string;
  program: Program;
}

export interface MutationPlan {
  /** Functions whose calls are edited. */
  steps: readonly string[];
  /** Functions past whose calls a step is moved; none when absent. */
  past?: readonly string[];
  /** A step is also moved past each other later statement of its block. */
  anywhere?: boolean;
  operators: readonly Operator[];
}

/** All mutants of a plan, in a fixed order; edits that give the same step twice are made once. */
export function mutantsOf(program: Program, entry: string, plan: MutationPlan): Mutant[] {
  const out: Mutant[] = [];
  const sites = sitesOf(program, entry, plan.steps);
  const wanted = new Set(plan.operators);
  const deletes = wanted.has('delete');
  const marks = sitesOf(program, entry, plan.past ?? []);
  for (const step of new Set(plan.steps)) {
    const of = sites.filter((s) => s.callee === step);
    if (of.length && (wanted.has('delete-all') || (deletes && of.length === 1)))
      out.push(deleteAll(program, step, of));
  }
  for (const site of sites) {
    const f = program.functions[site.func];
    if (deletes && sites.filter((s) => s.callee === site.callee).length > 1)
      out.push(deleteSite(program, f, site));
    if (wanted.has('move')) out.push(...moves(program, f, site, marks, plan));
    if (wanted.has('substitute')) out.push(...substitutions(program, f, site));
    if (wanted.has('drop-branch')) out.push(...dropBranch(program, f, site));
  }
  return out;
}

/** The mutant is such an edit. */
export function isEdit(m: Mutant, operator: Operator, step: string | readonly string[]): boolean {
  const named = typeof step === 'string' ? m.step === step : step.includes(m.step);
  if (!named) return false;
  return (
    m.operator === operator || (m.sole && operator === 'delete' && m.operator === 'delete-all')
  );
}

const textOf = (f: Func, site: Site): string =>
  f.refs[f.code[site.calls[0]].ref].text.replace(/;$/, '');

function deleteSite(program: Program, f: Func, site: Site): Mutant {
  const s = f.stmts[site.stmt];
  return {
    operator: 'delete',
    step: site.callee,
    ...PLAIN,
    label: `${textOf(f, site)} removed`,
    program: deleteRange(program, f, s.start, s.end),
  };
}

/** Every direct call of `step` is left out, wherever it stands. */
function deleteAll(program: Program, step: string, sites: Site[]): Mutant {
  let p = program;
  for (const f of Object.values(program.functions)) {
    const at = f.code.flatMap((i, k) => (calleeOf(i) === step ? [k] : []));
    if (!at.length) continue;
    const code = f.code.map((i, k) =>
      at.includes(k) && i.op === 'call'
        ? i.dst === null
          ? ({ op: 'move', dst: f.regs, src: { imm: 0 }, ref: i.ref } as const)
          : ({ op: 'move', dst: i.dst, src: { imm: 0 }, ref: i.ref } as const)
        : i,
    );
    p = {
      ...p,
      functions: { ...p.functions, [f.name]: { ...f, code, regs: f.regs + 1, stmts: [] } },
    };
  }
  const only = sites.length === 1;
  return {
    operator: 'delete-all',
    step,
    sole: only,
    past: [],
    label: only
      ? `${textOf(program.functions[sites[0].func], sites[0])} removed`
      : `every ${step}() removed`,
    program: p,
  };
}

const PLAIN = { sole: false, past: [] } as const;

function moves(
  program: Program,
  f: Func,
  site: Site,
  marks: readonly Site[],
  plan: MutationPlan,
): Mutant[] {
  const s = f.stmts[site.stmt];
  const out: Mutant[] = [];
  for (const k of laterSiblings(f, site.stmt)) {
    const { start, end, ref } = f.stmts[k];
    const past = marks
      .filter((m) => m.func === f.name && m.stmt !== site.stmt)
      .filter((m) => m.calls.some((c) => start <= c && c < end))
      .map((m) => m.callee);
    if (!plan.anywhere && past.length === 0) continue;
    const behind = past.length ? `${past[0]}()` : `"${f.refs[ref].text.replace(/;$/, '')}"`;
    out.push({
      operator: 'move',
      step: site.callee,
      sole: false,
      past,
      label: `${textOf(f, site)} moved past ${behind}`,
      program: moveRange(program, f, s.start, s.end, end),
    });
  }
  return out;
}

function dropBranch(program: Program, f: Func, site: Site): Mutant[] {
  const body = failureBranch(f, site);
  if (!body) return [];
  return [
    {
      operator: 'drop-branch',
      step: site.callee,
      ...PLAIN,
      label: `failure of ${textOf(f, site)} not handled`,
      program: deleteRange(program, f, body.start, body.end),
    },
  ];
}

function substitutions(program: Program, f: Func, site: Site): Mutant[] {
  const out: Mutant[] = [];
  const set = definitelySet(f);
  const s = f.stmts[site.stmt];
  for (const at of site.calls) {
    const call = f.code[at];
    if (call.op !== 'call') continue;
    for (const a of call.args) {
      const from = 'reg' in a ? f.vars.find((x) => x.reg === a.reg) : undefined;
      if (from?.type.kind !== 'ptr' && from?.type.kind !== 'int') continue;
      for (const to of f.vars) {
        if (to.reg === from.reg || !sameType(to.type, from.type)) continue;
        const edited = substituteArgument(program, f, at, from.reg, to.reg);
        const label = `${textOf(f, site)} with ${to.name} instead of ${from.name}`;
        if (set[at].has(to.reg))
          out.push({ operator: 'substitute', step: site.callee, ...PLAIN, label, program: edited });
        else {
          const later = placeAfterAssignment(f, site.stmt, to.reg);
          if (later !== null)
            out.push({
              operator: 'substitute',
              step: site.callee,
              ...PLAIN,
              label,
              program: moveRange(edited, edited.functions[f.name], s.start, s.end, later),
            });
        }
      }
    }
  }
  return out;
}

/** Where a variable that a later sibling sets can first be used: behind that sibling and the check that follows it. */
function placeAfterAssignment(f: Func, stmt: number, reg: number): number | null {
  const later = laterSiblings(f, stmt);
  const writes = (k: number) =>
    f.code.slice(f.stmts[k].start, f.stmts[k].end).some((i) => 'dst' in i && i.dst === reg);
  const at = later.findIndex(writes);
  if (at < 0) return null;
  const check = later[at + 1];
  const follows = check !== undefined && f.stmts[check].kind === 'if' ? check : later[at];
  return f.stmts[follows].end;
}
