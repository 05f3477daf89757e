import type { Node } from './parser.js';

/** Something that the masker rewrote, by offset of its first character. */
export type Rewrite =
  /** `while` stands for this loop macro. */
  | { kind: 'loop'; name: string }
  /** `int` in a cast, or `~` for a whole cast, stands for this type name. */
  | { kind: 'cast'; name: string }
  /** `||` between two case values stands for `...`. */
  | { kind: 'range' }
  /** A declarator that carried `__free(name)`. */
  | { kind: 'free'; name: string }
  /** `offsetof` with a path that the grammar does not know. */
  | { kind: 'offsetof' };

/** A text that is parsed in one go: a function, a struct, a declaration, or an expanded macro. */
export interface Chunk {
  /** Offset of the chunk in its unit's text; -1 for an expanded macro. */
  base: number;
  /** The text before masking, comments blanked. */
  text: string;
  /** Same length as `text`. */
  masked: string;
  rewrites: Map<number, Rewrite>;
  /** Identifiers that stand for a type or a `typeof(...)`: the original text by masked name. */
  glued: Map<string, string>;
}

/** The node's text after masking. */
export function textOf(node: Node): string {
  return node.chunk.masked.slice(node.start, node.end);
}

/** The child in `field`, or undefined. */
export function child(node: Node, field: string): Node | undefined {
  return node.children.find((c) => c.field === field);
}

/** Named children. */
export function named(node: Node): Node[] {
  return node.children.filter((c) => c.named);
}

/** The first node below `node` (itself included) of one of the types. */
export function findNode(node: Node, ...types: string[]): Node | undefined {
  if (types.includes(node.type)) return node;
  for (const c of node.children) {
    const hit = findNode(c, ...types);
    if (hit !== undefined) return hit;
  }
  return undefined;
}
