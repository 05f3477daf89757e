import type { BinaryOp, UnaryOp } from '../sim/program.js';
import type { Builder, Val } from './builder.js';
import { lowerCall } from './calls.js';
import { child, named, textOf } from './chunk.js';
import { condition } from './conditions.js';
import { binary, convert, immediate, unary } from './convert.js';
import {
  BOOL,
  CHAR,
  commonType,
  INT,
  pointerTo,
  promote,
  sameType,
  sizeOf,
  typeName,
  ULONG,
  UNKNOWN,
  VOID_PTR,
} from './ctypes.js';
import { descriptorType, namedType } from './declare.js';
import { charLiteral, numberLiteral } from './literals.js';
import { identifierValue } from './names.js';
import type { Node } from './parser.js';
import { address, load, place, store } from './places.js';
import { BAD_STATEMENT, badStatement } from './recover.js';
import { statementExpression } from './statements.js';
import { macroUse } from './use.js';

const NOT_A_TYPE_CAST = /[^\w]/;

/** Value of an expression. What can not be translated leaves an `unmodelled` instruction and a value of unknown type. */
export function expression(b: Builder, node: Node): Val {
  if (node.broken) return b.unmodelled(`syntax: ${b.excerpt(node)}`);
  switch (node.type) {
    case 'parenthesized_expression':
      return expression(b, named(node)[0]);
    case 'compound_statement':
      return statementExpression(b, node);
    case 'identifier': {
      if (textOf(node) === BAD_STATEMENT) return b.unmodelled(`syntax: ${badStatement(node)}`);
      const use = macroUse(b, node);
      return use === null ? identifierValue(b, node) : b.inMacro(() => expression(b, use));
    }
    case 'number_literal':
      return numberLiteral(textOf(node)) ?? b.unmodelled(`constant ${textOf(node)}`);
    case 'char_literal':
      return charLiteral(textOf(node)) ?? b.unmodelled(`character constant ${textOf(node)}`);
    case 'string_literal':
    case 'concatenated_string':
      return { op: { sym: stringText(node) }, type: pointerTo(CHAR) };
    case 'true':
    case 'false':
      return immediate(node.type === 'true' ? 1 : 0, BOOL);
    case 'null':
      return immediate(0, VOID_PTR);
    case 'comma_expression':
      discard(b, child(node, 'left')!);
      return expression(b, child(node, 'right')!);
    case 'extension_expression':
      return expression(b, named(node)[0]);
    case 'call_expression':
      return lowerCall(b, node, true);
    default:
      return operator(b, node);
  }
}

function operator(b: Builder, node: Node): Val {
  switch (node.type) {
    case 'assignment_expression':
      return assignment(b, node);
    case 'update_expression':
      return update(b, node);
    case 'binary_expression':
      return binaryExpression(b, node);
    case 'unary_expression':
      return unaryExpression(b, node);
    case 'conditional_expression':
      return conditional(b, node);
    case 'cast_expression':
      return castExpression(b, node);
    case 'sizeof_expression':
      return sizeofExpression(b, node);
    case 'pointer_expression':
      if (textOf(child(node, 'operator')!) === '&') return addressOf(b, child(node, 'argument')!);
      return readPlace(b, node);
    case 'field_expression':
    case 'subscript_expression':
    case 'compound_literal_expression':
      return readPlace(b, node);
    case 'generic_expression':
      return generic(b, node);
    case 'gnu_asm_expression':
      return b.unmodelled('inline assembly');
    default:
      return b.unmodelled(`${node.type.replace(/_/g, ' ')}: ${b.excerpt(node)}`);
  }
}

/** Runs an expression for its effects. */
export function discard(b: Builder, node: Node): void {
  if (node.type === 'call_expression' && !node.broken) lowerCall(b, node, false);
  else if (
    node.type === 'parenthesized_expression' &&
    named(node)[0]?.type !== 'compound_statement'
  ) {
    discard(b, named(node)[0]);
  } else if (node.type === 'comma_expression') {
    discard(b, child(node, 'left')!);
    discard(b, child(node, 'right')!);
  } else if (node.type === 'cast_expression' && textOf(child(node, 'type')!) === 'void') {
    discard(b, child(node, 'value')!);
  } else if (node.type === 'update_expression' && !node.broken) update(b, node, true);
  else expression(b, node);
}

function stringText(node: Node): string {
  if (node.type === 'string_literal') return textOf(node);
  const parts = named(node).map((c) => (c.type === 'string_literal' ? textOf(c).slice(1, -1) : ''));
  return `"${parts.join('')}"`;
}

