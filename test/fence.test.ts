import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { VERSION } from '../src/base/version.js';
import { ROOT } from './support.js';

const SRC = join(ROOT, 'src');

/** What the files of each folder may import: other folders (`types:` for types only) and npm packages. */
const MAY: Record<string, { folders: string[]; packages: string[]; node: boolean }> = {
  base: { folders: [], packages: [], node: false },
  files: { folders: [], packages: [], node: true },
  intake: {
    folders: ['base'],
    packages: ['mailparser', '@zone-eu/mailsplit', 'parse-diff'],
    node: true,
  },
  source: { folders: ['base', 'files', 'types:intake'], packages: ['diff'], node: true },
  cfront: {
    folders: ['base', 'types:source', 'types:sim'],
    packages: ['web-tree-sitter', 'tree-sitter-c'],
    node: true,
  },
  sim: { folders: ['base'], packages: [], node: false },
  judge: {
    folders: ['base', 'files', 'sim', 'types:source', 'types:cfront'],
    packages: ['ajv', 'yaml'],
    node: true,
  },
  report: {
    folders: ['base', 'types:judge', 'types:sim', 'types:intake'],
    packages: [],
    node: false,
  },
  // runs in browsers: the pure parts only
  player: {
    folders: ['base', 'sim', 'types:judge', 'types:report'],
    packages: ['preact'],
    node: false,
  },
  github: {
    folders: ['base', 'intake', 'source', 'report', 'types:judge', 'types:intake'],
    packages: ['probot', '@octokit/rest', 'bullmq', 'ioredis', 'prom-client'],
    node: true,
  },
  cli: {
    folders: [
      'base',
      'files',
      'intake',
      'source',
      'cfront',
      'sim',
      'judge',
      'report',
      'github',
      'review',
      'costs',
      'pull-request',
    ],
    packages: ['commander'],
    node: true,
  },
};

function filesOf(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesOf(path) : /\.tsx?$/.test(path) ? [path] : [];
  });
}

interface Import {
  from: string;
  type: boolean;
}

const IMPORT =
  /^\s*(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm;

function importsOf(text: string): Import[] {
  return [...text.matchAll(IMPORT)].map((m) => ({ from: m[2] ?? m[3], type: m[1] !== undefined }));
}

describe('the fence between folders', () => {
  it.each(Object.keys(MAY))('%s imports only what it may', (folder) => {
    const root = join(SRC, folder);
    expect(existsSync(root), `src/${folder} is listed here but does not exist`).toBe(true);
    const files = filesOf(root);
    expect(files.length).toBeGreaterThan(0);
    const may = MAY[folder];
    const wrong: string[] = [];
    for (const file of files)
      for (const i of importsOf(readFileSync(file, 'utf8'))) {
        const bad = refused(folder, file, i, may);
        if (bad) wrong.push(`${relative(ROOT, file)}: ${bad}`);
      }
    expect(wrong).toEqual([]);
  });

  it('lists every folder of src', () => {
    const folders = readdirSync(SRC).filter((n) => statSync(join(SRC, n)).isDirectory());
    expect(folders.sort()).toEqual(Object.keys(MAY).sort());
  });

  it('lets each npm package be used by one folder', () => {
    const users = Object.values(MAY).flatMap((m) => m.packages);
    expect(new Set(users).size).toBe(users.length);
    const p = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      dependencies: object;
      devDependencies: object;
    };
    // what is only part of the page is bundled into it, and installed by nobody
    const bundled = MAY.player.packages;
    expect(Object.keys(p.devDependencies)).toEqual(expect.arrayContaining(bundled));
    expect(users.sort()).toEqual([...Object.keys(p.dependencies), ...bundled].sort());
  });

  it('reads imports the way they are written', () => {
    const text = `import a from 'x';\nimport type { B } from './y.js';\nexport { c } from '../z.js';\nawait import('w');`;
    expect(importsOf(text)).toEqual([
      { from: 'x', type: false },
      { from: './y.js', type: true },
      { from: '../z.js', type: false },
      { from: 'w', type: false },
    ]);
  });
});

function refused(
  folder: string,
  file: string,
  i: Import,
  may: (typeof MAY)[string],
): string | null {
  if (i.from.startsWith('.')) {
    const target = relative(SRC, resolve(dirname(file), i.from));
    const other = target.includes('/') ? target.split('/')[0] : target.replace(/\.js$/, '');
    if (other === folder || may.folders.includes(other)) return null;
    if (i.type && may.folders.includes(`types:${other}`)) return null;
    return `imports ${target}${i.type ? ' (type)' : ''}`;
  }
  if (i.from.startsWith('node:') || builtinModules.includes(i.from))
    return may.node ? null : `uses ${i.from}`;
  const name = i.from
    .split('/')
    .slice(0, i.from.startsWith('@') ? 2 : 1)
    .join('/');
  return may.packages.includes(name) ? null : `uses the package ${name}`;
}

describe('the package', () => {
  it('has one version', () => {
    const p = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(p.version).toBe(VERSION);
  });

  it('has a lock file without addresses', () => {
    expect(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).not.toMatch(/"resolved"/);
  });

  it('keeps its sources small', () => {
    const long = filesOf(SRC).filter((f) => readFileSync(f, 'utf8').split('\n').length > 401);
    expect(long.map((f) => relative(ROOT, f))).toEqual([]);
  });
});
