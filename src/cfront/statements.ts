import type { Builder, Scope, Val } from './builder.js';
import { callNamed } from './calls.js';
import { child, named, textOf } from './chunk.js';
import { condition } from './conditions.js';
import { convert } from './convert.js';
import { structType, UNKNOWN, VOID } from './ctypes.js';
import { declaration, newLocal } from './declarations.js';
import { discard, expression } from './expressions.js';
import { doLoop, forLoop, isLoopBody, whileLoop } from './loops.js';
import type { Node } from './parser.js';
import { address } from './places.js';
import { caseStatement, switchStatement } from './switch.js';
import { expansion, statementsOf } from './use.js';

/** Lowers one statement or declaration. */
export function statement(b: Builder, node: Node): void {
  switch (node.type) {
    case 'compound_statement':
      b.statement('block', node, node.start + 1, () => block(b, node));
      return;
    case 'if_statement':
      b.statement('if', node, child(node, 'condition')?.end ?? node.end, () =>
        ifStatement(b, node),
      );
      return;
    case 'while_statement':
      whileLoop(b, node);
      return;
    case 'for_statement':
      forLoop(b, node);
      return;
    case 'do_statement':
      doLoop(b, node);
      return;
    case 'switch_statement':
      switchStatement(b, node);
      return;
    case 'labeled_statement':
      labelled(b, node);
      return;
    case 'case_statement':
      caseStatement(b, node);
      return;
    case 'attributed_statement':
      for (const c of named(node)) if (c.type !== 'attribute_declaration') statement(b, c);
      return;
    case 'declaration':
    case 'type_definition':
      b.statement('decl', node, node.end, () => declaration(b, node));
      return;
    case 'struct_specifier':
    case 'union_specifier':
    case 'enum_specifier':
      b.world.aggregate(node, '');
      return;
    default:
      simple(b, node);
  }
}

function simple(b: Builder, node: Node): void {
  if (isLoopBody(node) && b.loopBodies.length > 0) {
    b.loopBodies.at(-1)!();
    return;
  }
  if (node.broken) {
    b.statement('expr', node, node.end, () => b.unmodelled(`syntax: ${b.excerpt(node)}`));
    return;
  }
  switch (node.type) {
    case 'expression_statement':
      b.statement('expr', node, node.end, () => expressionStatement(b, node));
      return;
    case 'return_statement':
      b.statement('return', node, node.end, () => returnStatement(b, node));
      return;
    case 'goto_statement':
      b.statement('goto', node, node.end, () => gotoStatement(b, textOf(child(node, 'label')!)));
      return;
    case 'break_statement':
      b.statement('break', node, node.end, () => leave(b, b.breaks.at(-1), 'break'));
      return;
    case 'continue_statement':
      b.statement('continue', node, node.end, () => leave(b, b.continues.at(-1), 'continue'));
      return;
    default:
      b.statement('expr', node, node.end, () =>
        b.unmodelled(`${node.type.replace(/_/g, ' ')}: ${b.excerpt(node)}`),
      );
  }
}

/** The statements of a block in a scope of their own. */
export function block(b: Builder, node: Node): void {
  inScope(b, node, () => {
    for (const c of named(node)) statement(b, c);
  });
}

/** Runs `body` in a new scope and leaves it at the end, cleanups included. */
export function inScope<T>(b: Builder, node: Node | null, body: () => T): T {
  const scope: Scope = { names: new Map(), cleanups: [], node };
  b.scopes.push(scope);
  const result = body();
  if (!b.dead) cleanUp(scope);
  b.scopes.pop();
  return result;
}

function cleanUp(scope: Scope): void {
  for (let i = scope.cleanups.length - 1; i >= 0; i--) scope.cleanups[i]();
}

/** Emits the cleanups of the scopes above `depth`, innermost first. */
function unwind(b: Builder, depth: number): void {
  for (let i = b.scopes.length - 1; i >= depth; i--) cleanUp(b.scopes[i]);
}

function leave(b: Builder, exit: { to: number; depth: number } | undefined, word: string): void {
  if (exit === undefined) {
    b.unmodelled(`${word} outside of a loop`);
    return;
  }
  unwind(b, exit.depth);
  b.jump(exit.to);
}

function gotoStatement(b: Builder, name: string): void {
  const label = b.labels.get(name);
  if (label === undefined) {
    b.unmodelled(`goto ${name}: no such label`);
    return;
  }
  let depth = b.scopes.length;
  while (depth > 1 && !(b.scopes[depth - 1].node && label.inside.has(b.scopes[depth - 1].node!))) {
    const scope = b.scopes[depth - 1];
    if (scope.node === null && scope.cleanups.length === 0 && !above(b, depth - 1, label.inside))
      break;
    depth--;
  }
  unwind(b, depth);
  b.jump(label.id);
}

function above(b: Builder, depth: number, inside: Set<Node>): boolean {
  return b.scopes.slice(0, depth).some((s) => s.node !== null && inside.has(s.node));
}

