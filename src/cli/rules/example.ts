import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ForkloreError } from '../../base/errors.js';
import { readInput } from '../../intake/index.js';
import type { FilePatch, HunkLine, Patch } from '../../intake/types.js';
import type { Finding } from '../../judge/types.js';

/** What a line of an example says of a rule. */
export interface Annotation {
  says: 'fires' | 'silent';
  rule: string;
  path: string;
  /** Lines of which the finding may name any: those changed together with the annotated one. */
  lines: HunkLine[];
}

/** A patch or a C file of a rule's folder, with what it says must happen. */
export interface Example {
  name: string;
  kind: 'bad' | 'good';
  patches: Patch[];
  annotations: Annotation[];
}

const NAME = /^(bad|good)-.*\.(patch|c)$/;
const MARK = /\b(fires|silent): ([a-z][a-z0-9-]*)/g;

/** The examples in a rule's folder, by name. */
export async function examplesOf(folder: string): Promise<Example[]> {
  const names = (await readdir(folder)).filter((n) => NAME.test(n)).sort();
  return Promise.all(names.map((n) => readExample(join(folder, n))));
}

/** Reads one example. Throws an `input` error when it holds no patch or no annotation. */
export async function readExample(file: string): Promise<Example> {
  const name = basename(file);
  const text = await readFile(file, 'utf8');
  const bytes = new TextEncoder().encode(name.endsWith('.c') ? asPatch(text) : text);
  const { patches } = await readInput(name, bytes, { quoted: false });
  const lost = patches.flatMap((p) => p.problems.filter((x) => x.level === 'error'));
  if (lost.length) throw new ForkloreError('input', `${file}: ${lost[0].message}`);
  const files = patches.flatMap((p) => p.files);
  const annotations = files.flatMap(annotationsOf);
  if (files.length === 0) throw new ForkloreError('input', `${file}: holds no patch`);
  if (annotations.length === 0)
    throw new ForkloreError(
      'input',
      `${file}: no line says what must happen: add a comment "fires: RULE" or "silent: RULE"`,
    );
  const kind = name.startsWith('bad-') ? 'bad' : 'good';
  return { name, kind, patches, annotations };
}

/** A C file as the patch that adds it where dup_mmap() is. */
function asPatch(text: string): string {
  const lines = text.replace(/\n$/, '').split('\n');
  return [
    'diff --git a/kernel/fork.c b/kernel/fork.c',
    'new file mode 100644',
    '--- /dev/null',
    '+++ b/kernel/fork.c',
    `@@ -0,0 +1,${lines.length} @@`,
    ...lines.map((l) => `+${l}`),
    '',
  ].join('\n');
}

function annotationsOf(file: FilePatch): Annotation[] {
  const path = file.newPath ?? file.oldPath ?? '';
  const wholeFile = file.status === 'added';
  return file.hunks.flatMap(({ lines }) =>
    lines.flatMap((line, at) =>
      [...line.text.matchAll(MARK)].map(([, says, rule]) => ({
        says: says as Annotation['says'],
        rule,
        path,
        lines: around(lines, at, wholeFile),
      })),
    ),
  );
}

const isComment = (l: HunkLine): boolean => /^\s*(\/\*.*\*\/|\/\/.*)\s*$/.test(l.text);

/** The annotated line (below it, where the comment stands alone) and those that are changed together with it. */
function around(lines: readonly HunkLine[], at: number, wholeFile: boolean): HunkLine[] {
  let target = at;
  while (target + 1 < lines.length && isComment(lines[target])) target++;
  const out = [lines[at], lines[target]];
  if (wholeFile) return out;
  for (const from of [at, target])
    for (const step of [-1, 1])
      for (let k = from; lines[k] && lines[k].kind !== ' '; k += step) out.push(lines[k]);
  return out;
}

/** The finding is on a line that the annotation is about. */
export function isAt({ location }: Finding, a: Annotation): boolean {
  if (location.path !== a.path || location.line === null) return false;
  return a.lines.some((l) =>
    location.side === 'LEFT'
      ? l.kind === '-' && l.old === location.line
      : l.kind !== '-' && l.new === location.line,
  );
}
