import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support.js';

const MAIN = join(ROOT, 'dist', 'cli', 'main.js');
const fork = (...args: string[]) =>
  execFileSync('node', [MAIN, 'simulate', 'fork', ...args], { encoding: 'utf8' });

describe('forklore simulate fork', () => {
  it('prints the table, the gain and a plot in 80 columns', () => {
    const text = fork('--vmas', '21,421');
    expect(text).toMatch(/421 +duplication +\d+ +\d+ +\d+ +[\d.]+ +\d+ +45824 +[+-]/);
    expect(text).toMatch(/421 +\+3\d\.\d\d% +\+34\.64%/);
    expect(text).toMatch(/^421 +bulk +=+/m);
    expect(text).toMatch(/largest error against the published figures: \d\.\d\d%/);
    expect(Math.max(...text.split('\n').map((l) => l.length))).toBeLessThanOrEqual(80);
  });

  it('gives rows and the largest error as JSON, and the same rows as CSV', () => {
    const table = JSON.parse(fork('--vmas', '21,121', '--format', 'json', '--layout', 'gapped'));
    expect(table).toMatchObject({ schema: 'forklore.cost/1', layout: 'gapped' });
    expect(table.maxErrorPercent).toBeGreaterThan(0);
    expect(table.rows).toHaveLength(4);
    const [head, ...lines] = fork('--vmas', '21,121', '--format', 'csv', '--layout', 'gapped')
      .trim()
      .split('\n');
    const columns = head.split(',');
    for (const [k, line] of lines.entries())
      expect(line).toBe(columns.map((c) => String(table.rows[k][c] ?? '')).join(','));
  });

  it("counts a tree's own dup_mmap() beside them", () => {
    const tree = join(ROOT, 'fixtures', 'mini-6.12');
    const table = JSON.parse(fork('--vmas', '121', '--format', 'json', '--tree', tree));
    const [, duplication, own] = table.rows;
    expect(own).toMatchObject({ program: 'tree', algorithm: 'duplication' });
    expect(own.nodes).toBe(duplication.nodes);
    expect(own.slots).toBe(duplication.slots);
  });

  it.each([
    [['--vmas', '0'], /up to 64 numbers from 1 to 200000/],
    [['--vmas', '21,abc'], /up to 64 numbers from 1 to 200000/],
    [['--layout', 'tight'], /adjacent, gapped, mixed/],
    [['--tree', join(ROOT, 'no-such-folder')], /no such folder/],
    [['--tree', join(ROOT, 'docs')], /no dup_mmap\(\)/],
  ])('refuses %j with one line', (args, message) => {
    const ran = spawnSync('node', [MAIN, 'simulate', 'fork', ...args], { encoding: 'utf8' });
    expect(ran.status).toBe(2);
    expect(ran.stderr).toMatch(message);
    expect(ran.stderr.trim().split('\n')).toHaveLength(1);
  });
});
