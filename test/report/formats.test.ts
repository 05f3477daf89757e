import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type AnySchema } from 'ajv';
import ajvDraft04 from 'ajv-draft-04';
import { describe, expect, it } from 'vitest';
import type { Finding, PatchReview, Review } from '../../src/judge/types.js';
import { renderB4 } from '../../src/report/b4.js';
import { nipaResult } from '../../src/report/nipa.js';
import { renderRdjson } from '../../src/report/rdjson.js';
import { renderSarif } from '../../src/report/sarif.js';
import { renderTerse } from '../../src/report/terse.js';
import { ROOT } from '../support.js';
import { finding, lockFinding, patchReview } from './markdown-samples.js';

const review = (patches: PatchReview[], problems: Review['problems'] = []): Review => ({
  schema: 'forklore.review/1',
  tool: { name: 'forklore', version: '0.1.0' },
  patches,
  problems,
});
const of = (...findings: Finding[]): Review => review([patchReview({ findings })]);

const OPEN = finding({ verdict: 'bounded', message: 'No run fails up to the limit (time).' });
const OLD = lockFinding({ change: 'existing', severity: 'warning' });
const ASIDE = lockFinding({
  severity: 'note',
  suppressed: { reason: 'known since 6.9', expires: null },
});
const STUCK = patchReview({
  status: 'inconclusive',
  reason: 'foo_guard() is not modelled',
  findings: [],
});
const ALOOF = patchReview({ status: 'not-applicable', reason: 'another file', findings: [] });

const REVIEWS: Record<string, Review> = {
  introduced: of(lockFinding(), finding()),
  existing: of(OLD),
  deleted: of(lockFinding({ location: { path: 'kernel/fork.c', line: 9, side: 'LEFT' } })),
  placeless: of(lockFinding({ location: { path: 'a b/é#?.c', line: null, side: 'RIGHT' } })),
  open: of(OPEN),
  aside: of(ASIDE),
  clean: of(finding()),
  stuck: review([STUCK]),
  aloof: review([ALOOF]),
  nothing: review([], [{ input: 'x.mbox', message: 'a part is damaged' }]),
};

const json = (path: string): AnySchema =>
  JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as AnySchema;

// the published SARIF schema is a draft-04 one
const Draft04 = ajvDraft04 as unknown as typeof Ajv;

function checker(schema: AnySchema, Kind: typeof Ajv = Ajv): (text: string) => string[] {
  const validate = new Kind({
    strict: false,
    validateFormats: false,
    unicodeRegExp: false,
    allErrors: true,
  }).compile(schema);
  return (text) => {
    validate(JSON.parse(text));
    return (validate.errors ?? []).map((e) => `${e.instancePath} ${e.message}`);
  };
}

describe('SARIF', () => {
  const check = checker(
    json('node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json'),
    Draft04,
  );
  const runOf = (r: Review) => JSON.parse(renderSarif(r)).runs[0];

  it.each(Object.keys(REVIEWS))('follows the published schema: %s', (name) => {
    expect(check(renderSarif(REVIEWS[name]))).toEqual([]);
  });

  it('is checked by a schema that refuses what is wrong', () => {
    expect(check('{"version":"2.1.0","runs":[{"tool":{}}]}')).not.toEqual([]);
  });

  it('has violations as results, told apart by baseline and content', () => {
    const [result] = runOf(REVIEWS.introduced).results;
    expect(result).toMatchObject({
      ruleId: 'fork-lock-target',
      level: 'error',
      baselineState: 'new',
      partialFingerprints: { 'forkloreFinding/v1': lockFinding().id },
    });
    expect(runOf(REVIEWS.existing).results[0].baselineState).toBe('unchanged');
  });

  it('marks what the configuration has put aside', () => {
    const [result] = runOf(REVIEWS.aside).results;
    expect(result.suppressions).toEqual([{ kind: 'external', justification: 'known since 6.9' }]);
  });

  it('keeps the order of steps across threads', () => {
    const [flow] = runOf(REVIEWS.introduced).results[0].codeFlows;
    const steps = flow.threadFlows.flatMap(
      (t: { id: string; locations: { executionOrder: number }[] }) =>
        t.locations.map((l) => [l.executionOrder, t.id]),
    );
    const wanted = lockFinding().evidence.counterexample!.steps.map((s, k) => [k + 1, s.thread]);
    expect(steps.sort((a: number[], b: number[]) => a[0] - b[0])).toEqual(wanted);
  });

  it('reports what holds or was not looked at as notifications, never as results', () => {
    for (const name of ['open', 'clean', 'stuck', 'nothing']) {
      const run = runOf(REVIEWS[name]);
      expect(run.results).toEqual([]);
      expect(run.invocations[0].toolExecutionNotifications).toHaveLength(1);
    }
    expect(runOf(REVIEWS.stuck).invocations[0].toolExecutionNotifications[0].level).toBe('warning');
  });
});

