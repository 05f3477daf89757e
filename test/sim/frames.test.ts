import { beforeAll, describe, expect, it } from 'vitest';
import { shownSteps } from '../../src/sim/explore/display.js';
import { type Film, filmOf } from '../../src/sim/explore/frames.js';
import { readTrace, runTrace, type TraceFile, writeTrace } from '../../src/sim/explore/trace.js';
import type { SourcePlace } from '../../src/sim/kernel/picture.js';
import { edit, reviewEdit } from '../review/mini.js';

let trace: TraceFile;
let film: Film;

beforeAll(async () => {
  const { traces } = await reviewEdit((t) => edit(t, 'vma_start_write(vma);', ''));
  trace = traces[0];
  const { run, system } = runTrace(trace);
  film = filmOf(run, system);
});

describe('a film of a run that breaks a property', () => {
  it('starts before the first step and marks the last one', () => {
    expect(film.frames[0].step).toBeNull();
    expect(film.frames.filter((f) => f.step?.breaks)).toEqual([film.frames.at(-1)]);
    expect(film.frames.every((f) => f.addresses.length === 1 || f.addresses.length === 2)).toBe(
      true,
    );
  });

  it('shows a slot of the child go from the parent VMA to its copy', () => {
    // the ranges before and behind the VMA are slots too, empty ones
    const held = film.frames.map((f) => f.trees.childTree.nodes[0]?.slots[1]?.holds ?? 'none');
    expect([...new Set(held)]).toEqual(['none', 'old', 'new']);
    const parent = film.frames.map((f) => f.trees.parentTree.nodes[0].slots.map((s) => s.holds));
    expect(new Set(parent.map(String))).toEqual(new Set(['empty,old,empty']));
  });

  it('numbers steps as reports do, and changes of a tree between them', () => {
    const steps = film.frames.flatMap((f) => f.step ?? []);
    const shown = shownSteps(runTrace(trace).run, film.threads.length);
    expect(steps.filter((s) => !s.inner).map((s) => s.text)).toEqual(shown.map((s) => s.text));
    expect(steps.filter((s) => !s.inner).map((s) => s.label)).toEqual(
      shown.map((_, k) => String(k + 1)),
    );
    expect(steps.filter((s) => s.inner).map((s) => [s.label, s.text])).toEqual([
      ['1a', "__mt_dup(): the child's tree now holds V1"],
      ['2a', "mas_store(): V1 -> V1' in the child's tree"],
    ]);
  });

  it('counts the owners of each page', () => {
    for (const f of film.frames)
      for (const a of f.addresses)
        for (const p of a.pages) {
          const mapped = p.owners.filter((o) => o === 'parent' || o === 'child').length;
          // a fault in flight holds a reference of its own
          expect(p.count).toBeGreaterThanOrEqual(mapped);
        }
    const shared = film.frames.flatMap((f) => f.addresses.flatMap((a) => a.pages));
    expect(shared.some((p) => p.owners.includes('parent') && p.owners.includes('child'))).toBe(
      true,
    );
  });

  it('names the source line of each step of the program', () => {
    const steps = film.frames.flatMap((f) =>
      f.step?.stack.some((s) => s.at !== null) ? f.step : [],
    );
    expect(steps.length).toBeGreaterThan(2);
    const lineOf = (s: SourcePlace) => {
      const listing = trace.source!.find((l) => l.function === s.function)!;
      return listing.lines[s.at! - listing.at];
    };
    for (const s of steps.flatMap((x) => x.stack)) expect(lineOf(s).line).toBe(s.line);
    const share = film.frames.find((f) => f.step?.text.startsWith('shares P0'))!.step!;
    expect(share.stack.map((s) => s.function)).toEqual(['dup_mmap']);
    expect(lineOf(share.stack[0]).text).toMatch(/copy_page_range\(/);
  });

  it('is the same when the trace was written and read', () => {
    const { run, system } = runTrace(readTrace('t', writeTrace(trace)));
    expect(filmOf(run, system)).toEqual(film);
  });
});

describe('source lines in a trace', () => {
  it('may be absent', () => {
    const { source, ...bare } = trace;
    expect(source).toBeDefined();
    expect(readTrace('t', writeTrace(bare as TraceFile)).source).toBeUndefined();
  });

  it.each([
    ['no list', 'x'],
    ['a listing without lines', [{ function: 'f', path: 'p', at: 0 }]],
    ['a line without text', [{ function: 'f', path: 'p', at: 0, lines: [{ line: 1 }] }]],
  ])('are refused when they are %s', (_, source) => {
    const damaged = writeTrace({ ...trace, source } as unknown as TraceFile);
    expect(() => readTrace('t', damaged)).toThrow(/missing or damaged/);
  });
});
