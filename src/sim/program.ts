/**
 * Program: the executable form of kernel C. Produced by cfront, executed, mutated and explored here.
 *
 * A function is a flat list of instructions over numbered registers. C locals whose address is never taken and that
 * are scalars live in registers; the others are stack objects made by `local`. Memory is a set of objects; a place in
 * one is a dotted field path (`mas.index`, `a[2].b`), never a byte offset. Pointers are (object, path).
 */

export interface IntType {
  kind: 'int';
  bits: 1 | 8 | 16 | 32 | 64;
  signed: boolean;
}
export type CType =
  | IntType
  | { kind: 'ptr'; to: CType }
  | { kind: 'struct'; tag: string }
  | { kind: 'array'; of: CType; length: number | null }
  | { kind: 'func' }
  | { kind: 'void' };

/** Where an instruction comes from. */
export interface SourceRef {
  /** Path in the tree, or `skeleton:<era>`. */
  path: string;
  /** 1-based line in that version of the file, null in a skeleton. */
  line: number | null;
  /** 1-based line in the patch input, null where the patch does not show it. */
  patchLine: number | null;
  /** The line is one that the patch adds (or removes, in the version before). */
  changed: boolean;
  /** The statement's own text on one line, for display only; nothing decides by it. */
  text: string;
  /** Index of the line in the file as it was rebuilt, skeleton lines counted too; for display only. */
  at?: number;
}

/** A register, a constant, or the address of a named global or function. */
export type Operand = { reg: number } | { imm: number | bigint } | { sym: string };

export type BinaryOp =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '&'
  | '|'
  | '^'
  | '<<'
  | '>>'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>=';
export type UnaryOp = '-' | '~' | '!';

interface Base {
  /** Index into `Func.refs`. */
  ref: number;
}
export type Instr = Base &
  (
    | { op: 'move'; dst: number; src: Operand }
    /** `type` is the common type of the operands; comparisons give 0 or 1. Pointer +/- int on array places: `index`. */
    | { op: 'bin'; dst: number; fn: BinaryOp; a: Operand; b: Operand; type: CType }
    | { op: 'un'; dst: number; fn: UnaryOp; a: Operand; type: CType }
    | { op: 'cast'; dst: number; src: Operand; type: CType }
    /** A fresh stack object of `type`; `dst` receives its address. Runs at the declaration. */
    | { op: 'local'; dst: number; type: CType; name: string }
    /** dst = &base->path (path may be empty: plain copy). */
    | { op: 'field'; dst: number; base: Operand; path: string }
    /** dst = address of element `index` from `base`, which points into an array. */
    | { op: 'index'; dst: number; base: Operand; index: Operand }
    /** dst = base with the trailing `path` taken off (container_of). */
    | { op: 'container'; dst: number; base: Operand; path: string }
    | { op: 'load'; dst: number; base: Operand; path: string; type: CType }
    | { op: 'store'; base: Operand; path: string; src: Operand; type: CType }
    /** Copy all places below `src` to below `dst` (struct assignment). */
    | { op: 'copy'; dstBase: Operand; srcBase: Operand; type: CType }
    | {
        op: 'call';
        dst: number | null;
        callee: { name: string } | { value: Operand };
        args: Operand[];
        type: CType;
      }
    | { op: 'jump'; to: number }
    | { op: 'branch'; cond: Operand; then: number; else: number }
    /** Jump target; ids are unique within the function. */
    | { op: 'label'; id: number }
    | { op: 'return'; value: Operand | null }
    /** A construct that the front end does not translate; reaching it makes the run inconclusive. */
    | { op: 'unmodelled'; what: string }
  );

/**
 * A statement of the source: the half-open range `[start, end)` of `code` that it lowers to, with what nests in it.
 * `if`, `loop`, `switch` and `block` ranges contain those of their children; the ranges of siblings do not overlap.
 */
export interface Stmt {
  kind:
    | 'expr'
    | 'decl'
    | 'if'
    | 'loop'
    | 'switch'
    | 'block'
    | 'goto'
    | 'label'
    | 'return'
    | 'break'
    | 'continue';
  start: number;
  end: number;
  /** Index of the enclosing statement in `Func.stmts`, -1 at the top. */
  parent: number;
  ref: number;
}

export interface Param {
  name: string;
  reg: number;
  type: CType;
}

export interface Func {
  name: string;
  params: Param[];
  result: CType;
  /** Number of registers; parameters come first. */
  regs: number;
  /** Named registers (C locals and parameters) with their types; used to substitute variables. */
  vars: { name: string; reg: number; type: CType }[];
  refs: SourceRef[];
  code: Instr[];
  stmts: Stmt[];
  /** File that the definition is in. */
  path: string;
  line: number | null;
}

/** What the front end could not translate, or had to assume. */
export interface LowerNote {
  level: 'error' | 'note';
  path: string;
  line: number | null;
  message: string;
}

export interface Program {
  functions: Record<string, Func>;
  notes: LowerNote[];
}
