import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lowerProgram } from '../../src/cfront/index.js';
import { cacheFolder, ProgramFolder } from '../../src/cli/kept-programs.js';
import type { Program } from '../../src/sim/program.js';
import { ROOT, tempFolder } from '../support.js';

const KEY = 'ab'.repeat(32);
const OTHER = 'cd'.repeat(32);
let root: string;
let program: Program;

beforeEach(async () => {
  root = tempFolder();
  const lines = ['int f(int a)', '{', '\treturn a + 0x7fffffffffffffffL;', '}'].map((text, k) => ({
    ...{ text, line: k + 1, patchLine: null, origin: 'file' as const, changed: false },
  }));
  program = await lowerProgram({
    files: [{ path: 'a.c', lines, base: 'exact', skeleton: null }],
    entries: ['f'],
    isModelled: () => false,
  });
});
afterEach(() => {
  fs.chmodSync(root, 0o700);
  fs.rmSync(root, { recursive: true });
});

const folder = (build = 'b1') => new ProgramFolder(root, build);
const programs = (): string => join(root, 'programs');
const only = (): string => join(programs(), fs.readdirSync(programs())[0]);

describe('programs that are kept in a folder', () => {
  it('are there for the next run, for nobody else to read', () => {
    folder().put(KEY, program);
    expect(folder().get(KEY)).toEqual(program);
    expect(folder().get(OTHER)).toBeNull();
    expect(fs.statSync(programs()).mode & 0o777).toBe(0o700);
    expect(fs.statSync(only()).mode & 0o777).toBe(0o600);
    expect(fs.readdirSync(programs())).toHaveLength(1);
  });

  it('are not those of another build, nor of another key under the same name', () => {
    folder('b1').put(KEY, program);
    expect(folder('b2').get(KEY)).toBeNull();
    folder('b1').put(KEY, program);
    expect(folder('b1').get(KEY.slice(0, 60) + OTHER.slice(60))).toBeNull();
  });

  it('are made again where the file is damaged, wherever that is', () => {
    folder().put(KEY, program);
    const whole = fs.readFileSync(only());
    const damage = fc.record({ at: fc.nat(whole.length - 1), to: fc.nat(255), cut: fc.boolean() });
    fc.assert(
      fc.property(damage, ({ at, to, cut }) => {
        const bytes = cut ? whole.subarray(0, at) : Buffer.from(whole);
        if (!cut) bytes[at] = to;
        folder().put(KEY, program);
        fs.writeFileSync(only(), bytes);
        const got = folder().get(KEY);
        if (bytes.equals(whole)) expect(got).toEqual(program);
        else expect(got).toBeNull();
      }),
      { seed: 5, numRuns: 300 },
    );
  });

  it('count for nothing where what lies there is no plain file, and replace it', () => {
    folder().put(KEY, program);
    const path = only();
    const secret = join(root, 'secret');
    fs.writeFileSync(secret, 'mine');
    for (const put of [
      () => fs.symlinkSync(secret, path),
      () => execFileSync('mkfifo', [path]),
      () => fs.writeFileSync(path, ''),
    ]) {
      fs.rmSync(path);
      put();
      expect(folder().get(KEY)).toBeNull();
      folder().put(KEY, program);
      expect(folder().get(KEY)).toEqual(program);
    }
    expect(fs.readFileSync(secret, 'utf8')).toBe('mine');
    fs.rmSync(path);
    fs.mkdirSync(path);
    expect(folder().get(KEY)).toBeNull();
    folder().put(KEY, program);
    expect(folder().get(KEY)).toBeNull();
  });

  it('are neither read nor written where others may write, or behind a link', () => {
    folder().put(KEY, program);
    fs.chmodSync(programs(), 0o770);
    expect(folder().get(KEY)).toBeNull();
    folder().put(OTHER, program);
    expect(fs.readdirSync(programs())).toHaveLength(1);
    fs.chmodSync(programs(), 0o700);
    expect(folder().get(KEY)).toEqual(program);
    fs.renameSync(programs(), join(root, 'elsewhere'));
    fs.symlinkSync(join(root, 'elsewhere'), programs());
    expect(folder().get(KEY)).toBeNull();
  });

  it('are not kept where nothing can be written', () => {
    const blocked = join(root, 'file');
    fs.writeFileSync(blocked, '');
    const none = new ProgramFolder(blocked, 'b1');
    none.put(KEY, program);
    expect(none.get(KEY)).toBeNull();
    expect(fs.readFileSync(blocked, 'utf8')).toBe('');
    // node's own way to make folders does not come back from there
    new ProgramFolder('/proc/none/at/all', 'b1').put(KEY, program);
  });

  it('make room: those that were not used for the longest time go, and old drafts', () => {
    fs.mkdirSync(programs(), { mode: 0o700 });
    const aged = (name: string, megabytes: number, hours: number) => {
      const path = join(programs(), name);
      fs.writeFileSync(path, '');
      fs.truncateSync(path, megabytes << 20);
      const when = Date.now() / 1000 - hours * 3600;
      fs.utimesSync(path, when, when);
    };
    for (let k = 0; k < 20; k++) aged(`${k}.program`, 4, 20 - k);
    aged('young.new', 1, 0);
    aged('old.new', 1, 2);
    folder().put(KEY, program);
    const left = fs.readdirSync(programs());
    const bytes = left.reduce((n, f) => n + fs.statSync(join(programs(), f)).size, 0);
    expect(bytes).toBeLessThan(64 << 20);
    expect(left).toEqual(expect.arrayContaining(['19.program', '12.program', 'young.new']));
    expect(left).not.toContain('0.program');
    expect(left).not.toContain('old.new');
    expect(folder().get(KEY)).toEqual(program);
  });

  it('are at most 64 of one process', () => {
    const one = folder();
    for (let k = 0; k < 70; k++) one.put(`${1000 + k}`.repeat(16), program);
    expect(fs.readdirSync(programs())).toHaveLength(64);
  });
});

