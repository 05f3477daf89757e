import type { CType } from '../sim/program.js';
import type { Builder, Entity } from './builder.js';
import { callNamed } from './calls.js';
import { child, findNode, named, textOf } from './chunk.js';
import { UNKNOWN } from './ctypes.js';
import { baseType, declarator } from './declare.js';
import { expression } from './expressions.js';
import { lowerInitialiser } from './initialise.js';
import type { Node } from './parser.js';
import { load } from './places.js';

/** A declaration in a function: locals, local typedefs, statics, prototypes. */
export function declaration(b: Builder, node: Node): void {
  if (node.type === 'type_definition') {
    localTypedef(b, node);
    return;
  }
  if (node.broken) {
    b.unmodelled(`syntax: ${b.excerpt(node)}`);
    return;
  }
  const isStatic = node.children.some(
    (c) => c.type === 'storage_class_specifier' && textOf(c) === 'static',
  );
  const isExtern = node.children.some(
    (c) => c.type === 'storage_class_specifier' && textOf(c) === 'extern',
  );
  const auto = textOf(child(node, 'type')!) === '__auto_type';
  const base = auto ? UNKNOWN : baseType(node, b.world, `${b.name}.anonymous`);
  for (const d of node.children.filter((c) => c.field === 'declarator')) {
    const value = d.type === 'init_declarator' ? child(d, 'value') : undefined;
    const made = declarator(d, base, b.world);
    let type = made.type;
    if (auto && value !== undefined) type = b.dry(() => expression(b, value).type);
    if (type.kind === 'array' && type.length === null && value?.type === 'initializer_list') {
      type = { ...type, length: named(value).length };
    }
    if (type.kind === 'func' || isExtern) continue;
    if (isStatic) declareStatic(b, made.name, type);
    else declareLocal(b, made.name, type, value, d);
  }
}

function localTypedef(b: Builder, node: Node): void {
  const base = baseType(node, b.world, `${b.name}.anonymous`);
  for (const d of node.children.filter((c) => c.field === 'declarator')) {
    const made = declarator(d, base, b.world);
    b.scopes.at(-1)!.names.set(made.name, { kind: 'type', type: made.type });
  }
}

function declareStatic(b: Builder, name: string, type: CType): void {
  const entity: Entity = {
    kind: 'mem',
    base: { sym: `${b.name}.${name}` },
    path: '',
    type,
    bits: 0,
  };
  b.scopes.at(-1)!.names.set(name, entity);
}

function declareLocal(
  b: Builder,
  name: string,
  type: CType,
  value: Node | undefined,
  at: Node,
): void {
  const entity = newLocal(b, name, type);
  if (value !== undefined) lowerInitialiser(b, entity, value);
  for (const [offset, rewrite] of at.chunk.rewrites) {
    if (rewrite.kind !== 'free' || offset < at.start || offset > at.end + 80) continue;
    if (at.chunk.masked.slice(at.start, offset).includes(';')) continue;
    if (findNode(at, 'identifier') === undefined) continue;
    b.scopes.at(-1)!.cleanups.push(() => callNamed(b, rewrite.name, [load(b, entity)], false));
  }
}

/** Brings a local into scope: a register for a scalar, an object for the rest and for what has its address taken. */
export function newLocal(
  b: Builder,
  name: string,
  type: CType,
): Extract<Entity, { kind: 'reg' | 'mem' }> {
  const scalar = type.kind === 'int' || type.kind === 'ptr';
  const reg = b.temp();
  let entity: Extract<Entity, { kind: 'reg' | 'mem' }>;
  if (scalar && !b.taken.has(name)) {
    entity = { kind: 'reg', reg, type };
    b.vars.push({ name, reg, type });
  } else {
    b.emit({ op: 'local', dst: reg, type, name });
    entity = { kind: 'mem', base: { reg }, path: '', type, bits: 0 };
  }
  b.scopes.at(-1)!.names.set(name, entity);
  return entity;
}
