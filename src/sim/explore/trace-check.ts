import { MAX_INSTRUCTIONS } from '../../base/limits.js';

/*
 * A trace may come from anybody. What runs it trusts the shape of its program, so the shape is checked here, member by
 * member; what the program does is the simulator's business.
 */

type Record_ = Record<string, unknown>;
type Check = (x: unknown) => boolean;

const isRecord = (x: unknown): x is Record_ =>
  x !== null && typeof x === 'object' && !Array.isArray(x);
const text: Check = (x) => typeof x === 'string';
const bool: Check = (x) => typeof x === 'boolean';
const whole: Check = (x) => typeof x === 'number' && Number.isInteger(x) && x >= 0;
const below =
  (n: number): Check =>
  (x) =>
    whole(x) && (x as number) < n;
const orNull =
  (c: Check): Check =>
  (x) =>
    x === null || c(x);
const maybe =
  (c: Check): Check =>
  (x) =>
    x === undefined || c(x);
const list =
  (c: Check, most = MAX_INSTRUCTIONS): Check =>
  (x) =>
    Array.isArray(x) && x.length <= most && x.every(c);
const has =
  (shape: Record<string, Check>): Check =>
  (x) =>
    isRecord(x) && Object.entries(shape).every(([key, c]) => c(x[key]));
const oneOf =
  (...values: unknown[]): Check =>
  (x) =>
    values.includes(x);
const mapOf =
  (c: Check): Check =>
  (x) =>
    isRecord(x) && Object.values(x).every(c);

const type: Check = (x) => typeAt(x, 0);

function typeAt(x: unknown, depth: number): boolean {
  if (!isRecord(x) || depth > 32) return false;
  switch (x.kind) {
    case 'int':
      return oneOf(1, 8, 16, 32, 64)(x.bits) && bool(x.signed);
    case 'ptr':
      return typeAt(x.to, depth + 1);
    case 'struct':
      return text(x.tag);
    case 'array':
      return typeAt(x.of, depth + 1) && orNull(whole)(x.length);
    default:
      return x.kind === 'func' || x.kind === 'void';
  }
}

const reference = has({
  path: text,
  line: orNull(whole),
  patchLine: orNull(whole),
  changed: bool,
  text,
  at: maybe(whole),
});

const statement = has({
  kind: text,
  start: whole,
  end: whole,
  parent: (x) => Number.isInteger(x),
  ref: whole,
});

const BINARY = [
  '+',
  '-',
  '*',
  '/',
  '%',
  '&',
  '|',
  '^',
  '<<',
  '>>',
  '==',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
];

/** What each kind of instruction holds, in a function with that many registers and these labels. */
function instructions(regs: number, labels: ReadonlySet<unknown>): Record<string, Check> {
  const reg = below(regs);
  const value: Check = (x) =>
    isRecord(x) &&
    ('reg' in x
      ? reg(x.reg)
      : 'imm' in x
        ? Number.isInteger(x.imm) || typeof x.imm === 'bigint'
        : text(x.sym));
  const label: Check = (x) => labels.has(x);
  return {
    move: has({ dst: reg, src: value }),
    bin: has({ dst: reg, fn: oneOf(...BINARY), a: value, b: value, type }),
    un: has({ dst: reg, fn: oneOf('-', '~', '!'), a: value, type }),
    cast: has({ dst: reg, src: value, type }),
    local: has({ dst: reg, type, name: text }),
    field: has({ dst: reg, base: value, path: text }),
    index: has({ dst: reg, base: value, index: value }),
    container: has({ dst: reg, base: value, path: text }),
    load: has({ dst: reg, base: value, path: text, type }),
    store: has({ base: value, path: text, src: value, type }),
    copy: has({ dstBase: value, srcBase: value, type }),
    call: has({
      dst: orNull(reg),
      callee: (x) => isRecord(x) && ('name' in x ? text(x.name) : value(x.value)),
      args: list(value, 64),
      type,
    }),
    jump: has({ to: label }),
    branch: (x) => has({ cond: value, else: label })(x) && label((x as Record_).then),
    label: has({ id: whole }),
    return: has({ value: orNull(value) }),
    unmodelled: has({ what: text }),
  };
}

/** Registers of one function at most; a real one has some hundreds. */
const MAX_REGISTERS = 65_536;

const func: Check = (x) => {
  if (!isRecord(x) || !below(MAX_REGISTERS)(x.regs) || !Array.isArray(x.code)) return false;
  if (!Array.isArray(x.refs)) return false;
  const regs = x.regs as number;
  const labels = new Set(x.code.map((i) => (isRecord(i) && i.op === 'label' ? i.id : undefined)));
  labels.delete(undefined);
  const kinds = instructions(regs, labels);
  const named = { name: text, reg: below(regs), type };
  const ref = below(x.refs.length);
  const instruction: Check = (i) =>
    isRecord(i) && Object.hasOwn(kinds, String(i.op)) && ref(i.ref) && kinds[String(i.op)](i);
  return has({
    name: text,
    params: list(has(named), 64),
    result: type,
    vars: list(has(named)),
    refs: list(reference),
    code: list(instruction),
    stmts: list(statement),
    path: text,
    line: orNull(whole),
  })(x);
};

/** Whether a value that was read from a file has the shape of a Program. */
export const isProgram: Check = has({
  functions: mapOf(func),
  notes: list(isRecord),
});

const vma = has({
  kind: text,
  flags: list((f) => text(f) && /^VM_[A-Z_]+$/.test(f as string), 64),
  anonVma: bool,
  pages: list(oneOf('none', 'writable', 'exclusive-ro', 'swap', 'pfn'), 16),
  file: maybe(bool),
  policy: maybe(bool),
  userfaultfd: maybe(bool),
  ops: maybe(bool),
});

/** Whether a value that was read from a file has the shape of a Scenario, within what rules may ask for. */
export const isScenario: Check = has({
  id: text,
  vmas: (x) => list(vma, 64)(x) && (x as unknown[]).length > 0,
  threads: list(
    has({
      kind: maybe(oneOf('store', 'load', 'madvise', 'mmap-writer')),
      accesses: (x) => below(5)(x) && x !== 0,
    }),
    3,
  ),
  failures: below(3),
  signal: bool,
  faultFailures: bool,
  known: maybe(list(text)),
});

/** Whether a value that was read from a file has the shape of Features. */
export const isFeatures: Check = has({
  model: text,
  vmaLock: oneOf('none', 'rwsem+int', 'rwsem+seqcount', 'refcount'),
  anonPrepare: oneOf('refused', 'mmap-trylock'),
  assertsWriteLocked: bool,
});
