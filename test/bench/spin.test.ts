import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support.js';
import { parsePan } from './pan-output.js';
import { sharedSteps } from './promela.js';
import { compilerFlags, modelFlags } from './spin.js';
import { trailLength } from './trail.js';

const REPORT = (errors: number, more = ''): string => `${more}
Full statespace search for:
State-vector 116 byte, depth reached 172, errors: ${errors}
   601499 states, stored
   512957 states, matched
  192.597	total actual memory usage
`;

const TINY = `
byte x, y;
bool own[2];
byte mine;
/* byte not_this; */
proctype A() {
	mine = 1;
	if
	:: x == 1 -> y = 2
	:: else
	fi;
	do
	:: mine < 3 -> mine++
	:: else -> break
	od
}
proctype B(byte b) {
	x = own[b];
	y = 1
}
`;

describe('pan', () => {
  it('reads verdict, states, memory and depth', () => {
    expect(parsePan(REPORT(0))).toEqual({
      verdict: 'holds',
      states: 601499,
      megabytes: 192.597,
      depth: 172,
    });
    expect(parsePan(REPORT(1)).verdict).toBe('violated');
  });

  it('takes states in scientific notation', () => {
    expect(parsePan(REPORT(0).replace('601499', '4.09e+06')).states).toBe(4_090_000);
  });

  it('refuses a search that was cut short without an error, and only then', () => {
    const cut = 'error: max search depth too small';
    expect(() => parsePan(REPORT(0, cut))).toThrow(/cut short/);
    expect(parsePan(REPORT(1, 'Warning: Search not completed')).verdict).toBe('violated');
  });

  it('refuses what is no report', () => {
    expect(() => parsePan('pan: command not found')).toThrow(/no result/);
  });
});

describe('steps of a trail', () => {
  it('takes what the many-fold process uses for shared', () => {
    const s = sharedSteps(TINY, 'B');
    expect([...s.names].sort()).toEqual(['own', 'x', 'y']);
    // the else of line 10 looks at x, that of line 14 at a variable of A alone
    expect([...s.elseLines]).toEqual([10]);
  });

  it('finds the shared variables of fork.pml and leaves out what fork alone uses', () => {
    const text = readFileSync(join(ROOT, 'test/bench/peers/fork.pml'), 'utf8');
    const { names } = sharedSteps(text, 'B');
    for (const n of ['mmseq', 'mmw', 'vseq', 'ptep', 'ptew', 'ref', 'excl', 'tlb', 'lost', 'done'])
      expect(names, n).toContain(n);
    expect(names).not.toContain('tree');
    expect(names).not.toContain('cseq');
  });

  it('counts an atomic block once, init not at all, and an else by its options', () => {
    const out = [
      '  1:\tproc  0 (:init::1) t.pml:3 (state 1)\t[x = 1]',
      '  2:\tproc  1 (A:1) t.pml:7 (state 1)\t[mine = 1]',
      '  3:\tproc  1 (A:1) t.pml:10 (state 2)\t[else]',
      '  4:\tproc  1 (A:1) t.pml:14 (state 4)\t[else]',
      '  5:\tproc  2 (B:1) t.pml:18 (state 1)\t[x = own[b]]',
      '  5:\tproc  2 (B:1) t.pml:19 (state 2)\t[y = 1]',
      'spin: trail ends after 5 steps',
    ].join('\n');
    expect(trailLength(out, sharedSteps(TINY, 'B'))).toEqual({ steps: 4, shared: 2 });
  });
});

describe('flags', () => {
  it('asks for level S and for breadth without reduction where the shortest is wanted', () => {
    const c = { vmas: 3, threads: 2, accesses: 1, mutant: 6 } as Parameters<typeof modelFlags>[0];
    expect(modelFlags(c).join(' ')).toBe('-DK=3 -DNB=2 -DF=1 -DMUT=6 -DAPTL=1 -DANONTRY=1 -DTLB=1');
    expect(compilerFlags('shortest')).toEqual(['-DBFS', '-DNOREDUCE']);
    expect(compilerFlags('all')).toEqual([]);
  });
});
