import { beforeAll, describe, expect, it } from 'vitest';
import { listingOf, placeToShow } from '../../src/player/listing.js';
import type { PageProgram } from '../../src/report/html/data.js';
import { FEATURES_6_12 } from '../../src/sim/kernel/features.js';
import { lowered } from '../litmus/fork-programs.js';
import { miniText } from '../review/mini.js';

let bare: PageProgram;
beforeAll(async () => {
  bare = { program: await lowered(), features: FEATURES_6_12, source: [] };
});

describe('a function without source', () => {
  it('is listed by its statements, each on its own line', () => {
    const text = miniText().split('\n');
    const listing = listingOf(bare, 'dup_mmap')!;
    const known = listing.lines.flatMap((l, k) => (l.text ? [[l, text[listing.at + k]]] : []));
    expect(known.length).toBeGreaterThan(50);
    for (const [l, whole] of known as [{ text: string; line: number }, string][]) {
      const bare = (s: string) => s.replace(/\s/g, '').slice(0, 12);
      expect(bare(whole)).toContain(bare(l.text).slice(0, 4));
    }
  });

  it('is none when the program has no such function', () => {
    expect(listingOf(bare, 'constructor')).toBeNull();
  });
});

describe('the place that is shown', () => {
  const place = (name: string, at: number | null) => ({
    ...{ function: name, path: 'kernel/fork.c', line: 1, at },
  });

  it('is in the caller of a small helper', () => {
    const helper = { text: 'x', line: 1, changed: false, filled: false };
    const source = [{ function: 'helper', path: 'h', at: 0, lines: [helper] }];
    const at = listingOf(bare, 'dup_mmap')!.at + 20;
    const stack = [place('helper', 0), place('dup_mmap', at)];
    expect(placeToShow(stack, { ...bare, source })?.function).toBe('dup_mmap');
    const changed = [{ ...source[0], lines: [{ ...helper, changed: true }] }];
    expect(placeToShow(stack, { ...bare, source: changed })?.function).toBe('helper');
  });

  it('is none for code of no program', () => {
    expect(placeToShow([], bare)).toBeNull();
    expect(placeToShow([place('wp_page_copy', null)], bare)).toBeNull();
  });
});