function returnStatement(b: Builder, node: Node): void {
  const value = named(node)[0];
  let val: Val | null = value === undefined ? null : expression(b, value);
  if (val !== null && b.result.kind !== 'void') val = convert(b, val, b.result);
  const pending = b.scopes.some((s) => s.cleanups.length > 0);
  if (val !== null && pending && 'reg' in val.op) {
    const dst = b.temp();
    b.emit({ op: 'move', dst, src: val.op });
    val = { op: { reg: dst }, type: val.type };
  }
  unwind(b, 0);
  b.emit({ op: 'return', value: val === null || b.result.kind === 'void' ? null : val.op });
}

function labelled(b: Builder, node: Node): void {
  const nameNode = child(node, 'label')!;
  const label = b.labels.get(textOf(nameNode));
  b.statement('label', node, nameNode.end + 1, () => {
    if (label !== undefined) b.place(label.id);
  });
  for (const c of named(node)) if (c !== nameNode) statement(b, c);
}

/**
 * Macros that declare a local, and its type: when modelled, the object is made here and handed to the model. The same for
 * a DEFINE_ or DECLARE_ macro that nothing defines; its type is then known by the macro's name only.
 */
const DECLARES: Record<string, string> = {
  VMA_ITERATOR: 'vma_iterator',
  MA_STATE: 'ma_state',
  LIST_HEAD: 'list_head',
};

function declaringMacro(b: Builder, node: Node): boolean {
  const name = textOf(child(node, 'function')!);
  const unknown = /^(DEFINE|DECLARE)_[A-Z_0-9]+$/.test(name) && b.world.macro(name) === undefined;
  const tag = DECLARES[name] ?? name;
  if (!unknown && (DECLARES[name] === undefined || !b.world.isModelled(name))) return false;
  const [target, ...args] = named(child(node, 'arguments')!);
  if (target?.type !== 'identifier') return false;
  const entity = newLocal(b, textOf(target), structType(tag));
  callNamed(b, name, [address(b, entity), ...args.map((a) => expression(b, a))], false);
  return true;
}

function expressionStatement(b: Builder, node: Node): void {
  const inner = named(node)[0];
  if (inner === undefined) return;
  if (inner.type === 'identifier' && textOf(inner) === 'fallthrough') return;
  if (inner.type === 'call_expression' && declaringMacro(b, inner)) return;
  const text = expansion(b, inner);
  if (text === null) {
    discard(b, inner);
    return;
  }
  const parts = statementsOf(b, text);
  if (parts === null) {
    b.unmodelled(`macro ${b.excerpt(inner)}: its expansion does not parse`);
    return;
  }
  b.inMacro(() => {
    for (const part of parts) statement(b, part);
  });
}

function ifStatement(b: Builder, node: Node): void {
  const test = child(node, 'condition');
  const yesNode = child(node, 'consequence');
  if (test === undefined || yesNode === undefined || test.broken) {
    b.unmodelled(`syntax: ${b.excerpt(node)}`);
    return;
  }
  const elseClause = child(node, 'alternative');
  const noNode = elseClause === undefined ? undefined : named(elseClause)[0];
  const [yes, no] = [b.label(), b.label()];
  const known = condition(b, test, yes, no);
  const end = noNode === undefined ? no : b.label();
  if (known !== true || hasLabel(noNode)) {
    if (known !== null) b.branch({ imm: known ? 1 : 0 }, yes, no);
  } else {
    statement(b, yesNode);
    return;
  }
  if (known === false && !hasLabel(yesNode)) {
    b.code.pop();
    if (noNode !== undefined) statement(b, noNode);
    return;
  }
  b.place(yes);
  statement(b, yesNode);
  if (noNode !== undefined) {
    b.jump(end);
    b.place(no);
    statement(b, noNode);
  }
  b.place(end);
}

/** A label or case is in there: the code can be entered from outside. */
export function hasLabel(node: Node | undefined): boolean {
  if (node === undefined) return false;
  if (node.type === 'labeled_statement' || node.type === 'case_statement') return true;
  return node.children.some(hasLabel);
}

/** `({ ... value; })`. */
export function statementExpression(b: Builder, node: Node): Val {
  return inScope(b, node, () => {
    const parts = named(node);
    let last = parts.length - 1;
    while (
      last >= 0 &&
      parts[last].type === 'expression_statement' &&
      named(parts[last]).length === 0
    )
      last--;
    let result: Val = { op: { imm: 0 }, type: VOID };
    parts.forEach((part, i) => {
      if (i !== last || part.type !== 'expression_statement' || part.broken) {
        b.unrecorded(() => statement(b, part));
        return;
      }
      result = expression(b, named(part)[0]);
    });
    if (result.type === UNKNOWN || !('reg' in result.op) || result.type.kind === 'void')
      return result;
    const dst = b.temp();
    b.emit({ op: 'move', dst, src: result.op });
    return { op: { reg: dst }, type: result.type };
  });
}
