/** Random C functions over integers, without undefined behaviour (gcc runs with -fwrapv). */

/** A 32-bit generator (mulberry32); the same seed gives the same programs everywhere. */
export function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const TYPES = [
  'int',
  'unsigned int',
  'long',
  'unsigned long',
  'short',
  'unsigned char',
  'bool',
  'signed char',
  'u32',
  's64',
];
const CONSTANTS = [
  '0',
  '1',
  '-1',
  '7',
  '0x80000000',
  '0xffffffffUL',
  '2147483647',
  '1UL << 63',
  '3U',
  "'a'",
  '0177',
  '4095',
  '~0UL',
  '-4095L',
  '10000000000',
];

/** Text of a C file with functions f0..f(count-1), each taking a, b, c of the listed types. */
export function generateFunctions(
  seed: number,
  count: number,
): { text: string; params: string[][] } {
  const gen = new Generator(random(seed));
  const out: string[] = [];
  const params: string[][] = [];
  for (let i = 0; i < count; i++) {
    const types = [0, 1, 2].map(() => gen.type());
    params.push(types);
    out.push(gen.func(`f${i}`, types, i));
  }
  return { text: out.join('\n'), params };
}

class Generator {
  private vars: string[] = [];
  private depth = 0;
  private counter = 0;
  private loops = 0;
  private callable = 0;
  private labels: string[] = [];
  constructor(private readonly rnd: (below: number) => number) {}

  type(): string {
    return TYPES[this.rnd(TYPES.length)];
  }

  private pick<T>(list: readonly T[]): T {
    return list[this.rnd(list.length)];
  }

  func(name: string, types: string[], index: number): string {
    this.vars = ['a', 'b', 'c'];
    this.counter = 0;
    this.callable = index;
    this.labels = [];
    const head = `${this.type()} ${name}(${types.map((t, i) => `${t} ${'abc'[i]}`).join(', ')})`;
    const lines = [`\tstruct pair s = { .x = ${this.expr(1)}, .in.z = ${this.expr(1)} };`];
    lines.push(`\tstruct pair t = { 1 };`, `\tunsigned long arr[4] = { ${this.expr(1)}, 2 };`);
    this.vars.push('s.x', 's.y', 's.in.z', 't.x', 'arr[1]', 'p->y', '(*q)');
    lines.push('\tstruct pair *p = &t;', '\tint held = 5;', '\tint *q = &held;');
    for (let i = 0; i < 3; i++) {
      const v = `v${this.counter++}`;
      lines.push(`\t${this.type()} ${v} = ${this.expr(2)};`);
      this.vars.push(v);
    }
    for (let i = 0; i < 6; i++) lines.push(this.statement(1));
    for (const label of this.labels) lines.push(`${label}:`, this.statement(1));
    lines.push(
      '\tif (a & 1)',
      '\t\ts = t;',
      `\treturn ${this.expr(2)} ^ s.in.z ^ arr[a & 3] ^ held;`,
    );
    return `${head}\n{\n${lines.join('\n')}\n}\n`;
  }

  private variable(): string {
    return this.vars.length > 3 && this.rnd(8) === 0
      ? `arr[${this.pick(['a', 'b'])} & 3]`
      : this.pick(this.vars);
  }

  /** An expression without side effects. */
  expr(depth: number): string {
    if (depth <= 0) return this.rnd(3) === 0 ? `(${this.pick(CONSTANTS)})` : this.variable();
    const sub = () => this.expr(depth - 1);
    switch (this.rnd(14)) {
      case 0:
        return `(${sub()} ? ${sub()} : ${sub()})`;
      case 1:
        return `(${sub()} ${this.pick(['&&', '||'])} ${sub()})`;
      case 2:
        return `(${this.pick(['-', '~', '!', '+'])}${sub()})`;
      case 3:
        return `((${this.type()})${sub()})`;
      case 4:
        return `(${sub()} ${this.pick(['<<', '>>'])} (${sub()} & 7))`;
      case 5:
        return `(${sub()} ${this.pick(['/', '%'])} ((${sub()} & 15) + 1))`;
      case 6:
        return `(${sub()} ${this.pick(['==', '!=', '<', '<=', '>', '>='])} ${sub()})`;
      case 7:
        return this.special(depth);
      case 8:
        return this.call(sub);
      default:
        return `(${sub()} ${this.pick(['+', '-', '*', '&', '|', '^'])} ${sub()})`;
    }
  }

  /** A call of an earlier function of the same group of three: chains stay short. */
  private call(sub: () => string): string {
    const first = this.callable - (this.callable % 3);
    if (first === this.callable) return sub();
    return `f${first + this.rnd(this.callable - first)}(${sub()}, ${sub()}, ${sub()})`;
  }

