import type { Builder, Place, Val } from './builder.js';
import { textOf } from './chunk.js';
import { immediate } from './convert.js';
import { CHAR, INT, isFuncType, pointerTo, structType, UNKNOWN } from './ctypes.js';
import type { Node } from './parser.js';
import { load } from './places.js';

const CONSTANT_STYLE = /^_*[A-Z][A-Z0-9_]*$/;

/** A value or a place that a name stands for. */
type Meaning = { val: Val } | { place: Place };

function meaning(b: Builder, node: Node): Meaning {
  const name = textOf(node);
  const local = b.lookup(name);
  if (local !== undefined) {
    if (local.kind === 'value') return { val: local.val };
    if (local.kind === 'type') return { val: b.unmodelled(`type ${name} as a value`) };
    return { place: local };
  }
  if (name === '__func__' || name === '__FUNCTION__') {
    return { val: { op: { sym: JSON.stringify(b.name) }, type: pointerTo(CHAR) } };
  }
  if (name === 'current') {
    return { val: { op: { sym: name }, type: pointerTo(structType('task_struct')) } };
  }
  if (b.world.isModelled(name)) return modelled(b, name);
  const value = b.world.enumerator(name);
  if (value !== undefined) return { val: immediate(value, INT) };
  return globalName(b, name);
}

function modelled(b: Builder, name: string): Meaning {
  const signature = b.world.signature(name);
  if (signature !== undefined) {
    b.callees.add(name);
    return { val: { op: { sym: name }, type: pointerTo(signature) } };
  }
  const type = b.world.global(name);
  if (type !== undefined)
    return { place: { kind: 'mem', base: { sym: name }, path: '', type, bits: 0 } };
  return { val: { op: { sym: name }, type: UNKNOWN } };
}

function globalName(b: Builder, name: string): Meaning {
  const signature = b.world.signature(name);
  if (signature !== undefined && isFuncType(signature)) {
    b.callees.add(name);
    return { val: { op: { sym: name }, type: pointerTo(signature) } };
  }
  const type = b.world.global(name);
  if (type === undefined && (CONSTANT_STYLE.test(name) || b.world.isEnumerator(name))) {
    return { val: { op: { sym: name }, type: UNKNOWN } };
  }
  if (type === undefined) b.note(`${name} is not declared: taken for a global variable`);
  return { place: { kind: 'mem', base: { sym: name }, path: '', type: type ?? UNKNOWN, bits: 0 } };
}

/** Value of an identifier that is no macro. */
export function identifierValue(b: Builder, node: Node): Val {
  const m = meaning(b, node);
  return 'val' in m ? m.val : load(b, m.place);
}

/** Place of an identifier; functions and word-sized objects known by address are places at that address. */
export function identifierPlace(b: Builder, node: Node): Place | null {
  const m = meaning(b, node);
  if ('place' in m) return m.place;
  if (!('sym' in m.val.op)) {
    b.unmodelled(`${textOf(node)} is no object`);
    return null;
  }
  const type = m.val.type.kind === 'ptr' ? m.val.type.to : UNKNOWN;
  return { kind: 'mem', base: m.val.op, path: '', type, bits: 0 };
}
