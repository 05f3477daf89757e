import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ForkloreError } from '../../src/base/errors.js';
import { parseRule, parseScenarios } from '../../src/judge/parse.js';
import { RULE_SCHEMA } from '../../src/judge/schema.js';
import { SCENARIOS_SCHEMA } from '../../src/judge/schema-scenario.js';
import { ROOT } from '../support.js';

const RULES = join(ROOT, 'rules');
const SHARED = parseScenarios(
  'scenarios.yaml',
  readFileSync(join(RULES, 'scenarios.yaml'), 'utf8'),
);
const TEXT = readFileSync(join(RULES, 'fork-lock-target', 'rule.yaml'), 'utf8');

const lineOf = (text: string, part: string): number =>
  text.slice(0, text.indexOf(part)).split('\n').length;

function failure(text: string): string {
  try {
    parseRule('rule.yaml', text, SHARED);
  } catch (e) {
    expect(e).toBeInstanceOf(ForkloreError);
    expect((e as ForkloreError).kind).toBe('input');
    return (e as Error).message;
  }
  throw new Error('the rule was taken');
}

describe('an invalid rule.yaml gives one line with line, column and the nearest word', () => {
  it.each([
    ['severity: error', 'severety: error', 1, 'unknown key "severety"; did you mean "severity"?'],
    ['  entry:', '  entyr:', 3, 'applies: unknown key "entyr"; did you mean "entry"?'],
    ['severity: error', 'severity: eror', 11, '"eror" is not known; did you mean "error"?'],
    ['[1]', '[one]', 11, 'classes.0: must be integer'],
    ['torn-snapshot', 'torn-snapshots', null, 'did you mean "torn-snapshot"?'],
    ['one-writer-twice', 'two-writer', null, 'no scenario "two-writer" in scenarios.yaml; known: '],
    ['not parent-locked', 'not parent-loked', 14, 'no fact "not parent-loked"'],
    ['{variable}', '{varable}', 13, 'no placeholder {varable}; did you mean {variable}?'],
    [
      'entry: dup_mmap\n',
      'entry: dup_mmap\n  unless: { vmaLock: nun }\n',
      22,
      'did you mean "none"?',
    ],
  ])('%s -> %s', (from, to, column, message) => {
    expect(TEXT).toContain(from);
    const text = TEXT.replace(from, to);
    const told = failure(text);
    expect(told.split('\n')).toHaveLength(1);
    expect(told).toContain(message);
    const [, line, at] = /^rule\.yaml:(\d+):(\d+): /.exec(told)!;
    const wanted = lineOf(text, to) + to.trimEnd().split('\n').length - 1;
    // null: where the word itself stands
    expect(Number(at)).toBe(column ?? text.split('\n')[wanted - 1].lastIndexOf(to) + 1);
    expect(Math.abs(Number(line) - wanted)).toBeLessThanOrEqual(to.startsWith('{v') ? 1 : 0);
  });

  it('also when it is no YAML, or holds a key twice', () => {
    expect(failure('id: [\n')).toMatch(/^rule\.yaml:2:1: /);
    expect(failure(`${TEXT}id: again\n`)).toMatch(/^rule\.yaml:\d+:1: .*unique/i);
  });

  it('also for an alias to nothing, and for aliases that multiply', () => {
    expect(failure(TEXT.replace(/^title:.*$/m, 'title: *gone'))).toMatch(/^rule\.yaml:\d+:\d+: /);
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]'];
    for (const [one, next] of ['ab', 'bc', 'cd', 'de', 'ef'])
      bomb.push(`${next}: &${next} [${Array(9).fill(`*${one}`).join(', ')}]`);
    expect(failure(`${bomb.join('\n')}\n`)).toMatch(/^rule\.yaml:1:1: .*alias/i);
  });

  it('and names what is missing', () => {
    expect(failure(TEXT.replace(/^title:.*\n/m, ''))).toContain('the key "title" is missing');
  });
});

describe('scenarios', () => {
  const withScenarios = (yaml: string) => TEXT.replace(/^scenarios:.*$/m, `scenarios: ${yaml}`);
  const parsed = (yaml: string) => parseRule('rule.yaml', withScenarios(yaml), SHARED).scenarios;

  it('are named, changed, or written out; kinds bring what is not written', () => {
    expect(parsed('[two-writers]')[0]).toEqual(SHARED.get('two-writers'));
    const [deeper] = parsed('[{ use: two-writers, id: deeper, failures: 2 }]');
    expect(deeper).toEqual({ ...SHARED.get('two-writers'), id: 'deeper', failures: 2 });
    const [own] = parsed(
      '[{ id: own, vmas: [relro, { kind: anon, pages: [none, writable] }, { kind: odd, flags: [VM_READ], anonVma: false, pages: [] }] }]',
    );
    expect(own).toMatchObject({ id: 'own', threads: [], failures: 0, signal: false });
    expect(own.vmas.map((v) => [v.kind, v.pages.length, v.anonVma])).toEqual([
      ['relro', 1, true],
      ['anon', 2, true],
      ['odd', 0, false],
    ]);
  });

  it('are refused when a kind is not known, an id comes twice, or there is nothing to explore', () => {
    const odd = withScenarios('[{ id: x, vmas: [anom] }]');
    const told = failure(odd);
    expect(told.startsWith(`rule.yaml:${lineOf(odd, 'anom')}:29: `)).toBe(true);
    expect(told).toMatch(/no kind of VMA "anom".*did you mean "anon"/);
    expect(failure(withScenarios('[two-writers, { use: two-writers, failures: 2 }]'))).toContain(
      'a second scenario "two-writers"',
    );
    expect(failure(withScenarios('[{ id: x }]'))).toContain('needs "vmas", or "use"');
  });
});

describe('the published schemas', () => {
  it('are those that are used', async () => {
    const text = (schema: unknown) => `${JSON.stringify(schema, null, 2)}\n`;
    await expect(text(RULE_SCHEMA)).toMatchFileSnapshot(join(RULES, 'rule.schema.json'));
    await expect(text(SCENARIOS_SCHEMA)).toMatchFileSnapshot(join(RULES, 'scenarios.schema.json'));
  });
});
