import type { CType, Func, LowerNote } from '../sim/program.js';
import { Builder, type Span } from './builder.js';
import { type Chunk, child, findNode, named, textOf } from './chunk.js';
import { isFuncType, UNKNOWN } from './ctypes.js';
import { newLocal } from './declarations.js';
import { baseType, declarator, functionDeclarator, parameters } from './declare.js';
import { expression } from './expressions.js';
import { type FamilyFunctions, moved, placeOf } from './known-functions.js';
import type { Node } from './parser.js';
import { parseChunk } from './parser.js';
import { place } from './places.js';
import { isolateErrors } from './recover.js';
import type { Item } from './scan.js';
import { statement } from './statements.js';
import { rewriteSyscall } from './syscall.js';
import type { Unit } from './unit.js';
import type { World } from './world.js';

export interface Lowered {
  func: Func;
  callees: Set<string>;
}

/** Masked text of a function definition. */
export function functionChunk(world: World, unit: Unit, item: Item): Chunk {
  let text = unit.active.slice(item.start, item.end);
  if (item.syscall) {
    const head = item.brace - item.start;
    text = rewriteSyscall(text.slice(0, head)) + text.slice(head);
  }
  return world.mask(text, item.start);
}

/**
 * Lowers one function definition. Constructs that can not be translated become `unmodelled` and an error note. What was
 * lowered for another version of the program is taken from `others`.
 */
export function lowerFunction(
  world: World,
  unit: Unit,
  item: Item,
  others?: FamilyFunctions,
): Lowered {
  if (!others) return lowerAnew(world, unit, item);
  const known = others.find(unit, item);
  if (!known) return lowerHeard(world, unit, item, others);
  const func = moved(known, unit, item);
  for (const { note, ref } of known.notes) {
    const at = ref < 0 ? note : func.refs[ref];
    world.note(note.level, { path: at.path, line: at.line }, note.message);
  }
  return { func, callees: new Set(known.callees) };
}

/** Lowers a function, and takes down what other versions have to know of it. */
function lowerHeard(world: World, unit: Unit, item: Item, others: FamilyFunctions): Lowered {
  world.heard = [];
  try {
    const out = lowerAnew(world, unit, item);
    const { func, spans, callees } = out;
    const notes = world.heard.map((note) => ({ note, ref: refOf(func, note) }));
    // a note on a line that no part of the code is from could not be moved to another version
    if (notes.every(({ note, ref }) => ref >= 0 || note.path === ''))
      others.add({ unit, item, func, spans, callees, notes });
    return out;
  } finally {
    world.heard = null;
  }
}

const refOf = (func: Func, { path, line }: LowerNote): number =>
  path === '' ? -1 : func.refs.findIndex((r) => r.path === path && r.line === line);

function lowerAnew(world: World, unit: Unit, item: Item): Lowered & { spans: (Span | null)[] } {
  const tree = parseFunction(unit, item, functionChunk(world, unit, item));
  const root = findNode(tree, 'function_definition');
  const taken = root === undefined ? new Set<string>() : addressTaken(root);
  for (let round = 0; ; round++) {
    const b = new Builder(world, unit, item.name, taken);
    const func = lowerOnce(b, unit, item, root);
    if (b.lateTaken.size > 0 && round < 4) {
      for (const name of b.lateTaken) taken.add(name);
      continue;
    }
    report(b, item);
    return { func, spans: b.spans, callees: b.callees };
  }
}

const parsed = new WeakMap<Unit, Map<number, { masked: string; root: Node }>>();

/** The function's tree; parsed once for all versions of the program in which its masked text is the same. */
function parseFunction(unit: Unit, item: Item, chunk: Chunk): Node {
  let byStart = parsed.get(unit);
  if (!byStart) parsed.set(unit, (byStart = new Map()));
  const known = byStart.get(item.start);
  if (known?.masked === chunk.masked) return known.root;
  const { masked } = chunk;
  const root = isolateErrors(chunk, parseChunk);
  byStart.set(item.start, { masked, root });
  return root;
}

function lowerOnce(b: Builder, unit: Unit, item: Item, root: Node | undefined): Func {
  const func: Func = {
    name: item.name,
    params: [],
    result: UNKNOWN,
    regs: 0,
    vars: b.vars,
    refs: b.refs,
    code: b.code,
    stmts: b.stmts,
    ...placeOf(unit, item),
  };
  const head = root === undefined ? undefined : functionDeclarator(root);
  const body = root === undefined ? undefined : child(root, 'body');
  if (root === undefined || head === undefined || body === undefined || root.broken) {
    b.refWhole(item.start, item.brace);
    b.unmodelled(`function ${item.name} does not parse`);
    b.emit({ op: 'return', value: null });
    return { ...func, regs: b.regs };
  }
  b.setRef(root, root.start, body.start);
  const type = declarator(child(root, 'declarator'), baseType(root, b.world), b.world).type;
  b.result = func.result = isFuncType(type) ? type.result : UNKNOWN;
  lowerBody(b, func, head, body);
  return { ...func, regs: b.regs };
}