describe('rdjson', () => {
  const check = checker(json('test/report/rdjson.schema.json'));
  const list = (r: Review) => JSON.parse(renderRdjson(r)).diagnostics;

  it.each(Object.keys(REVIEWS))('follows the format: %s', (name) => {
    expect(check(renderRdjson(REVIEWS[name]))).toEqual([]);
  });

  it('points at lines of the patched file only', () => {
    expect(list(REVIEWS.introduced)[0]).toMatchObject({
      severity: 'ERROR',
      location: { path: 'kernel/fork.c', range: { start: { line: 712 } } },
      code: { value: 'fork-lock-target' },
    });
    expect(list(REVIEWS.deleted)[0].location.range).toBeUndefined();
  });

  it('says what was not looked at, and nothing about what holds', () => {
    expect(list(REVIEWS.clean)).toEqual([]);
    expect(list(REVIEWS.open)[0]).toMatchObject({ severity: 'INFO' });
    expect(list(REVIEWS.stuck)[0].message).toBe('not analysed: foo_guard() is not modelled');
  });
});

describe('b4, NIPA and terse say the same', () => {
  it.each([
    ['introduced', 'fail', 1, /^kernel\/fork\.c:712: ERROR: Locks .* \[fork-lock-target\]$/m],
    ['existing', 'warn', 250, /^kernel\/fork\.c:712: WARNING: Locks/m],
    ['open', 'warn', 250, /^kernel\/fork\.c:720: WARNING: bounded: No run fails/m],
    ['stuck', 'warn', 250, /^[^ ]+: WARNING: not analysed: foo_guard\(\) is not modelled/m],
    ['clean', 'pass', 0, /^$/],
    ['aside', 'pass', 0, /^$/],
    ['aloof', null, 0, /^$/],
  ])('%s', (name, status, code, terse) => {
    const checks = JSON.parse(renderB4(REVIEWS[name])) as { status: string }[];
    expect(checks.map((c) => c.status)).toEqual(status === null ? [] : [status]);
    expect(nipaResult(REVIEWS[name]).code).toBe(code);
    expect(renderTerse(REVIEWS[name])).toMatch(terse);
  });

  it('keep to one line where one line is read', () => {
    const odd = of(lockFinding({ message: 'one\ntwo \x1b[31m three' }));
    expect(nipaResult(odd).line).toBe(
      'fork-lock-target: kernel/fork.c:712: one two \\x1b[31m three',
    );
    expect(renderTerse(odd).match(/\n/g)).toHaveLength(1);
    expect(JSON.parse(renderB4(odd))[0].summary).not.toMatch(/[\n\x1b]/);
  });

  it('fill the fields that b4 knows, and no other', () => {
    const [check] = JSON.parse(renderB4(REVIEWS.introduced)) as object[];
    expect(Object.keys(check).sort()).toEqual(['details', 'status', 'summary', 'tool', 'url']);
    for (const value of Object.values(check)) expect(typeof value).toBe('string');
  });
});