function readPlace(b: Builder, node: Node): Val {
  const found = place(b, node);
  return found === null ? { op: { imm: 0 }, type: UNKNOWN } : load(b, found);
}

function addressOf(b: Builder, arg: Node): Val {
  const found = place(b, arg);
  if (found === null) return { op: { imm: 0 }, type: UNKNOWN };
  if (found.kind === 'mem' && found.bits > 0) return b.unmodelled('address of a bit-field');
  if (
    found.type.kind === 'ptr' &&
    found.type.to.kind === 'func' &&
    found.kind === 'mem' &&
    'sym' in found.base
  ) {
    if (b.callees.has(found.base.sym)) return { op: found.base, type: found.type };
  }
  return address(b, found);
}

function assignment(b: Builder, node: Node): Val {
  const op = textOf(child(node, 'operator')!);
  const left = child(node, 'left')!;
  const right = child(node, 'right')!;
  if (op === '=') {
    const val = expression(b, right);
    const target = place(b, left);
    if (target === null) return val;
    if (target.type === UNKNOWN && target.kind === 'mem' && val.type !== UNKNOWN)
      target.type = val.type;
    const converted = convert(b, val, target.type);
    store(b, target, converted);
    return target.kind === 'reg' ? load(b, target) : converted;
  }
  const amount = expression(b, right);
  const target = place(b, left);
  if (target === null) return amount;
  const next = binary(b, op.slice(0, -1) as BinaryOp, load(b, target), amount);
  const converted = convert(b, next, target.type);
  store(b, target, converted);
  return target.kind === 'reg' ? load(b, target) : converted;
}

function update(b: Builder, node: Node, discarded = false): Val {
  const operatorNode = child(node, 'operator')!;
  const arg = child(node, 'argument')!;
  const target = place(b, arg);
  if (target === null) return { op: { imm: 0 }, type: UNKNOWN };
  let old = load(b, target);
  const prefix = discarded || operatorNode.start < arg.start;
  if (!prefix && target.kind === 'reg') {
    const dst = b.temp();
    b.emit({ op: 'move', dst, src: old.op });
    old = { op: { reg: dst }, type: old.type };
  }
  const fn = textOf(operatorNode) === '++' ? '+' : '-';
  const next = convert(b, binary(b, fn, old, immediate(1, INT)), target.type);
  store(b, target, next);
  return prefix ? (target.kind === 'reg' ? load(b, target) : next) : old;
}

function binaryExpression(b: Builder, node: Node): Val {
  const op = textOf(child(node, 'operator')!);
  if (op === '&&' || op === '||') return logical(b, node);
  const x = expression(b, child(node, 'left')!);
  return binary(b, op as BinaryOp, x, expression(b, child(node, 'right')!));
}

function isTypeName(b: Builder, node: Node | undefined): boolean {
  if (node?.type !== 'identifier') return false;
  const name = textOf(node);
  return !NOT_A_TYPE_CAST.test(name) && b.lookup(name) === undefined && b.world.isType(name);
}

function logical(b: Builder, node: Node): Val {
  const dst = b.temp();
  const [yes, no, end] = [b.label(), b.label(), b.label()];
  const known = condition(b, node, yes, no);
  if (known !== null) return immediate(known ? 1 : 0, INT);
  b.place(yes);
  b.emit({ op: 'move', dst, src: { imm: 1 } });
  b.jump(end);
  b.place(no);
  b.emit({ op: 'move', dst, src: { imm: 0 } });
  b.place(end);
  return { op: { reg: dst }, type: INT };
}

function unaryExpression(b: Builder, node: Node): Val {
  const operatorNode = child(node, 'operator')!;
  const op = textOf(operatorNode);
  const val = expression(b, child(node, 'argument')!);
  const rewrite = node.chunk.rewrites.get(operatorNode.start);
  if (rewrite?.kind === 'cast')
    return convert(b, val, namedType(rewrite.name, node, b.world), true);
  if (op === '+') return convert(b, val, promote(val.type));
  return unary(b, op as UnaryOp, val);
}

