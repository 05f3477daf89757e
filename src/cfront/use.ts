import { MAX_EXPANSION_CHARS } from '../base/limits.js';
import type { Builder } from './builder.js';
import { BUILTIN_NAMES } from './builtin-names.js';
import { child, findNode, named, textOf } from './chunk.js';
import { ExpansionTooLong, expandText } from './expand.js';
import type { Node } from './parser.js';
import type { Macro } from './preprocess.js';

const OPAQUE =
  /\b(asm|__asm__|__builtin_(?!expect|constant_p|offsetof|types_compatible_p)\w+|_Static_assert|static_assert)\b/;

/** The macro that a name stands for here; undefined when it is hidden by a variable, modelled, or built in. */
export function macroOf(b: Builder, name: string): Macro | undefined {
  if (b.expanded > 0 || BUILTIN_NAMES.has(name) || b.world.isModelled(name)) return undefined;
  return b.lookup(name) === undefined ? b.world.macro(name) : undefined;
}

/** Original text of a node, types that the masker glued included. */
export function originalText(node: Node): string {
  return node.chunk.text.slice(node.start, node.end);
}

/** Text of a macro use after full expansion, or null when `node` is none or its expansion is not for us. */
export function expansion(b: Builder, node: Node): string | null {
  const head = node.type === 'call_expression' ? child(node, 'function')! : node;
  if (head.type !== 'identifier') return null;
  const macro = macroOf(b, textOf(head));
  if (macro === undefined) return null;
  if ((macro.params !== null) !== (node.type === 'call_expression') && macro.params !== null)
    return null;
  return expandFull(b, originalText(node), macro.name);
}

/**
 * Expands `text`, null when the result is too long or needs what C code can not say. `forced` is expanded under its name
 * whatever the model knows: a loop has no primitive.
 */
export function expandFull(b: Builder, text: string, name: string, forced?: Macro): string | null {
  try {
    const out = expandText(text, (n) => (n === forced?.name ? forced : macroOf(b, n)));
    if (out.length > MAX_EXPANSION_CHARS || OPAQUE.test(out) || out.trim() === text.trim()) {
      if (out.trim() !== text.trim())
        b.note(`macro ${name} is left as a call: its body is not plain C`);
      return null;
    }
    return out;
  } catch (e) {
    if (e instanceof ExpansionTooLong) return null;
    throw e;
  }
}

/** The expression that a macro use expands to, or null when `node` is no macro use. */
export function macroUse(b: Builder, node: Node): Node | null {
  const text = expansion(b, node);
  if (text === null) return null;
  return expressionOf(b, text);
}

/** Parses text as one expression; null when it is none. */
export function expressionOf(b: Builder, text: string): Node | null {
  const root = b.world.parseText(`void f(void){(\n${text}\n);}`);
  if (root.broken) return null;
  const statement = findNode(root, 'expression_statement');
  return statement === undefined ? null : (named(statement)[0] ?? null);
}

/** Parses text as statements; null when it does not parse. */
export function statementsOf(b: Builder, text: string): Node[] | null {
  const root = b.world.parseText(`void f(void){\n${text}\n;}`);
  if (root.broken) return null;
  const body = findNode(root, 'compound_statement');
  return body === undefined ? null : named(body);
}
