import type { Builder } from './builder.js';
import { child, findNode, named, textOf } from './chunk.js';
import { condition } from './conditions.js';
import { declaration } from './declarations.js';
import { discard } from './expressions.js';
import { takeGuard } from './guards.js';
import type { Node } from './parser.js';
import { inScope, statement } from './statements.js';
import { expandFull } from './use.js';

const BODY = '__forklore_body';

/** Emits a loop's body with its jump targets in place. */
function loopBody(b: Builder, body: () => void, again: number, end: number): void {
  const depth = b.scopes.length;
  b.breaks.push({ to: end, depth });
  b.continues.push({ to: again, depth });
  body();
  b.breaks.pop();
  b.continues.pop();
}

/** Tests the condition at the head or foot of a loop. */
function test(b: Builder, node: Node, yes: number, no: number): void {
  const known = condition(b, node, yes, no);
  if (known !== null) b.branch({ imm: known ? 1 : 0 }, yes, no);
}

/** `while`, or a loop macro that the masker wrote as one. */
export function whileLoop(b: Builder, node: Node): void {
  const head = child(node, 'condition')!;
  const macro = node.chunk.rewrites.get(node.start);
  if (macro?.kind === 'loop') {
    const kind = macro.name === 'scoped_guard' ? 'block' : 'loop';
    b.statement(kind, node, head.end, () => macroLoop(b, node, macro.name));
    return;
  }
  b.statement('loop', node, head.end, () => {
    if (head.broken) {
      b.unmodelled(`syntax: ${b.excerpt(node)}`);
      return;
    }
    const [again, inside, end] = [b.label(), b.label(), b.label()];
    b.place(again);
    test(b, head, inside, end);
    b.place(inside);
    loopBody(b, () => statement(b, child(node, 'body')!), again, end);
    b.jump(again);
    b.place(end);
  });
}

/** A `for_each_...(args) body`: the macro's own definition around the body; without one, not translated. */
function macroLoop(b: Builder, node: Node, name: string): void {
  const head = child(node, 'condition')!;
  const args = node.chunk.text.slice(head.start, head.end);
  const real = child(node, 'body')!;
  const here = b.asHere();
  const lowerBody = () => {
    const bodies = b.loopBodies.splice(0);
    here(() => statement(b, real));
    b.loopBodies = bodies;
  };
  if (name === 'scoped_guard') {
    scopedGuard(b, head, lowerBody);
    return;
  }
  const macro = b.world.macro(name);
  const text = macro === undefined ? null : expandFull(b, `${name}${args}`, name, macro);
  const root = text === null ? null : b.world.parseText(`void f(void){\n${text}\n${BODY};}`);
  if (root === null || root.broken) {
    b.unmodelled(`loop macro ${name}`);
    return;
  }
  b.loopBodies.push(lowerBody);
  b.inMacro(() => {
    const functionBody = root.children.find((c) => c.type === 'function_definition');
    for (const part of named(child(functionBody!, 'body')!)) statement(b, part);
  });
  b.loopBodies.pop();
}

function scopedGuard(b: Builder, head: Node, body: () => void): void {
  const args = named(head).flatMap(commaParts);
  const [kind, ...rest] = args;
  const end = b.label();
  inScope(b, null, () => {
    takeGuard(b, kind === undefined ? '' : textOf(kind), rest);
    b.breaks.push({ to: end, depth: b.scopes.length - 1 });
    b.continues.push({ to: end, depth: b.scopes.length - 1 });
    body();
    b.breaks.pop();
    b.continues.pop();
  });
  b.place(end);
}

function commaParts(node: Node): Node[] {
  if (node.type !== 'comma_expression') return [node];
  return [...commaParts(child(node, 'left')!), ...commaParts(child(node, 'right')!)];
}

/** The stand-in for a loop macro's body, where the expansion puts more than a loop around it. */
export function isLoopBody(node: Node): boolean {
  return node.type === 'expression_statement' && textOf(node).startsWith(BODY);
}

/** `for`. */
export function forLoop(b: Builder, node: Node): void {
  const body = child(node, 'body')!;
  const headEnd = node.children.findLast((c) => c.type === ')')?.end ?? body.start;
  b.statement('loop', node, headEnd, () =>
    inScope(b, null, () => {
      const init = child(node, 'initializer');
      const head = child(node, 'condition');
      const next = child(node, 'update');
      if ([init, head, next].some((n) => n?.broken)) {
        b.unmodelled(`syntax: ${b.excerpt(node)}`);
        return;
      }
      if (init?.type === 'declaration') declaration(b, init);
      else if (init !== undefined) discard(b, init);
      const [again, inside, step, end] = [b.label(), b.label(), b.label(), b.label()];
      b.place(again);
      if (head !== undefined) test(b, head, inside, end);
      b.place(inside);
      loopBody(b, () => statement(b, child(node, 'body')!), step, end);
      b.place(step);
      if (next !== undefined) discard(b, next);
      b.jump(again);
      b.place(end);
    }),
  );
}

/** `do { } for_each_...(args);`: the macro must expand to `while (...)`. */
function footMacro(b: Builder, head: Node, name: string, again: number, end: number): void {
  const args = head.chunk.text.slice(head.start, head.end);
  const macro = b.world.macro(name);
  const text = macro === undefined ? null : expandFull(b, `${name}${args}`, name, macro);
  const root = text === null ? null : b.world.parseText(`void f(void){\ndo ;\n${text};}`);
  const loop = root === null || root.broken ? undefined : findNode(root, 'do_statement');
  if (loop === undefined) {
    b.unmodelled(`loop macro ${name} after do`);
    return;
  }
  const known = b.inMacro(() => condition(b, child(loop, 'condition')!, again, end));
  if (known === true) b.jump(again);
}

/** `do ... while`. */
export function doLoop(b: Builder, node: Node): void {
  const head = child(node, 'condition');
  b.statement('loop', node, node.start + 2, () => {
    if (head === undefined || head.broken) {
      b.unmodelled(`syntax: ${b.excerpt(node)}`);
      return;
    }
    const [again, step, end] = [b.label(), b.label(), b.label()];
    b.place(again);
    loopBody(b, () => statement(b, child(node, 'body')!), step, end);
    const foot = node.children.find((c) => c.type === 'while');
    const ref = b.ref;
    b.setRef(node, foot?.start ?? head.start, head.end);
    b.place(step);
    const macro = foot && node.chunk.rewrites.get(foot.start);
    if (macro?.kind === 'loop') footMacro(b, head, macro.name, again, end);
    else if (condition(b, head, again, end) === true) b.jump(again);
    b.ref = ref;
    b.place(end);
  });
}
