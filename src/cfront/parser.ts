import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Language, Parser, type TreeCursor } from 'web-tree-sitter';
import { ForkloreError } from '../base/errors.js';
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

async function start(): Promise<Parser> {
  const require = createRequire(import.meta.url);
  try {
    await Parser.init();
    const wasm = await readFile(require.resolve('tree-sitter-c/tree-sitter-c.wasm'));
    const made = new Parser();
    made.setLanguage(await Language.load(wasm));
    return made;
  } catch (cause) {
    ready = null;
    throw new ForkloreError('bug', 'the C grammar could not be loaded: reinstall forklore', { cause });
  }
}

/** Parses the chunk's masked text. {@link loadParser} must have finished. */
export function parseChunk(chunk: Chunk): Node {
  if (parser === null) throw new ForkloreError('bug', 'internal: C parser used before it was loaded');
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
    if (down && cursor.gotoFirstChild()) {
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
  if (node.broken && path.length > 0) path.at(-1)!.broken = true;
}

function add(parent: Node, node: Node): Node {
  if (node.type !== 'comment') parent.children.push(node);
  return node;
}

function take(cursor: TreeCursor, chunk: Chunk): Node {
  const type = cursor.nodeType;
  return {
    type,
    named: cursor.nodeIsNamed,
    start: cursor.startIndex,
    end: cursor.endIndex,
    field: cursor.currentFieldName,
    children: [],
    broken: type === 'ERROR' || cursor.nodeIsMissing,
    chunk,
  };
}
