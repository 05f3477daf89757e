import type { Patch } from './intake/types.js';
import type { Finding } from './judge/types.js';

/** Lines between a statement and the question below it, at most, for the question to be about the statement. */
const NEAR = 6;

/**
 * Ids of the findings that answer what a mail asks about the patch that it quotes: those at the last statement above a
 * question, and those whose statement is named in one. Empty when nothing is asked, or nothing was found there.
 */
export function askedFindings(patch: Patch, findings: readonly Finding[]): string[] {
  if (patch.kind !== 'quoted-patch') return [];
  const questions = questionsOf(patch);
  const placed = findings.flatMap((f) => {
    const line = inputLine(patch, f);
    return line === null ? [] : [{ f, line }];
  });
  const asked = new Set<string>();
  for (const { text, line } of questions) {
    const above = placed.filter((p) => p.line < line && line - p.line <= NEAR).map((p) => p.line);
    const nearest = Math.max(...above);
    for (const p of placed) if (p.line === nearest) asked.add(p.f.id);
    const named = new Set(text.match(/\b\w+_\w+\b/g));
    for (const p of placed)
      if (p.f.subject?.match(/\b\w+_\w+\b/g)?.some((word) => named.has(word))) asked.add(p.f.id);
  }
  return [...asked];
}

/** Paragraphs with a question mark below the quoted diff, each with the line where what it follows ends. */
function questionsOf(patch: Patch): { text: string; line: number }[] {
  const out: { text: string; line: number }[] = [];
  const remarks = patch.reply?.remarks ?? [];
  let start = 0;
  let last = 0;
  let text = '';
  const end = () => {
    if (text.includes('?')) out.push({ text, line: start });
    text = '';
  };
  for (const r of remarks) {
    const blank = r.text.replace(/[>\s]/g, '') === '';
    // a gap in the numbers: diff lines stand between
    if (r.inputLine !== last + 1) {
      end();
      start = r.inputLine;
    }
    if (blank) end();
    else text += ` ${r.text}`;
    last = r.inputLine;
  }
  end();
  return out;
}

/** Line of the mail that shows where a finding is; null when it shows it nowhere. */
function inputLine(patch: Patch, { location: { path, line, side } }: Finding): number | null {
  if (line === null) return null;
  for (const file of patch.files) {
    if ((side === 'LEFT' ? file.oldPath : file.newPath) !== path) continue;
    for (const { lines } of file.hunks) {
      const found = lines.find((l) => (side === 'LEFT' ? l.old : l.new) === line);
      if (found) return found.inputLine;
    }
  }
  return null;
}