  private special(depth: number): string {
    const sub = () => this.expr(depth - 1);
    return this.pick([
      () => `(${sub()} ?: ${sub()})`,
      () => `likely(${sub()})`,
      () => `({ ${this.type()} w = ${sub()}; w + 1; })`,
      () => `TWICE(${sub()})`,
      () => `PICK(${sub()}, ${sub()})`,
      () => `(u8)${sub()}`,
      () => `(u64)(${sub()})`,
      () => `sizeof(${this.pick(['int', 'a', 'unsigned long', 'short *'])})`,
      () => `min_t(${this.type()}, ${sub()}, ${sub()})`,
      () => `max((long)${sub()}, (long)${sub()})`,
      () => `(-${sub()})`,
      () =>
        `(sizeof(${this.pick(['a', 'u32', 'long', 's.y'])}) ${this.pick(['*', '-', '+', '&'])} ${this.variable()})`,
      () => `((int)${this.variable()} ${this.pick(['*', '-', '&'])} ${this.variable()})`,
      () => (this.vars.length > 3 ? '(-p->y + !q[0] - ~s.in.z)' : sub()),
      () => (this.vars.length > 3 ? '(&t == p)' : sub()),
      () => `(!${this.variable()} ${this.pick(['==', '&', '<'])} ${this.variable()})`,
      () => `(${this.variable()} & ${this.variable()} == ${this.variable()} << 1)`,
      () => `(${this.variable()} - -${this.variable()} - 1)`,
      () => `*&${this.variable()}`,
      () => `(${this.variable()} < 3 ? 1 : ${this.variable()} ? 2 : 3)`,
    ])();
  }

  /** A condition whose side effects are sequenced. */
  private condition(): string {
    const v = this.variable();
    return this.pick([
      () => this.expr(2),
      () => `(${v} = ${this.expr(1)}) && ${this.expr(1)}`,
      () => `!(${this.expr(1)}) || ${v}++`,
      () => `(${v}--, ${this.expr(1)})`,
      () => `${this.expr(1)} ? (${v} ^= 1) : ${this.expr(1)}`,
      () => `(${v} += ${this.expr(1)}) > 3`,
      () => `!${v}++`,
      () => `-${v}-- < 3`,
      () => `!!++${v}`,
      () => `(int)${v}++ * 3 & 4`,
      () => `~${v}-- & 1`,
    ])();
  }

  statement(indent: number): string {
    const tab = '\t'.repeat(indent);
    if (this.depth > 2) return `${tab}${this.effect()};`;
    this.depth++;
    const text = this.compound(tab, indent);
    this.depth--;
    return text;
  }

  private effect(): string {
    const v = this.variable();
    return this.pick([
      () => `${v} = ${this.expr(2)}`,
      () => `${v} ${this.pick(['+=', '-=', '*=', '&=', '|=', '^='])} ${this.expr(2)}`,
      () => `${v} ${this.pick(['<<=', '>>='])} (${this.expr(1)} & 7)`,
      () => `${v}${this.pick(['++', '--'])}`,
      () => `${this.pick(['++', '--'])}${v}`,
      () => `${v} = ${this.condition()}`,
      () => `BUMP(${v})`,
      () => `WRITE_ONCE(${v}, ${this.expr(1)})`,
    ])();
  }

  private compound(tab: string, indent: number): string {
    const body = () => this.statement(indent + 1);
    switch (this.rnd(11)) {
      case 0:
        return `${tab}if (${this.condition()}) {\n${body()}\n${body()}\n${tab}}`;
      case 1:
        return `${tab}if (${this.condition()})\n${body()}\n${tab}else\n${body()}`;
      case 2:
        return this.loop(tab, (n) => `${tab}while (${n} < ${1 + this.rnd(5)} && ${n}++ < 9)`, body);
      case 3:
        return this.loop(
          tab,
          (n) => `${tab}for (${n} = 0; ${n} < ${1 + this.rnd(5)}; ${n}++)`,
          body,
        );
      case 4: {
        const n = `n${this.counter++}`;
        return `${tab}{\n${tab}int ${n} = 0;\n${tab}do {\n${body()}\n${tab}\tif (${n} > 4) break;\n${tab}} while (++${n} < ${1 + this.rnd(5)});\n${tab}}`;
      }
      case 5:
        return this.switchText(tab, body);
      case 6: {
        if (this.loops > 0 || this.labels.length > 3) return `${tab}${this.effect()};`;
        const label = `out${this.labels.length}`;
        this.labels.push(label);
        return `${tab}if (${this.expr(1)})\n${tab}\tgoto ${label};`;
      }
      default:
        return `${tab}${this.effect()};`;
    }
  }

  private loop(tab: string, head: (n: string) => string, body: () => string): string {
    const n = `n${this.counter++}`;
    this.loops++;
    const skip =
      this.rnd(3) === 0
        ? `${tab}\tif (${this.expr(1)}) ${this.pick(['break', 'continue'])};\n`
        : '';
    const text = `${tab}{\n${tab}int ${n} = 0;\n${head(n)} {\n${skip}${body()}\n${tab}}\n${tab}}`;
    this.loops--;
    return text;
  }

  private switchText(tab: string, body: () => string): string {
    const cases = [0, 1, 2, 5].map((n) => {
      const range = n === 5 ? '5 ... 9' : `${n}`;
      return `${tab}case ${range}:\n${body()}\n${this.rnd(2) === 0 ? `${tab}\tbreak;\n` : ''}`;
    });
    const other = this.rnd(2) === 0 ? `${tab}default:\n${body()}\n` : '';
    return `${tab}switch (${this.expr(1)} & 15) {\n${cases.join('')}${other}${tab}}`;
  }
}
