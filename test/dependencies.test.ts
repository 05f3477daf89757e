import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './support.js';

interface Locked {
  version?: string;
  license?: string;
  dev?: boolean;
  devOptional?: boolean;
  resolved?: string;
  hasInstallScript?: boolean;
}

const read = (name: string) => JSON.parse(readFileSync(join(ROOT, name), 'utf8'));
const manifest = read('package.json') as {
  dependencies: Record<string, string>;
  allowScripts: Record<string, boolean>;
};
const locked = Object.entries(read('package-lock.json').packages as Record<string, Locked>).filter(
  ([path]) => path !== '',
);
const shipped = locked.filter(([, p]) => !p.dev && !p.devOptional);

/** Licences that ask for no more than their text, or offer one that does not. */
const FINE = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Unlicense',
]);
const isFine = (license = ''): boolean =>
  license
    .replace(/^\(|\)$/g, '')
    .split(' OR ')
    .some((one) => FINE.has(one));

describe('what is shipped to users', () => {
  it('has licences that go with ours', () => {
    const odd = shipped.filter(([, p]) => !isFine(p.license));
    expect(odd.map(([path, p]) => `${path}: ${p.license}`)).toEqual([]);
    expect(shipped.length).toBeGreaterThan(50);
  });

  it('stays few: each direct dependency is one that the code imports', () => {
    const direct = Object.keys(manifest.dependencies);
    expect(direct.length).toBeLessThanOrEqual(16);
    const sources = execFileSync(
      'git',
      [
        'grep',
        '-hoE',
        "(from|import\\(|resolve\\(|require\\()\\s*'[^'.][^']*'",
        '--',
        'src',
        '.build',
      ],
      {
        cwd: ROOT,
        encoding: 'utf8',
      },
    );
    const unused = direct.filter((name) => !new RegExp(`'${name}(/[^']*)?'`).test(sources));
    expect(unused).toEqual([]);
  });

  it('runs no script when it is installed, unless package.json says so', () => {
    const silent = locked
      .filter(([, p]) => p.hasInstallScript)
      .map(([path]) => path.replace(/^.*node_modules\//, ''))
      .filter((name) => !Object.hasOwn(manifest.allowScripts, name));
    expect(silent).toEqual([]);
  });

  it('is listed in a bill of materials, package by package', () => {
    const text = execFileSync('npm', ['run', '--silent', 'sbom'], { cwd: ROOT, encoding: 'utf8' });
    const bill = JSON.parse(text) as {
      bomFormat: string;
      components: { name: string; version: string }[];
    };
    expect(bill.bomFormat).toBe('CycloneDX');
    const listed = new Set(bill.components.map((c) => `${c.name}@${c.version}`));
    const missing = shipped
      .map(([path, p]) => `${path.replace(/^.*node_modules\//, '')}@${p.version}`)
      .filter((name) => !listed.has(name));
    expect(missing).toEqual([]);
  });

  it('is locked without addresses', () => {
    expect(locked.filter(([, p]) => p.resolved !== undefined)).toEqual([]);
  });
});
