import type { CType, Func, Instr, Operand, SourceRef, Stmt } from '../sim/program.js';
import { sameType, UNKNOWN } from './ctypes.js';
import type { Node } from './parser.js';
import { squeeze } from './text.js';
import { lineIndex, pathOf, refAt, type Unit } from './unit.js';
import type { World } from './world.js';

/** A value: for a struct its address. `origin` is the load or call that made it, while its type is still open. */
export interface Val {
  op: Operand;
  type: CType;
  origin?: Instr & { op: 'load' | 'call' };
}

/** A place: a register, or a path in an object. `bits`: width of a bit-field, else 0. */
export type Place =
  | { kind: 'reg'; reg: number; type: CType }
  | { kind: 'mem'; base: Operand; path: string; type: CType; bits: number };

/** What a name in scope stands for. */
export type Entity = Place | { kind: 'type'; type: CType } | { kind: 'value'; val: Val };

export interface Scope {
  names: Map<string, Entity>;
  /** Run when the scope is left, last first. */
  cleanups: (() => void)[];
  /** The compound statement, null for a scope that no label can be in. */
  node: Node | null;
}

export interface Exit {
  to: number;
  /** Number of scopes that stay open there. */
  depth: number;
}

/** A part of a unit's text. */
export interface Span {
  start: number;
  end: number;
}

type Plain<T> = T extends unknown ? Omit<T, 'ref'> : never;
export type NewInstr = Plain<Instr>;

/** The function being lowered: code so far, scopes, jump targets. */
export class Builder {
  code: Instr[] = [];
  refs: SourceRef[] = [];
  /** Where each ref is in the unit; null: nowhere. */
  spans: (Span | null)[] = [];
  stmts: Stmt[] = [];
  vars: Func['vars'] = [];
  regs = 0;
  scopes: Scope[] = [{ names: new Map(), cleanups: [], node: null }];
  breaks: Exit[] = [];
  continues: Exit[] = [];
  /** Labels of the innermost switch's cases. */
  cases = new Map<Node, number>();
  /** Bodies of the loop macros whose expansion is being lowered. */
  loopBodies: (() => void)[] = [];
  labels = new Map<string, { id: number; inside: Set<Node> }>();
  /** Names of functions that the code calls or takes the address of. */
  callees = new Set<string>();
  /** Scalars that turned out to have their address taken: found late, they cause a second pass. */
  lateTaken = new Set<string>();
  result: CType = UNKNOWN;
  ref = -1;
  stmt = -1;
  /** Above 0 while the body of a macro is lowered: refs and statements stay those of its use. */
  macroDepth = 0;
  /** Above 0 while text that came out of macro expansion is lowered: nothing in it is expanded again. */
  expanded = 0;
  /** The construct that could not be translated, once per place. */
  problems: { what: string; ref: number }[] = [];
  private labelCount = 0;

  constructor(
    readonly world: World,
    readonly unit: Unit | null,
    readonly name: string,
    readonly taken: ReadonlySet<string>,
  ) {}

  emit<T extends NewInstr>(instr: T): Instr & T {
    if (this.ref < 0)
      this.ref = this.addRef({ path: '', line: null, patchLine: null, changed: false, text: '' });
    const full = { ...instr, ref: this.ref } as unknown as Instr & T;
    this.code.push(full);
    return full;
  }

  /** Makes the last instruction write to `reg` when all it does is make the temporary `op`. */
  redirect(op: Operand, reg: number): boolean {
    const last = this.code.at(-1);
    if (last === undefined || !('reg' in op) || !('dst' in last) || last.dst !== op.reg)
      return false;
    if (last.op === 'local' || last.ref !== this.ref || this.vars.some((v) => v.reg === op.reg))
      return false;
    last.dst = reg;
    return true;
  }

  temp(): number {
    return this.regs++;
  }

  label(): number {
    return this.labelCount++;
  }

  place(id: number): void {
    this.emit({ op: 'label', id });
  }

  branch(cond: Operand, yes: number, no: number): void {
    // biome-ignore lint/suspicious/noThenProperty: the field's name in the contract; never awaited
    this.emit({ op: 'branch', cond, then: yes, else: no });
  }

  jump(to: number): void {
    this.emit({ op: 'jump', to });
  }

  /** Code after this point is reachable only through a label. */
  get dead(): boolean {
    const last = this.code.at(-1);
    return last?.op === 'jump' || last?.op === 'return';
  }

  unmodelled(what: string): Val {
    this.emit({ op: 'unmodelled', what });
    this.problems.push({ what, ref: this.ref });
    return { op: { imm: 0 }, type: UNKNOWN };
  }

