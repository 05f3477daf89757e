import type { CType, LowerNote } from '../sim/program.js';
import type { SourceFile } from '../source/types.js';
import { type Chunk, child, findNode, named, textOf } from './chunk.js';
import type { ConfigTable } from './config.js';
import { type FuncType, isFuncType, structType, UINT, ULONG, UNKNOWN, wrap } from './ctypes.js';
import { baseType, declarator, type TypeWorld } from './declare.js';
import { builtinUnitFile } from './decls.js';
import { ExpansionTooLong, expandText } from './expand.js';
import { maskChunk } from './mask.js';
import { type Node, parseChunk } from './parser.js';
import type { Macro } from './preprocess.js';
import type { Item } from './scan.js';
import { type Field, type Fields, readFields } from './structs.js';
import { rewriteSyscall } from './syscall.js';
import { matchBracket } from './text.js';
import { type Unit, unitOf } from './unit.js';

/** Types of one machine word that C wraps in a struct: lowered as the word. `.pte` and the like are the value itself. */
export const WORD_TYPES = new Set(
  'pte_t pmd_t pud_t p4d_t pgd_t pgprot_t swp_entry_t pgtable_t_ kuid_t kgid_t'.split(' '),
);

/** Parsed texts without a place of their own, shared by all programs: a review lowers much the same twice. */
const shared = new Map<string, Node>();
/** Characters of those texts that are kept; then it starts anew. Their trees take some fifty times as much memory. */
const MAX_SHARED = 1_000_000;
let held = 0;

function parseShared(chunk: Chunk): Node {
  const key = `${chunk.masked}\0${chunk.text}`;
  let node = shared.get(key);
  if (node === undefined) {
    if (held > MAX_SHARED) {
      shared.clear();
      held = 0;
    }
    held += key.length;
    shared.set(key, (node = parseChunk(chunk)));
  }
  return node;
}

/** Everything that names can stand for: files, then declarations, then the built-in declarations. */
export class World implements TypeWorld {
  readonly units: Unit[];
  readonly notes: LowerNote[] = [];
  readonly structs = new Map<string, Fields | null>();
  private readonly typedefs = new Map<string, CType | undefined>();
  private readonly enums = new Map<string, bigint | undefined>();
  private readonly signatures = new Map<string, FuncType | undefined>();
  private readonly globals = new Map<string, CType | undefined>();
  private readonly chunks = new Map<string, Node>();
  /** Above 0 while something is evaluated for its type only: what is to say is said when it is lowered. */
  muted = 0;
  /** Above 0 while a struct is read: types of fields that nobody uses are no news. */
  private quiet = 0;
  private readonly undeclared = new Set<string>();
  private readonly noted = new Set<string>();
  /** Takes down what is noted, also what was noted before; while a function is lowered. */
  heard: LowerNote[] | null = null;
  /** Set by the lowering: type of an expression's text, value of a node, without emitting code. */
  evaluateType: (text: string) => CType = () => UNKNOWN;
  evaluateNode: (node: Node) => bigint | null = () => null;
  /** Scope-aware variant of `evaluateType`, while a function is being lowered. */
  localType: ((text: string) => CType) | null = null;

  constructor(
    files: SourceFile[],
    declarations: SourceFile[],
    readonly isModelled: (name: string) => boolean,
    readonly config?: ConfigTable,
  ) {
    this.units = [...files, ...declarations, builtinUnitFile()].map((f) => unitOf(f, config));
  }

  find<T>(pick: (unit: Unit) => T | undefined): { unit: Unit; hit: T } | undefined {
    for (const unit of this.units) {
      const hit = pick(unit);
      if (hit !== undefined) return { unit, hit };
    }
    return undefined;
  }

  functionItem(name: string): { unit: Unit; hit: Item } | undefined {
    return this.find((u) => u.functions.get(name));
  }

  macro(name: string): Macro | undefined {
    return this.find((u) => u.macros.get(name))?.hit;
  }

