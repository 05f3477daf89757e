import { type Atom, isDeclMacro, isTypeWord } from './atoms.js';

/**
 * What an atom does, with the names of locals taken away: callees, struct fields, constants, types, operators.
 * Two atoms are compared by this, never by their text.
 */
export interface Signature {
  features: Map<string, number>;
  /** Identifiers that are none of these, in order: locals, and a few globals. */
  locals: string[];
  /** The label of a goto or a label. */
  label: string | null;
  /** A condition that asks for zero or null. */
  negated: boolean;
}

const IGNORED = /^(likely|unlikely|NULL|READ_ONCE|WRITE_ONCE|__always_unused|inline)$/;
const KEYWORD = /^(if|else|while|for|do|switch|case|default|goto|return|break|continue|sizeof)$/;
const WEIGHT = { callee: 3, field: 1, constant: 1.5, type: 1.5, operator: 0.5 };

/** The signature of one atom. */
export function signatureOf(atom: Atom): Signature {
  const features = new Map<string, number>();
  const locals: string[] = [];
  const { tokens } = atom;
  if (atom.kind === 'goto' || atom.kind === 'label') {
    return { features, locals, label: tokens[atom.kind === 'goto' ? 1 : 0].text, negated: false };
  }
  tokens.forEach((token, i) => {
    const previous = tokens[i - 1]?.text;
    if (token.kind === 'punct' && /^([-+*/%&|^]=|<<=|>>=|\+\+|--)$/.test(token.text)) {
      features.set(`o:${token.text}`, WEIGHT.operator);
    }
    if (token.kind !== 'id' || KEYWORD.test(token.text) || IGNORED.test(token.text)) return;
    const name = token.text;
    if (previous === '->' || previous === '.') features.set(`f:${name}`, WEIGHT.field);
    else if (previous === 'struct') features.set(`t:${name}`, WEIGHT.type);
    else if (isTypeWord(name)) features.set(`t:${name}`, WEIGHT.type / 2);
    else if (tokens[i + 1]?.text === '(') features.set(`c:${name}`, WEIGHT.callee);
    else if (/^[A-Z][A-Z0-9_]+$/.test(name)) features.set(`k:${name}`, WEIGHT.constant);
    else locals.push(name);
  });
  return { features, locals, label: null, negated: isNegated(atom) };
}

function isNegated({ kind, tokens }: Atom): boolean {
  if (kind !== 'if') return false;
  const texts = tokens.map((t) => t.text).filter((t) => !IGNORED.test(t) || t === 'NULL');
  const first = texts.slice(1).find((t) => t !== '(');
  if (first === '!') return true;
  const at = texts.lastIndexOf('==');
  return at > 0 && (texts[at + 1] === '0' || texts[at + 1] === 'NULL');
}

/** Calls in the order of the text: by name, or by the field that holds the function. */
export function calleesOf({ kind, tokens }: Atom): string[] {
  if (kind === 'signature') return [];
  return tokens
    .filter((token, i) => token.kind === 'id' && tokens[i + 1]?.text === '(')
    .map((token) => token.text)
    .filter((name) => !KEYWORD.test(name) && !IGNORED.test(name));
}

/** Names that a declaration or a function's head introduces. */
export function declaredNames(atom: Atom): string[] {
  const { kind, tokens } = atom;
  if (kind === 'signature') return parameterNames(atom);
  if (kind !== 'decl') return [];
  if (isDeclMacro(tokens[0].text)) return tokens[2]?.kind === 'id' ? [tokens[2].text] : [];
  const names: string[] = [];
  let depth = 0;
  let open = true;
  tokens.forEach((token, i) => {
    if (/^[([{]$/.test(token.text)) depth++;
    if (/^[)\]}]$/.test(token.text)) depth--;
    if (depth === 0 && token.text === ',') open = true;
    if (depth > 0 || token.kind !== 'id' || !open) return;
    const tag = /^(struct|union|enum)$/.test(tokens[i - 1]?.text ?? '');
    if (tag || isTypeWord(token.text)) return;
    names.push(token.text);
    open = false;
  });
  return names;
}

function parameterNames({ tokens }: Atom): string[] {
  const open = tokens.findIndex((token) => token.text === '(');
  return tokens
    .filter(
      (token, i) => i > open && token.kind === 'id' && /^[,)]$/.test(tokens[i + 1]?.text ?? ''),
    )
    .map((token) => token.text);
}
