import type { Builder } from './builder.js';
import { child, named, textOf } from './chunk.js';
import { constantValue } from './convert.js';
import { discard, expression } from './expressions.js';
import type { Node } from './parser.js';
import { macroUse } from './use.js';

/**
 * Evaluates `node` and goes to label `yes` or `no`, with C's short circuits. Returns the outcome when it is a constant
 * (a jump is then emitted, or nothing at all when there was nothing to evaluate), else null.
 */
export function condition(b: Builder, node: Node, yes: number, no: number): boolean | null {
  if (node.type === 'parenthesized_expression' && named(node)[0]?.type !== 'compound_statement') {
    return condition(b, named(node)[0], yes, no);
  }
  if (!node.broken) {
    if (node.type === 'unary_expression' && textOf(child(node, 'operator')!) === '!') {
      const inner = condition(b, child(node, 'argument')!, no, yes);
      return inner === null ? null : !inner;
    }
    if (node.type === 'binary_expression') {
      const op = textOf(child(node, 'operator')!);
      if (op === '&&' || op === '||') return logical(b, node, op === '&&', yes, no);
    }
    if (node.type === 'comma_expression') {
      discard(b, child(node, 'left')!);
      return condition(b, child(node, 'right')!, yes, no);
    }
    const hinted = hint(node);
    if (hinted !== null) return condition(b, hinted, yes, no);
    const use =
      node.type === 'call_expression' || node.type === 'identifier' ? macroUse(b, node) : null;
    if (use !== null) return b.inMacro(() => condition(b, use, yes, no));
  }
  const val = expression(b, node);
  const known = constantValue(val);
  if (known !== null) return known !== 0n;
  b.branch(val.op, yes, no);
  return null;
}

/** Argument of likely() and unlikely(). */
function hint(node: Node): Node | null {
  if (node.type !== 'call_expression') return null;
  const name = textOf(child(node, 'function')!);
  if (name !== 'likely' && name !== 'unlikely' && name !== '__builtin_expect') return null;
  return named(child(node, 'arguments')!)[0] ?? null;
}

function logical(b: Builder, node: Node, and: boolean, yes: number, no: number): boolean | null {
  const rest = b.label();
  const first = condition(b, child(node, 'left')!, and ? rest : yes, and ? no : rest);
  if (first !== null && first !== and) return first;
  if (first === null) b.place(rest);
  const second = condition(b, child(node, 'right')!, yes, no);
  if (first !== null || second === null) return second;
  b.jump(second ? yes : no);
  return null;
}