  isType(name: string): boolean {
    if (/^(__)?[us](8|16|32|64)$/.test(name)) return true;
    if (this.units.some((u) => u.typedefs.has(name))) return true;
    return /_t$/.test(name) && this.macro(name) === undefined && !this.declares(name);
  }

  private declares(name: string): boolean {
    return this.units.some((u) => u.functions.has(name) || u.declared.has(name));
  }

  /** A masked and parsed text, kept by its text. */
  parseText(text: string, expandMacros = false): Node {
    const key = `${expandMacros ? '+' : '-'}${text}`;
    let node = this.chunks.get(key);
    if (node === undefined) {
      const full = expandMacros ? this.expanded(text) : text;
      this.chunks.set(key, (node = parseShared(this.mask(full, -1))));
    }
    return node;
  }

  private expanded(text: string): string {
    try {
      return expandText(text, (n) => this.macro(n));
    } catch (e) {
      if (e instanceof ExpansionTooLong) return text;
      throw e;
    }
  }

  mask(text: string, base: number): Chunk {
    return maskChunk(text, base, this);
  }

  typedef(name: string): CType | undefined {
    const word = /^(?:__)?([us])(8|16|32|64)$/.exec(name);
    if (word !== null) {
      return { kind: 'int', bits: Number(word[2]) as 8 | 16 | 32 | 64, signed: word[1] === 's' };
    }
    if (WORD_TYPES.has(name)) return ULONG;
    if (!this.typedefs.has(name)) {
      this.typedefs.set(name, UNKNOWN);
      this.typedefs.set(name, this.readTypedef(name));
    }
    if (this.undeclared.has(name) && this.quiet === 0) {
      this.note('note', null, `type ${name} is not declared: taken for a 64-bit integer`);
    }
    return this.typedefs.get(name);
  }

  private readTypedef(name: string): CType | undefined {
    const at = this.find((u) => u.typedefs.get(name));
    if (at === undefined) {
      this.undeclared.add(name);
      return UNKNOWN;
    }
    const node = findNode(
      this.parseText(at.unit.active.slice(at.hit.start, at.hit.end), true),
      'type_definition',
    );
    if (node === undefined) return UNKNOWN;
    const base = baseType(node, this, name);
    for (const d of node.children.filter((c) => c.field === 'declarator')) {
      const made = declarator(d, base, this);
      if (made.name === name) return made.type;
    }
    return base;
  }

  typeOfText(text: string): CType {
    return (this.localType ?? this.evaluateType)(text);
  }

  constantOf(node: Node): bigint | null {
    return this.evaluateNode(node);
  }

  /** A body met inside a declaration: its fields or enumerators are recorded. */
  aggregate(node: Node, tag: string): CType {
    if (node.type === 'enum_specifier') {
      this.readEnumerators(node);
      return UINT;
    }
    if (!this.structs.has(tag)) {
      this.structs.set(tag, new Map());
      this.structs.set(tag, this.fieldsOf(node, tag));
    }
    return structType(tag);
  }

  private fieldsOf(node: Node, tag: string): Fields {
    this.quiet++;
    const fields = readFields(node, tag, this, (t, f) => {
      if (!this.structs.get(t)) this.structs.set(t, f);
    });
    this.quiet--;
    return fields;
  }

  /** Fields of a struct or union, null when no definition is known. */
  fields(tag: string): Fields | null {
    const known = this.structs.get(tag);
    if (known !== undefined) return known;
    this.structs.set(tag, null);
    const at =
      this.find((u) => u.aggregates.get(`struct ${tag}`)) ??
      this.find((u) => u.aggregates.get(`union ${tag}`));
    if (at === undefined) return null;
    const spec = this.aggregateNode(at.unit, at.hit);
    const fields = spec === undefined ? null : this.fieldsOf(spec, tag);
    this.structs.set(tag, fields);
    return fields;
  }

  /** A field of a struct; undefined when the struct or the field is not declared. */
  field(tag: string, name: string): Field | undefined {
    return this.fields(tag)?.get(name);
  }

