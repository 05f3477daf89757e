import { MAX_FLIPPED_OPTIONS } from './base/limits.js';
import { evalCondition } from './cfront/condition.js';
import { configOn } from './cfront/config.js';
import type { ConfigTable } from './cfront/index.js';
import { preprocess } from './cfront/preprocess.js';
import { blankComments } from './cfront/text.js';
import { type Unit, unitOf } from './cfront/unit.js';
import type { SourceFile } from './source/types.js';

/** Changed lines of code of one file that the configuration leaves out. */
export interface Hidden {
  unit: Unit;
  /** The text without comments, for another look at its conditionals. */
  code: string;
  /** Indexes into the file's lines, never empty. */
  lines: number[];
  /** CONFIG_ options, without prefix, that close the conditionals around the first of them. */
  options: string[];
}

/** What the configuration hides of the patch, for each file of which it hides something. */
export function hiddenChanges(files: readonly SourceFile[], config?: ConfigTable): Hidden[] {
  return files.flatMap((file) => {
    if (!file.lines.some((line) => line.changed)) return [];
    const unit = unitOf(file, config);
    const gone = file.lines.flatMap((line, i) =>
      line.changed && line.text.trim() !== '' && isBlank(unit, unit.active, i) ? [i] : [],
    );
    if (gone.length === 0) return [];
    const code = blankComments(unit.text);
    const rows = code.split('\n');
    const lines = gone.filter((i) => rows[i].trim() !== '' && !inDirective(rows, i));
    if (lines.length === 0) return [];
    return [{ unit, code, lines, options: optionsAround(rows, lines[0], config) }];
  });
}

/** A configuration that shows what is hidden. */
export interface OtherWay {
  config: ConfigTable;
  /** `CONFIG_KSM off`, ... */
  changed: string[];
}

/**
 * The configuration with the fewest options the other way that shows the hidden lines of the first file; null when
 * none of those around them does (`#if 0`, another architecture).
 */
export function otherWay(hidden: readonly Hidden[], config?: ConfigTable): OtherWay | null {
  const [first] = hidden;
  if (first.options.length > MAX_FLIPPED_OPTIONS) return null;
  for (const set of subsets(first.options)) {
    const flipped = new Set(set);
    const table: ConfigTable = (option) =>
      flipped.has(option) ? !configOn(option, config) : config?.(option);
    const { active } = preprocess(first.code, table);
    if (first.lines.some((i) => isBlank(first.unit, active, i))) continue;
    const changed = set.map((o) => `CONFIG_${o} ${configOn(o, config) ? 'off' : 'on'}`);
    if (!config || config.id !== undefined) table.id = `${config?.id ?? ''} but for ${set.join()}`;
    return { config: table, changed };
  }
  return null;
}

/** Where the hidden lines are: `kernel/fork.c:12, 15`. */
export function placesOf(hidden: readonly Hidden[]): string {
  const places = hidden.map(({ unit, lines }) => {
    const numbers = lines.map((i) => unit.file.lines[i].line).filter((n) => n !== null);
    return numbers.length ? `${unit.file.path}:${ranges(numbers)}` : unit.file.path;
  });
  return [...new Set(places)].join('; ');
}

/** What decides whether the lines are compiled: `CONFIG_KSM is on`, ... */
export function causesOf(hidden: readonly Hidden[], config?: ConfigTable): string {
  const options = [...new Set(hidden.flatMap((h) => h.options))];
  return options.map((o) => `CONFIG_${o} is ${configOn(o, config) ? 'on' : 'off'}`).join(', ');
}

/** True for a line that the configuration leaves something of: no comment, no directive, no branch not taken. */
export function isCompiled(file: SourceFile, line: number, config?: ConfigTable): boolean {
  const unit = unitOf(file, config);
  return !isBlank(unit, unit.active, line);
}

function isBlank(unit: Unit, text: string, line: number): boolean {
  const start = unit.lineStarts[line];
  return text.slice(start, start + unit.file.lines[line].text.length).trim() === '';
}

function inDirective(rows: readonly string[], line: number): boolean {
  let first = line;
  while (first > 0 && rows[first - 1].trimEnd().endsWith('\\')) first--;
  return /^\s*#/.test(rows[first]);
}

/** An open conditional: the conditions of its branches so far; the last one is '1' for `#else`. */
type Frame = string[];

/** Options named by the conditionals around a line whose branch is not taken, earlier branches included. */
function optionsAround(rows: readonly string[], line: number, config?: ConfigTable): string[] {
  const open = framesAt(rows, line);
  const closed = open.filter((frame) => !isTaken(frame, config));
  const names = closed
    .flat()
    .join(' ')
    .matchAll(/\bCONFIG_(\w+)/g);
  return [...new Set([...names].map((m) => m[1].replace(/_MODULE$/, '')))];
}

function framesAt(rows: readonly string[], line: number): Frame[] {
  const open: Frame[] = [];
  for (let i = 0; i < line; i++) {
    const found = /^\s*#\s*(if|ifdef|ifndef|elif|else|endif)\b(.*)$/.exec(rows[i]);
    if (!found) continue;
    const word = found[1];
    let condition = found[2];
    while (condition.endsWith('\\') && i + 1 < line) condition = condition.slice(0, -1) + rows[++i];
    if (word === 'endif') open.pop();
    else if (word === 'else') open.at(-1)?.push('1');
    else if (word === 'elif') open.at(-1)?.push(condition);
    else open.push([WRAP[word](condition)]);
  }
  return open;
}

const WRAP: Record<string, (condition: string) => string> = {
  if: (c) => c,
  ifdef: (c) => `defined(${c.trim()})`,
  ifndef: (c) => `!defined(${c.trim()})`,
};

function isTaken(frame: Frame, config?: ConfigTable): boolean {
  const world = { config, macro: () => undefined, defined: () => false };
  return frame.findIndex((c) => evalCondition(c, world) !== 0) === frame.length - 1;
}

/** Non-empty subsets, small ones first. */
function subsets(options: readonly string[]): string[][] {
  const all: string[][] = [];
  for (let bits = 1; bits < 1 << options.length; bits++) {
    all.push(options.filter((_, i) => (bits >> i) & 1));
  }
  return all.sort((a, b) => a.length - b.length);
}

function ranges(numbers: readonly number[]): string {
  const out: [number, number][] = [];
  for (const n of numbers) {
    const last = out.at(-1);
    if (last && n === last[1] + 1) last[1] = n;
    else out.push([n, n]);
  }
  return out.map(([a, b]) => (a === b ? `${a}` : `${a}-${b}`)).join(', ');
}
