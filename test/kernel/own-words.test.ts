import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support.js';
import { kernelTree } from './tree.js';

/** Of the statements of a file, how many percent may be the kernel's but for blanks. What is left are single calls. */
const MOST = 25;

const KERNEL = [
  'kernel/fork.c',
  'mm/mmap.c',
  'mm/memory.c',
  'mm/rmap.c',
  'mm/vma.c',
  'include/linux/mm.h',
  'include/linux/maple_tree.h',
];

const bare = (line: string): string => line.replace(/\s+/g, '');

/** Heads, declarations without a value and labels: names and signatures are facts. */
const NAMES_ONLY =
  /^(?:(?:static|inline|unsigned|struct|int|long|void|bool)\b[^=]*|(?:LIST_HEAD|VMA_ITERATOR|MA_STATE)\(.*|\w+:|#.*)$/;

const statements = (text: string): string[] =>
  text
    .replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')
    .split('\n')
    .filter((line) => bare(line).length > 12 && !NAMES_ONLY.test(line.trim()));

/** The C that the diffs of a patch or a mail show. */
function shown(text: string): string {
  const out: string[] = [];
  let inside = false;
  for (const raw of text.split('\n')) {
    const line = raw.replace(/^(?:> ?)+/, '');
    if (/^(?:diff --git |-- $)/.test(line)) inside = line.startsWith('diff');
    else if (inside && /^[-+ ]/.test(line) && !/^(?:---|\+\+\+) /.test(line))
      out.push(line.slice(1));
  }
  return out.join('\n');
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });

const files = ['fixtures', 'rules', 'src/source/skeleton'].flatMap((f) =>
  filesBelow(join(ROOT, f)),
);
const code = files.filter((f) => /\.[ch]$/.test(f));
const diffs = files.filter((f) => /\.(?:patch|mbox)$/.test(f));

describe.each(['6.12', '6.1'] as const)('statements are our own beside those of %s', (version) => {
  const { root, skipped } = kernelTree(version);
  const theirs = (): Set<string> => {
    const found = KERNEL.map((f) => join(root!, f)).filter((f) =>
      statSync(f, { throwIfNoEntry: false }),
    );
    return new Set(found.flatMap((f) => statements(readFileSync(f, 'utf8')).map(bare)));
  };
  /** Statements that are equal, of all. */
  const share = (ours: readonly string[], kernel: ReadonlySet<string>): [number, number] => [
    ours.filter((line) => kernel.has(bare(line))).length,
    ours.length,
  ];

  it.skipIf(!root)(`in every C file of fixtures and skeletons${skipped}`, () => {
    const kernel = theirs();
    expect(kernel.size).toBeGreaterThan(1000);
    const over = code.flatMap((f) => {
      const [equal, all] = share(statements(readFileSync(f, 'utf8')), kernel);
      return 100 * equal > MOST * all ? [`${relative(ROOT, f)}: ${equal} of ${all}`] : [];
    });
    expect(over).toEqual([]);
  });

  it.skipIf(!root)(`in what patches and mails show, taken together${skipped}`, () => {
    const kernel = theirs();
    const [equal, all] = share(
      diffs.flatMap((f) => statements(shown(readFileSync(f, 'utf8')))),
      kernel,
    );
    expect(all).toBeGreaterThan(1000);
    expect((100 * equal) / all).toBeLessThan(MOST);
  });
});
