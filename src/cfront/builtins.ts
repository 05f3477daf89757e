import type { BinaryOp } from '../sim/program.js';
import type { Builder, Val } from './builder.js';
import { callNamed, typeArgument } from './calls.js';
import { textOf } from './chunk.js';
import { configOn } from './config.js';
import { binary, constantValue, convert, immediate, truthValue } from './convert.js';
import {
  BOOL,
  commonType,
  INT,
  LONG,
  pointerTo,
  sameType,
  ULONG,
  VOID,
  VOID_PTR,
} from './ctypes.js';
import { expression, sizeofType } from './expressions.js';
import type { Node } from './parser.js';
import { copyStruct, load, member, place, pointee, store } from './places.js';
import { originalText } from './use.js';

/** A name with a treatment of its own. `yields`: a model of that name in the simulator goes first. */
interface Builtin {
  yields: boolean;
  /** null: this use has no special treatment after all. */
  lower(b: Builder, args: Node[], node: Node): Val | null;
}

const NOTHING: Val = { op: { imm: 0 }, type: VOID };
export const BUILTINS = new Map<string, Builtin>();

function define(names: string, yields: boolean, lower: Builtin['lower']): void {
  for (const name of names.split(' ')) BUILTINS.set(name, { yields, lower });
}

const first = (b: Builder, args: Node[]) => (args.length > 0 ? expression(b, args[0]) : null);

define('likely unlikely', false, (b, args) => {
  const val = first(b, args);
  return val && truthValue(b, val);
});
define('__builtin_expect READ_ONCE data_race ACCESS_ONCE', false, first);
define(
  'rcu_dereference rcu_dereference_raw rcu_dereference_protected rcu_dereference_check rcu_access_pointer rcu_dereference_raw_check smp_load_acquire',
  true,
  first,
);
define('__builtin_constant_p', false, () => immediate(0, INT));
define('__builtin_types_compatible_p __same_type', false, () => immediate(1, INT));
define('fallthrough barrier ASSERT_EXCLUSIVE_WRITER ASSERT_EXCLUSIVE_ACCESS', false, () => NOTHING);
define(
  'BUILD_BUG BUILD_BUG_ON BUILD_BUG_ON_MSG BUILD_BUG_ON_INVALID static_assert compiletime_assert',
  false,
  () => NOTHING,
);
define('BUILD_BUG_ON_ZERO', false, () => immediate(0, INT));
define('IS_ENABLED IS_BUILTIN IS_REACHABLE', false, (b, args) => {
  const option = args.length > 0 ? originalText(args[0]).replace(/^CONFIG_/, '') : '';
  return immediate(configOn(option, b.world.config) ? 1 : 0, INT);
});
define('IS_MODULE', false, () => immediate(0, INT));

/** `X(place, value)` stores. */
function assign(b: Builder, args: Node[]): Val | null {
  if (args.length < 2) return null;
  const val = expression(b, args[1]);
  const target = place(b, args[0]);
  if (target === null) return NOTHING;
  const converted = convert(b, val, target.type);
  store(b, target, converted);
  return target.kind === 'reg' ? load(b, target) : converted;
}
define('WRITE_ONCE', false, assign);
define('rcu_assign_pointer RCU_INIT_POINTER', true, assign);
define('smp_store_release', true, (b, args) => {
  const pointer = args.length === 2 ? expression(b, args[0]) : null;
  if (pointer?.type.kind !== 'ptr') return null;
  const val = convert(b, expression(b, args[1]), pointer.type.to);
  store(b, { kind: 'mem', base: pointer.op, path: '', type: pointer.type.to, bits: 0 }, val);
  return NOTHING;
});
BUILTINS.set('smp_load_acquire', {
  yields: true,
  lower(b, args) {
    const pointer = first(b, args);
    if (pointer?.type.kind !== 'ptr') return null;
    return load(b, { kind: 'mem', base: pointer.op, path: '', type: pointer.type.to, bits: 0 });
  },
});
define('ACCESS_PRIVATE', false, (b, args) => {
  if (args.length !== 2) return null;
  const found = member(b, pointee(b, expression(b, args[0])), textOf(args[1]));
  return found && load(b, found);
});

/** Checks: the condition is evaluated, the check is called with its truth value, which is also the result. */
function check(name: string, position: number) {
  return (b: Builder, args: Node[]): Val | null => {
    if (args.length <= position) return null;
    const truth = truthValue(b, expression(b, args[position]));
    callNamed(b, name, [{ op: truth.op, type: BOOL }], false);
    return truth;
  };
}
for (const name of [
  'WARN_ON',
  'WARN_ON_ONCE',
  'WARN',
  'WARN_ONCE',
  'BUG_ON',
  'VM_BUG_ON',
  'VM_WARN_ON',
  'VM_WARN_ON_ONCE',
]) {
  define(name, false, check(name, 0));
}
for (const suffix of ['VMA', 'MM', 'PAGE', 'FOLIO']) {
  for (const stem of ['VM_BUG_ON', 'VM_WARN_ON', 'VM_WARN_ON_ONCE']) {
    define(`${stem}_${suffix}`, false, check(`${stem}_${suffix}`, 0));
  }
}

/** The path of a member given as an argument (`a.b[1]`). */
const pathOf = (node: Node) => originalText(node).replace(/\s+/g, '');

