import { describe, expect, it } from 'vitest';
import { preprocess } from '../../src/cfront/preprocess.js';
import { blankComments } from '../../src/cfront/text.js';

const active = (text: string, config?: (o: string) => boolean | undefined) =>
  preprocess(blankComments(text), config)
    .active.split('\n')
    .map((l) => l.trim());

describe('preprocess', () => {
  it('keeps the branch that the configuration leaves, and every line in its place', () => {
    const text = '#ifdef CONFIG_MMU\na;\n#else\nb;\n#endif\nc;';
    expect(active(text)).toEqual(['', 'a;', '', '', '', 'c;']);
    expect(active(text, (o) => (o === 'MMU' ? false : undefined))).toEqual([
      '',
      '',
      '',
      'b;',
      '',
      'c;',
    ]);
  });

  it('takes one branch of an elif chain, and nothing inside a dead one', () => {
    const text =
      '#if 0\n#if 1\na;\n#endif\n#elif defined(CONFIG_SMP) && !IS_ENABLED(CONFIG_DEBUG_VM)\nb;\n#else\nc;\n#endif';
    expect(active(text).filter((l) => l !== '')).toEqual(['b;']);
  });

  it.each([
    ['CONFIG_PGTABLE_LEVELS > 4', true],
    ['BITS_PER_LONG == 32', false],
    ['!defined(CONFIG_64BIT) || (1 + 2 * 3 == 7)', true],
    ['IS_BUILTIN(CONFIG_NO_SUCH_THING)', false],
    ['UNKNOWN_MACRO', false],
    ['__has_attribute(foo) ? 1 : 0', false],
    ['(0x10 >> 4) == 01 && 3 % 2', true],
  ])('#if %s is %s', (test, want) => {
    expect(active(`#if ${test}\nx;\n#endif`).includes('x;')).toBe(want);
  });

  it('collects macros with continuation lines, parameters, and #undef', () => {
    const { macros } = preprocess(
      '#define A(x, y...) \\\n  f(x, y)\n#define B 3\n#undef B\n#ifdef CONFIG_NOT_ON\n#define C 1\n#endif',
    );
    expect(macros.get('A')).toMatchObject({ params: ['x', 'y'], variadic: true, body: 'f(x, y)' });
    expect([...macros.keys()]).toEqual(['A']);
  });

  it('a cut-out text with an #endif or an #else of its own is no error', () => {
    expect(active('a;\n#endif\nb;\n#else\nc;')).toEqual(['a;', '', 'b;', '', 'c;']);
  });

  it('comments go, strings that look like comments stay, lengths do not change', () => {
    const text = 'a /* x\n y */ "/* no */" \'"\' // z\nb';
    const out = blankComments(text);
    expect(out).toHaveLength(text.length);
    expect(out.replace(/ +/g, ' ')).toBe('a \n "/* no */" \'"\' \nb');
  });
});
