import { CONFIG_VALUES, type ConfigTable, configOn } from './config.js';

/** What a #if expression may ask. */
export interface ConditionWorld {
  config?: ConfigTable;
  /** Body of an object-like macro met so far, or undefined. */
  macro(name: string): string | undefined;
  defined(name: string): boolean;
}

const BINARY: Record<string, [number, (a: number, b: number) => number]> = {
  '||': [1, (a, b) => (a || b ? 1 : 0)],
  '&&': [2, (a, b) => (a && b ? 1 : 0)],
  '|': [3, (a, b) => a | b],
  '^': [4, (a, b) => a ^ b],
  '&': [5, (a, b) => a & b],
  '==': [6, (a, b) => (a === b ? 1 : 0)],
  '!=': [6, (a, b) => (a !== b ? 1 : 0)],
  '<': [7, (a, b) => (a < b ? 1 : 0)],
  '>': [7, (a, b) => (a > b ? 1 : 0)],
  '<=': [7, (a, b) => (a <= b ? 1 : 0)],
  '>=': [7, (a, b) => (a >= b ? 1 : 0)],
  '<<': [8, (a, b) => a * 2 ** b],
  '>>': [8, (a, b) => Math.floor(a / 2 ** b)],
  '+': [9, (a, b) => a + b],
  '-': [9, (a, b) => a - b],
  '*': [10, (a, b) => a * b],
  '/': [10, (a, b) => (b === 0 ? 0 : Math.trunc(a / b))],
  '%': [10, (a, b) => (b === 0 ? 0 : a % b)],
};
const IS_CONFIG = new Set(['IS_ENABLED', 'IS_BUILTIN', 'IS_REACHABLE']);

/**
 * Value of a preprocessor condition. Names that nothing defines count as 0, as in C; calls of unknown function-like
 * macros too.
 */
export function evalCondition(text: string, world: ConditionWorld): number {
  return new ConditionParser(text, world, 0).run();
}

class ConditionParser {
  private readonly tokens: string[];
  private at = 0;
  constructor(
    text: string,
    private readonly world: ConditionWorld,
    private readonly depth: number,
  ) {
    this.tokens = text.match(/0[xX][0-9a-fA-F]+|\d+|\w+|&&|\|\||[<>=!]=|<<|>>|\S/g) ?? [];
  }

  run(): number {
    return this.tokens.length === 0 ? 0 : this.ternary();
  }

  private ternary(): number {
    const test = this.binary(0);
    if (this.tokens[this.at] !== '?') return test;
    this.at++;
    const yes = this.ternary();
    if (this.tokens[this.at] === ':') this.at++;
    const no = this.ternary();
    return test ? yes : no;
  }

  private binary(min: number): number {
    let left = this.unary();
    for (;;) {
      const op = BINARY[this.tokens[this.at]];
      if (op === undefined || op[0] <= min) return left;
      this.at++;
      left = op[1](left, this.binary(op[0]));
    }
  }

  private unary(): number {
    const t = this.tokens[this.at++];
    if (t === undefined) return 0;
    if (t === '!') return this.unary() ? 0 : 1;
    if (t === '-') return -this.unary();
    if (t === '+') return this.unary();
    if (t === '~') return ~this.unary();
    if (t === '(') {
      const value = this.ternary();
      this.at++;
      return value;
    }
    if (/^\d/.test(t)) {
      if (/^[uUlL]+$/.test(this.tokens[this.at] ?? '')) this.at++;
      return /^0[0-7]+$/.test(t) ? Number.parseInt(t, 8) : Number(t.replace(/[uUlL]+$/, ''));
    }
    return /^\w/.test(t) ? this.name(t) : 0;
  }

  private name(t: string): number {
    const args = this.arguments(t === 'defined');
    if (t === 'defined') return this.isDefined(args?.[0] ?? '') ? 1 : 0;
    if (IS_CONFIG.has(t))
      return configOn((args?.[0] ?? '').replace(/^CONFIG_/, ''), this.world.config) ? 1 : 0;
    if (args !== null) return 0;
    if (t.startsWith('CONFIG_')) return this.option(t.slice(7));
    if (t === 'BITS_PER_LONG') return 64;
    const body = this.world.macro(t);
    if (body === undefined || this.depth > 8) return 0;
    return new ConditionParser(body, this.world, this.depth + 1).run();
  }

  private option(name: string): number {
    if (!configOn(name, this.world.config)) return 0;
    return CONFIG_VALUES[name] ?? 1;
  }

  private isDefined(name: string): boolean {
    if (name.startsWith('CONFIG_')) return configOn(name.slice(7), this.world.config);
    return this.world.defined(name);
  }

  /** Arguments of `name(...)`, or the bare word after `defined`; null where there are none. */
  private arguments(bare: boolean): string[] | null {
    if (this.tokens[this.at] !== '(') return bare ? [this.tokens[this.at++] ?? ''] : null;
    let depth = 0;
    const words: string[] = [];
    while (this.at < this.tokens.length) {
      const t = this.tokens[this.at++];
      if (t === '(') depth++;
      else if (t === ')' && --depth === 0) break;
      else words.push(t);
    }
    return words;
  }
}
