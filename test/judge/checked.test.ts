import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRule, readScenarios } from '../../src/judge/parse.js';
import { ROOT } from '../support.js';

const RULES = join(ROOT, 'rules');

describe('rules that were checked when forklore was built', () => {
  const kept = new Map<string, unknown>(
    JSON.parse(readFileSync(join(ROOT, 'dist/judge/checked.json'), 'utf8')),
  );
  const ids = readdirSync(RULES, { withFileTypes: true }).filter((e) => e.isDirectory());

  it.each(ids.map((e) => e.name))('%s is one, and says what its text says', (id) => {
    const text = readFileSync(join(RULES, id, 'rule.yaml'), 'utf8');
    expect(kept.get(text)).toEqual(readRule('rule.yaml', text).data);
  });

  it('has the shared scenarios, and nothing that is not in rules/', () => {
    const text = readFileSync(join(RULES, 'scenarios.yaml'), 'utf8');
    expect(kept.get(text)).toEqual(readScenarios('scenarios.yaml', text).data);
    expect(kept.size).toBe(ids.length + 1);
  });
});
