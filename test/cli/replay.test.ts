import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readTrace, runTrace } from '../../src/sim/explore/trace.js';
import { forklore, ROOT, tempFolder } from '../support.js';

let file: string;
let review: string;

beforeAll(() => {
  const traces = tempFolder();
  const r = forklore(
    'review',
    join(ROOT, 'fixtures/mails/lock-copy.mbox'),
    '--tree',
    join(ROOT, 'fixtures/mini-6.12'),
    '--traces',
    traces,
    '--rule',
    'fork-lock-target',
  );
  review = r.out;
  file = join(traces, readdirSync(traces)[0]);
});

interface Trace {
  schedule: [number, number][];
  model: number;
}

function changed(change: (t: Trace) => void): string {
  const t = JSON.parse(readFileSync(file, 'utf8')) as Trace;
  change(t);
  const out = join(tempFolder(), 'changed.json');
  writeFileSync(out, JSON.stringify(t));
  return out;
}

describe('forklore replay', () => {
  it('shows the same steps as the review did', () => {
    const r = forklore('replay', file);
    expect(r.code).toBe(0);
    const steps = (text: string) =>
      text
        .split('\n')
        .filter((l) => /^ +\d+ {2}\S/.test(l))
        .map((l) => l.trim());
    expect(steps(r.out).filter((l) => /: \w/.test(l))).toEqual(
      steps(review).filter((l) => /: \w/.test(l)),
    );
    expect(r.out).toMatch(/fails: /);
    expect(forklore('replay', file).out).toBe(r.out);
  });

  it('holds choices, not text', () => {
    const t = JSON.parse(readFileSync(file, 'utf8')) as Trace;
    expect(t.schedule.every((c) => c.length === 2)).toBe(true);
    expect(JSON.stringify(t.schedule)).not.toMatch(/[a-z]/);
  });

  it('refuses a changed choice, or runs differently', () => {
    const original = forklore('replay', file).out;
    const t = JSON.parse(readFileSync(file, 'utf8')) as Trace;
    for (let k = 0; k < t.schedule.length; k += 3) {
      const r = forklore(
        'replay',
        changed((x) => {
          x.schedule[k] = [x.schedule[k][0], x.schedule[k][1] + 1];
        }),
      );
      expect(r.out).not.toBe(original);
      expect(r.code).toBe(1);
    }
    const swapped = forklore(
      'replay',
      changed((x) => {
        x.schedule.reverse();
      }),
    );
    expect(swapped.out).toMatch(/refused at step \d/);
  });

  it('tells another version, a damaged file, a file that is no trace', () => {
    expect(
      forklore(
        'replay',
        changed((t) => {
          t.model = 99;
        }),
      ),
    ).toMatchObject({ code: 2, err: expect.stringMatching(/kernel model 99/) });
    expect(
      forklore(
        'replay',
        changed((t) => {
          t.schedule = [[-1, 0]];
        }),
      ).err,
    ).toMatch(/missing or damaged/);
    expect(forklore('replay', join(ROOT, 'package.json')).err).toMatch(/not a forklore trace/);
  });
});

describe('forklore replay --step', () => {
  it('walks through the run with trees, locks, entries and translations', () => {
    const r = forklore('replay', '--step', file);
    expect(r.code).toBe(0);
    const pages = r.out.split(/^step /m).slice(1);
    expect(pages.length).toBeGreaterThan(5);
    for (const part of [
      'parent tree',
      'child tree',
      'mmap lock',
      'VMA locks',
      'parent entries',
      'TLB',
    ])
      for (const page of pages) expect(page).toContain(part);
    const shared = pages.find((p) => p.includes("shares P0: V1 -> V1'"))!;
    expect(shared).toMatch(/child tree +V1'/);
    expect(shared).toMatch(/\* child entries +P0/);
    expect(pages.at(-1)).toMatch(/parent entries +P0' w/);
  });
});

describe('the traces of a review by all rules', () => {
  it('all fail as they were recorded', () => {
    const traces = tempFolder();
    const mail = join(ROOT, 'fixtures/mails/seed-like.mbox');
    forklore('review', mail, '--traces', traces);
    const files = readdirSync(traces);
    expect(files.length).toBeGreaterThan(3);
    for (const name of files) {
      const trace = readTrace(name, readFileSync(join(traces, name), 'utf8'));
      expect(runTrace(trace).ended, `${trace.rule}: ${trace.property}`).toBe('violated');
    }
  });
});
