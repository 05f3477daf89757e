import type { Builder } from './builder.js';
import { child, named } from './chunk.js';
import { binary, convert } from './convert.js';
import { promote } from './ctypes.js';
import { expression } from './expressions.js';
import type { Node } from './parser.js';
import { inScope, statement } from './statements.js';

interface Case {
  node: Node;
  label: number;
}

/** `switch`: a chain of comparisons, then the body in order, so that cases fall through as written. */
export function switchStatement(b: Builder, node: Node): void {
  const head = child(node, 'condition')!;
  const body = child(node, 'body')!;
  b.statement('switch', node, head.end, () => {
    if (head.broken) {
      b.unmodelled(`syntax: ${b.excerpt(node)}`);
      return;
    }
    const value = expression(b, head);
    const subject = convert(b, value, promote(value.type));
    const end = b.label();
    const cases = caseNodes(body).map((n): Case => ({ node: n, label: b.label() }));
    let otherwise = end;
    for (const c of cases) {
      const test = child(c.node, 'value');
      if (test === undefined) otherwise = c.label;
      else compare(b, subject, test, c.label);
    }
    b.jump(otherwise);
    lowerBody(b, body, cases, end);
    b.place(end);
  });
}

function lowerBody(b: Builder, body: Node, cases: Case[], end: number): void {
  const outer = b.cases;
  b.cases = new Map(cases.map((c) => [c.node, c.label]));
  inScope(b, body, () => {
    b.breaks.push({ to: end, depth: b.scopes.length - 1 });
    for (const part of named(body)) statement(b, part);
    b.breaks.pop();
  });
  b.cases = outer;
}

/** The cases of this switch, not those of one inside it. */
function caseNodes(node: Node): Node[] {
  return named(node).flatMap((c) => {
    if (c.type === 'switch_statement') return [];
    return c.type === 'case_statement' ? [c, ...caseNodes(c)] : caseNodes(c);
  });
}

function compare(
  b: Builder,
  subject: ReturnType<typeof expression>,
  test: Node,
  label: number,
): void {
  const operator = child(test, 'operator');
  const next = b.label();
  if (operator !== undefined && test.chunk.rewrites.get(operator.start)?.kind === 'range') {
    const above = b.label();
    const low = binary(b, '>=', subject, expression(b, child(test, 'left')!));
    b.branch(low.op, above, next);
    b.place(above);
    const high = binary(b, '<=', subject, expression(b, child(test, 'right')!));
    b.branch(high.op, label, next);
  } else {
    const equal = binary(b, '==', subject, expression(b, test));
    b.branch(equal.op, label, next);
  }
  b.place(next);
}

/** A `case` or `default` met in the body of the innermost switch. */
export function caseStatement(b: Builder, node: Node): void {
  const label = b.cases.get(node);
  if (label === undefined) {
    b.unmodelled('case outside of a switch');
    return;
  }
  const colon = node.children.find((c) => c.type === ':');
  b.statement('label', node, colon?.end ?? node.end, () => b.place(label));
  const value = child(node, 'value');
  for (const c of named(node)) if (c !== value) statement(b, c);
}
