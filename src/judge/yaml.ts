import type { ErrorObject, ValidateFunction } from 'ajv';
import { type Document, isMap, isNode, LineCounter, type Pair, parseDocument } from 'yaml';
import { ForkloreError } from '../base/errors.js';
import { MAX_YAML_CHARS } from '../base/limits.js';
import { nearest } from '../base/nearest.js';

/** A YAML text that was read, and where its parts stand. */
export interface Yaml<T> {
  data: T;
  /** Makes the one-line error about the value at `path`, or about a key of it. */
  error(path: readonly (string | number)[], message: string, key?: string): ForkloreError;
}

/**
 * Reads a YAML text that has to fit a schema. Throws an `input` error of one line: file, line, column, what is wrong,
 * and the nearest word that would be right.
 */
export function readYaml<T>(name: string, text: string, validate: ValidateFunction<T>): Yaml<T> {
  const lines = new LineCounter();
  const at = (offset: number) => {
    const p = lines.linePos(offset);
    return `${name}:${p.line}:${p.col}`;
  };
  const fail = (offset: number, message: string) =>
    new ForkloreError('input', `${at(offset)}: ${message}`);
  if (text.length > MAX_YAML_CHARS)
    throw new ForkloreError('input', `${name}:1:1: over ${MAX_YAML_CHARS} characters`);
  const doc = parseDocument(text, { lineCounter: lines, logLevel: 'error' });
  const broken = doc.errors[0];
  if (broken) throw fail(broken.pos[0], saidBy(broken.message));
  const data: unknown = toData(doc, name);
  if (!validate(data)) {
    const e = telling(validate.errors ?? []);
    const path = pathOf(e, data);
    throw fail(offsetOf(doc, path, keyOf(e)), describe(e, path));
  }
  return { data, error: (path, message, key) => fail(offsetOf(doc, path, key ?? null), message) };
}

/** What the parser complains of, on one line. Its stack is what limits how deep a text may be nested. */
const saidBy = (message: string): string =>
  message.includes('call stack')
    ? 'nested too deeply'
    : message.split('\n')[0].replace(/ at line.*/, '');

function toData(doc: Document, name: string): unknown {
  try {
    return doc.toJS({ maxAliasCount: 50 });
  } catch (e) {
    // an alias without an anchor, or aliases that multiply
    throw new ForkloreError('input', `${name}:1:1: ${(e as Error).message.split('\n')[0]}`);
  }
}

/** An unknown key says more than what is missing because of it. */
const telling = (errors: readonly ErrorObject[]): ErrorObject =>
  errors.find((e) => e.keyword === 'additionalProperties') ?? errors[0];

/** Keys and indices that lead to the value an error is about. */
function pathOf(e: ErrorObject, data: unknown): (string | number)[] {
  const out: (string | number)[] = [];
  let here: unknown = data;
  for (const part of e.instancePath.split('/').slice(1)) {
    const key = part.replace(/~1/g, '/').replace(/~0/g, '~');
    out.push(Array.isArray(here) ? Number(key) : key);
    here = (here as Record<string, unknown> | undefined)?.[key];
  }
  return out;
}

/** The key of a map that the error is about, rather than the map. */
const keyOf = (e: ErrorObject): string | null =>
  e.keyword === 'additionalProperties' ? (e.params.additionalProperty as string) : null;

function offsetOf(doc: Document, path: readonly (string | number)[], key: string | null): number {
  const node: unknown = path.length ? doc.getIn(path, true) : doc.contents;
  if (key !== null && isMap(node)) {
    const pair = node.items.find((p: Pair) => String(p.key) === key);
    if (pair && isNode(pair.key) && pair.key.range) return pair.key.range[0];
  }
  if (isNode(node) && node.range) return node.range[0];
  return path.length ? offsetOf(doc, path.slice(0, -1), String(path.at(-1))) : 0;
}

function describe(e: ErrorObject, path: readonly (string | number)[]): string {
  const where = path.length ? `${path.join('.')}: ` : '';
  switch (e.keyword) {
    case 'additionalProperties': {
      const key = e.params.additionalProperty as string;
      const known = Object.keys((e.parentSchema?.properties as object | undefined) ?? {});
      return `${where}unknown key "${key}"${hint(key, known)}`;
    }
    case 'enum': {
      const known = (e.params.allowedValues as unknown[]).map(String);
      return `${where}"${String(e.data)}" is not known${hint(String(e.data), known)}`;
    }
    case 'required':
      return `${where}the key "${e.params.missingProperty as string}" is missing`;
    default:
      return `${where}${e.message ?? 'is wrong'}`;
  }
}

function hint(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  if (near !== null) return `; did you mean "${near}"?`;
  return known.length ? `; known: ${known.join(', ')}` : '';
}