function lowerBody(b: Builder, func: Func, head: Node, body: Node): void {
  const params = parameters(child(head, 'parameters')!, b.world);
  func.params = params.map((p) => ({ name: p.name, reg: b.temp(), type: p.type }));
  b.world.localType = (text) => textType(b, text);
  for (const p of func.params) declareParam(b, p);
  collectLabels(b, body, [body]);
  b.scopes.at(-1)!.node = body;
  for (const part of named(body)) statement(b, part);
  if (!b.dead) {
    b.setRef(body, body.end - 1);
    const scope = b.scopes[0];
    for (let i = scope.cleanups.length - 1; i >= 0; i--) scope.cleanups[i]();
    b.emit({ op: 'return', value: null });
  }
  lostLabels(b);
  b.world.localType = null;
}

/** Labels that stand in a part that was not translated: going there must not run on silently. */
function lostLabels(b: Builder): void {
  const placed = new Set(b.code.flatMap((i) => (i.op === 'label' ? [i.id] : [])));
  const wanted = new Set(b.code.flatMap((i) => (i.op === 'jump' ? [i.to] : [])));
  for (const [name, { id }] of b.labels) {
    if (placed.has(id) || !wanted.has(id)) continue;
    b.place(id);
    b.unmodelled(`label ${name} is in a part that is not translated`);
    b.emit({ op: 'return', value: null });
  }
}

function declareParam(b: Builder, p: Func['params'][number]): void {
  const names = b.scopes.at(-1)!.names;
  if (p.type.kind === 'struct') {
    names.set(p.name, { kind: 'mem', base: { reg: p.reg }, path: '', type: p.type, bits: 0 });
    return;
  }
  if (!b.taken.has(p.name)) {
    names.set(p.name, { kind: 'reg', reg: p.reg, type: p.type });
    b.vars.push({ name: p.name, reg: p.reg, type: p.type });
    return;
  }
  const entity = newLocal(b, p.name, p.type);
  if (entity.kind === 'mem') {
    b.emit({ op: 'store', base: entity.base, path: '', src: { reg: p.reg }, type: p.type });
  }
}

/** Type of the text inside a `typeof`, in the scope of the function. */
export function textType(b: Builder, text: string) {
  const root = b.world.parseText(`void f(void){ sizeof(${text}); }`);
  const size = findNode(root, 'sizeof_expression');
  const descriptor = size && child(size, 'type');
  const identifier = descriptor && findNode(descriptor, 'type_identifier');
  const local = identifier !== undefined && b.lookup(textOf(identifier)) !== undefined;
  if (descriptor !== undefined && !local) {
    return declarator(child(descriptor, 'declarator'), baseType(descriptor, b.world), b.world).type;
  }
  const again = findNode(b.world.parseText(`void f(void){ ((${text})); }`), 'expression_statement');
  const node = again && named(again)[0];
  return node === undefined || node.broken ? UNKNOWN : b.dry(() => valueType(b, node));
}

/** Type of an expression as an object, where it is one: arrays stay arrays. */
function valueType(b: Builder, node: Node): CType {
  let inner = node;
  while (inner.type === 'parenthesized_expression') inner = named(inner)[0];
  const isPlace = /^(identifier|field_expression|subscript_expression)$/.test(inner.type);
  return (isPlace ? place(b, inner)?.type : undefined) ?? expression(b, inner).type;
}

/** Names that occur as `&name`: those locals live in memory. */
function addressTaken(root: Node): Set<string> {
  const out = new Set<string>();
  const visit = (node: Node) => {
    if (node.type === 'pointer_expression' && textOf(node.children[0]) === '&') {
      let arg = child(node, 'argument');
      while (arg?.type === 'parenthesized_expression') arg = named(arg)[0];
      if (arg?.type === 'identifier') out.add(textOf(arg));
    }
    node.children.forEach(visit);
  };
  visit(root);
  return out;
}

function collectLabels(b: Builder, node: Node, inside: Node[]): void {
  for (const c of named(node)) {
    if (c.type === 'labeled_statement') {
      b.labels.set(textOf(child(c, 'label')!), { id: b.label(), inside: new Set(inside) });
    }
    collectLabels(b, c, c.type === 'compound_statement' ? [...inside, c] : inside);
  }
}

function report(b: Builder, item: Item): void {
  for (const p of b.problems) {
    const ref = b.refs[p.ref];
    const at = { path: ref?.path || b.here().path, line: ref?.line ?? null };
    b.world.note('error', at, `${item.name}(): not translated: ${p.what}`);
  }
}
