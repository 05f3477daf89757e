import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inlineComment } from '../../src/report/markdown.js';
import { label, sequenceDiagram } from '../../src/report/markdown-mermaid.js';
import {
  cellCode,
  codeSpan,
  fence,
  prose,
  shorten,
  visible,
} from '../../src/report/markdown-text.js';
import { evidence, lockFinding } from './markdown-samples.js';

/** Text outside code spans, fences and our own HTML, read the way CommonMark does; escapes are left in. */
function outsideCode(markdown: string): string {
  const lines: string[] = [];
  let open = '';
  for (const line of markdown.split('\n')) {
    const ticks = /^ {0,3}(`{3,})/.exec(line)?.[1] ?? '';
    if (open === '' && ticks !== '' && !line.slice(ticks.length).includes('`')) open = ticks;
    else if (open !== '' && ticks.length >= open.length && line.trim() === ticks) open = '';
    else if (open === '') lines.push(line);
  }
  let out = '';
  const text = lines.join('\n');
  for (let i = 0; i < text.length; ) {
    if (text[i] === '\\') {
      out += text.slice(i, i + 2);
      i += 2;
    } else if (text[i] === '`') {
      const run = /^`+/.exec(text.slice(i))![0];
      const rest = text.slice(i + run.length);
      const end = [...rest.matchAll(/`+/g)].find((m) => m[0] === run);
      out += end ? '' : run;
      i += run.length + (end ? end.index + run.length : 0);
    } else out += text[i++];
  }
  return out;
}

const hostile = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc
    .array(
      fc.constantFrom(
        '`',
        '``',
        '```',
        '\\',
        '|',
        '@torvalds',
        '<b>',
        '</details>',
        '<!--',
        '-->',
        '![x](http://e)',
        '[x](y)',
        'https://e.example',
        '#12',
        'x#12',
        'foo(',
        'a_b',
        ')',
        ' ',
        '\n',
        '**',
        '_',
        '$x$',
        ':tada:',
        'f(a, b)',
        '.',
        '\u202e',
        '"',
      ),
      { maxLength: 14 },
    )
    .map((parts) => parts.join('')),
);

describe('untrusted text', () => {
  it('prose lets nothing live through outside code', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const rest = outsideCode(prose(text));
        expect(rest).not.toMatch(/@|:\/\/|www\.|<|>|(?<!\\)[[\]*_`|$!#~]|:[\w+-]+:/i);
        expect(rest).not.toContain('\n');
      }),
      { numRuns: 2000, verbose: 1 },
    );
  });

  it('a code span ends where it should, whatever it holds', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(outsideCode(`<${codeSpan(text)}>`)).toBe('<>');
      }),
      { numRuns: 2000, verbose: 1 },
    );
  });

  it('a table cell has no unescaped pipe', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        // The way GitHub's table rows are read: a backslash takes the next character with it.
        expect(cellCode(text).replace(/\\[\s\S]/g, '')).not.toContain('|');
      }),
      { numRuns: 2000, verbose: 1 },
    );
  });

  it('a fence holds what it is given', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(outsideCode(`a\n${fence(text)}\nb`)).toBe('a\nb');
      }),
      { numRuns: 2000, verbose: 1 },
    );
  });

  it('a whole comment of hostile parts has no mention, link or HTML but ours', () => {
    fc.assert(
      fc.property(hostile, hostile, (a, b) => {
        const steps = [{ thread: a, function: b, path: a, line: 1, text: b }];
        const text = inlineComment(
          lockFinding({
            rule: a,
            message: b,
            subject: a,
            location: { path: b, line: 1, side: 'RIGHT' },
            evidence: evidence({
              scenario: { [a]: b },
              bound: { [b]: { x: a } },
              assumptions: [a],
              notModelled: [b],
              counterexample: { steps, replay: a },
              counterfactual: { mutant: b, replay: a },
            }),
          }),
          { head: 'abcdef0', shortId: 'a90b' },
        );
        const rest = outsideCode(text)
          .replace(/<\/?(details|summary)>/g, '')
          .replace(/<!-- forklore:1 finding=a90b1122334455ff head=abcdef0 -->$/, '');
        expect(rest).not.toMatch(/@|:\/\/|<|>|(?<!\\)\]\(/);
      }),
      { numRuns: 1000, verbose: 1 },
    );
  });
});

describe('prose', () => {
  it('sets calls and identifiers as code and leaves sentences readable', () => {
    expect(prose("Locks V1' while copy_page_range(copy, vma) runs (see copy->vm_mm).")).toBe(
      "Locks V1' while `copy_page_range(copy, vma)` runs (see `copy->vm_mm`).",
    );
    expect(prose('`x` and a*b')).toBe('`x` and a\\*b');
    expect(prose('ask @torvalds, see https://e.example/x.')).toBe(
      'ask `@torvalds`, see `https://e.example/x`.',
    );
    expect(prose('f()g()')).toBe('`f()g()`');
  });
});

describe('visible and shorten', () => {
  it('spells what can not be seen', () => {
    expect(visible('a\u202eb\tc\n d\u0007')).toBe('a\\u{202e}b c d\\u{7}');
  });
  it('cuts with an ellipsis, never inside a character', () => {
    expect(shorten('abcdef', 4)).toBe('abc…');
    expect(shorten('ab😀cd', 4)).toBe('ab…');
    expect(shorten('abcd', 4)).toBe('abcd');
  });
});

describe('mermaid labels', () => {
  it('encode what mermaid would act on', () => {
    expect(label('a; b#1 %%{init}%% <br> `x`')).toBe(
      'a#59; b#35;1 #37;#37;#123;init#125;#37;#37; #60;br#62; #96;x#96;',
    );
    expect(label('')).toBe('-');
  });
  it('keep a diagram at one line per step', () => {
    fc.assert(
      fc.property(hostile, hostile, (thread, text) => {
        const lines = sequenceDiagram([{ thread, function: 'f', path: 'p', line: 1, text }]).split(
          '\n',
        );
        expect(lines).toHaveLength(5);
        expect(lines[2]).toMatch(/^ {2}participant T0 as [^;%{}<>"`\\$@]|#\d+;/);
        expect(lines[3].replace(/#\d+;/g, '')).not.toMatch(/[#;%{}<>&"`\\$@]/);
      }),
      { numRuns: 1000, verbose: 1 },
    );
  });
});
