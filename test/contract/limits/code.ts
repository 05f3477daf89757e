import { expect } from 'vitest';
import * as limits from '../../../src/base/limits.js';
import { ExpansionTooLong, expandText } from '../../../src/cfront/expand.js';
import { listFunctions } from '../../../src/cfront/index.js';
import { preprocess } from '../../../src/cfront/preprocess.js';
import { parseConfig } from '../../../src/judge/config.js';
import { loadRules } from '../../../src/judge/load.js';
import { lowerAll } from '../../../src/programs.js';
import { ALL_PROPERTIES, checkScenario } from '../../../src/sim/explore/check.js';
import { FEATURES_6_12 } from '../../../src/sim/kernel/features.js';
import { NodeCache } from '../../../src/sim/maple/cache.js';
import { DEFAULT_LIMITS, type Limits } from '../../../src/sim/scenario.js';
import { calls, lower, sourceFile } from '../../cfront/source.js';
import { edit, LOCK, lowered } from '../../litmus/fork-programs.js';
import { anon, scenario, stores } from '../../litmus/fork-scenarios.js';
import { reviewEdit } from '../../review/mini.js';

const repeat = (n: number, text: (k: number) => string): string =>
  Array.from({ length: n }, (_, k) => text(k)).join('');

const errorsOf = async (text: string): Promise<number> =>
  (await lower(text, 'f')).notes.filter((n) => n.level === 'error').length;

async function explored(o: Partial<Limits>) {
  const two = scenario('two', [anon('writable'), anon('writable')], stores(1, 1));
  return checkScenario({
    ...{ program: await lowered(), entry: 'dup_mmap', scenario: { ...two } },
    ...{ features: FEATURES_6_12, limits: { ...DEFAULT_LIMITS, ...o } },
    ...{ properties: ALL_PROPERTIES, stopAtFirst: false },
  });
}

/** The verdict of a rule on a dup_mmap() that does something more for each VMA. */
async function doing(what: string, rule = 'fork-lock-target'): Promise<string> {
  const rules = (await loadRules()).filter((r) => r.id === rule);
  const { review } = await reviewEdit((t) => edit(t, LOCK, `${what}${LOCK}`), { rules });
  return review.findings.map((f) => f.verdict).join();
}

const loop = (times: number, body: string): string =>
  `\t\tfor (charged = 0; charged < ${times}; charged++)\n\t\t\t${body}\n`;

/** The verdict of a dup_mmap() that counts to `times` for each VMA. */
const counting = (times: number): Promise<string> => doing(loop(times, ';'));

