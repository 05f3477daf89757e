import type { Func, Instr, Program } from '../../src/sim/program.js';

/** A call in a function whose failure the function acts on. */
export interface Site {
  callee: string;
  line: number | null;
}

type Call = Instr & { op: 'call' };

/** A lookup that gives NULL has found nothing: that is no failure. */
const LOOKUPS = new Set(['mas_find', 'mas_next', 'mas_prev', 'mas_walk']);
/** A fatal signal ends a fork; these tell of it with a truth value. */
const SIGNALS = new Set(['fatal_signal_pending', 'signal_pending']);
/** Tells whether the call before it, on the same iterator, has failed. */
const ERROR_OF_ITERATOR = 'mas_is_err';

const nameOf = (i: Call): string | null => ('name' in i.callee ? i.callee.name : null);

/** The register that an instruction sets, if any. */
function setBy(i: Instr): number | null {
  return 'dst' in i ? i.dst : null;
}

/** Registers whose value `i` derives its own from without looking into memory. */
function derivedFrom(i: Instr): number[] {
  const operands =
    i.op === 'move' || i.op === 'cast'
      ? [i.src]
      : i.op === 'un'
        ? [i.a]
        : i.op === 'bin' && (i.fn === '==' || i.fn === '!=' || i.fn === '<')
          ? [i.a, i.b]
          : [];
  return operands.flatMap((o) => ('reg' in o ? [o.reg] : []));
}

function successors(f: Func, labels: Map<number, number>, at: number): number[] {
  const i = f.code[at];
  if (i.op === 'jump') return [labels.get(i.to)!];
  if (i.op === 'branch') return [labels.get(i.then)!, labels.get(i.else)!];
  return i.op === 'return' ? [] : [at + 1];
}

/** Some path from a call comes to a branch that its result decides. */
function isTested(f: Func, call: number): boolean {
  const first = setBy(f.code[call]);
  if (first === null) return false;
  const labels = new Map(f.code.flatMap((i, at) => (i.op === 'label' ? [[i.id, at]] : [])));
  const seen = new Set<string>();
  const work: [number, number[]][] = [[call + 1, [first]]];
  while (work.length > 0) {
    const [at, holding] = work.pop()!;
    const key = `${at}:${holding.join()}`;
    if (at >= f.code.length || holding.length === 0 || seen.has(key)) continue;
    seen.add(key);
    const i = f.code[at];
    if (i.op === 'branch' && 'reg' in i.cond && holding.includes(i.cond.reg)) return true;
    const dst = setBy(i);
    const kept = holding.filter((r) => r !== dst);
    if (dst !== null && derivedFrom(i).some((r) => holding.includes(r))) kept.push(dst);
    for (const next of successors(f, labels, at)) work.push([next, kept.sort((a, b) => a - b)]);
  }
  return false;
}

/** The last call before `at` in the text. */
function callBefore(f: Func, at: number): Call | null {
  for (let k = at - 1; k >= 0; k--) {
    const i = f.code[k];
    if (i.op === 'call') return i;
  }
  return null;
}

/** The call reports a failure by its result: an error code, or NULL instead of something made. */
function mayReport(program: Program, i: Call): boolean {
  const name = nameOf(i);
  if (name === null || LOOKUPS.has(name)) return false;
  if (SIGNALS.has(name)) return true;
  const body = program.functions[name];
  if (body) return failingSites(program, body).length > 0;
  return i.type.kind === 'ptr' || (i.type.kind === 'int' && i.type.bits > 1 && i.type.signed);
}

/** The calls of a function that can fail and whose result it tests, as its own text tells; in order of the text. */
export function failingSites(program: Program, f: Func): Site[] {
  const out: Site[] = [];
  f.code.forEach((i, at) => {
    if (i.op !== 'call' || !isTested(f, at)) return;
    const blamed = nameOf(i) === ERROR_OF_ITERATOR ? callBefore(f, at) : i;
    if (!blamed || (blamed === i && !mayReport(program, i))) return;
    out.push({ callee: nameOf(blamed) ?? '?', line: f.refs[blamed.ref].line });
  });
  return out;
}
