import { plural, printable, thousands, wrapText } from '../base/terminal.js';
import type { Finding, PatchReview, Review } from '../judge/types.js';
import { asideWord, countedLine, namedPatches, skippedLines } from './aside.js';
import { interleaving, places } from './columns.js';
import { costRows } from './cost-rows.js';

const WIDTH = 80;

/**
 * A review for the terminal, 80 columns wide; words only, so that colour may be added but is never needed. Problems come
 * first; what holds takes a line each, unless its rule wants more or `verbose` is set.
 */
export function renderText(review: Review, o: { verbose?: boolean } = {}): string {
  const verbose = o.verbose ?? false;
  const { named, counted } = namedPatches(review, verbose);
  const blocks = named.map((p) => patchText(p, verbose));
  const aside = [...countedLine(counted, WIDTH), ...(verbose ? skippedLines(review, WIDTH) : [])];
  const problems = (review.problems ?? []).map((p) =>
    wrapText(printable(`note: ${p.input}: ${p.message}`), WIDTH).join('\n'),
  );
  const reviewed = review.patches.some(
    (p) => p.findings.length > 0 || p.status !== 'not-applicable',
  );
  const all = [...problems, ...blocks, ...aside, ...(reviewed ? [closing(review)] : [])];
  return `${all.filter(Boolean).join('\n\n')}\n`;
}

function patchText(p: PatchReview, verbose: boolean): string {
  if (p.status === 'not-applicable')
    return clip(`${asideWord(p)}: ${oneLine(p.subject)} (${oneLine(p.reason)})`);
  const head = wrapText(oneLine(p.subject), WIDTH).map((l, k) => (k ? ` ${l}` : l));
  head.push(...wrapText(printable(filesLine(p)), WIDTH));
  for (const note of p.notes ?? []) head.push(...wrapText(printable(note), WIDTH));
  const parts = [head.join('\n')];
  if (p.findings.length === 0)
    parts.push(wrapText(printable(`${p.status}: ${p.reason}`), WIDTH).join('\n'));
  const asked = (f: Finding) => p.asked?.includes(f.id) ?? false;
  const lines = (f: Finding) => !verbose && f.brief === true && p.findings.length > 1 && !asked(f);
  const place = (f: Finding) => (asked(f) ? Math.min(0.5, rank(f)) : rank(f));
  const full = p.findings.filter((f) => !lines(f)).sort((a, b) => place(a) - place(b));
  parts.push(...full.map(findingText), ...passes(p.findings.filter(lines)));
  return parts.join('\n\n');
}

/** What is new comes first, then what was mended or asked about, what else is wrong, what is open, what holds. */
function rank(f: Finding): number {
  if (f.change === 'introduced') return f.suppressed ? 2 : 0;
  if (f.change === 'fixed') return 1;
  if (verdictWord(f) === 'warning') return 2;
  const order = ['violated', 'inconclusive', 'vacuous', 'bounded', 'holds'];
  return 2 + order.indexOf(f.verdict);
}

/** Passes, a line each. */
function passes(list: readonly Finding[]): string[] {
  if (list.length === 0) return [];
  const rows = list.map((f) => {
    const { tried, caught } = f.evidence.mutants;
    const mutants = tried > 0 ? `caught ${caught}/${plural(tried, 'mutant')}` : '';
    return clip(`${f.verdict.padEnd(13)} ${f.rule.padEnd(22)} ${placeOf(f).padEnd(19)} ${mutants}`);
  });
  const states = thousands(Math.max(...list.map((f) => f.evidence.states)));
  const each = `Each was explored to the end (up to ${states} states); --verbose says more.`;
  return [[...rows, ...wrapText(each, WIDTH, '  ')].join('\n')];
}

const oneLine = (text: string): string => printable(text.replace(/\s+/g, ' '));
const clip = (line: string): string =>
  line.length > WIDTH ? `${line.slice(0, WIDTH - 3)}...` : line;

function filesLine(p: PatchReview): string {
  const kind = p.kind === 'quoted-patch' ? 'quoted patch' : 'patch';
  const cut = p.files
    .filter((f) => f.truncated)
    .map((f) => `${f.path}: hunk ${f.hunks} is cut short`);
  return [`${kind}, ${plural(p.files.length, 'file')}`, ...cut].join('; ');
}

const placeOf = ({ location: { path, line } }: Finding): string =>
  line === null ? path : `${path}:${line}`;

