import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Case } from './cases.js';
import { runOurs } from './ours.js';

/** The parts of a V8 processor profile that matter here. */
interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: number[];
  timeDeltas: number[];
}

export interface Hot {
  /** `name file:line` */
  name: string;
  /** Milliseconds in the function itself. */
  self: number;
  /** Part of all samples, 0 to 1. */
  part: number;
}

/** The functions of a profile in which most time was spent, hottest first. Idle time is left out. */
export function hottest(profile: CpuProfile, count: number): Hot[] {
  const names = new Map<number, string>();
  for (const n of profile.nodes) {
    const { functionName, url, lineNumber } = n.callFrame;
    const file = url.split('/').slice(-2).join('/');
    const where = file ? ` ${file}:${lineNumber + 1}` : '';
    names.set(n.id, `${functionName || '(anonymous)'}${where}`);
  }
  const self = new Map<string, number>();
  let total = 0;
  profile.samples.forEach((id, k) => {
    const name = names.get(id) ?? '?';
    if (name === '(idle)') return;
    const ms = profile.timeDeltas[k] / 1000;
    total += ms;
    self.set(name, (self.get(name) ?? 0) + ms);
  });
  return [...self]
    .map(([name, ms]) => ({ name, self: ms, part: ms / total }))
    .sort((a, b) => b.self - a.self)
    .slice(0, count);
}

/** Explores a case to its exhaustive verdict under V8's profiler. */
export function profileCase(root: string, tree: string, c: Case, count: number): Hot[] {
  const folder = mkdtempSync(join(tmpdir(), 'forklore-profile-'));
  runOurs(root, tree, c, 'all', { node: ['--cpu-prof', `--cpu-prof-dir=${folder}`] });
  const file = readdirSync(folder).find((f) => f.endsWith('.cpuprofile'));
  if (!file) throw new Error('bench: node wrote no profile');
  const text = readFileSync(join(folder, file), 'utf8');
  rmSync(folder, { recursive: true });
  return hottest(JSON.parse(text), count);
}

/** Lines of a report: part, milliseconds, function. */
export const hotLines = (hot: readonly Hot[]): string[] =>
  hot.map(
    (h) =>
      `${(100 * h.part).toFixed(1).padStart(5)} %${h.self.toFixed(0).padStart(7)} ms  ${h.name}`,
  );