define('container_of container_of_const list_entry rb_entry hlist_entry', false, (b, args) => {
  if (args.length !== 3) return null;
  const pointer = expression(b, args[0]);
  const type = typeArgument(b, args[1]) ?? VOID;
  const dst = b.temp();
  b.emit({ op: 'container', dst, base: pointer.op, path: pathOf(args[2]) });
  return { op: { reg: dst }, type: pointerTo(type) };
});
define('offsetof Offsetof __builtin_offsetof ___builtin_offsetof', false, (_b, args, node) => ({
  op: {
    sym: originalText(node)
      .replace(/\s+/g, ' ')
      .replace(/^_+builtin_/, ''),
  },
  type: args.length > 0 ? ULONG : ULONG,
}));

function select(b: Builder, fn: BinaryOp, x: Val, y: Val): Val {
  const type = commonType(x.type, y.type);
  const a = convert(b, x, type);
  const c = convert(b, y, type);
  const test = binary(b, fn, a, c);
  const known = constantValue(test);
  if (known !== null) return known === 0n ? c : a;
  const dst = b.temp();
  const [no, end] = [b.label(), b.label()];
  b.emit({ op: 'move', dst, src: a.op });
  b.branch(test.op, end, no);
  b.place(no);
  b.emit({ op: 'move', dst, src: c.op });
  b.place(end);
  return { op: { reg: dst }, type };
}
const least = (b: Builder, x: Val, y: Val) => select(b, '<', x, y);
const greatest = (b: Builder, x: Val, y: Val) => select(b, '>', x, y);

define('min min3', false, (b, args) =>
  args.map((a) => expression(b, a)).reduce((x, y) => least(b, x, y)),
);
define('max max3', false, (b, args) =>
  args.map((a) => expression(b, a)).reduce((x, y) => greatest(b, x, y)),
);
define('clamp', false, (b, args) => {
  if (args.length !== 3) return null;
  const [x, low, high] = args.map((a) => expression(b, a));
  return least(b, greatest(b, x, low), high);
});
for (const [name, pick] of [
  ['min_t', least],
  ['max_t', greatest],
] as const) {
  define(name, false, (b, args) => {
    const type = args.length === 3 ? typeArgument(b, args[0]) : null;
    if (type === null) return null;
    const [x, y] = args.slice(1).map((a) => convert(b, expression(b, a), type, true));
    return pick(b, x, y);
  });
}
define('clamp_t', false, (b, args) => {
  const type = args.length === 4 ? typeArgument(b, args[0]) : null;
  if (type === null) return null;
  const [x, low, high] = args.slice(1).map((a) => convert(b, expression(b, a), type, true));
  return least(b, greatest(b, x, low), high);
});
define('swap', false, (b, args) => {
  const left = args.length === 2 ? place(b, args[0]) : null;
  const right = left && place(b, args[1]);
  if (left === null || right === null) return null;
  const old = load(b, left);
  const dst = b.temp();
  b.emit({ op: 'move', dst, src: old.op });
  store(b, left, load(b, right));
  store(b, right, { op: { reg: dst }, type: old.type });
  return NOTHING;
});
define('ARRAY_SIZE', false, (b, args) => {
  const type = b.dry(() => place(b, args[0])?.type);
  if (type?.kind === 'array' && type.length !== null) return immediate(type.length, ULONG);
  return { op: { sym: `ARRAY_SIZE(${b.excerpt(args[0])})` }, type: ULONG };
});

const MAX_ERRNO = immediate(-4095n, ULONG);
const asError = (b: Builder, val: Val) => binary(b, '>=', convert(b, val, ULONG, true), MAX_ERRNO);
define('ERR_PTR', true, (b, args) =>
  convert(b, convert(b, expression(b, args[0]), LONG), VOID_PTR, true),
);
define('ERR_CAST', true, (b, args) => convert(b, expression(b, args[0]), VOID_PTR));
define('PTR_ERR', true, (b, args) => convert(b, expression(b, args[0]), LONG, true));
define('IS_ERR', true, (b, args) => ({ ...asError(b, expression(b, args[0])), type: BOOL }));
define('IS_ERR_VALUE', true, (b, args) => ({ ...asError(b, expression(b, args[0])), type: BOOL }));
define('IS_ERR_OR_NULL', true, (b, args) => {
  const val = expression(b, args[0]);
  const isNull = binary(b, '==', convert(b, val, ULONG, true), immediate(0, ULONG));
  return { ...binary(b, '|', isNull, asError(b, val)), type: BOOL };
});
define('PTR_ERR_OR_ZERO', true, (b, args) => {
  const val = expression(b, args[0]);
  const error = convert(b, val, INT, true);
  const mask = binary(b, '-', immediate(0, INT), asError(b, val));
  return binary(b, '&', error, mask);
});

/** The callback runs at once: nothing that is modelled reads under RCU what it frees. */
define('call_rcu', false, (b, args) => {
  if (args.length !== 2 || args[1].type !== 'identifier') return null;
  const name = originalText(args[1]);
  if (b.lookup(name) !== undefined) return null;
  return callNamed(b, name, [expression(b, args[0])], false);
});

/** memcpy(dst, src, sizeof(*dst)) is a struct assignment; any other size stays a call. */
define('memcpy memmove', false, (b, args) => {
  if (args.length !== 3 || args[2].type !== 'sizeof_expression') return null;
  const size = sizeofType(b, args[2]);
  const target = b.dry(() => expression(b, args[0]).type);
  if (size?.kind !== 'struct' || target.kind !== 'ptr' || !sameType(size, target.to)) return null;
  const dst = expression(b, args[0]);
  const src = expression(b, args[1]);
  copyStruct(b, dst.op, src.op, size);
  return dst;
});