describe('forklore review', () => {
  const MAIL = join(ROOT, 'fixtures/mails/lock-copy.mbox');
  const TREE = join(ROOT, 'fixtures/mini-6.12');
  const run = (env: NodeJS.ProcessEnv, ...more: string[]): string => {
    const { FORKLORE_NO_CACHE: _, ...rest } = process.env;
    const args = ['review', MAIL, '--tree', TREE, '--no-mutants', '--traces', root, ...more];
    const command = [join(ROOT, 'dist/cli/main.js'), ...args, '--format', 'json'];
    const r = spawnSync(process.execPath, command, { encoding: 'utf8', env: { ...rest, ...env } });
    expect([r.status, r.stderr]).toEqual([1, '']);
    return r.stdout.replace(/"seconds": [\d.]+/, '');
  };

  it('says the same with kept programs, the first time, without, and where it may not write', {
    timeout: 240_000,
  }, () => {
    const env = { XDG_CACHE_HOME: join(root, 'cache') };
    const kept = join(root, 'cache/forklore/programs');
    const without = run(env, '--no-cache');
    expect(run({ ...env, FORKLORE_NO_CACHE: '1' })).toBe(without);
    expect(fs.existsSync(kept)).toBe(false);
    expect(run(env)).toBe(without);
    const names = fs.readdirSync(kept);
    expect(names.length).toBeGreaterThan(1);
    const files = () => names.map((n) => fs.statSync(join(kept, n)).ino);
    const made = files();
    expect(run(env)).toBe(without);
    expect(files()).toEqual(made);
    expect(fs.readdirSync(kept)).toEqual(names);
    expect(run({ XDG_CACHE_HOME: '/proc/none' })).toBe(without);
    for (const n of names) fs.writeFileSync(join(kept, n), 'forklore.program/1');
    expect(run(env)).toBe(without);
    expect(names.every((n) => fs.statSync(join(kept, n)).size > 1000)).toBe(true);
  });
});

describe('the folder', () => {
  it('is the one for caches, unless that is not wanted or not known', () => {
    const home = () => '/home/x';
    expect(cacheFolder({}, home)).toBe('/home/x/.cache/forklore');
    expect(cacheFolder({ XDG_CACHE_HOME: '/c' }, home)).toBe('/c/forklore');
    expect(cacheFolder({ XDG_CACHE_HOME: 'c' }, home)).toBe('/home/x/.cache/forklore');
    expect(cacheFolder({ FORKLORE_NO_CACHE: '1', XDG_CACHE_HOME: '/c' }, home)).toBeNull();
    expect(cacheFolder({}, () => '')).toBeNull();
    const none = () => {
      throw new Error('no home');
    };
    expect(cacheFolder({}, none)).toBeNull();
  });
});