  /** A node's text for a message. */
  excerpt(node: Node): string {
    return squeeze(node.chunk.text.slice(node.start, node.end), 60);
  }

  private addRef(ref: SourceRef, span: Span | null = null): number {
    const last = this.refs.at(-1);
    if (last && last.text === ref.text && last.line === ref.line && last.path === ref.path) {
      return this.refs.length - 1;
    }
    this.spans.push(span);
    return this.refs.push(ref) - 1;
  }

  private refTo(unit: Unit, start: number, end: number, text: string): number {
    return this.addRef(refAt(unit, start, end, text), { start, end });
  }

  /** Makes `[start, end)` of the function's own text the source of what follows. */
  setRef(node: Node, start = node.start, end = node.end): number {
    if (this.macroDepth > 0 || this.unit === null || node.chunk.base < 0) return this.ref;
    const text = squeeze(node.chunk.text.slice(start, end));
    const base = node.chunk.base;
    this.ref = this.refTo(this.unit, base + start, base + end, text);
    return this.ref;
  }

  /** The same for a range of the file, when there is no tree to point into. */
  refWhole(start: number, end: number): void {
    if (this.unit === null) return;
    this.ref = this.refTo(this.unit, start, end, squeeze(this.unit.active.slice(start, end)));
  }

  /** Records a statement around what `body` emits; `head` is the part that its ref shows. */
  statement(kind: Stmt['kind'], node: Node, headEnd: number, body: () => void): void {
    if (this.macroDepth > 0) {
      body();
      return;
    }
    const outerRef = this.ref;
    const parent = this.stmt;
    const ref = this.setRef(node, node.start, headEnd);
    const index = this.stmts.push({ kind, start: this.code.length, end: -1, parent, ref }) - 1;
    this.stmt = index;
    body();
    this.stmt = parent;
    this.stmts[index].end = this.code.length;
    if (this.stmts[index].start === this.code.length && index === this.stmts.length - 1)
      this.stmts.pop();
    this.ref = outerRef >= 0 ? outerRef : ref;
  }

  /** Runs `body` on text that macro expansion made: it is expanded already, and its statements are not recorded. */
  inMacro<T>(body: () => T): T {
    this.expanded++;
    try {
      return this.unrecorded(body);
    } finally {
      this.expanded--;
    }
  }

  /** Runs `body` without recording statements: all that it emits belongs to the statement around it. */
  unrecorded<T>(body: () => T): T {
    this.macroDepth++;
    try {
      return body();
    } finally {
      this.macroDepth--;
    }
  }

  /** A function that runs its argument as if it stood here: the body of a loop macro is not the macro's text. */
  asHere(): (body: () => void) => void {
    const here = { macroDepth: this.macroDepth, expanded: this.expanded };
    return (body) => {
      const { macroDepth, expanded } = this;
      Object.assign(this, here);
      body();
      Object.assign(this, { macroDepth, expanded });
    };
  }

  /** Runs `body` for its result only; nothing that it emits stays. */
  dry<T>(body: () => T): T {
    const { regs, ref, labelCount } = this;
    const lists = [
      ...[this.code, this.problems, this.refs, this.spans],
      ...[this.vars, this.stmts, this.scopes],
    ];
    const lengths = lists.map((l) => l.length);
    const callees = new Set(this.callees);
    this.world.muted++;
    try {
      return body();
    } finally {
      lists.forEach((list, i) => {
        list.length = lengths[i];
      });
      this.world.muted--;
      this.regs = regs;
      this.ref = ref;
      this.labelCount = labelCount;
      this.callees = callees;
    }
  }

  lookup(name: string): Entity | undefined {
    for (let i = this.scopes.length - 1; i >= 0; i--) {
      const hit = this.scopes[i].names.get(name);
      if (hit !== undefined) return hit;
    }
    return undefined;
  }

  /** Where the current instruction's source is, for notes. */
  here(): { path: string; line: number | null } {
    const ref = this.refs[this.ref];
    if (ref !== undefined && ref.path !== '') return { path: ref.path, line: ref.line };
    if (this.unit === null) return { path: '', line: null };
    return { path: pathOf(this.unit, lineIndex(this.unit, 0)), line: null };
  }

  note(message: string): void {
    this.world.note('note', this.here(), message);
  }

  /** Settles the type of a value whose declaration is unknown. */
  settle(val: Val, type: CType): Val {
    if (val.type !== UNKNOWN || sameType(type, UNKNOWN))
      return val.type === UNKNOWN ? { ...val, type } : val;
    if (val.origin !== undefined) val.origin.type = type;
    return { op: val.op, type };
  }
}
