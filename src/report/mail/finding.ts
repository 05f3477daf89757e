import { plural, printable, thousands, wrapText } from '../../base/terminal.js';
import type { Finding, Suggestion } from '../../judge/types.js';
import { cpuColumns, stepLines } from './cpus.js';

/** Columns of prose, so that a reply to the reply still fits into 78. */
const WIDTH = 74;

const para = (text: string): string[] => wrapText(printable(text), WIDTH);

/** What a reply says about one finding: paragraphs, each a list of lines. */
export function findingParagraphs(f: Finding): string[][] {
  const { counterexample, counterfactual } = f.evidence;
  const out = [para(f.message)];
  if (counterexample?.steps.length) {
    out.push(para('Is there something that rules out this order?'));
    out.push(cpuColumns(counterexample.steps), stepLines(counterexample.steps));
  }
  out.push(para(counts(f)));
  if (counterfactual?.steps?.length) {
    out.push(para(`For comparison, with one edit (${counterfactual.mutant}) this run fails:`));
    out.push(cpuColumns(counterfactual.steps));
  }
  if (f.suggestion)
    out.push(
      para(
        `With ${linesOf(f.suggestion)} as follows, none of ${thousands(f.suggestion.states)} states fails:`,
      ),
      replacement(f.suggestion),
    );
  for (const a of f.evidence.assumptions) out.push(para(`Assumed: ${a}`));
  return out.filter((p) => p.length > 0);
}

const linesOf = (s: Suggestion): string =>
  s.startLine === s.endLine
    ? `line ${s.startLine} of ${s.path}`
    : `lines ${s.startLine} to ${s.endLine} of ${s.path}`;

/** The lines of a suggestion, as they would stand in the file; lines of code are never wrapped. */
const replacement = (s: Suggestion): string[] =>
  (s.text || '(nothing)')
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => printable(`  ${line}`).trimEnd());

/** The bound of an exploration in words: `2 VMAs x 1 page, 2 other threads, 1 allocation failure`. */
export function boundWords(f: Finding): string {
  const b = f.evidence.bound as Record<string, number | undefined>;
  const part = (n: number | undefined, word: string) => (n === undefined ? [] : [plural(n, word)]);
  const size = [...part(b.vmas, 'VMA'), ...part(b.pages, 'page')].join(' x ');
  const more = (f.evidence.scenarios?.length ?? 1) - 1;
  return [
    ...(size ? [size] : []),
    ...part(b.threads, 'other thread'),
    ...part(b.failures, 'allocation failure'),
    ...(more > 0 ? [`and ${plural(more, 'more scenario')}`] : []),
  ].join(', ');
}

function counts(f: Finding): string {
  const e = f.evidence;
  const n = e.executions || e.states;
  const unit = e.executions ? 'schedule' : 'state';
  if (n === 0) return '';
  const bound = boundWords(f);
  const end = e.exhausted ? 'to the end' : 'up to a limit, not to the end';
  const looked = `In a model of ${e.model}, ${plural(n, unit)} explored ${end}${bound ? ` (${bound})` : ''}`;
  const failing = e.failing === 0 ? 'none fails' : plural(e.failing, 'failing step');
  const before = f.change === 'introduced' ? '; none failed before the patch' : '';
  const { tried, caught } = e.mutants;
  const mutants = tried
    ? ` ${caught} of ${plural(tried, 'edit')} of the patched code that should fail did.`
    : '';
  return `${looked}, ${failing}${before}.${mutants}`;
}
