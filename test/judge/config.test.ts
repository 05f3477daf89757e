import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ForkloreError } from '../../src/base/errors.js';
import { parseConfig } from '../../src/judge/config.js';
import { CONFIG_SCHEMA } from '../../src/judge/config-schema.js';
import { DEFAULT_CONFIG } from '../../src/judge/configuration.js';
import { globToRegExp } from '../../src/judge/glob.js';
import { folderReader } from '../../src/source/index.js';
import { LOCK } from '../litmus/fork-programs.js';
import { edit, MINI, reviewEdit } from '../review/mini.js';
import { ROOT } from '../support.js';

const IDS = ['fork-lock-target', 'fork-unwind'];
const parse = (text: string) => parseConfig('forklore.yml', text, IDS);

function failure(text: string): string {
  try {
    parse(text);
  } catch (e) {
    expect(e).toBeInstanceOf(ForkloreError);
    expect((e as ForkloreError).kind).toBe('input');
    return (e as Error).message;
  }
  throw new Error('the configuration was taken');
}

describe('a configuration', () => {
  it('nested without end is refused in one line', () => {
    expect(failure(`x: ${'['.repeat(50_000)}`)).toMatch(/^forklore\.yml:1:\d+: nested too deeply$/);
  });

  it('may be empty: the defaults', () => {
    for (const text of ['', '# nothing\n', '{}\n']) expect(parse(text)).toEqual(DEFAULT_CONFIG);
  });

  it('turns rules off, gives severities and bounds, leaves paths out, suppresses', () => {
    const text = `
rules:
  fork-lock-target: warning
  fork-unwind: { enable: false }
bounds: { failures: 2, seconds: 30 }
paths: { ignore: ['drivers/**'] }
suppress:
  - { rule: fork-unwind, id: a90b, reason: seen in review, expires: 2027-01-31 }
comments: none
drafts: true
`;
    expect(parse(text)).toEqual({
      rules: {
        'fork-lock-target': { enable: true, severity: 'warning' },
        'fork-unwind': { enable: false },
      },
      bounds: { failures: 2, seconds: 30 },
      paths: { only: [], ignore: ['drivers/**'] },
      suppress: [
        { rule: 'fork-unwind', id: 'a90b', reason: 'seen in review', expires: '2027-01-31' },
      ],
      comments: 'none',
      drafts: true,
    });
  });

  it.each([
    ['drfts: true\n', '1:1: unknown key "drfts"; did you mean "drafts"?'],
    ['rules:\n  fork-lock-taret: off\n', '2:3: no rule "fork-lock-taret"; did you mean'],
    [
      'rules:\n  fork-unwind: errer\n',
      '2:16: rules.fork-unwind: "errer" is not known; did you mean "error"',
    ],
    ['bounds: { failurs: 1 }\n', '1:11: bounds: unknown key "failurs"; did you mean "failures"?'],
    ['bounds: { failures: 9 }\n', '1:21: bounds.failures: must be <= 2'],
    ['suppress:\n  - { rule: fork-unwind }\n', 'the key "reason" is missing'],
    [
      'suppress:\n  - { rule: nope, reason: none of ours }\n',
      '2:13: no rule "nope"; there are: fork-lock-target, fork-unwind',
    ],
    [
      'suppress:\n  - { rule: fork-unwind, reason: abc, expires: 2027-02-31x }\n',
      'suppress.0.expires: must match pattern',
    ],
    ['comments: all\n', '"all" is not known; known: introduced, none'],
    ['- a\n', '1:1: must be object'],
  ])('that is wrong gives one line with line, column and the nearest key: %j', (text, message) => {
    const told = failure(text);
    expect(told.split('\n')).toHaveLength(1);
    expect(told).toMatch(/^forklore\.yml:\d+:\d+: /);
    expect(told).toContain(message);
  });

  it('has a published schema, the one that is used', async () => {
    const text = `${JSON.stringify(CONFIG_SCHEMA, null, 2)}\n`;
    await expect(text).toMatchFileSnapshot(join(ROOT, 'rules', 'config.schema.json'));
  });
});

describe('path patterns', () => {
  it.each([
    ['mm/*', 'mm/mmap.c', true],
    ['mm/*', 'mm/damon/core.c', false],
    ['mm/**', 'mm/damon/core.c', true],
    ['**/fork.c', 'kernel/fork.c', true],
    ['**/fork.c', 'fork.c', true],
    ['kernel/fork.?', 'kernel/fork.c', true],
    ['kernel/fork.c', 'kernel/fork_c', false],
    ['a+(b)[c]', 'a+(b)[c]', true],
  ])('%s and %s: %s', (glob, path, fits) => {
    expect(globToRegExp(glob).test(path)).toBe(fits);
  });
});

describe('a review under a configuration', () => {
  const unlocked = (t: string) => edit(t, LOCK, '');
  const under = (text: string, today = '2026-01-01') =>
    reviewEdit(unlocked, { settings: parse(text), today, reader: folderReader(MINI) });

  it('has the severity that is asked for, and explores what is asked for', async () => {
    const plain = await under('');
    const { finding } = await under(
      'rules: { fork-lock-target: { severity: warning, failures: 0 } }\n',
    );
    expect(plain.finding).toMatchObject({ change: 'introduced', severity: 'error' });
    expect(finding).toMatchObject({ change: 'introduced', severity: 'warning' });
    expect(finding.evidence.states).toBeLessThan(plain.finding.evidence.states);
  });

  it('has no finding of a rule that is off', async () => {
    const { review } = await under('rules: { fork-lock-target: off }\n');
    expect(review.findings).toEqual([]);
    expect(review.status).toBe('not-applicable');
  });

  it('keeps a suppressed finding as a note with the reason, until the day is over', async () => {
    const text = 'suppress: [{ rule: fork-lock-target, reason: known, expires: 2026-06-30 }]\n';
    const { finding } = await under(text, '2026-06-30');
    expect(finding).toMatchObject({
      verdict: 'violated',
      change: 'introduced',
      severity: 'note',
      suppressed: { reason: 'known', expires: '2026-06-30' },
    });
    const later = await under(text, '2026-07-01');
    expect(later.finding.severity).toBe('error');
    expect(later.finding.suppressed).toBeUndefined();
    expect(later.review.notes?.join()).toContain('has expired on 2026-06-30');
    const other = await under('suppress: [{ rule: fork-lock-target, id: ffff, reason: other }]\n');
    expect(other.finding.suppressed).toBeUndefined();
  });

  it('leaves files out by their paths', async () => {
    const { review } = await under("paths: { ignore: ['kernel/*'] }\n");
    expect(review).toMatchObject({ status: 'not-applicable', findings: [] });
    expect(review.reason).toContain('configuration');
    expect((await under("paths: { only: ['kernel/*'] }\n")).finding.severity).toBe('error');
  });
});
