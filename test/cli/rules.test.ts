import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Evaluation } from '../../src/cli/rules/eval.js';
import type { RuleTest } from '../../src/cli/rules/test.js';
import type { Rule } from '../../src/judge/rule.js';
import { corpus, forklore, ROOT, tempFolder } from '../support.js';

/** A folder with one new rule. */
function made(id: string): string {
  const rules = join(tempFolder(), 'my rules');
  const { code, out } = forklore('rules', 'new', id, '--rules', rules);
  expect(code).toBe(0);
  expect(out).toContain(join(rules, id, 'README.md'));
  return rules;
}

const tested = (rules: string, id: string) => {
  const r = forklore('rules', 'test', id, '--rules', rules, '--format', 'json');
  return { ...r, result: r.out ? (JSON.parse(r.out) as RuleTest[])[0] : null };
};

describe('rules new', () => {
  it('makes a rule that works', () => {
    const rules = made('my-flush');
    const { code, result } = tested(rules, 'my-flush');
    expect(result).toMatchObject({ rule: 'my-flush', ok: true, refused: [] });
    expect(code).toBe(0);
    const good = result!.examples.find((e) => e.expected === 'silent')!;
    expect(good.mutants!.caught).toBeGreaterThan(0);
  });

  it('makes a README after which another rule works, with nothing else read', () => {
    const rules = made('unlock-both');
    const folder = join(rules, 'unlock-both');
    const readme = readFileSync(join(folder, 'README.md'), 'utf8');
    const blocks = [...readme.matchAll(/^```\w+ (\S+)\n([\s\S]*?)^```$/gm)];
    expect(blocks.map((b) => b[1])).toEqual(['rule.yaml', 'bad-kept.patch']);
    for (const [, name, text] of blocks) writeFileSync(join(folder, name), text);
    rmSync(join(folder, 'bad-no-flush.patch'));
    const { code, result } = tested(rules, 'unlock-both');
    expect(result).toMatchObject({ ok: true, refused: [] });
    expect(result!.examples.map((e) => e.told)).toEqual([
      'VIOLATED as expected',
      'holds as expected',
    ]);
    expect(code).toBe(0);
    // and a review with it finds what it is about
    const mail = join(folder, 'bad-kept.patch');
    const r = forklore('review', mail, '--rules', rules, '--rule', 'unlock-both');
    expect(r.code).toBe(1);
    expect(r.out).toMatch(/VIOLATED +unlock-both/);
  });

  it('overwrites nothing, and wants a name', () => {
    const rules = made('once');
    const again = forklore('rules', 'new', 'once', '--rules', rules);
    expect(again).toMatchObject({ code: 2, out: '' });
    expect(again.err).toContain('is there already');
    expect(forklore('rules', 'new', '../x', '--rules', rules).code).toBe(2);
  });
});

describe('rules test refuses', () => {
  const edited = (id: string, change: (text: string) => string): string => {
    const rules = made(id);
    const file = join(rules, id, 'rule.yaml');
    writeFileSync(file, change(readFileSync(file, 'utf8')));
    return rules;
  };

  it('a rule whose mutants all survive', () => {
    // a deadlock is nothing that a missing flush can lead to
    const rules = edited('numb', (t) => t.replace('[shared-writable]', '[deadlock]'));
    const { code, result } = tested(rules, 'numb');
    expect(code).toBe(1);
    expect(result!.refused.join()).toMatch(/proves nothing: all \d+ mutants survive/);
  });

  it.each(['bad', 'good'])('a rule without %s examples', (kind) => {
    const rules = made('half');
    const name = kind === 'bad' ? 'bad-no-flush.patch' : 'good-comment.patch';
    rmSync(join(rules, 'half', name));
    const { code, result } = tested(rules, 'half');
    expect(code).toBe(1);
    expect(result!.refused.join()).toContain(`add ${kind}-NAME.patch`);
  });

  it('an example that fires on a line that no annotation is about', () => {
    const rules = made('where');
    const file = join(rules, 'where', 'bad-no-flush.patch');
    const text = readFileSync(file, 'utf8')
      .replace('+\t/* fires: where */\n', '')
      .replace(
        ' \tmmap_write_unlock(child);\n',
        '+\t/* fires: where */\n \tmmap_write_unlock(child);\n',
      )
      .replace('\n out:', '\n out:');
    writeFileSync(file, text);
    const { code, result } = tested(rules, 'where');
    expect(code).toBe(1);
    expect(result!.examples[0].told).toMatch(/fires at kernel\/fork\.c:\d+.*which no line says/);
  });

  it('a wrong rule.yaml with one line: file, line, column, nearest key', () => {
    const rules = edited('typo', (t) => t.replace('scenarios:', 'scenario:'));
    const { code, err } = tested(rules, 'typo');
    expect(code).toBe(2);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(err).toMatch(
      /typo\/rule\.yaml:\d+:1: unknown key "scenario"; did you mean "scenarios"\?/,
    );
  });
});

describe('a bound in YAML', () => {
  it('changes the states that are explored', () => {
    const rules = made('bounds');
    const file = join(rules, 'bounds', 'rule.yaml');
    const states = () => tested(rules, 'bounds').result!.examples[1].states;
    const before = states();
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('[two-writers]', '[{ use: two-writers, failures: 0 }]'));
    const less = states();
    expect(less).toBeGreaterThan(0);
    expect(less).toBeLessThan(before);
  });

  it('is swept: recall, noise, states and time of each value', () => {
    const rules = made('swept');
    const r = forklore(
      'rules',
      'sweep',
      'swept',
      'failures=0..1',
      '--rules',
      rules,
      '--format',
      'json',
    );
    const { rows } = JSON.parse(r.out) as { rows: { value: number; states: number }[] };
    expect(rows.map((x) => x.value)).toEqual([0, 1]);
    expect(rows[0]).toMatchObject({ recall: [1, 1], noise: [0, 1] });
    expect(rows[1].states).toBeGreaterThan(rows[0].states);
    const wrong = forklore('rules', 'sweep', 'swept', 'failurs=0..1', '--rules', rules);
    expect(wrong).toMatchObject({ code: 2 });
    expect(wrong.err).toContain('did you mean "failures"?');
  });
});

