import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Review } from '../../src/judge/types.js';
import { MINI } from '../review/mini.js';
import { forklore, ROOT, tempFolder } from '../support.js';

const MAIL = join(ROOT, 'fixtures', 'mails', 'lock-copy.mbox');

/** The miniature tree with a configuration. */
function treeWith(text: string): string {
  const tree = join(tempFolder(), 'tree');
  cpSync(MINI, tree, { recursive: true });
  mkdirSync(join(tree, '.github'));
  writeFileSync(join(tree, '.github', 'forklore.yml'), text);
  return tree;
}

const review = (...args: string[]) => {
  const r = forklore('review', MAIL, '--format', 'json', ...args);
  return { ...r, json: r.out ? (JSON.parse(r.out) as Review) : null };
};

describe('the configuration of a tree', () => {
  it('counts, is named, and can be left out', () => {
    const tree = treeWith('rules: { fork-lock-target: note }\n');
    const found = review('--tree', tree, '--rule', 'fork-lock-target');
    expect(found.json!.patches[0].findings[0]).toMatchObject({
      change: 'introduced',
      severity: 'note',
    });
    expect(found.code).toBe(0);
    expect(found.err).toContain(join(tree, '.github', 'forklore.yml'));
    const without = review('--tree', tree, '--rule', 'fork-lock-target', '--no-config');
    expect(without.json!.patches[0].findings[0].severity).toBe('error');
    expect(without.code).toBe(1);
  });

  it('that is wrong ends the review with one line: exit code 2', () => {
    const tree = treeWith('rules: { fork-lock-targt: note }\n');
    const { code, err, out } = review('--tree', tree);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(err).toContain('.github/forklore.yml:1:10: no rule "fork-lock-targt"; did you mean');
  });

  it('may be another file, which must be there', () => {
    const { code, err } = review('--config', join(tempFolder(), 'none.yml'));
    expect(code).toBe(2);
    expect(err).toMatch(/none\.yml: can not be read \(ENOENT\)/);
  });
});
