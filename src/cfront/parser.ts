import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Parser, TreeCursor } from 'web-tree-sitter';
import { ForkloreError } from '../base/errors.js';
import { MAX_PARSE_DEPTH } from '../base/limits.js';
import type { Chunk } from './chunk.js';

/** A syntax node in plain data. Anonymous tokens (operators, brackets) are kept, with `named` false. */
export interface Node {
  type: string;
  named: boolean;
  /** Offsets into the chunk's text. */
  start: number;
  end: number;
  field: string | null;
  children: Node[];
  /** An ERROR or MISSING node is in here. */
  broken: boolean;
  chunk: Chunk;
}

let ready: Promise<Parser> | null = null;
let parser: Parser | null = null;

/** Loads the C grammar, once per process. */
export async function loadParser(): Promise<void> {
  ready ??= start();
  parser = await ready;
}

const grammarFile = (): string =>
  createRequire(import.meta.url).resolve('tree-sitter-c/tree-sitter-c.wasm');

/** Tells the installed grammar from another one, without loading it. */
export function grammarId(): string {
  const { size, mtimeMs } = statSync(grammarFile());
  return `${size} ${mtimeMs}`;
}

async function start(): Promise<Parser> {
  try {
    // loaded when something is parsed: a program that is kept needs none of it
    const { Language, Parser } = await import('web-tree-sitter');
    await Parser.init();
    const wasm = readFileSync(grammarFile());
    const made = new Parser();
    const language = await Language.load(wasm);
    made.setLanguage(language);
    fieldNames = language.fields;
    return made;
  } catch (cause) {
    ready = null;
    throw new ForkloreError('bug', 'the C grammar could not be loaded: reinstall forklore', {
      cause,
    });
  }
}

/** Parses the chunk's masked text. {@link loadParser} must have finished. */
export function parseChunk(chunk: Chunk): Node {
  if (parser === null)
    throw new ForkloreError('bug', 'internal: C parser used before it was loaded');
  const tree = parser.parse(chunk.masked);
  if (tree === null) throw new ForkloreError('bug', 'internal: C parser gave no tree');
  const cursor = tree.walk();
  try {
    return convert(cursor, chunk);
  } finally {
    cursor.delete();
    tree.delete();
  }
}

function convert(cursor: TreeCursor, chunk: Chunk): Node {
  const root = take(cursor, chunk);
  const path: Node[] = [root];
  let down = true;
  while (path.length > 0) {
    if (down && path.length >= MAX_PARSE_DEPTH) {
      path.at(-1)!.type = 'ERROR';
      path.at(-1)!.broken = true;
      down = false;
    } else if (down && cursor.gotoFirstChild()) {
      path.push(add(path.at(-1)!, take(cursor, chunk)));
    } else if (cursor.gotoNextSibling()) {
      close(path);
      path.push(add(path.at(-1)!, take(cursor, chunk)));
      down = true;
    } else {
      close(path);
      if (path.length > 0) cursor.gotoParent();
      down = false;
    }
  }
  return root;
}

function close(path: Node[]): void {
  const node = path.pop()!;
  if (node.type === 'update_expression') rebind(node);
  if (node.broken && path.length > 0) path.at(-1)!.broken = true;
}

/** The grammar reads `!x++` as `(!x)++`; in C a postfix operator binds first. */
function rebind(node: Node): void {
  const [arg, operator] = node.children;
  if (arg?.type !== 'unary_expression' || operator === undefined) return;
  const operand = arg.children.findIndex((c) => c.field === 'argument');
  if (operand < 0) return;
  const inner: Node = {
    ...node,
    start: arg.children[operand].start,
    field: 'argument',
    children: [arg.children[operand], operator],
  };
  rebind(inner);
  node.type = arg.type;
  node.children = arg.children.with(operand, inner);
}

function add(parent: Node, node: Node): Node {
  if (node.type !== 'comment') parent.children.push(node);
  return node;
}

/** Each getter of the cursor crosses into wasm: as few as possible, and names from tables. */
function take(cursor: TreeCursor, chunk: Chunk): Node {
  const kind = kindOf(cursor.nodeTypeId, cursor);
  const start = cursor.startIndex;
  const end = cursor.endIndex;
  const field = cursor.currentFieldId;
  return {
    type: kind.type,
    named: kind.named,
    start,
    end,
    field: field === 0 ? null : (fieldNames[field] ?? null),
    children: [],
    broken: kind.type === 'ERROR' || (start === end && cursor.nodeIsMissing),
    chunk,
  };
}

const kinds = new Map<number, { type: string; named: boolean }>();
let fieldNames: (string | null)[] = [];

function kindOf(id: number, cursor: TreeCursor): { type: string; named: boolean } {
  let kind = kinds.get(id);
  if (kind === undefined)
    kinds.set(id, (kind = { type: cursor.nodeType, named: cursor.nodeIsNamed }));
  return kind;
}
