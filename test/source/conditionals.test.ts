import { describe, expect, it } from 'vitest';
import { dropLoneConditionals } from '../../src/source/conditionals.js';
import type { SourceLine } from '../../src/source/types.js';

const lines = (text: string[], changed: string[] = []): SourceLine[] =>
  text.map((t, k) => ({
    ...{ text: t, line: k + 1, patchLine: k + 1, origin: 'hunk' as const },
    changed: changed.includes(t),
  }));
const left = (text: string[], changed: string[] = []): string[] =>
  dropLoneConditionals(lines(text, changed)).map((l) => l.text);

const STUB = ['static int f(void)', '{', '\treturn 0;', '}'];

describe('conditionals of which a hunk shows a part', () => {
  it('lose the definitions behind a lone #else: those of the branch that is not taken', () => {
    expect(left(['}', '#else', ...STUB, '#endif', 'int g(void)'])).toEqual(['}', 'int g(void)']);
  });

  it('keep what the patch changes there', () => {
    const kept = left(['}', '#else', ...STUB, '#endif'], ['\treturn 0;']);
    expect(kept).toEqual(['}', ...STUB]);
  });

  it('keep statements within a function, and whole conditionals', () => {
    expect(left(['\ta();', '#else', '\tb();', '#endif'])).toEqual(['\ta();', '\tb();']);
    const whole = ['#ifdef X', ...STUB, '#else', ...STUB, '#endif'];
    expect(left(whole)).toEqual(whole);
  });
});
