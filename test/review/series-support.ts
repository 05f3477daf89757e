import { readInput } from '../../src/intake/index.js';
import { loadRules } from '../../src/judge/load.js';
import type { Rule } from '../../src/judge/rule.js';
import type { PatchReview, Review } from '../../src/judge/types.js';
import { type ReviewOptions, reviewSeries } from '../../src/review.js';
import { openTree } from '../../src/source/index.js';
import type { Repo } from '../source/repo.js';
import { edit } from './mini.js';

export const LOCK = '\t\tvma_start_write(vma);\n';
export const FORK = 'kernel/fork.c';

export const unlocked = (text: string): string => edit(text, LOCK, '');
/** A change that is harmless, beside the lock. */
export const zero = (text: string): string =>
  edit(text, '\t\tcharged = 0;\n', '\t\tcharged = 0UL;\n');

/** The rule in small: what these tests are about is not how it explores. */
export async function smallRule(): Promise<Rule[]> {
  const rule = (await loadRules()).find((r) => r.id === 'fork-lock-target')!;
  const scenario = rule.scenarios.find((s) => s.threads.length === 0)!;
  return [
    {
      ...rule,
      scenarios: [
        {
          ...scenario,
          vmas: scenario.vmas.filter((v) => v.kind === 'policy'),
          failures: 0,
          signal: false,
        },
      ],
      mutants: { ...rule.mutants, operators: ['delete-all'] },
    },
  ];
}

/** Reviews an mbox against a folder or repository (null: no tree), as the command line does. */
export async function reviewMbox(
  mbox: string,
  tree: string | null,
  o: Partial<ReviewOptions> & { base?: string } = {},
): Promise<Review> {
  const { base, ...options } = o;
  const reader = tree === null ? null : await openTree(tree, base);
  try {
    return await reviewSeries(await readInput('mails', Buffer.from(mbox)), {
      reader,
      rules: await smallRule(),
      keep: () => 'trace',
      ...options,
    });
  } finally {
    reader?.close?.();
  }
}

/** What matters of each patch's result, in short. */
export const summary = (review: Review): string[] => review.patches.map(line);

function line(p: PatchReview): string {
  const [f] = p.findings;
  const bases = p.files.map((x) => x.base).join(',');
  return [p.status, f ? `${f.verdict} ${f.change}` : '-', bases].join(' | ');
}

/** Commits the edits of kernel/fork.c one after another; returns the commit that they start from. */
export function commitEdits(repo: Repo, edits: [string, (text: string) => string][]): string {
  const start = repo.git('rev-parse', 'HEAD').trim();
  for (const [message, change] of edits) {
    const text = repo.git('show', `HEAD:${FORK}`);
    repo.write(FORK, change(text));
    repo.commit(message);
  }
  return start;
}
