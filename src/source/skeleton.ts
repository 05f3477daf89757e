import { readFileSync } from 'node:fs';
import { ForkloreError, invariant } from '../base/errors.js';
import { type Item, itemsOf } from './align.js';
import { splitLines } from './apply.js';
import { type Atom, parseAtoms } from './c/atoms.js';
import { tokenize } from './c/tokens.js';
import { ERAS, type Era, type Form, switchesOf } from './eras.js';
import { kernelNames } from './kernel-names.js';
import { type Names, renameLines } from './names.js';
import type { SourceFile } from './types.js';

/** A function of one era, cut into atoms. */
export interface Skeleton {
  era: Form;
  lines: string[];
  atoms: Atom[];
  items: Item[];
  /** The kernel's names for its locals and labels. */
  kernel: Names;
}

const cache = new Map<string, Skeleton>();

/** dup_mmap() of every era, oldest first. */
export function allSkeletons(): Skeleton[] {
  return ERAS.map(skeletonOf);
}

/** dup_mmap() of one era. */
export function skeletonOf(era: Era): Skeleton {
  const known = cache.get(era.id);
  if (known) return known;
  const skeleton = skeletonOfTemplate('dup_mmap.c', era, switchesOf(era));
  cache.set(era.id, skeleton);
  return skeleton;
}

/** A function that a template of ./skeleton holds, the first one or `name`, with some of its switches on. */
export function skeletonOfTemplate(
  asset: string,
  era: Form,
  on: ReadonlySet<string>,
  name?: string,
): Skeleton {
  const all = resolveSwitches(readAsset(asset), on);
  const head = name
    ? all.findIndex((l) => /^\w/.test(l) && new RegExp(`\\b${name}\\(`).test(l))
    : 0;
  const end = all.findIndex((l, i) => i > head && l.startsWith('}'));
  const lines = name ? all.slice(head, end + 1) : all;
  return skeletonFrom(lines, era, kernelNames(asset));
}

function skeletonFrom(lines: string[], era: Form, kernel: Names): Skeleton {
  const { atoms, cutStart, cutEnd } = parseAtoms(tokenize(lines).tokens);
  invariant(cutStart.length === 0 && cutEnd.length === 0, `skeleton ${era.id} is cut`);
  return { era, lines, atoms, items: itemsOf(atoms, lines), kernel };
}

const renamed = new WeakMap<Skeleton, Skeleton>();

/**
 * The skeletons in the words of the hunks: with the kernel's names for locals and labels, or with their own where
 * the hunks have more of those.
 */
export function inWordsOf(
  pieces: readonly { atoms: readonly Atom[] }[],
  skeletons: readonly Skeleton[],
): readonly Skeleton[] {
  const tokens = pieces.flatMap((piece) => piece.atoms.flatMap((atom) => atom.tokens));
  const words = new Set(tokens.filter((t) => t.kind === 'id').map((t) => t.text));
  const own = new Set(skeletons.flatMap((s) => [...s.kernel.keys()]));
  const kernel = new Set(skeletons.flatMap((s) => [...s.kernel.values()]));
  const count = (names: ReadonlySet<string>) => [...names].filter((n) => words.has(n)).length;
  return count(own) > count(kernel) ? skeletons : skeletons.map(withKernelNames);
}

function withKernelNames(skeleton: Skeleton): Skeleton {
  const { lines, era, kernel } = skeleton;
  let made = renamed.get(skeleton);
  if (!made) {
    const { tokens } = tokenize(lines);
    made = skeletonFrom(renameLines(lines, tokens, kernel), era, new Map());
    renamed.set(skeleton, made);
  }
  return made;
}

/** dup_mmap() of an era as a file of its own; throws a `usage` error for an unknown era. */
export function skeletonFile(id: string): SourceFile {
  const era = ERAS.find((e) => e.id === id);
  if (!era) throw new ForkloreError('usage', `${id}: no such skeleton`);
  return toFile(era.path, skeletonOf(era).lines, id);
}

/** The inline helpers that dup_mmap() calls, for when no tree gives them. */
export function skeletonHelpers(): SourceFile {
  return toFile('include/linux/mm.h', readAsset('helpers.c'), 'helpers');
}

/** A template of ./skeleton with some of its switches on, as a file that reports itself as `skeleton:NAME`. */
export function skeletonOfAsset(
  asset: string,
  path: string,
  name: string,
  on: ReadonlySet<string>,
): SourceFile {
  return toFile(path, resolveSwitches(readAsset(asset), on), name);
}

function toFile(path: string, lines: string[], era: string): SourceFile {
  return {
    path,
    base: 'hunks-only',
    skeleton: era,
    lines: lines.map((text) => ({
      text,
      line: null,
      patchLine: null,
      origin: 'skeleton',
      changed: false,
      era,
    })),
  };
}

function readAsset(name: string): string[] {
  return splitLines(readFileSync(new URL(`./skeleton/${name}`, import.meta.url), 'utf8'));
}

/** The lines of a template for which the `#if`s hold. Conditions are switches joined by `!`, `&&`, `||`. */
export function resolveSwitches(lines: readonly string[], on: ReadonlySet<string>): string[] {
  const out: string[] = [];
  const stack: { live: boolean; done: boolean }[] = [];
  for (const line of lines) {
    const directive = /^#(if|elif|else|endif)\b\s*(.*)$/.exec(line);
    if (!directive) {
      if (stack.every((frame) => frame.live)) out.push(line);
      continue;
    }
    const [, word, condition] = directive;
    const top = stack.at(-1);
    if (word === 'if') {
      const live = holds(condition, on);
      stack.push({ live, done: live });
      continue;
    }
    invariant(top, `skeleton: #${word} without #if`);
    if (word === 'endif') stack.pop();
    else {
      top.live = !top.done && (word === 'else' || holds(condition, on));
      top.done ||= top.live;
    }
  }
  invariant(stack.length === 0, 'skeleton: #if without #endif');
  return out;
}

function holds(condition: string, on: ReadonlySet<string>): boolean {
  return condition.split('||').some((any) =>
    any.split('&&').every((term) => {
      const name = term.trim();
      return name.startsWith('!') ? !on.has(name.slice(1).trim()) : on.has(name);
    }),
  );
}
