import type { CType } from '../sim/program.js';
import { child, named, textOf } from './chunk.js';
import { isInt, sameType, structType, UINT } from './ctypes.js';
import { baseType, declarator, type TypeWorld } from './declare.js';
import type { Node } from './parser.js';

/** A field as the lowering sees it. */
export interface Field {
  type: CType;
  /** Name in paths: members of a union that hold the same scalar share the first public one. */
  path: string;
  /** Width of a bit-field, 0 for a plain field. */
  bits: number;
}
export type Fields = Map<string, Field>;

/** Fields of a struct or union body; anonymous members are flattened. Parts that do not parse are left out. */
export function readFields(
  spec: Node,
  tag: string,
  world: TypeWorld,
  define: (tag: string, fields: Fields) => void,
): Fields {
  const fields: Fields = new Map();
  const union = spec.type === 'union_specifier';
  const body = child(spec, 'body');
  const direct = new Set<string>();
  for (const item of body === undefined ? [] : named(body)) {
    if (item.type === 'field_declaration') readField(item, tag, direct, fields, world, define);
  }
  if (union) shareUnionScalars(fields, direct);
  return fields;
}

function readField(
  item: Node,
  tag: string,
  direct: Set<string>,
  fields: Fields,
  world: TypeWorld,
  define: (tag: string, fields: Fields) => void,
): void {
  const declarators = item.children.filter((c) => c.field === 'declarator');
  const spec = child(item, 'type');
  const hasBody = spec !== undefined && child(spec, 'body') !== undefined;
  if (hasBody && spec.type !== 'enum_specifier' && declarators.length === 0) {
    const name = child(spec, 'name');
    const inner = readFields(spec, name ? textOf(name) : tag, world, define);
    if (name !== undefined) define(textOf(name), inner);
    for (const [k, f] of inner) fields.set(k, f);
    return;
  }
  for (const d of declarators) {
    const name = declarator(d, UINT, world).name;
    let base: CType;
    if (hasBody && spec.type !== 'enum_specifier') {
      const own = child(spec, 'name');
      const innerTag = own ? textOf(own) : `${tag}.${name}`;
      define(innerTag, readFields(spec, innerTag, world, define));
      base = structType(innerTag);
    } else {
      base = baseType(item, world, `${tag}.${name}`);
    }
    const type = declarator(d, base, world).type;
    direct.add(name);
    fields.set(name, { type, path: name, bits: bitWidth(item, d, world) });
  }
}

function bitWidth(item: Node, d: Node, world: TypeWorld): number {
  const next = item.children[item.children.indexOf(d) + 1];
  if (next?.type !== 'bitfield_clause') return 0;
  const width = named(next)[0];
  const value = width === undefined ? null : world.constantOf(width);
  return value === null ? 0 : Number(value);
}

/** `const flags_t flags; flags_t __flags;` in a union are one place, not two. */
function shareUnionScalars(fields: Fields, direct: Set<string>): void {
  const seen: Field[] = [];
  const members = [...fields].filter(([name]) => direct.has(name));
  const entries = members.sort(
    ([a], [b]) => Number(a.startsWith('__')) - Number(b.startsWith('__')),
  );
  for (const [name, field] of entries) {
    const twin = isInt(field.type) ? seen.find((s) => sameType(s.type, field.type)) : undefined;
    if (twin !== undefined) field.path = twin.path;
    else if (field.path === name) seen.push(field);
  }
}
