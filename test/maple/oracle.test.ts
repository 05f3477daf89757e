import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { findTraces, runOracle } from '../../src/cli/oracle.js';
import { ROOT, tempFolder } from '../support.js';

const OURS = join(ROOT, 'fixtures', 'maple');
const SHARED = join(process.env.FORKLORE_SHARED ?? join(ROOT, '..', 'shared'), 'maple-oracle');

function run(dir: string | undefined): { code: number; out: string } {
  const lines: string[] = [];
  const code = runOracle(dir, (line) => lines.push(line));
  return { code, out: lines.join('\n') };
}

/** A folder with one of our traces in it, whose expected results `edit` may change. */
function folderWith(name: string, edit: (text: string) => string): string {
  const dir = tempFolder();
  cpSync(join(OURS, `${name}.trace`), join(dir, `${name}.trace`));
  writeFileSync(
    join(dir, `${name}.expected`),
    edit(readFileSync(join(OURS, `${name}.expected`), 'utf8')),
  );
  return dir;
}

describe('test:oracle', () => {
  it('gives the expected results for the traces in fixtures/maple', () => {
    expect(findTraces(OURS).length).toBeGreaterThanOrEqual(5);
    expect(run(OURS)).toEqual({ code: 0, out: '5 of 5 traces as expected' });
  });

  it('gives the results that the kernel gave, for the smaller traces of the shared folder', (ctx) => {
    if (!existsSync(SHARED)) ctx.skip('the folder shared/maple-oracle is not there');
    const dir = tempFolder();
    const small = readdirSync(SHARED).filter(
      (f) => /\.(trace|expected)(\.gz)?$/.test(f) && !/-(6421|51221)\./.test(f),
    );
    for (const file of small) cpSync(join(SHARED, file), join(dir, file));
    const traces = small.filter((f) => f.includes('.trace')).length;
    expect(traces).toBeGreaterThan(30);
    expect(run(dir)).toEqual({ code: 0, out: `${traces} of ${traces} traces as expected` });
  });

  it('names trace, line, expected and got of the first difference, and exits 1', () => {
    const dir = folderWith('edges', (text) => text.replace('9 load value=3', '9 load value=4'));
    expect(run(dir)).toEqual({
      code: 1,
      out: 'edges.trace:9\n  expected 9 load value=4\n  got      9 load value=3\n0 of 1 traces as expected',
    });
  });

  it('notices a hash that differs, results that are missing and results that are too many', () => {
    expect(run(folderWith('gaps', (t) => t.replace(/sha256_meta=./, 'sha256_meta=g'))).code).toBe(
      1,
    );
    expect(run(folderWith('gaps', (t) => t.replace(/end live.*\n/, ''))).out).toContain(
      'expected (nothing)',
    );
    expect(run(folderWith('gaps', (t) => `${t}more\n`)).out).toContain(
      'expected more\n  got      (nothing)',
    );
  });

  it('reads compressed files', () => {
    const dir = tempFolder();
    for (const part of ['trace', 'expected']) {
      writeFileSync(
        join(dir, `drain.${part}.gz`),
        gzipSync(readFileSync(join(OURS, `drain.${part}`))),
      );
    }
    expect(run(dir)).toEqual({ code: 0, out: '1 of 1 traces as expected' });
  });

  it('exits 2 without traces and 1 when the expected results are missing', () => {
    const dir = tempFolder();
    expect(run(dir).code).toBe(2);
    expect(run(join(dir, 'none')).code).toBe(2);
    expect(run(undefined).code).toBe(2);
    mkdirSync(join(dir, 'a'));
    writeFileSync(join(dir, 'a', 'x.trace'), 'init 0\n');
    expect(run(join(dir, 'a'))).toEqual({
      code: 1,
      out: expect.stringContaining('(no file with the expected results)'),
    });
  });

  it.each([
    ['frob 1', '"frob" is no trace operation'],
    ['store 1', 'argument 2 is missing'],
    ['load 18446744073709551616', 'is no unsigned 64-bit number'],
    ['store 1 2 x', '"x" is no value'],
    ['bulk_store 1 2 3', 'no bulk_begin before'],
  ])('says what is wrong with the line "%s"', (line, message) => {
    const dir = tempFolder();
    writeFileSync(join(dir, 'x.trace'), `init 1\n${line}\n`);
    writeFileSync(join(dir, 'x.expected'), '1 init flags=1\n');
    const { code, out } = run(dir);
    expect(code).toBe(1);
    expect(out).toContain('error: line 2: ');
    expect(out).toContain(message);
  });

  it('keeps values up to 2^63 - 1 exact', () => {
    const dir = tempFolder();
    const large = 9223372036854775807n;
    const lines = ['init 0', `store 5 6 ${large}`, 'load 6', 'dup', 'dup_replace 0', 'load 5'];
    writeFileSync(join(dir, 'v.trace'), `${lines.join('\n')}\n`);
    writeFileSync(
      join(dir, 'v.expected'),
      `1 init flags=0\n2 store err=0 index=5 last=6\n3 load value=${large}\n4 dup err=0 nodes=1\n` +
        `5 dup_replace count=1 allocs=0\n6 load value=${large}\nend live_nodes=0\n`,
    );
    expect(run(dir)).toEqual({ code: 0, out: '1 of 1 traces as expected' });
  });
});
