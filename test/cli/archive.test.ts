import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Review } from '../../src/judge/types.js';
import { archiveMails } from '../bench/archive-mails.js';
import { ROOT, tempFolder } from '../support.js';

const MAIN = join(ROOT, 'dist', 'cli', 'main.js');
const OWN = ['lock-copy', 'lock-helper'].map((n) =>
  readFileSync(join(ROOT, `fixtures/mails/${n}.mbox`), 'utf8'),
);
const work = tempFolder();
const file = join(work, 'big.mbox');
const small = join(work, 'small.mbox');
const TREE = ['--tree', join(ROOT, 'fixtures/mini-6.12')];
const FAST = [...TREE, '--rule', 'fork-lock-target', '--no-mutants', '--fail-on', 'never'];

function review(args: string[], input?: Buffer | string) {
  const env = { ...process.env, TMPDIR: work };
  return spawnSync(process.execPath, [MAIN, 'review', ...args, ...FAST], {
    ...{ input, env, cwd: work, encoding: 'utf8', maxBuffer: 1 << 28 },
  });
}

const withoutPlace = (r: Review) =>
  r.patches.map(({ subject, messageId, kind, status, reason, files, findings }) => ({
    ...{ subject, messageId, kind, status, reason, files },
    findings: findings.map((f) => [f.id, f.verdict, f.change, f.message]),
  }));

beforeAll(() => {
  writeFileSync(file, [...archiveMails(1, 9 * 2 ** 20, OWN)].join(''));
  writeFileSync(small, OWN.map((m) => `${m}\n`).join(''));
});

describe('an mbox that is too large to be held', () => {
  const want = () => JSON.parse(review([small, '--format', 'json']).stdout) as Review;

  it('gives the report of the mails that matter, and what was skipped', () => {
    const r = review([file, '--format', 'json']);
    expect([r.status, r.stderr]).toEqual([0, '']);
    const report = JSON.parse(r.stdout) as Review;
    expect(withoutPlace(report)).toEqual(withoutPlace(want()));
    const [{ input, mails, reasons }] = report.skipped!;
    expect(input).toBe(file);
    expect(mails).toBe(reasons.reduce((n, x) => n + x.mails, 0));
    expect(mails).toBeGreaterThan(1000);
    expect(report.problems!.map((p) => p.message)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^skipped [\d,]+ of [\d,]+ mails: /)]),
    );
  });

  it('is the same through standard input, and gzipped', () => {
    const bytes = readFileSync(file);
    const packed = join(work, 'big.mbox.gz');
    writeFileSync(packed, gzipSync(bytes, { level: 1 }));
    const runs = [review(['-', '--format', 'json'], bytes), review([packed, '--format', 'json'])];
    for (const r of runs) {
      expect([r.status, r.stderr]).toEqual([0, '']);
      expect(withoutPlace(JSON.parse(r.stdout) as Review)).toEqual(withoutPlace(want()));
    }
    writeFileSync(packed, readFileSync(packed).subarray(0, 200_000));
    const damaged = review([packed]);
    expect([damaged.status, damaged.stderr.trim()]).toEqual([
      2,
      `forklore: ${packed}: damaged gzip file`,
    ]);
  });

  it('is told in few lines, and in all with --verbose', () => {
    const lines = (text: string) =>
      text.split('\n').filter((l) => l.startsWith('skipped: ')).length;
    const brief = review([file]).stdout;
    expect(brief).toMatch(/skipped [\d,]+ of [\d,]+\s+mails/);
    expect(lines(brief)).toBe(0);
    expect(brief.split('\n').length).toBeLessThan(150);
    const n = Number(/skipped ([\d,]+) of/.exec(brief)![1].replace(/,/g, ''));
    expect(lines(review([file, '--verbose']).stdout)).toBe(n);
  });
});

describe('Ctrl-C', () => {
  async function interrupted(args: string[], after: number, feed: boolean) {
    const folder = join(work, `stop-${after}-${feed}`);
    const traces = join(folder, 'traces');
    const tmp = join(folder, 'tmp');
    mkdirSync(tmp, { recursive: true });
    const output = join(folder, 'out.json');
    writeFileSync(output, 'what was there before');
    const child = spawn(
      process.execPath,
      [
        MAIN,
        'review',
        ...args,
        ...TREE,
        '--format',
        'json',
        '--output',
        output,
        '--traces',
        traces,
      ],
      { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, TMPDIR: tmp } },
    );
    let out = '';
    child.stdout.on('data', (d) => {
      out += d;
    });
    child.stdin.on('error', () => {});
    if (feed) child.stdin.write(readFileSync(file));
    const ended = new Promise<NodeJS.Signals | number | null>((resolve) =>
      child.on('exit', (code, signal) => resolve(signal ?? code)),
    );
    await new Promise((resolve) => setTimeout(resolve, after));
    child.kill('SIGINT');
    return { end: await ended, out, folder, traces, tmp, output };
  }

  it.each([
    ['while standard input is read', ['-'], 1500, true],
    ['while a file is reviewed', [file], 1500, false],
    ['while a file is reviewed', [file], 3000, false],
  ])('%s leaves nothing half-written', async (_what, args, after, feed) => {
    const r = await interrupted(args, after, feed);
    const ended = r.end === 1 || r.end === 0;
    if (feed) expect(r.end).toBe('SIGINT');
    expect(r.out).toBe('');
    // a report is there as a whole, or not at all; the signal may come when it has just been written
    const there = readFileSync(r.output, 'utf8');
    if (ended || there !== 'what was there before')
      expect(JSON.parse(there).schema).toBe('forklore.review/1');
    expect(readdirSync(r.folder).filter((n) => n.includes('.tmp'))).toEqual([]);
    expect(readdirSync(r.tmp)).toEqual([]);
    const kept = existsSync(r.traces) ? readdirSync(r.traces) : [];
    for (const name of kept)
      expect(JSON.parse(readFileSync(join(r.traces, name), 'utf8'))).toHaveProperty('schema');
  });
});
