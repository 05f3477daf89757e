import type { CType } from '../sim/program.js';
import { child, findNode, named, textOf } from './chunk.js';
import {
  BOOL,
  CHAR,
  type FuncType,
  INT,
  LONG,
  pointerTo,
  structType,
  UINT,
  ULONG,
  UNKNOWN,
  VOID,
} from './ctypes.js';
import type { Node } from './parser.js';

/** What types may refer to. */
export interface TypeWorld {
  typedef(name: string): CType | undefined;
  /** Type of the expression inside a `typeof`. */
  typeOfText(text: string): CType;
  /** Value of a constant expression, null when it is not known. */
  constantOf(node: Node): bigint | null;
  /** A struct, union or enum with a body inside a declaration; returns its type. */
  aggregate(node: Node, fallbackTag: string): CType;
}

export interface Declared {
  name: string;
  type: CType;
}

const PRIMITIVES: Record<string, CType> = {
  bool: BOOL,
  char: CHAR,
  int: INT,
  void: VOID,
  size_t: ULONG,
  ssize_t: LONG,
  ptrdiff_t: LONG,
  intptr_t: LONG,
  uintptr_t: ULONG,
  int8_t: CHAR,
  uint8_t: { kind: 'int', bits: 8, signed: false },
  int16_t: { kind: 'int', bits: 16, signed: true },
  uint16_t: { kind: 'int', bits: 16, signed: false },
  int32_t: INT,
  uint32_t: UINT,
  int64_t: LONG,
  uint64_t: ULONG,
};

/** Type of the specifiers of a declaration, parameter or type descriptor (its `type` field). */
export function baseType(node: Node, world: TypeWorld, fallbackTag = ''): CType {
  const spec = child(node, 'type') ?? node;
  switch (spec.type) {
    case 'primitive_type':
      return castName(spec, world) ?? PRIMITIVES[textOf(spec)] ?? UNKNOWN;
    case 'sized_type_specifier':
      return sizedType(textOf(spec));
    case 'type_identifier':
      return namedType(textOf(spec), spec, world);
    case 'struct_specifier':
    case 'union_specifier':
    case 'enum_specifier':
      return aggregateType(spec, world, fallbackTag);
    default:
      return UNKNOWN;
  }
}

function castName(spec: Node, world: TypeWorld): CType | undefined {
  const rewrite = spec.chunk.rewrites.get(spec.start);
  return rewrite?.kind === 'cast' ? namedType(rewrite.name, spec, world) : undefined;
}

/** Type that an identifier names: a typedef, or a type or `typeof` that the masker glued. */
export function namedType(name: string, at: Node, world: TypeWorld): CType {
  const glued = at.chunk.glued.get(name);
  if (glued === undefined) return world.typedef(name) ?? UNKNOWN;
  const inner = /^_*typeof(?:_unqual|__)?\s*\(([\s\S]*)\)$/.exec(glued)?.[1];
  return world.typeOfText(inner ?? glued);
}

function sizedType(text: string): CType {
  const words = text.split(/\s+/);
  const unsigned = words.includes('unsigned');
  if (words.includes('long')) return unsigned ? ULONG : LONG;
  const bits = words.includes('char') ? 8 : words.includes('short') ? 16 : 32;
  return { kind: 'int', bits, signed: !unsigned };
}

function aggregateType(spec: Node, world: TypeWorld, fallbackTag: string): CType {
  const name = child(spec, 'name');
  if (child(spec, 'body') !== undefined) {
    return world.aggregate(spec, name === undefined ? fallbackTag : textOf(name));
  }
  if (spec.type === 'enum_specifier') return UINT;
  return structType(name === undefined ? fallbackTag : textOf(name));
}

/** Name and type of a declarator over `type`; an abstract declarator has the name ''. */
export function declarator(node: Node | undefined, type: CType, world: TypeWorld): Declared {
  if (node === undefined) return { name: '', type };
  const inner = child(node, 'declarator');
  switch (node.type) {
    case 'pointer_declarator':
    case 'abstract_pointer_declarator':
      return declarator(inner, pointerTo(type), world);
    case 'array_declarator':
    case 'abstract_array_declarator': {
      const size = child(node, 'size');
      const length = size === undefined ? null : world.constantOf(size);
      const of: CType = {
        kind: 'array',
        of: type,
        length: length === null ? null : Number(length),
      };
      return declarator(inner, of, world);
    }
    case 'function_declarator':
    case 'abstract_function_declarator':
      return declarator(inner, functionType(node, type, world), world);
    case 'parenthesized_declarator':
    case 'abstract_parenthesized_declarator':
    case 'attributed_declarator':
      return declarator(named(node)[0], type, world);
    case 'init_declarator':
      return declarator(inner, type, world);
    default:
      return { name: textOf(node), type };
  }
}

function functionType(node: Node, result: CType, world: TypeWorld): FuncType {
  const list = child(node, 'parameters');
  const params = list === undefined ? [] : parameters(list, world).map((p) => p.type);
  const variadic = list?.children.some((c) => c.type === 'variadic_parameter') ?? false;
  return { kind: 'func', result, params, variadic };
}

/** Parameters of a parameter list; arrays and functions as the pointers that C makes of them. */
export function parameters(list: Node, world: TypeWorld): Declared[] {
  const out: Declared[] = [];
  for (const p of named(list)) {
    if (p.type !== 'parameter_declaration') continue;
    const d = declarator(child(p, 'declarator'), baseType(p, world), world);
    if (d.type.kind === 'void') continue;
    out.push({ name: d.name, type: decay(d.type) });
  }
  return out;
}

function decay(t: CType): CType {
  if (t.kind === 'array') return pointerTo(t.of);
  return t.kind === 'func' ? pointerTo(t) : t;
}

/** Type of a `type_descriptor` (casts, sizeof, compound literals). */
export function descriptorType(node: Node, world: TypeWorld): CType {
  return declarator(child(node, 'declarator'), baseType(node, world), world).type;
}

/** The function declarator of a definition or prototype, through pointers and parentheses. */
export function functionDeclarator(node: Node): Node | undefined {
  const d = child(node, 'declarator');
  return d === undefined ? undefined : findNode(d, 'function_declarator');
}