/** `c ? x : y`, and GNU's `c ?: y`. */
export function conditional(b: Builder, node: Node): Val {
  const test = child(node, 'condition')!;
  const yesNode = child(node, 'consequence');
  const noNode = child(node, 'alternative')!;
  if (yesNode === undefined) return elvis(b, expression(b, test), noNode);
  const types = b.dry(() => [expression(b, yesNode).type, expression(b, noNode).type]);
  const type = mergedType(types[0], types[1], b, yesNode, noNode);
  const [yes, no, end] = [b.label(), b.label(), b.label()];
  const known = condition(b, test, yes, no);
  if (known !== null) return convert(b, expression(b, known ? yesNode : noNode), type);
  const dst = b.temp();
  for (const [label, branch] of [
    [yes, yesNode],
    [no, noNode],
  ] as const) {
    b.place(label);
    const val = convert(b, expression(b, branch), type);
    b.emit({ op: 'move', dst, src: val.op });
    if (branch === yesNode) b.jump(end);
  }
  b.place(end);
  return { op: { reg: dst }, type };
}

function mergedType(x: Val['type'], y: Val['type'], b: Builder, yes: Node, no: Node) {
  if (x.kind === 'void' || y.kind === 'void') return x.kind === 'void' ? x : y;
  if (x.kind === 'ptr' && y.kind === 'ptr') {
    if (x.to.kind === 'void') return isNull(b, yes) ? y : x;
    if (y.to.kind === 'void') return isNull(b, no) ? x : y;
    return x;
  }
  if (sameType(x, y) && x.kind !== 'int') return x;
  return commonType(x, y);
}

function isNull(b: Builder, node: Node): boolean {
  return b.dry(() => {
    const { op } = expression(b, node);
    return 'imm' in op && BigInt(op.imm) === 0n;
  });
}

function elvis(b: Builder, first: Val, noNode: Node): Val {
  const type = commonType(first.type, b.dry(() => expression(b, noNode)).type);
  const dst = b.temp();
  b.emit({ op: 'move', dst, src: convert(b, first, type).op });
  const [no, end] = [b.label(), b.label()];
  b.branch({ reg: dst }, end, no);
  b.place(no);
  b.emit({ op: 'move', dst, src: convert(b, expression(b, noNode), type).op });
  b.place(end);
  return { op: { reg: dst }, type };
}

function castExpression(b: Builder, node: Node): Val {
  const type = descriptorType(child(node, 'type')!, b.world);
  const value = child(node, 'value')!;
  if (type.kind === 'void') {
    discard(b, value);
    return { op: { imm: 0 }, type };
  }
  return convert(b, expression(b, value), type, true);
}

function sizeofExpression(b: Builder, node: Node): Val {
  const type = sizeofType(b, node);
  if (type === null) return b.unmodelled(`sizeof: ${b.excerpt(node)}`);
  const size = sizeOf(type);
  if (size !== null) return immediate(size, ULONG);
  return { op: { sym: `sizeof(${typeName(type)})` }, type: ULONG };
}

/** The type whose size a `sizeof` takes, null when it is not known. */
export function sizeofType(b: Builder, node: Node): Val['type'] | null {
  const descriptor = child(node, 'type');
  if (descriptor !== undefined) return descriptorType(descriptor, b.world);
  const value = child(node, 'value')!;
  const inner = value.type === 'parenthesized_expression' ? named(value)[0] : value;
  if (isTypeName(b, inner)) return namedType(textOf(inner), inner, b.world);
  if (inner.type === 'identifier' && inner.chunk.glued.has(textOf(inner))) {
    return namedType(textOf(inner), inner, b.world);
  }
  const literal = inner.type === 'string_literal' ? textOf(inner).length - 1 : 0;
  if (literal > 0) return { kind: 'array', of: CHAR, length: literal };
  return b.dry(() => {
    const direct = /^(identifier|field_expression|subscript_expression|pointer_expression)$/.test(
      inner.type,
    );
    const isAddress =
      inner.type === 'pointer_expression' && textOf(child(inner, 'operator')!) === '&';
    if (direct && !isAddress) return place(b, inner)?.type ?? null;
    return expression(b, inner).type;
  });
}

/** `_Generic`: the branch whose type is that of the controlling expression. */
function generic(b: Builder, node: Node): Val {
  const [control, ...rest] = named(node);
  const type = b.dry(() => expression(b, control).type);
  for (let i = 0; i + 1 < rest.length; i += 2) {
    if (textOf(rest[i]) === 'default' || sameType(descriptorType(rest[i], b.world), type)) {
      return expression(b, rest[i + 1]);
    }
  }
  if (type === UNKNOWN && rest.length >= 2) {
    b.note('_Generic on an undeclared type: its last branch is taken');
    return expression(b, rest.at(-1)!);
  }
  return b.unmodelled('_Generic without a branch for the type');
}
