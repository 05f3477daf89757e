import { printable } from '../../base/terminal.js';
import type { Evaluation } from './eval.js';
import { OUTCOMES, type Pair } from './score.js';

/** The evaluation as a table of rules, then of the files with something to say, then what was not right, by name. */
export function renderEval(e: Evaluation): string {
  const rules = Object.entries(e.perRule);
  const width = Math.max(...rules.map(([id]) => id.length), 'total'.length);
  const head = `${'rule'.padEnd(width)}  ${OUTCOMES.join(' ')}  files   median`;
  const row = (name: string, r: Record<string, number>, files: number, time: string) =>
    `${name.padEnd(width)}  ${OUTCOMES.map((o) => String(r[o]).padStart(o.length)).join(' ')}  ${String(files).padStart(5)}  ${time.padStart(7)}`;
  const lines = rules.map(([id, r]) => row(id, r, r.files, `${r.median.toFixed(2)} s`));
  const total = { ...e } as unknown as Record<string, number>;
  return [
    head,
    ...lines,
    row('total', total, e.files, `${e.seconds.toFixed(1)} s`),
    '',
    ...filesOf(e),
    ...namesOf(e),
    '',
  ].join('\n');
}

function filesOf(e: Evaluation): string[] {
  const files = Object.entries(e.perFile);
  const width = Math.max(...files.map(([name]) => name.length));
  return files.map(([name, f]) => {
    const counts = OUTCOMES.filter((o) => f[o] > 0).map((o) => `${o} ${f[o]}`);
    return `${name.padEnd(width)}  ${f.seconds.toFixed(2).padStart(6)} s  ${f.status}${counts.length ? `: ${counts.join(', ')}` : ''}`;
  });
}

function namesOf(e: Evaluation): string[] {
  return OUTCOMES.filter((o) => o !== 'caught').flatMap((outcome) => {
    const lines = Object.entries(e.perFile).flatMap(([name, f]) =>
      f.pairs
        .filter((p) => p.outcome === outcome)
        .map((p) => `  ${name}, ${aboutOf(p)}: ${clip(p.why)}`),
    );
    return lines.length ? ['', `${outcome}:`, ...lines] : [];
  });
}

const aboutOf = (p: Pair): string =>
  p.class === 0 ? 'no class' : `class ${p.class} (${p.rules.join(', ') || 'no rule'})`;

const clip = (why: string): string => {
  const line = printable(why.replace(/\s+/g, ' '));
  return line.length > 160 ? `${line.slice(0, 157)}...` : line;
};