describe('rules test --watch', () => {
  it('runs again after each change, and says what is wrong meanwhile', async () => {
    const rules = made('watched');
    const main = join(ROOT, 'dist', 'cli', 'main.js');
    const child = spawn(
      process.execPath,
      [main, 'rules', 'test', 'watched', '--rules', rules, '--watch'],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let seen = '';
    const saw = (pattern: RegExp) =>
      new Promise<void>((resolve, reject) => {
        const look = () => pattern.test(seen) && resolve();
        for (const stream of [child.stdout, child.stderr])
          stream.on('data', (chunk: Buffer) => {
            seen += chunk.toString();
            look();
          });
        child.on('exit', () => reject(new Error(`ended: ${seen}`)));
      });
    try {
      const file = join(rules, 'watched', 'rule.yaml');
      const text = readFileSync(file, 'utf8');
      await saw(/^watched {2}ok/m);
      writeFileSync(file, text.replace('title:', 'titel:'));
      await saw(/unknown key "titel"; did you mean "title"/);
      seen = '';
      writeFileSync(file, text.replace('[shared-writable]', '[deadlock]'));
      await saw(/^watched {2}FAILED/m);
    } finally {
      child.removeAllListeners('exit');
      child.kill('SIGKILL');
    }
    expect(seen).toContain('proves nothing');
  }, 120_000);
});

describe('rules list and explain', () => {
  it('name the rules, and say all that one says', () => {
    const list = JSON.parse(forklore('rules', 'list', '--format', 'json').out) as Rule[];
    expect(list.map((r) => r.id)).toContain('fork-lock-target');
    expect(forklore('rules', 'list').out).toMatch(/^fork-lock-target +error +1 +fork locks/m);
    expect(forklore('rules', 'list', '--properties').out).toContain('shared-writable');
    expect(forklore('rules', 'list', '--scenarios').out).toContain('two-writers: anon');
    const text = forklore('rules', 'explain', 'fork-lock-target').out;
    for (const part of ['two-writers', 'delete-all vma_start_write', 'fb49c455323f'])
      expect(text).toContain(part);
    const wrong = forklore('rules', 'explain', 'fork-lock-taget');
    expect(wrong).toMatchObject({ code: 2, out: '' });
    expect(wrong.err).toContain('did you mean "fork-lock-target"?');
  });
});

describe('rules eval', () => {
  const labelled = (labels: unknown): string => {
    const dir = tempFolder();
    mkdirSync(dir, { recursive: true });
    for (const name of ['lock-copy.mbox', 'lock-helper.mbox', 'seed-like.mbox'])
      cpSync(join(ROOT, 'fixtures', 'mails', name), join(dir, name));
    writeFileSync(join(dir, 'labels.json'), JSON.stringify(labels));
    return dir;
  };

  it('counts what is caught, missed and said for nothing, by rule and by file', () => {
    const dir = labelled([
      { file: 'lock-copy.mbox', classes: [1], expect: 'introduced' },
      { file: 'lock-helper.mbox', classes: [1], expect: 'introduced' },
      { file: 'seed-like.mbox', classes: [], expect: 'fork-lock-target holds' },
      { file: 'none.mbox', classes: [99], expect: 'introduced' },
    ]);
    const r = forklore('rules', 'eval', dir, '--format', 'json', '--no-mutants');
    const e = JSON.parse(r.out) as Evaluation;
    expect(e.perFile['lock-copy.mbox']).toMatchObject({ caught: 1, missed: 0 });
    expect(e.perFile['lock-helper.mbox']).toMatchObject({ caught: 0, missed: 1 });
    expect(e.perFile['seed-like.mbox']).toMatchObject({ caught: 1 });
    expect(e.perFile['none.mbox']).toMatchObject({ inconclusive: 1, error: expect.any(String) });
    expect(e.perRule['fork-lock-target']).toMatchObject({ caught: 2, missed: 1, files: 3 });
    expect(e).toMatchObject({ caught: 2, missed: 1, files: 4 });
    const quiet = labelled([{ file: 'lock-copy.mbox', classes: [], expect: 'quiet' }]);
    const text = forklore('rules', 'eval', quiet, '--no-mutants').out;
    expect(text).toMatch(/^noise:\n {2}lock-copy\.mbox, class 1 \(fork-lock-target\): introduced/m);
  });

  it('wants labels that it understands', () => {
    const dir = labelled([{ file: 'lock-copy.mbox', classes: [1], expect: 'introducd' }]);
    const { code, err } = forklore('rules', 'eval', dir);
    expect(code).toBe(2);
    expect(err).toMatch(/labels\.json: entry 1: "expect" of lock-copy\.mbox/);
  });

  it('runs over the real mails', (ctx) => {
    const labels = corpus('labels.json');
    if (!labels) ctx.skip('the folder with real mails is absent');
    const r = forklore('rules', 'eval', join(labels!, '..'), '--format', 'json', '--no-mutants');
    const e = JSON.parse(r.out) as Evaluation;
    expect(e.files).toBeGreaterThan(30);
    expect(e.perFile['seed-reply-hildenbrand.mbox']).toMatchObject({ caught: 1, noise: 0 });
    expect(Object.values(e.perFile).filter((f) => f.error)).toEqual([]);
  }, 300_000);
});
