import { MAX_ZEROED } from '../base/limits.js';
import type { CType } from '../sim/program.js';
import type { Builder, Place, Val } from './builder.js';
import { callNamed } from './calls.js';
import { named, textOf } from './chunk.js';
import { constantValue, convert, immediate } from './convert.js';
import { typeName, ULONG } from './ctypes.js';
import { expression } from './expressions.js';
import type { Node } from './parser.js';
import { address, joinPath, store } from './places.js';

type Memory = Place & { kind: 'mem' };

/** Stores an initialiser; what a brace list leaves out is zeroed, as C does. */
export function lowerInitialiser(b: Builder, target: Place, node: Node): void {
  if (node.type !== 'initializer_list') {
    const scalar = target.kind === 'reg' || target.type.kind !== 'array';
    if (!scalar) b.unmodelled('array initialised by a string');
    else store(b, target, convert(b, expression(b, node), target.type));
    return;
  }
  if (target.kind === 'reg' || !isAggregate(target.type)) {
    const inner = scalarValue(node);
    if (inner !== undefined) lowerInitialiser(b, target, inner);
    else store(b, target, immediate(0, target.type));
    return;
  }
  const set = new Set<string>();
  const writes: (() => void)[] = [];
  gather(b, target, node, set, writes);
  zeroRest(b, target, set);
  for (const write of writes) write();
}

/** The one value in braces around a scalar; `{ .val = x }` is one where a word stands for its struct. */
function scalarValue(list: Node): Node | undefined {
  const inner = named(list)[0];
  return inner?.type === 'initializer_pair'
    ? inner.children.find((c) => c.field === 'value')
    : inner;
}

const isAggregate = (t: CType) => t.kind === 'struct' || t.kind === 'array';

/** Collects the values of a brace list, evaluated now, written after the zeroes. */
function gather(
  b: Builder,
  target: Memory,
  list: Node,
  set: Set<string>,
  writes: (() => void)[],
): void {
  const order = positions(b, target.type);
  let next = 0;
  for (const item of named(list)) {
    if (item.type !== 'initializer_pair') {
      const step = order(next++);
      if (step === null) b.unmodelled(`initialiser of ${typeName(target.type)} by position`);
      else gatherValue(b, step(target), item, set, writes);
      continue;
    }
    const spot = designated(b, target, item);
    if (spot === null) {
      b.unmodelled(`designated initialiser: ${b.excerpt(item)}`);
      continue;
    }
    next = spot.next;
    const value = item.children.find((c) => c.field === 'value')!;
    gatherValue(b, spot.place, value, set, writes);
  }
}

function gatherValue(
  b: Builder,
  target: Memory,
  node: Node,
  set: Set<string>,
  writes: (() => void)[],
): void {
  if (node.type === 'initializer_list' && isAggregate(target.type)) {
    gather(b, target, node, set, writes);
    return;
  }
  const inner = node.type === 'initializer_list' ? scalarValue(node) : node;
  const val: Val =
    inner === undefined ? immediate(0, target.type) : convert(b, expression(b, inner), target.type);
  set.add(target.path);
  writes.push(() => store(b, target, val));
}

type Step = (target: Memory) => Memory;

/** The n-th member of a struct or element of an array. */
function positions(b: Builder, type: CType): (n: number) => Step | null {
  if (type.kind === 'array')
    return (n) => (t) => ({ ...t, path: `${t.path}[${n}]`, type: type.of });
  const fields = type.kind === 'struct' ? [...(b.world.fields(type.tag) ?? [])] : [];
  return (n) => {
    const entry = fields[n];
    if (entry === undefined) return null;
    const [, f] = entry;
    return (t) => ({ ...t, path: joinPath(t.path, f.path), type: f.type, bits: f.bits });
  };
}

function designated(
  b: Builder,
  target: Memory,
  pair: Node,
): { place: Memory; next: number } | null {
  let spot = target;
  let next = 0;
  for (const d of pair.children.filter((c) => c.field === 'designator')) {
    if (d.type === 'field_designator' || d.type === 'field_identifier') {
      const name = d.type === 'field_designator' ? textOf(named(d)[0]) : textOf(d);
      if (spot.type.kind !== 'struct') return null;
      const field = b.world.field(spot.type.tag, name);
      next = [...(b.world.fields(spot.type.tag)?.keys() ?? [])].indexOf(name) + 1;
      if (field === undefined)
        b.note(
          `field ${name} of ${typeName(spot.type)} is not declared: taken for a 64-bit integer`,
        );
      const type = field?.type ?? { kind: 'int' as const, bits: 64 as const, signed: true };
      spot = {
        ...spot,
        path: joinPath(spot.path, field?.path ?? name),
        type,
        bits: field?.bits ?? 0,
      };
    } else if (d.type === 'subscript_designator') {
      const index = constantValue(b.dry(() => expression(b, named(d)[0])));
      if (index === null || spot.type.kind !== 'array') return null;
      next = Number(index) + 1;
      spot = { ...spot, path: `${spot.path}[${index}]`, type: spot.type.of };
    } else return null;
  }
  return { place: spot, next };
}

/** Zeroes the scalars below `target` whose paths are not in `set`. */
function zeroRest(b: Builder, target: Memory, set: Set<string>): void {
  const leaves: Memory[] = [];
  const complete = scalars(b, target, set, leaves, 0);
  if (!complete || leaves.length > MAX_ZEROED) {
    const size: Val = { op: { sym: `sizeof(${typeName(target.type)})` }, type: ULONG };
    callNamed(
      b,
      'memset',
      [address(b, target), immediate(0, { kind: 'int', bits: 32, signed: true }), size],
      false,
    );
    return;
  }
  for (const leaf of leaves) store(b, leaf, immediate(0, leaf.type));
}

function scalars(b: Builder, at: Memory, set: Set<string>, out: Memory[], depth: number): boolean {
  if (set.has(at.path)) return true;
  if (out.length > MAX_ZEROED || depth > 8) return false;
  if (at.type.kind === 'array') {
    const { of, length } = at.type;
    if (length === null) return true;
    if (length > MAX_ZEROED) return false;
    for (let i = 0; i < length; i++) {
      if (!scalars(b, { ...at, path: `${at.path}[${i}]`, type: of }, set, out, depth + 1))
        return false;
    }
    return true;
  }
  if (at.type.kind !== 'struct') {
    out.push(at);
    return true;
  }
  const fields = b.world.fields(at.type.tag);
  if (fields === null) return false;
  const seen = new Set<string>();
  for (const f of fields.values()) {
    if (seen.has(f.path)) continue;
    seen.add(f.path);
    const next: Memory = { ...at, path: joinPath(at.path, f.path), type: f.type, bits: f.bits };
    if (!scalars(b, next, set, out, depth + 1)) return false;
  }
  return true;
}
