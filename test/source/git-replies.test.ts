import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Replies, type Reply } from '../../src/source/git/replies.js';

const ID = 'ab'.repeat(20);

interface Case {
  output: string;
  reply: Reply;
}

const object = (content: string): Case => {
  const bytes = Buffer.from(content, 'utf8');
  return {
    output: `${ID} blob ${bytes.length}\n${content}\n`,
    reply: { kind: 'object', id: ID, type: 'blob', bytes },
  };
};
const link = (word: string, target: string): Case => ({
  output: `${word} ${Buffer.byteLength(target)}\n${target}\n`,
  reply: { kind: 'outside' },
});

const cases = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }).map((s) => object(s.replace(/\uFFFD/g, ''))),
  fc.constantFrom('missing\n', `${ID} missing\n`, '\n\n', '').map(object),
  fc.constantFrom('symlink', 'dangling', 'loop', 'notdir').map((word) => link(word, '../x\ny')),
  fc.constant<Case>({ output: 'HEAD:none missing\n', reply: { kind: 'missing' } }),
  fc.constant<Case>({ output: 'ab12 ambiguous\n', reply: { kind: 'ambiguous' } }),
);

describe('replies of git cat-file --batch', () => {
  it('are the same wherever the output is cut', () => {
    fc.assert(
      fc.property(
        fc.array(cases, { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 20 }),
        (list, sizes) => {
          const output = Buffer.from(list.map((c) => c.output).join(''), 'utf8');
          const replies = new Replies(1000);
          const got: Reply[] = [];
          for (let at = 0, k = 0; at < output.length; k++) {
            const next = at + sizes[k % sizes.length];
            got.push(...replies.push(output.subarray(at, next)));
            at = next;
          }
          expect(got.map(text)).toEqual(list.map((c) => text(c.reply)));
        },
      ),
      { seed: 20250301, numRuns: 300 },
    );
  });

  it('pass over an object that is too large', () => {
    const replies = new Replies(10);
    const output = object('x'.repeat(11)).output + object('small').output;
    expect(replies.push(Buffer.from(output)).map((r) => r.kind)).toEqual(['too large', 'object']);
  });
});

const text = (r: Reply): string =>
  r.kind === 'object' ? `${r.id} ${r.type} ${r.bytes.toString('hex')}` : r.kind;
