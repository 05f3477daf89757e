import { parseAtoms } from './c/atoms.js';
import { declaredNames, signatureOf } from './c/signature.js';
import { tokenize } from './c/tokens.js';

/**
 * Why these lines are not one complete function, or null when they are: braces, labels, and locals that nothing
 * declares. `locals`: names that are locals wherever they occur.
 */
export function whyIncomplete(
  lines: readonly string[],
  locals: ReadonlySet<string>,
): string | null {
  const { atoms, cutStart, cutEnd } = parseAtoms(tokenize(lines).tokens);
  if (cutStart.length > 0 || cutEnd.length > 0 || atoms[0]?.kind !== 'signature') {
    return 'it holds part of a statement';
  }
  if (atoms.some((atom, i) => i > 0 && atom.kind === 'signature')) {
    return 'another function starts within it';
  }
  let depth = 0;
  const loops: boolean[] = [];
  for (const [i, { kind, tokens }] of atoms.entries()) {
    if (kind === 'open') {
      depth++;
      loops.push(atoms[i - 1]?.kind === 'do');
    }
    if (kind === 'close') {
      depth--;
      const ends = atoms[i + 1]?.kind === 'loop' && atoms[i + 2]?.kind === 'empty';
      if ((loops.pop() ?? false) !== ends) return 'a do loop has no start or no end';
    }
    const inner = i > 0 && i < atoms.length - 1;
    const firstColumn = kind === 'close' && tokens[0].col === 0;
    if (depth < 0 || (inner && (depth === 0 || firstColumn))) {
      return 'its braces do not pair up';
    }
  }
  if (depth !== 0) return 'its braces do not pair up';
  return labelTrouble(atoms.map(signatureOf), atoms) ?? undeclared(atoms, locals);
}

/** Pointers that no function declares. */
const GLOBALS = new Set(['current']);

type AtomList = ReturnType<typeof parseAtoms>['atoms'];

function labelTrouble(
  signatures: readonly ReturnType<typeof signatureOf>[],
  atoms: AtomList,
): string | null {
  const defined = new Set<string>();
  for (const [i, { label }] of signatures.entries()) {
    if (label === null || atoms[i].kind !== 'label') continue;
    if (defined.has(label)) return `label ${label} stands in it twice`;
    defined.add(label);
  }
  const target = signatures.find((s, i) => atoms[i].kind === 'goto' && !defined.has(s.label!));
  return target ? `label ${target.label} is not among the lines known` : null;
}

function undeclared(atoms: AtomList, locals: ReadonlySet<string>): string | null {
  const declared = new Set(atoms.flatMap(declaredNames));
  for (const atom of atoms) {
    if (atom.kind === 'signature') continue;
    const assigned = atom.kind === 'expr' && atom.tokens[1]?.text === '=';
    const pointers = new Set(
      atom.tokens.filter((_, k) => atom.tokens[k + 1]?.text === '->').map((t) => t.text),
    );
    for (const [i, name] of signatureOf(atom).locals.entries()) {
      if (declared.has(name)) continue;
      const pointer = pointers.has(name) && !GLOBALS.has(name);
      if (locals.has(name) || pointer || (assigned && i === 0 && atom.tokens[0].text === name)) {
        return `${name} is used, and no line known declares it`;
      }
    }
  }
  return null;
}
