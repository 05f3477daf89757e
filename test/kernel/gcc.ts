import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { listFunctions } from '../../src/cfront/index.js';
import type { Func, Program } from '../../src/sim/program.js';
import type { SourceFile } from '../../src/source/types.js';
import { ROOT } from '../support.js';
import { tempFolder } from './diff.js';

const PARTS = ['types.h', 'stubs.c', 'stubs-tree.c', 'stubs-vma.c', 'main.c'] as const;
const part = (name: (typeof PARTS)[number]): string =>
  readFileSync(join(ROOT, 'test', 'kernel', 'gcc', name), 'utf8');

/** True where gcc and gcov can be run. */
export function hasGcc(): boolean {
  try {
    for (const tool of ['gcc', 'gcov']) execFileSync(tool, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Names of the stubs whose result is part of the log. */
export function loggedResults(): Set<string> {
  const out = new Set<string>();
  for (const name of ['stubs.c', 'stubs-tree.c', 'stubs-vma.c'] as const)
    for (const chunk of part(name).split(/^static /m)) {
      const logged = /NAME\((\w+)\)/.exec(chunk)?.[1];
      if (logged && /RETURN/.test(chunk)) out.add(logged);
    }
  return out;
}

/** The text of a function as its file has it. */
function textOf(func: Func, files: readonly SourceFile[]): string {
  const file = files.find((f) => f.path === func.path);
  const range = file && listFunctions(file).find((r) => r.name === func.name);
  if (!range) throw new Error(`${func.name}() is not in ${func.path}`);
  return file.lines
    .slice(range.startLine, range.endLine + 1)
    .map((l) => l.text)
    .join('\n');
}

/** Functions of the program in an order in which each is defined before it is called. */
function inOrder(program: Program): Func[] {
  const out = new Set<Func>();
  const visit = (f: Func) => {
    for (const i of f.code)
      if (i.op === 'call' && 'name' in i.callee && program.functions[i.callee.name] !== f)
        if (Object.hasOwn(program.functions, i.callee.name))
          visit(program.functions[i.callee.name]);
    out.add(f);
  };
  for (const f of Object.values(program.functions)) visit(f);
  return [...out];
}

/** The `#define` of a name in the tree's headers, with the lines that continue it. */
function macroText(name: string, headers: readonly SourceFile[]): string | null {
  for (const h of headers) {
    const at = h.lines.findIndex((l) => new RegExp(`^#\\s*define\\s+${name}\\b`).test(l.text));
    if (at < 0) continue;
    let end = at;
    while (h.lines[end].text.endsWith('\\')) end++;
    return h.lines
      .slice(at, end + 1)
      .map((l) => l.text)
      .join('\n');
  }
  return null;
}

/** Macros of the tree that `text` uses and that our own part does not define. */
function macrosFor(text: string, headers: readonly SourceFile[]): string {
  const found = new Map<string, string>();
  const own = PARTS.map(part).join('\n');
  const scan = (t: string) => {
    for (const [name] of t.matchAll(/\b(?:[A-Z][A-Z0-9_]{2,}|for_each_vma|mas_for_each)\b/g)) {
      if (found.has(name) || new RegExp(`#define ${name}\\b`).test(own)) continue;
      const macro = macroText(name, headers);
      if (macro === null) continue;
      found.set(name, macro);
      scan(macro);
    }
  };
  scan(text);
  scan(part('stubs-vma.c'));
  return [...found.values()].join('\n');
}

/** Where one function of the tree lies in the compiled file, as 1-based lines. */
export interface Placed {
  name: string;
  first: number;
  last: number;
}

/** A line of a function that no run reached, or one of whose branches was never taken. */
export interface Uncovered {
  func: string;
  /** Line within the function, the first being 1. */
  line: number;
  what: 'line' | 'branch';
  text: string;
}

/** The functions of a program, compiled by gcc from the tree's own text against the stubs. */
export class Compiled {
  private readonly dir = tempFolder();
  private readonly source: string[];
  private readonly placed: Placed[] = [];

  constructor(program: Program, files: readonly SourceFile[], headers: readonly SourceFile[]) {
    const functions = inOrder(program).map((f) => ({ name: f.name, text: textOf(f, files) }));
    const all = functions.map((f) => f.text).join('\n');
    const lines = [part('types.h'), macrosFor(all, headers)];
    lines.push(part('stubs.c'), part('stubs-tree.c'), part('stubs-vma.c'));
    let at = lines.join('\n').split('\n').length + 1;
    for (const f of functions) {
      const length = f.text.split('\n').length;
      this.placed.push({ name: f.name, first: at, last: at + length - 1 });
      lines.push(f.text);
      at += length;
    }
    lines.push(part('main.c'));
    const text = lines.join('\n');
    this.source = text.split('\n');
    writeFileSync(join(this.dir, 't.c'), text);
    const flags = ['-O0', '-w', '-fwrapv', '-fno-strict-aliasing', '-fno-builtin'];
    this.tool('gcc', '-c', '--coverage', ...flags, 't.c');
    this.tool('gcc', '--coverage', '-o', 't', 't.o');
  }

  private tool(name: string, ...args: string[]): void {
    execFileSync(name, args, { cwd: this.dir, stdio: 'pipe' });
  }

  /** Runs all scenarios in one process; returns the log of each. */
  run(scenarios: readonly string[]): string[] {
    const out = execFileSync(join(this.dir, 't'), {
      cwd: this.dir,
      input: `${scenarios.join('\n')}\n`,
      encoding: 'utf8',
      maxBuffer: 1 << 30,
    });
    return out
      .split('# \n')
      .slice(1)
      .map((s) => s.trimEnd());
  }

  /** How far the runs so far have covered the named functions, by gcov. */
  coverage(names: readonly string[]): Coverage {
    this.tool('gcov', '--json-format', '--branch-probabilities', 't.gcda');
    const packed = readFileSync(join(this.dir, 't.gcov.json.gz'));
    const report = JSON.parse(gunzipSync(packed).toString()) as GcovReport;
    const out: Coverage = { lines: 0, branches: 0, uncovered: [] };
    for (const l of report.files.find((f) => f.file.endsWith('t.c'))!.lines) {
      const f = this.placed.find((p) => p.first <= l.line_number && l.line_number <= p.last);
      if (!f || !names.includes(f.name)) continue;
      out.lines++;
      out.branches += l.branches.length;
      const text = this.source[l.line_number - 1].trim();
      const at = { func: f.name, line: l.line_number - f.first + 1, text };
      if (l.count === 0) out.uncovered.push({ ...at, what: 'line' });
      else if (l.branches.some((b) => b.count === 0)) out.uncovered.push({ ...at, what: 'branch' });
    }
    return out;
  }

  /** Deletes what was built. */
  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

export interface Coverage {
  lines: number;
  branches: number;
  uncovered: Uncovered[];
}

interface GcovReport {
  files: {
    file: string;
    lines: { line_number: number; count: number; branches: { count: number }[] }[];
  }[];
}