function findingText(f: Finding): string {
  const verdict = verdictWord(f);
  const where = placeOf(f);
  const first = `${verdict.padEnd(13)} ${f.rule.padEnd(18)} ${where}  ${f.subject ?? ''}`.trimEnd();
  const lines =
    first.length <= WIDTH
      ? [first]
      : [`${verdict.padEnd(13)} ${f.rule.padEnd(18)} ${where}`, `  ${f.subject ?? ''}`];
  const out = lines.map((l) => clip(oneLineKeep(l)));
  out.push(...wrapText(printable(changeWord(f) + f.message), WIDTH, '  '));
  if (f.suppressed) out.push(...wrapText(printable(suppressedBy(f.suppressed)), WIDTH, '  '));
  out.push(...countLines(f));
  const steps = f.evidence.counterexample?.steps;
  if (steps?.length) {
    out.push('', ...interleaving(steps, WIDTH, '     '), '');
    out.push(...places(steps, '     '), '');
    out.push(...beforeLines(f), ...replayLine('replay:', f.evidence.counterexample!.replay));
  }
  out.push(...suggestionLines(f), ...mutantLines(f));
  for (const a of f.evidence.assumptions)
    out.push(...wrapText(printable(`assumed: ${a}`), WIDTH, '  '));
  for (const a of f.evidence.notModelled)
    out.push(...wrapText(printable(`not modelled: ${a}`), WIDTH, '  '));
  return out.join('\n');
}

const oneLineKeep = (text: string): string => printable(text.replace(/[\n\t]/g, ' '));

const suppressedBy = ({ reason, expires }: NonNullable<Finding['suppressed']>): string =>
  `suppressed by the configuration${expires === null ? '' : ` until ${expires}`}: ${reason}`;

/** What stands in front: a cost is never a violation, but may be a warning. */
function verdictWord(f: Finding): string {
  if (f.verdict === 'violated') return 'VIOLATED';
  return f.evidence.cost && f.severity !== 'note' ? f.severity : f.verdict;
}

function changeWord(f: Finding): string {
  switch (f.change) {
    case 'introduced':
      return 'Introduced. ';
    case 'existing':
      return 'Was there before this patch. ';
    case 'fixed':
      return 'Fixed by this patch. ';
    case 'none':
      return f.verdict === 'violated' ? 'The version before could not be run to compare. ' : '';
  }
}

function countLines(f: Finding): string[] {
  const e = f.evidence;
  if (e.cost) return costRows(e.cost);
  // a rule that does not explore has no states to count
  if (e.states === 0 && e.executions === 0) return [];
  const end = e.exhausted ? 'to the end' : 'up to the limit';
  const failing = e.failing === 0 ? 'none fails' : plural(e.failing, 'failing step');
  const out = wrapText(`${plural(e.states, 'state')} ${end}, ${failing}`, WIDTH, '  ');
  const b = e.bound as Record<string, number>;
  const bound = [
    `${plural(b.vmas, 'VMA')} x ${plural(b.pages, 'page')}`,
    plural(b.threads, 'other thread'),
    plural(b.failures, 'allocation failure'),
  ].join(', ');
  const more = (e.scenarios?.length ?? 1) - 1;
  const tail = more > 0 ? `; and ${plural(more, 'more scenario')}` : '';
  out.push(...wrapText(`(${bound}${tail})`, WIDTH, '  '));
  return out;
}

function suggestionLines({ suggestion: s }: Finding): string[] {
  if (!s) return [];
  const lines = s.startLine === s.endLine ? `${s.startLine}` : `${s.startLine} to ${s.endLine}`;
  const head = `with ${s.path} line ${lines} as follows none of ${plural(s.states, 'state')} fails:`;
  const text = s.text.split('\n').slice(0, -1);
  // code is not wrapped
  return [
    ...wrapText(head, WIDTH, '  '),
    ...(text.length
      ? text.map((l) => `    |${printable(l.replace(/\t/g, '  '))}`)
      : ['    (nothing)']),
  ];
}

function beforeLines(f: Finding): string[] {
  return f.change === 'introduced' ? ['  before this patch: none fails'] : [];
}

function mutantLines(f: Finding): string[] {
  const { mutants, counterfactual } = f.evidence;
  const out: string[] = [];
  if (mutants.tried > 0)
    out.push(`  caught ${mutants.caught} of ${plural(mutants.tried, 'mutant')}`);
  for (const s of mutants.elsewhere ?? [])
    out.push(...wrapText(printable(`left to other rules: ${s}`), WIDTH, '    '));
  for (const s of mutants.survivors ?? [])
    out.push(...wrapText(printable(`not caught: ${s}`), WIDTH, '    '));
  if (counterfactual)
    out.push(...replayLine(`${printable(counterfactual.mutant)}:`, counterfactual.replay));
  return out;
}

/** A command is never wrapped: it has to be copied. */
function replayLine(label: string, command: string): string[] {
  const one = `  ${label}  ${command}`;
  return one.length <= WIDTH ? [one] : [...wrapText(label, WIDTH, '  '), `    ${command}`];
}

function closing(review: Review): string {
  const all = review.patches.flatMap((p) => p.findings);
  const introduced = all.filter((f) => f.change === 'introduced' && !f.suppressed).length;
  const open = review.patches.filter(
    (p) => p.status === 'inconclusive' || p.status === 'failed',
  ).length;
  const parts = [plural(review.patches.length, 'patch', 'patches')];
  parts.push(introduced ? `${introduced} introduced` : 'nothing introduced');
  if (open) parts.push(`${open} not analysed`);
  const time = review.seconds === undefined ? '' : ` (${review.seconds.toFixed(1)} s)`;
  return `${parts.join(', ')}${time}`;
}
