import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { PageCollector } from '../../src/cli/page.js';
import { readInput } from '../../src/intake/index.js';
import { loadRules } from '../../src/judge/load.js';
import type { Answer, Request } from '../../src/player/protocol.js';
import { serve } from '../../src/player/worker.js';
import type { PageData } from '../../src/report/html/data.js';
import { reviewSeries } from '../../src/review.js';
import { folderReader } from '../../src/source/index.js';
import { ROOT } from '../support.js';

async function pageOf(mail: string, tree: string | null): Promise<PageData> {
  const file = join(ROOT, 'fixtures/mails', mail);
  const series = await readInput(mail, readFileSync(file), { quoted: false });
  const page = new PageCollector();
  let traces = 0;
  const review = await reviewSeries(series, {
    reader: tree === null ? null : folderReader(join(ROOT, 'fixtures', tree)),
    rules: await loadRules(),
    keep: page.keeping(() => `trace ${traces++}`),
    explore: { tried: page.onTried },
    observe: page.onPatch,
  });
  return page.data(review);
}

/** The simulator of a page, as its worker runs it. */
function simulator(data: PageData): (r: Exclude<Request, { do: 'programs' }>) => Answer {
  const answers: Answer[] = [];
  const scope = {
    onmessage: null as ((e: { data: Request }) => void) | null,
    postMessage: (a: Answer) => answers.push(a),
  };
  serve(scope);
  const tell = (r: Request) => scope.onmessage!({ data: structuredClone(r) });
  tell({ do: 'programs', programs: data.programs });
  return (r) => {
    tell(r);
    return answers.pop()!;
  };
}

describe.each([
  ['lock-copy.mbox', 'mini-6.12'],
  ['seed-like.mbox', null],
] as const)('the page of %s', (mail, tree) => {
  let data: PageData;
  let ask: ReturnType<typeof simulator>;
  beforeAll(async () => {
    data = await pageOf(mail, tree);
    ask = simulator(data);
  });

  it('plays every run that it holds, each to the breach that was recorded', () => {
    const runs = data.findings.flatMap((f) => f.runs);
    expect(runs.length).toBeGreaterThan(4);
    for (const [id, run] of runs.entries()) {
      const a = ask({ do: 'film', id, run });
      if (!('film' in a)) expect.fail(`${run.key} ${run.title}: ${JSON.stringify(a)}`);
      expect(a.problem, `${run.key} ${run.title} (${run.property})`).toBeNull();
      expect(a.film.frames.at(-1)!.step!.breaks).toBe(true);
    }
  });

  it('explores every scenario to the counts of the review', () => {
    for (const [id, f] of data.findings.entries()) {
      const finding = data.review.patches[f.patch].findings.find((x) => x.id === f.id)!;
      for (const { scenario, properties } of f.explored) {
        const input = {
          ...{ program: f.after, delta: null, entry: scenario.entry ?? f.entry },
          ...{ scenario, properties, limits: data.limits },
        };
        const a = ask({ do: 'explore', id, input });
        if (!('result' in a)) expect.fail(`${finding.rule} ${scenario.id}: ${JSON.stringify(a)}`);
        const then = finding.evidence.scenarios!.find((s) => s.id === scenario.id)!;
        const { states, failing, exhausted } = a.result;
        expect({ id: scenario.id, states, failing, exhausted }).toEqual(then);
      }
    }
  });

  it('lists as many mutants as the review counted', () => {
    for (const f of data.findings) {
      const finding = data.review.patches[f.patch].findings.find((x) => x.id === f.id)!;
      const { tried, caught } = finding.evidence.mutants;
      expect(f.mutants.length, finding.rule).toBe(tried);
      expect(f.mutants.filter((m) => m.run !== null).length, finding.rule).toBe(caught);
    }
  });
});