  isEnumerator(name: string): boolean {
    return this.units.some((u) => u.enumerators.has(name));
  }

  private aggregateNode(unit: Unit, offset: number): Node | undefined {
    const open = unit.active.indexOf('{', offset);
    const close = matchBracket(unit.active, open);
    if (close < 0) return undefined;
    const root = this.parseText(`${unit.active.slice(offset, close)};`, true);
    return findNode(root, 'struct_specifier', 'union_specifier', 'enum_specifier');
  }

  /** Value of an enumerator, undefined when the name is none or its value is not known. */
  enumerator(name: string): bigint | undefined {
    if (this.enums.has(name)) return this.enums.get(name);
    const at = this.find((u) => u.enumerators.get(name));
    if (at === undefined) return undefined;
    const spec = this.aggregateNode(at.unit, at.hit);
    if (spec !== undefined) this.readEnumerators(spec);
    return this.enums.get(name);
  }

  private readEnumerators(spec: Node): void {
    const body = child(spec, 'body');
    let next: bigint | undefined = 0n;
    for (const e of body === undefined ? [] : named(body)) {
      if (e.type !== 'enumerator') continue;
      const value = child(e, 'value');
      if (value !== undefined) next = this.evaluateNode(value) ?? undefined;
      const key = textOf(child(e, 'name')!);
      if (!this.enums.has(key)) this.enums.set(key, next);
      if (next !== undefined) next = wrap(next + 1n, { kind: 'int', bits: 64, signed: true });
    }
  }

  /** Result and parameter types of a function, undefined when nothing declares it. */
  signature(name: string): FuncType | undefined {
    if (!this.signatures.has(name)) {
      this.signatures.set(name, undefined);
      this.signatures.set(name, this.readSignature(name));
    }
    return this.signatures.get(name);
  }

  private readSignature(name: string): FuncType | undefined {
    const def = this.functionItem(name);
    const at = def ?? this.find((u) => u.declared.get(name));
    if (at === undefined) return undefined;
    const { unit, hit } = at;
    const head =
      hit.kind === 'function'
        ? `${this.headText(unit, hit)};`
        : unit.active.slice(hit.start, hit.end);
    const type = this.declaredType(head, name);
    return type !== undefined && isFuncType(type) ? type : undefined;
  }

  /** Text of a definition up to its body, as C. */
  headText(unit: Unit, item: Item): string {
    const head = unit.active.slice(item.start, item.brace);
    return item.syscall ? rewriteSyscall(head) : head;
  }

  private declaredType(text: string, name: string): CType | undefined {
    const node = findNode(this.parseText(text), 'declaration');
    if (node === undefined) return undefined;
    const base = baseType(node, this, name);
    for (const d of node.children.filter((c) => c.field === 'declarator')) {
      const made = declarator(d, base, this);
      if (made.name === name) return made.type;
    }
    return undefined;
  }

  /** Type of a global variable, undefined when nothing declares one of that name. */
  global(name: string): CType | undefined {
    if (!this.globals.has(name)) {
      this.globals.set(name, undefined);
      const at = this.find((u) => u.declared.get(name));
      if (at !== undefined) {
        const text = at.unit.active.slice(at.hit.start, at.hit.end);
        const eq = text.indexOf('=');
        const type = this.declaredType(eq < 0 ? text : `${text.slice(0, eq)};`, name);
        if (type !== undefined && type.kind !== 'func') this.globals.set(name, type);
      }
    }
    return this.globals.get(name);
  }

  /** Adds a note once. */
  note(
    level: LowerNote['level'],
    at: { path: string; line: number | null } | null,
    message: string,
  ): void {
    if (this.muted > 0) return;
    const note = { level, path: at?.path ?? '', line: at?.line ?? null, message };
    this.heard?.push(note);
    const key = `${level}:${at?.path}:${at?.line}:${message}`;
    if (this.noted.has(key)) return;
    this.noted.add(key);
    this.notes.push(note);
  }
}
