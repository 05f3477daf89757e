import { printable } from '../base/terminal.js';
import { examine } from '../github/doctor.js';
import { loadRules } from '../judge/load.js';

/** `forklore doctor`: one line for each thing that was looked at. Exit 0 when all is fine, else 1. */
export async function runDoctor(out: { write(text: string): void }): Promise<number> {
  const rules = await loadRules();
  const symptoms = [
    { ok: true, text: `node ${process.versions.node}, ${rules.length} rules` },
    ...(await examine({ env: process.env })),
  ];
  for (const { ok, text } of symptoms)
    out.write(`${printable(`${ok ? 'ok     ' : 'PROBLEM'}  ${text}`)}\n`);
  const problems = symptoms.filter((s) => !s.ok).length;
  out.write(problems === 0 ? 'nothing is wrong\n' : `problems: ${problems}\n`);
  return problems === 0 ? 0 : 1;
}
