import type { ConfigTable, KeptPrograms } from './cfront/index.js';
import { applyEdit, type InverseEdit, inverseEdits } from './edits.js';
import type { Patch } from './intake/types.js';
import { applies, type Side } from './judge/applies.js';
import { type Exploration, type ExploreOptions, expired, exploreRules } from './judge/explore.js';
import { entriesOf } from './judge/plan.js';
import type { Rule } from './judge/rule.js';
import type { Finding } from './judge/types.js';
import { isFamily, programsOf } from './programs.js';
import type { Sourced } from './sourced.js';

export interface SuggestInput {
  patch: Patch;
  sourced: Sourced;
  /** null where the version before could not be rebuilt. */
  before: Side | null;
  after: Side;
  findings: readonly Finding[];
  rules: readonly Rule[];
  config: ConfigTable | undefined;
  /** Programs that were lowered before. */
  kept: KeptPrograms;
  options: ExploreOptions;
}

/** Edits that are tried for one patch. */
const MOST_EDITS = 12;

/**
 * The findings, with an edit for those that the patch introduces where one is known: a part of the patch put back as it
 * was. Each edit was made and all rules were run again: with it the rule holds, and no other one breaks that did not.
 */
export async function suggestFixes(i: SuggestInput): Promise<Finding[]> {
  const out = [...i.findings];
  const open = () => out.filter((f) => f.change === 'introduced' && !f.suggestion && !f.suppressed);
  const explored = i.rules.filter((r) => r.by === 'exploration');
  for (const edit of editsOf(i)) {
    const wanted = explored.filter((r) => open().some((f) => f.rule === r.id));
    if (wanted.length === 0 || expired(i.options)) break;
    const side = await edited(i, edit);
    if (!side) continue;
    const found = await exploreRules(wanted, side, i.options, true);
    const mended = wanted.filter((r) => applies(r, side) && found.get(r)!.verdict === 'holds');
    if (mended.length === 0 || !(await harmless(i, explored, mended, side))) continue;
    for (const [k, f] of out.entries()) {
      const rule = mended.find((r) => r.id === f.rule);
      if (rule && open().includes(f))
        out[k] = { ...f, suggestion: asFound(edit, found.get(rule)!) };
    }
  }
  return out;
}

function asFound(edit: InverseEdit, { states }: Exploration): Finding['suggestion'] {
  const { path, startLine, endLine, text } = edit;
  return { path, startLine, endLine, text, verdict: 'holds', states };
}

/**
 * Edits of the files that the entries are in: first those that put back what the patch took away, which is more often
 * what is missing than what it added is wrong; among alike, those at a finding's line first.
 */
function editsOf({ patch, findings }: SuggestInput): InverseEdit[] {
  const isNamed = (e: InverseEdit) =>
    findings.some(({ change, location: { path, line, side } }) => {
      const at = (l: InverseEdit['undone'][0]) => (side === 'LEFT' ? l.old : l.new) === line;
      return change === 'introduced' && path === e.path && line !== null && e.undone.some(at);
    });
  const edits = patch.files
    .filter((f) => f.newPath !== null && isFamily(f.newPath))
    .flatMap(inverseEdits);
  const rank = (e: InverseEdit) =>
    (e.undone.some((l) => l.kind === '-') ? 0 : 2) + (isNamed(e) ? 0 : 1);
  return edits
    .map((e) => ({ e, rank: rank(e) }))
    .sort((a, b) => a.rank - b.rank)
    .slice(0, MOST_EDITS)
    .map(({ e }) => e);
}

/** The patched program with the edit made; null where it can not be made. */
async function edited(i: SuggestInput, edit: InverseEdit): Promise<Side | null> {
  let made = false;
  const pairs = i.sourced.pairs.map((p) => {
    const after = p.path === edit.path && p.after ? applyEdit(p.after, edit) : null;
    if (!after) return p;
    made = true;
    return { ...p, after };
  });
  if (!made) return null;
  const entries = entriesOf(i.rules);
  const sourced = { ...i.sourced, pairs };
  const { programs, refused } = await programsOf(sourced, entries, i.config, i.kept);
  if (programs) return { program: programs.after, features: i.after.features };
  // nothing is left of the patch: that is the version before
  return refused === null ? i.before : null;
}

/** No rule breaks with the edit that did not break without it. */
async function harmless(
  i: SuggestInput,
  rules: readonly Rule[],
  mended: readonly Rule[],
  side: Side,
): Promise<boolean> {
  const broken = (r: Rule) => i.findings.some((f) => f.rule === r.id && f.verdict === 'violated');
  const others = rules.filter((r) => !mended.includes(r) && !broken(r) && applies(r, side));
  const found = await exploreRules(others, side, i.options, true);
  return others.every((r) => found.get(r)!.verdict !== 'violated');
}
