import type { Func, Instr, Program } from '../program.js';

/**
 * An edit of a Program in little space: for each function whose body differs, its new body with the instructions that
 * it shares with the old one named by their index there.
 */
export type ProgramDelta = Record<string, { regs: number; code: (number | Instr)[] }>;

/** What makes `edited` of `base`. Only bodies are compared: an edit changes nothing else that is run. */
export function deltaOf(base: Program, edited: Program): ProgramDelta {
  const out: ProgramDelta = {};
  for (const f of Object.values(edited.functions)) {
    const old = base.functions[f.name];
    if (old === f) continue;
    const at = new Map<Instr, number>(old?.code.map((i, k) => [i, k]));
    out[f.name] = { regs: f.regs, code: f.code.map((i) => at.get(i) ?? i) };
  }
  return out;
}

/** The program that `deltaOf` was made of, as far as a run is concerned. */
export function applyDelta(base: Program, delta: ProgramDelta): Program {
  const functions = { ...base.functions };
  for (const [name, { regs, code }] of Object.entries(delta)) {
    const old: Func = base.functions[name];
    const body = code.map((i) => (typeof i === 'number' ? old.code[i] : i));
    functions[name] = { ...old, regs, code: body, stmts: [] };
  }
  return { ...base, functions };
}
