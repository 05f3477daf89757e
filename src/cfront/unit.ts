import type { SourceRef } from '../sim/program.js';
import type { SourceFile } from '../source/types.js';
import type { ConfigTable } from './config.js';
import { type Macro, preprocess } from './preprocess.js';
import { type Item, scanItems } from './scan.js';
import { blankComments } from './text.js';

/** One source file, indexed. All offsets refer to `text`, `active` being of the same length. */
export interface Unit {
  file: SourceFile;
  text: string;
  active: string;
  macros: Map<string, Macro>;
  items: Item[];
  functions: Map<string, Item>;
  /** `struct foo` -> offset of the keyword where its body is. */
  aggregates: Map<string, number>;
  /** Prototypes and globals by name. */
  declared: Map<string, Item>;
  typedefs: Map<string, Item>;
  /** Enumerator -> offset of the `enum` keyword. */
  enumerators: Map<string, number>;
  /** Offset of the start of each line. */
  lineStarts: number[];
}

const cache = new WeakMap<SourceFile, Map<ConfigTable | undefined, Unit>>();

/** Indexes a file; the result is kept for as long as the SourceFile lives. */
export function unitOf(file: SourceFile, config?: ConfigTable): Unit {
  let perConfig = cache.get(file);
  if (perConfig === undefined) cache.set(file, (perConfig = new Map()));
  let unit = perConfig.get(config);
  if (unit === undefined) perConfig.set(config, (unit = buildUnit(file, config)));
  return unit;
}

function buildUnit(file: SourceFile, config?: ConfigTable): Unit {
  const text = file.lines.map((l) => l.text).join('\n');
  const { active, macros } = preprocess(blankComments(text), config);
  const unit: Unit = {
    file,
    text,
    active,
    macros,
    items: scanItems(active),
    functions: new Map(),
    aggregates: new Map(),
    declared: new Map(),
    typedefs: new Map(),
    enumerators: new Map(),
    lineStarts: [],
  };
  let at = 0;
  for (const line of file.lines) {
    unit.lineStarts.push(at);
    at += line.text.length + 1;
  }
  for (const item of unit.items) indexItem(unit, item);
  return unit;
}

function indexItem(unit: Unit, item: Item): void {
  if (item.kind === 'function') {
    if (!unit.functions.has(item.name)) unit.functions.set(item.name, item);
    return;
  }
  const text = unit.active.slice(item.start, item.end);
  for (const name of item.names) if (!unit.declared.has(name)) unit.declared.set(name, item);
  if (/^typedef\b/.test(text)) indexTypedef(unit, item, text);
  if (item.brace < 0) return;
  for (const m of text.matchAll(
    /\b(struct|union|enum)\b(?:\s+(?:__\w+(?:\([^)]*\))?\s+)*(\w+))?\s*\{/g,
  )) {
    const offset = item.start + m.index;
    if (m[2] !== undefined) unit.aggregates.set(`${m[1]} ${m[2]}`, offset);
    if (m[1] === 'enum') indexEnum(unit, offset, text.slice(m.index + m[0].length));
  }
}

function indexTypedef(unit: Unit, item: Item, text: string): void {
  const name =
    /\(\s*\*?\s*(\w+)\s*\)\s*\([^;]*;$/.exec(text)?.[1] ??
    /(\w+)\s*\([^)]*\)\s*;$/.exec(text)?.[1] ??
    /(\w+)\s*(\[[^\]]*\]\s*)*(__\w+(\([^;]*\))?\s*)*;$/.exec(text)?.[1];
  if (name !== undefined) unit.typedefs.set(name, item);
}

function indexEnum(unit: Unit, offset: number, body: string): void {
  const inner = body.slice(0, body.indexOf('}'));
  let depth = 0;
  let expect = true;
  for (const m of inner.matchAll(/[(),]|\b[A-Za-z_]\w*/g)) {
    if (m[0] === '(') depth++;
    else if (m[0] === ')') depth--;
    else if (m[0] === ',') expect ||= depth === 0;
    else if (expect && depth === 0) {
      unit.enumerators.set(m[0], offset);
      expect = false;
    }
  }
}

/** Index into `file.lines` of the line that holds `offset`. */
export function lineIndex(unit: Unit, offset: number): number {
  let low = 0;
  let high = unit.lineStarts.length - 1;
  while (low < high) {
    const mid = (low + high + 1) >> 1;
    if (unit.lineStarts[mid] <= offset) low = mid;
    else high = mid - 1;
  }
  return low;
}

/** Where the text `[start, end)` comes from: the first line's place; changed when any of its lines is. */
export function refAt(unit: Unit, start: number, end: number, text: string): SourceRef {
  const first = lineIndex(unit, start);
  const last = Math.max(first, lineIndex(unit, Math.max(start, end - 1)));
  const lines = unit.file.lines.slice(first, last + 1);
  const head = lines[0];
  const changed = lines.some((l) => l.changed);
  return {
    path: pathOf(unit, first),
    line: head?.origin === 'skeleton' ? null : (head?.line ?? null),
    patchLine: head?.patchLine ?? lines.find((l) => l.patchLine !== null)?.patchLine ?? null,
    changed,
    text,
    at: first,
  };
}

/** Path that a line reports: the file's, or `skeleton:<era>`. */
export function pathOf(unit: Unit, index: number): string {
  const line = unit.file.lines[index];
  return line?.origin === 'skeleton' ? `skeleton:${unit.file.skeleton ?? ''}` : unit.file.path;
}
