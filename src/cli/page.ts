import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ForkloreError } from '../base/errors.js';
import type { Side, TriedMutant } from '../judge/explore.js';
import type { KeepTrace } from '../judge/finding.js';
import type { Finding, Review } from '../judge/types.js';
import type {
  Page,
  PageAssets,
  PageData,
  PageFinding,
  PageMutant,
  PageRun,
} from '../report/html/data.js';
import type { Observed } from '../review.js';
import type { TraceFile } from '../sim/explore/trace.js';
import { deltaOf } from '../sim/mutate/delta.js';
import { PROPERTIES } from '../sim/property/properties.js';
import { DEFAULT_LIMITS } from '../sim/scenario.js';

/** Reads the player that the build has made. */
export async function pageAssets(): Promise<PageAssets> {
  const read = async (name: string): Promise<string> => {
    const url = new URL(`../player/${name}`, import.meta.url);
    return readFile(url, 'utf8').catch(() => {
      throw new ForkloreError('bug', `the player is missing (${name}): npm run build makes it`);
    });
  };
  const [script, style] = await Promise.all([read('player.js'), read('player.css')]);
  const hash = (text: string) => createHash('sha256').update(text).digest('base64');
  return { script, scriptHash: hash(script), style, styleHash: hash(style) };
}

/** Gathers during a review what a page needs beside the review itself. */
export class PageCollector {
  private readonly traces = new Map<string, TraceFile>();
  private tried: TriedMutant[] = [];
  private readonly observed: (Observed & { tried: TriedMutant[] })[] = [];

  /** A keeper of traces that also remembers them for the page. */
  keeping(keep: KeepTrace): KeepTrace {
    return (trace) => {
      const name = keep(trace);
      this.traces.set(name, trace);
      return name;
    };
  }

  readonly onTried = (m: TriedMutant): void => {
    this.tried.push(m);
  };

  readonly onPatch = (o: Observed): void => {
    this.observed.push({ ...o, tried: this.tried });
    this.tried = [];
  };

  /** The page of a finished review, with the player. */
  async made(review: Review): Promise<Page> {
    return { data: this.data(review), assets: await pageAssets() };
  }

  /** The page of a finished review. */
  data(review: Review): PageData {
    const out: PageData = {
      schema: 'forklore.page/1',
      review,
      patches: [],
      programs: [],
      findings: [],
      limits: this.observed[0]?.limits ?? DEFAULT_LIMITS,
    };
    review.patches.forEach((p, k) => {
      const o = this.observed.find((x) => x.review.findings === p.findings);
      out.patches.push({ files: o?.patch.files ?? [] });
      if (!o) return;
      const after = out.programs.push(pageProgram(o.after)) - 1;
      const before = o.before ? out.programs.push(pageProgram(o.before)) - 1 : null;
      for (const f of p.findings)
        out.findings.push(this.finding(f, { patch: k, after, before }, o));
    });
    return out;
  }

  private finding(
    f: Finding,
    at: Pick<PageFinding, 'patch' | 'after' | 'before'>,
    o: Observed & { tried: TriedMutant[] },
  ): PageFinding {
    const rule = o.rules.find((r) => r.id === f.rule)!;
    const entry = rule.applies.entry;
    const runs: PageRun[] = [];
    const trace = this.traces.get(f.evidence.counterexample?.replay ?? '');
    if (trace) runs.push(traceRun('x', 'as patched', at.after, trace));
    const mutants = o.tried
      .filter((m) => m.rule === f.rule)
      .map((m, k): PageMutant => {
        const delta = deltaOf(o.after.program, m.mutant.program);
        const { label } = m.mutant;
        if (!m.run) return { label, delta, run: null };
        const key = `m${k + 1}`;
        const { scenario, schedule, property, checked } = m.run;
        runs.push({
          ...{ key, title: label, program: at.after, delta, entry: m.run.entry ?? entry, scenario },
          schedule: schedule.map((c) => [c.thread, c.edge]),
          property: PROPERTIES[property].id,
          checked,
        });
        return { label, delta, run: key };
      });
    const explored = rule.scenarios.map((s) => ({ scenario: s, properties: rule.properties }));
    return { id: f.id, ...at, entry, explored, runs, mutants };
  }
}

const pageProgram = ({ program, features, source }: Side) => ({
  program,
  features,
  source: source ?? [],
});

function traceRun(key: string, title: string, program: number, t: TraceFile): PageRun {
  const { entry, scenario, schedule, property, checked = null } = t;
  return { key, title, program, delta: null, entry, scenario, schedule, property, checked };
}

/** The page of one saved trace. */
export function tracePage(t: TraceFile): PageData {
  return {
    schema: 'forklore.page/1',
    review: {
      schema: 'forklore.review/1',
      tool: { name: 'forklore', version: t.tool },
      patches: [],
    },
    patches: [],
    programs: [{ program: t.program, features: t.features, source: t.source ?? [] }],
    findings: [
      {
        ...{ id: 'trace', patch: 0, after: 0, before: null, entry: t.entry },
        explored: [{ scenario: t.scenario, properties: [t.property] }],
        runs: [traceRun('t', t.rule, 0, t)],
        mutants: [],
      },
    ],
    limits: DEFAULT_LIMITS,
  };
}
