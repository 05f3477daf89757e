import type { CType, Operand } from '../sim/program.js';
import type { Builder, Place, Val } from './builder.js';
import { child, named, textOf } from './chunk.js';
import { constantValue, convert, immediate } from './convert.js';
import { isInt, pointerTo, typeName, UNKNOWN, VOID_PTR } from './ctypes.js';
import { descriptorType } from './declare.js';
import { conditional, expression } from './expressions.js';
import { lowerInitialiser } from './initialise.js';
import { identifierPlace } from './names.js';
import type { Node } from './parser.js';
import { macroUse } from './use.js';

/** `a.b`, or just the one that is there. */
export const joinPath = (path: string, name: string) => (path === '' ? name : `${path}.${name}`);

/** Reads a place. Structs give their address, arrays the address of their first element. */
export function load(b: Builder, place: Place): Val {
  if (place.kind === 'reg') return { op: { reg: place.reg }, type: place.type };
  const { type } = place;
  if (type.kind === 'struct') return { op: address(b, place).op, type };
  if (type.kind === 'array') {
    const first: Place = { ...place, path: `${place.path}[0]`, type: type.of };
    return { op: address(b, first).op, type: pointerTo(type.of) };
  }
  if (type.kind === 'func') return { op: address(b, place).op, type: pointerTo(type) };
  const dst = b.temp();
  const origin = b.emit({ op: 'load', dst, base: place.base, path: place.path, type });
  return { op: { reg: dst }, type, origin: type === UNKNOWN ? origin : undefined };
}

/** Writes a value that has the place's type already (see `convert`). */
export function store(b: Builder, place: Place, val: Val): void {
  if (place.kind === 'reg') {
    if (!b.redirect(val.op, place.reg)) b.emit({ op: 'move', dst: place.reg, src: val.op });
  } else if (place.type.kind === 'struct') {
    copyStruct(b, address(b, place).op, val.op, place.type);
  } else {
    const src = place.bits > 0 ? truncate(b, val, place.bits) : val.op;
    b.emit({ op: 'store', base: place.base, path: place.path, src, type: place.type });
  }
}

/** Struct assignment; the simulator may have a model of it, by the name of the struct. */
export function copyStruct(
  b: Builder,
  dst: Operand,
  src: Operand,
  type: CType & { kind: 'struct' },
): void {
  const name = `copy ${type.tag}`;
  if (!b.world.isModelled(name)) b.emit({ op: 'copy', dstBase: dst, srcBase: src, type });
  else {
    b.callees.add(name);
    b.emit({ op: 'call', dst: null, callee: { name }, args: [dst, src], type: { kind: 'void' } });
  }
}

function truncate(b: Builder, val: Val, bits: number) {
  if (!isInt(val.type) || val.type.signed || val.type.bits === 1) return val.op;
  const mask = (1n << BigInt(bits)) - 1n;
  const known = constantValue(val);
  if (known !== null) return immediate(known & mask, val.type).op;
  const dst = b.temp();
  b.emit({ op: 'bin', dst, fn: '&', a: val.op, b: immediate(mask, val.type).op, type: val.type });
  return { reg: dst };
}

/** The address of a place. A register that has none makes the function be lowered again with the local in memory. */
export function address(b: Builder, place: Place): Val {
  const type = pointerTo(place.type);
  if (place.kind === 'reg') {
    const name = b.vars.find((v) => v.reg === place.reg)?.name;
    if (name !== undefined) b.lateTaken.add(name);
    return { op: { imm: 0 }, type };
  }
  if (place.path === '') return { op: place.base, type };
  const dst = b.temp();
  b.emit({ op: 'field', dst, base: place.base, path: place.path });
  return { op: { reg: dst }, type };
}

/** The place that an expression denotes; null (with an `unmodelled` emitted) when it is none. */
export function place(b: Builder, node: Node): Place | null {
  switch (node.type) {
    case 'parenthesized_expression':
      return place(b, named(node)[0]);
    case 'identifier': {
      const use = macroUse(b, node);
      if (use !== null) return b.inMacro(() => place(b, use));
      return identifierPlace(b, node);
    }
    case 'call_expression':
      return callPlace(b, node);
    case 'field_expression':
      return fieldPlace(b, node);
    case 'pointer_expression':
      if (textOf(child(node, 'operator')!) === '*')
        return pointee(b, expression(b, child(node, 'argument')!));
      break;
    case 'subscript_expression':
      return subscript(b, node);
    case 'compound_literal_expression':
      return compoundLiteral(b, node);
    case 'cast_expression': {
      const inner = place(b, child(node, 'value')!);
      return inner === null
        ? null
        : { ...inner, type: descriptorType(child(node, 'type')!, b.world) };
    }
    case 'conditional_expression':
    case 'assignment_expression':
    case 'compound_statement':
    case 'comma_expression': {
      const val =
        node.type === 'conditional_expression' ? conditional(b, node) : expression(b, node);
      if (val.type.kind === 'struct') return at(val, val.type);
    }
  }
  b.unmodelled(`${node.type.replace(/_/g, ' ')} as an object`);
  return null;
}

