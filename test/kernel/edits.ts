import { lowerProgram } from '../../src/cfront/index.js';
import { isModelled } from '../../src/sim/known.js';
import type { Func, Instr, Stmt } from '../../src/sim/program.js';
import { skeletonHelpers } from '../../src/source/index.js';
import { treeFile } from './tree.js';

/** Lines of a file, 1-based and inclusive. */
export interface Span {
  first: number;
  last: number;
}

/** A call in a function: the statement around it and the variables that it is given. */
export interface CallStmt {
  stmt: number;
  /** C names of the arguments; null for an expression. */
  args: (string | null)[];
}

/** A function of a kernel tree: its text, and its statements as the front end found them. */
export class KernelFunction {
  private constructor(
    readonly path: string,
    readonly lines: readonly string[],
    readonly func: Func,
  ) {}

  /** Reads and lowers `name` of `root/path`. Throws when the front end finds no such function. */
  static async read(root: string, path: string, name: string): Promise<KernelFunction> {
    const file = treeFile(root, path);
    if (!file) throw new Error(`${path} is not in the tree`);
    const program = await lowerProgram({
      files: [file],
      entries: [name],
      isModelled,
      declarations: [skeletonHelpers()],
    });
    const func = program.functions[name];
    if (!func) throw new Error(`${name}() is not in ${path}`);
    return new KernelFunction(
      path,
      file.lines.map((l) => l.text),
      func,
    );
  }

  /** The innermost statements that call `name`, in order of the text. */
  calls(name: string): CallStmt[] {
    return this.func.code.flatMap((i, at) =>
      i.op === 'call' && 'name' in i.callee && i.callee.name === name
        ? [{ stmt: this.innermost(at), args: this.variables(i) }]
        : [],
    );
  }

  /** The only call of `name`, or the one whose first argument is `first`. Throws unless there is exactly one. */
  call(name: string, first?: string): CallStmt {
    const all = this.calls(name).filter((c) => first === undefined || c.args[0] === first);
    if (all.length !== 1)
      throw new Error(`${this.func.name}() has ${all.length} calls of ${name}(${first ?? ''})`);
    return all[0];
  }

  /** The only statement outside of nested ones that stores to a field `path`. */
  storeOf(path: string): number {
    const at = this.func.code.findIndex((i) => i.op === 'store' && i.path === path);
    if (at < 0) throw new Error(`${this.func.name}() does not store to ${path}`);
    return this.innermost(at);
  }

  /** The nearest statement around `stmt`, itself included, that is one of `kinds`. */
  around(stmt: number, ...kinds: Stmt['kind'][]): number {
    let at = stmt;
    while (at >= 0 && !kinds.includes(this.func.stmts[at].kind)) at = this.func.stmts[at].parent;
    if (at < 0) throw new Error(`no ${kinds.join(' or ')} around a statement`);
    return at;
  }

  /** The statement that follows `stmt` in the same block. */
  next(stmt: number): number {
    const { parent, end } = this.func.stmts[stmt];
    const at = this.func.stmts.findIndex((s) => s.parent === parent && s.start >= end);
    if (at < 0) throw new Error('no statement follows');
    return at;
  }

  /** The lines that a statement takes, from its first word to its last bracket or semicolon. */
  span(stmt: number): Span {
    const s = this.func.stmts[stmt];
    const refs = this.func.code.slice(s.start, s.end).map((i) => i.ref);
    const lines = [s.ref, ...refs].map((r) => this.func.refs[r].line ?? 0);
    const first = Math.min(...lines);
    let last = Math.max(...lines);
    while (!this.closed(first, last)) last++;
    return { first, last };
  }

  /** Lines of a span, as text. */
  text(span: Span): string[] {
    return this.lines.slice(span.first - 1, span.last);
  }

  private closed(first: number, last: number): boolean {
    if (last >= this.lines.length) return true;
    const code = this.lines
      .slice(first - 1, last)
      .join('\n')
      .replace(/\/\*[\s\S]*?\*\/|"(\\.|[^"\\])*"/g, '');
    const count = (c: string) => code.split(c).length;
    return (
      count('{') === count('}') &&
      count('(') === count(')') &&
      /[;}:]$|^\s*for_each/.test(code.trim())
    );
  }

  private innermost(at: number): number {
    let best = -1;
    this.func.stmts.forEach((s, k) => {
      if (s.start <= at && at < s.end && (best < 0 || size(s) <= size(this.func.stmts[best])))
        best = k;
    });
    if (best < 0) throw new Error('an instruction outside of every statement');
    return best;
  }

  private variables(i: Instr & { op: 'call' }): (string | null)[] {
    return i.args.map((a) =>
      'reg' in a ? (this.func.vars.find((v) => v.reg === a.reg)?.name ?? null) : null,
    );
  }
}

const size = (s: Stmt): number => s.end - s.start;

/** An edited copy of a function's file; line numbers stay those of the original while it is being edited. */
export class Edit {
  private readonly before = new Map<number, string[]>();
  private readonly dropped = new Set<number>();
  private readonly renames: [string, string][] = [];

  constructor(readonly of: KernelFunction) {}

  /** Puts lines before line `line`. */
  insert(line: number, ...text: string[]): this {
    this.before.set(line, [...(this.before.get(line) ?? []), ...text]);
    return this;
  }

  /** Puts lines after a statement. */
  after(stmt: number, ...text: string[]): this {
    return this.insert(this.of.span(stmt).last + 1, ...text);
  }

  remove(stmt: number): this {
    const { first, last } = this.of.span(stmt);
    for (let l = first; l <= last; l++) this.dropped.add(l);
    return this;
  }

  replace(stmt: number, ...text: string[]): this {
    return this.remove(stmt).insert(this.of.span(stmt).first, ...text);
  }

  /** Another text for a line. */
  line(line: number, text: string): this {
    this.dropped.add(line);
    return this.insert(line, text);
  }

  /** Moves a statement behind another one. */
  move(stmt: number, behind: number): this {
    return this.remove(stmt).after(behind, ...this.of.text(this.of.span(stmt)));
  }

  /** Exchanges two statements. */
  swap(a: number, b: number): this {
    const text = [a, b].map((s) => this.of.text(this.of.span(s)));
    return this.replace(a, ...text[1]).replace(b, ...text[0]);
  }

  /** Renames a variable of the function. */
  rename(from: string, to: string): this {
    this.renames.push([from, to]);
    return this;
  }

  /** First line of the function: its head may start one line earlier than the name. */
  get head(): number {
    let line = this.of.func.line ?? 1;
    while (
      line > 1 &&
      this.of.lines[line - 2].trim() !== '' &&
      !/^[#}]|\*\/$/.test(this.of.lines[line - 2])
    )
      line--;
    return line;
  }

  /** The whole file after the edits. */
  result(): string {
    const { first, last } = this.body();
    const out: string[] = [];
    this.of.lines.forEach((text, k) => {
      const line = k + 1;
      out.push(...(this.before.get(line) ?? []));
      if (!this.dropped.has(line))
        out.push(first <= line && line <= last ? this.renamed(text) : text);
    });
    return out.join('\n');
  }

  private renamed(text: string): string {
    return this.renames.reduce(
      (t, [from, to]) => t.replace(new RegExp(`(?<![\\w>.])${from}\\b`, 'g'), to),
      text,
    );
  }

  private body(): Span {
    const first = this.of.func.line ?? 1;
    let last = first;
    while (last < this.of.lines.length && this.of.lines[last - 1] !== '}') last++;
    return { first, last };
  }
}
