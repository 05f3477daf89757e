import { describe, expect, it } from 'vitest';
import { calleesOf, detectFeatures } from '../../src/judge/features.js';
import type { Func, Program } from '../../src/sim/program.js';

const func = (name: string, path: string, ...calls: string[]): Func => ({
  ...{ name, path, params: [], result: { kind: 'void' }, regs: 0, vars: [], refs: [], stmts: [] },
  ...{ line: null },
  code: calls.map((callee) => ({
    ...{ op: 'call', ref: 0, dst: null, args: [], type: { kind: 'void' } },
    callee: { name: callee },
  })),
});

describe('features of a tree that only the hunks show', () => {
  it('are not taken from a teardown that was filled in', () => {
    const program: Program = {
      functions: {
        dup_mmap: func('dup_mmap', 'kernel/fork.c', 'mas_expected_entries'),
        exit_mmap: func('exit_mmap', 'skeleton:teardown-bulk', 'mt_clear_in_rcu'),
      },
      notes: [],
    };
    const callees = calleesOf(program);
    expect([...callees]).toEqual(['mas_expected_entries']);
    expect(detectFeatures(new Set(), callees, '6.1').rcuTrees).toBe(false);
  });
});
