import type { CType, Instr, Operand } from '../sim/program.js';
import type { Builder, Val } from './builder.js';
import { BUILTINS } from './builtins.js';
import { child, named, textOf } from './chunk.js';
import { convert } from './convert.js';
import { type FuncType, isFuncType, isInt, promote, UNKNOWN } from './ctypes.js';
import { descriptorType, namedType } from './declare.js';
import { expression } from './expressions.js';
import { lowerGuard } from './guards.js';
import type { Node } from './parser.js';
import { macroUse } from './use.js';

/** A call, a macro in the form of one, or what the front end treats itself. `wanted`: the value is used. */
export function lowerCall(b: Builder, node: Node, wanted: boolean): Val {
  const callee = child(node, 'function')!;
  const args = named(child(node, 'arguments')!);
  if (callee.type === 'call_expression' && lowerGuard(b, callee, args)) {
    return { op: { imm: 0 }, type: { kind: 'void' } };
  }
  if (callee.type === 'identifier') {
    const name = textOf(callee);
    if (b.lookup(name) === undefined) return namedCall(b, node, name, args, wanted);
  }
  const target =
    callee.type === 'pointer_expression' ? functionPointer(b, callee) : expression(b, callee);
  return indirect(b, target, args, wanted);
}

/** `(*fp)(x)` calls what `fp` holds. */
function functionPointer(b: Builder, node: Node): Val {
  return expression(b, child(node, 'argument')!);
}

function namedCall(b: Builder, node: Node, name: string, args: Node[], wanted: boolean): Val {
  const builtin = BUILTINS.get(name);
  if (builtin !== undefined && !(builtin.yields && b.world.isModelled(name))) {
    const val = builtin.lower(b, args, node);
    if (val !== null) return val;
  }
  const use = macroUse(b, node);
  if (use !== null) return b.inMacro(() => expression(b, use));
  const pointer = b.world.isModelled(name) ? undefined : b.world.global(name);
  if (pointer?.kind === 'ptr' && pointer.to.kind === 'func') {
    return indirect(b, expression(b, child(node, 'function')!), args, wanted);
  }
  b.callees.add(name);
  return emitCall(b, { name }, b.world.signature(name), args, wanted);
}

function indirect(b: Builder, target: Val, args: Node[], wanted: boolean): Val {
  const type = target.type.kind === 'ptr' ? target.type.to : target.type;
  return emitCall(b, { value: target.op }, isFuncType(type) ? type : undefined, args, wanted);
}

/** Emits a call of a function of the program or of the simulator by its name, with values as arguments. */
export function callNamed(b: Builder, name: string, args: Val[], wanted: boolean): Val {
  const signature = b.world.signature(name);
  b.callees.add(name);
  const ops = args.map((a, i) => argument(b, a, signature?.params[i]));
  return finish(
    b,
    { name },
    ops,
    signature?.result ?? (wanted ? UNKNOWN : { kind: 'void' }),
    wanted,
  );
}

function emitCall(
  b: Builder,
  callee: { name: string } | { value: Operand },
  signature: FuncType | undefined,
  args: Node[],
  wanted: boolean,
): Val {
  const ops = args.map((a, i) => argument(b, argumentValue(b, a), signature?.params[i]));
  return finish(b, callee, ops, signature?.result ?? UNKNOWN, wanted);
}

/** Value of an argument; a type given as one (`alloc(struct foo)`) is passed by its name. */
export function argumentValue(b: Builder, node: Node): Val {
  const type = typeArgument(b, node);
  if (type !== null)
    return { op: { sym: node.chunk.glued.get(textOf(node)) ?? textOf(node) }, type: UNKNOWN };
  if (node.type === 'compound_statement') return b.unmodelled('block as an argument');
  return expression(b, node);
}

/** The type that an argument names, null when it is an expression. */
export function typeArgument(b: Builder, node: Node): CType | null {
  if (node.type === 'type_descriptor') return descriptorType(node, b.world);
  if (node.type !== 'identifier') return null;
  const name = textOf(node);
  if (node.chunk.glued.has(name)) return namedType(name, node, b.world);
  if (b.lookup(name) !== undefined || !b.world.isType(name)) return null;
  return b.world.typedef(name) ?? UNKNOWN;
}

/** Converts an argument to the parameter's type; structs are copied, as C passes them by value. */
function argument(b: Builder, val: Val, param: CType | undefined): Operand {
  if (val.type.kind === 'struct') {
    const dst = b.temp();
    b.emit({ op: 'local', dst, type: val.type, name: '' });
    b.emit({ op: 'copy', dstBase: { reg: dst }, srcBase: val.op, type: val.type });
    return { reg: dst };
  }
  if (param !== undefined) return convert(b, val, param).op;
  return isInt(val.type) && val.type !== UNKNOWN ? convert(b, val, promote(val.type)).op : val.op;
}

function finish(
  b: Builder,
  callee: { name: string } | { value: Operand },
  args: Operand[],
  type: CType,
  wanted: boolean,
): Val {
  const dst = wanted && type.kind !== 'void' ? b.temp() : null;
  const origin = b.emit({ op: 'call', dst, callee, args, type });
  if (dst === null) return { op: { imm: 0 }, type };
  return {
    op: { reg: dst },
    type,
    origin: type === UNKNOWN ? (origin as Instr & { op: 'call' }) : undefined,
  };
}