/** Crossings of the limits of programs and of their exploration. */
export const CODE: Record<string, () => unknown> = {
  MAX_EXPANSION_TOKENS() {
    const { macros } = preprocess(repeat(40, (k) => `#define D${k} D${k + 1} D${k + 1}\n`));
    expect(() => expandText('D0', (n) => macros.get(n))).toThrow(ExpansionTooLong);
  },
  async MAX_EXPANSION_CHARS() {
    const long = (n: number) => `#define M() do { ${repeat(n, () => 'step(); ')}} while (0)\n`;
    const made = async (n: number) =>
      calls((await lower(`${long(n)}void f(void) { M(); }`, 'f')).functions.f);
    expect(new Set(await made(10))).toEqual(new Set(['step']));
    // a call of what nobody knows
    expect(await made(limits.MAX_EXPANSION_CHARS / 8 + 1)).toEqual(['M']);
  },
  async MAX_PARSE_DEPTH() {
    const deep = (n: number) =>
      errorsOf(`int f(int a)\n{\n\treturn ${'('.repeat(n)}a${')'.repeat(n)};\n}\n`);
    expect(await deep(20)).toBe(0);
    expect(await deep(limits.MAX_PARSE_DEPTH)).toBeGreaterThan(0);
  },
  async MAX_INSTRUCTIONS() {
    const file = (n: number) => sourceFile(`void f(void)\n{\n${repeat(n, () => '\tg();\n')}}\n`);
    await expect(lowerAll([file(limits.MAX_INSTRUCTIONS + 1)], ['f'])).rejects.toThrow(
      'f: more than 100,000 steps',
    );
  },
  async MAX_BAD_STATEMENTS() {
    const bad = (n: number) =>
      errorsOf(`void f(void)\n{\n${repeat(n, () => '\tg() h();\n\tk();\n')}}\n`);
    const [few, many] = [await bad(1), await bad(limits.MAX_BAD_STATEMENTS + 1)];
    expect(many).toBeGreaterThan(0);
    expect(few).toBeLessThanOrEqual(many);
  },
  async MAX_ZEROED() {
    const zeroed = async (n: number) =>
      calls(
        (
          await lower(
            `struct s { int b; int a[${n}]; };\nvoid f(void) { struct s x = { 0 }; g(&x); }`,
            'f',
          )
        ).functions.f,
      );
    expect(await zeroed(limits.MAX_ZEROED - 2)).toEqual(['g']);
    expect(await zeroed(limits.MAX_ZEROED + 10)).toEqual(['memset', 'g']);
  },
  MAX_GROUP_CHARS() {
    const names = (n: number) =>
      listFunctions(
        sourceFile(`int x = (${' '.repeat(n)});\nint f(void)\n{\n\treturn 0;\n}\n`),
      ).map((f) => f.name);
    expect(names(10)).toEqual(['f']);
    expect(names(limits.MAX_GROUP_CHARS)).toContain('f');
  },
  async MAX_STATES() {
    expect(DEFAULT_LIMITS.states).toBe(limits.MAX_STATES);
    expect(await explored({ states: 100 })).toMatchObject({ exhausted: false, limit: 'states' });
    const { finding } = await reviewEdit((t) => edit(t, LOCK, `\t\tcharged = 0;\n${LOCK}`), {
      explore: { limits: { ...DEFAULT_LIMITS, states: 10 } },
    });
    expect(finding.verdict).toBe('bounded');
  },
  async MAX_NODES() {
    expect(DEFAULT_LIMITS.nodes).toBe(limits.MAX_NODES);
    expect(await explored({ nodes: 60 })).toMatchObject({ exhausted: false, limit: 'nodes' });
  },
  async MAX_RUN_STEPS() {
    expect(await counting(2 * limits.MAX_RUN_STEPS)).toBe('inconclusive');
  },
  async MAX_ROUNDS_PER_VMA() {
    const yielding = (n: number) => loop(n, 'cond_resched();');
    expect(await doing(yielding(3))).toBe('holds');
    expect(await doing(yielding(20 * limits.MAX_ROUNDS_PER_VMA))).toBe('inconclusive');
  },
  async MAX_STEPS() {
    expect(await counting(limits.MAX_RUN_STEPS / 4)).toBe('inconclusive');
  },
  async MAX_VALUE_CHARS() {
    const doubled = (n: number) =>
      `\t\tcharged = MYSTERY_FLAG;\n${repeat(n, () => '\t\tcharged = charged | charged;\n')}\t\tcharged = 0;\n`;
    expect(await doing(doubled(3))).toBe('holds');
    expect(await doing(doubled(40))).toBe('inconclusive');
    const deeper = (n: number) =>
      `\t\tcopy = vma;\n${loop(n, 'copy = (struct vm_area_struct *)&copy->vm_mm;')}`;
    expect(await doing(deeper(3))).toBe('holds');
    for (const rule of ['fork-lock-target', 'fork-cost'])
      expect(await doing(deeper(limits.MAX_VALUE_CHARS), rule)).toBe('inconclusive');
  },
  async MAX_FIELDS() {
    const written = (n: number) => loop(n, '((unsigned long *)&vma->soak)[charged] = 0;');
    expect(await doing(written(10))).toBe('holds');
    for (const rule of ['fork-lock-target', 'fork-cost'])
      expect(await doing(written(limits.MAX_FIELDS), rule)).toBe('inconclusive');
  },
  async MAX_OBJECTS() {
    const made = (n: number) =>
      loop(n, '{\n\t\t\tstruct vma_iterator other;\n\n\t\t\tother.mas.index = 0;\n\t\t}');
    expect(await doing(made(10))).toBe('holds');
    expect(await doing(made(limits.MAX_OBJECTS))).toBe('inconclusive');
  },
  MAX_TREE_NODES() {
    const cache = new NodeCache(8, 16);
    const take = () => {
      for (let k = 0; k < 64; k++) cache.take();
    };
    expect(take).toThrow('maple tree: more than 16 nodes');
  },
  MAX_YAML_CHARS() {
    const long = `# ${'x'.repeat(limits.MAX_YAML_CHARS)}\n`;
    expect(() => parseConfig('c.yml', long)).toThrow(`c.yml:1:1: over ${limits.MAX_YAML_CHARS}`);
  },
};