const at = (val: Val, type: CType): Place => ({
  kind: 'mem',
  base: val.op,
  path: '',
  type,
  bits: 0,
});

const SAME_PLACE = new Set(['READ_ONCE', 'WRITE_ONCE', 'data_race', 'ACCESS_ONCE']);

function callPlace(b: Builder, node: Node): Place | null {
  const name = textOf(child(node, 'function')!);
  const args = named(child(node, 'arguments')!);
  if (SAME_PLACE.has(name) && args.length === 1) return place(b, args[0]);
  if (name === 'ACCESS_PRIVATE' && args.length === 2) {
    return member(b, pointee(b, expression(b, args[0])), textOf(args[1]));
  }
  const use = macroUse(b, node);
  if (use !== null) return b.inMacro(() => place(b, use));
  const val = expression(b, node);
  return val.type.kind === 'ptr' || val.type === UNKNOWN || val.type.kind === 'struct'
    ? at(val, val.type)
    : null;
}

/** `*p`. */
export function pointee(b: Builder, pointer: Val): Place {
  if (pointer.type.kind !== 'ptr') {
    const p = b.settle(pointer, VOID_PTR);
    return at(p, UNKNOWN);
  }
  if (pointer.type.to.kind === 'func') return at(pointer, pointer.type.to);
  return at(pointer, pointer.type.to.kind === 'void' ? UNKNOWN : pointer.type.to);
}

function fieldPlace(b: Builder, node: Node): Place | null {
  const arg = child(node, 'argument')!;
  const name = textOf(child(node, 'field')!);
  const arrow = textOf(child(node, 'operator')!) === '->';
  return member(b, arrow ? pointee(b, expression(b, arg)) : place(b, arg), name);
}

/** `object.name`. */
export function member(b: Builder, object: Place | null, name: string): Place | null {
  if (object === null) return null;
  if (isInt(object.type) && object.type !== UNKNOWN) return object;
  if (object.kind === 'reg')
    return b.unmodelled(`field ${name} of a ${typeName(object.type)}`) && null;
  const field = object.type.kind === 'struct' ? b.world.field(object.type.tag, name) : undefined;
  if (field === undefined) {
    const owner = object.type.kind === 'struct' ? typeName(object.type) : 'an undeclared type';
    b.note(`field ${name} of ${owner} is not declared: taken for a 64-bit integer`);
  }
  return {
    kind: 'mem',
    base: object.base,
    path: joinPath(object.path, field?.path ?? name),
    type: field?.type ?? UNKNOWN,
    bits: field?.bits ?? 0,
  };
}

function subscript(b: Builder, node: Node): Place | null {
  const arg = child(node, 'argument')!;
  const indexNode = child(node, 'index')!;
  const array = arrayPlace(b, arg);
  if (array !== null) {
    const index = expression(b, indexNode);
    const known = constantValue(index);
    if (known !== null)
      return { ...array, path: `${array.path}[${known}]`, type: elementOf(array.type) };
    const first = address(b, { ...array, path: `${array.path}[0]`, type: elementOf(array.type) });
    return indexed(b, first, index);
  }
  let pointer = expression(b, arg);
  let index = expression(b, indexNode);
  if (index.type.kind === 'ptr' && pointer.type.kind !== 'ptr') [pointer, index] = [index, pointer];
  return indexed(b, pointer, index);
}

/** The array that an expression names as a place, or null when it is a pointer. Emits nothing in that case. */
function arrayPlace(b: Builder, node: Node): (Place & { kind: 'mem' }) | null {
  const type = b.dry(() => placeType(b, node));
  if (type?.kind !== 'array') return null;
  const found = place(b, node);
  return found?.kind === 'mem' ? found : null;
}

function placeType(b: Builder, node: Node): CType | null {
  const inner = node.type === 'parenthesized_expression' ? named(node)[0] : node;
  if (
    !/^(identifier|field_expression|subscript_expression|pointer_expression|call_expression)$/.test(
      inner.type,
    )
  ) {
    return null;
  }
  if (inner.type === 'pointer_expression' && textOf(child(inner, 'operator')!) !== '*') return null;
  return place(b, inner)?.type ?? null;
}

const elementOf = (t: CType): CType => (t.kind === 'array' ? t.of : UNKNOWN);

function indexed(b: Builder, pointer: Val, index: Val): Place {
  const target = pointee(b, pointer);
  if (constantValue(index) === 0n) return target;
  const dst = b.temp();
  const amount = convert(b, index, { kind: 'int', bits: 64, signed: true });
  b.emit({ op: 'index', dst, base: pointer.op, index: amount.op });
  return { kind: 'mem', base: { reg: dst }, path: '', type: target.type, bits: 0 };
}

function compoundLiteral(b: Builder, node: Node): Place {
  const type = descriptorType(child(node, 'type')!, b.world);
  const dst = b.temp();
  b.emit({ op: 'local', dst, type, name: '' });
  const made: Place = { kind: 'mem', base: { reg: dst }, path: '', type, bits: 0 };
  lowerInitialiser(b, made, child(node, 'value')!);
  return made;
}
