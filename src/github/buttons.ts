import type { Finding } from '../judge/types.js';
import type { Action } from './checks.js';

/** GitHub: "a maximum of three actions are accepted". */
const MAX_BUTTONS = 3;
/** GitHub: 20 characters. */
const IDENTIFIER_LIMIT = 20;

/** What a click on one of our buttons asks for. */
export type Click = { name: 'review' } | { name: 'dismiss'; id: string };

/** Buttons of the check run: review again, and dismiss for what is open, as far as there is room. */
export function buttonsFor(
  introduced: readonly Finding[],
  dismissed: ReadonlyMap<string, unknown>,
): Action[] {
  const again = {
    label: 'Review again',
    description: 'Run this review once more',
    identifier: 'review',
  };
  const open = introduced.filter((f) => !dismissed.has(f.id));
  const dismiss = open.slice(0, MAX_BUTTONS - 1).map((f) => ({
    label: `Dismiss ${f.id.slice(0, 8)}`,
    description: 'Say that this finding is wrong',
    identifier: `dismiss:${f.id}`.slice(0, IDENTIFIER_LIMIT),
  }));
  return [again, ...dismiss];
}

/** The click for a button's identifier, null when it is none of ours. */
export function readClick(identifier: string): Click | null {
  if (identifier === 'review') return { name: 'review' };
  const id = /^dismiss:([0-9a-f]{4,16})$/.exec(identifier)?.[1];
  return id === undefined ? null : { name: 'dismiss', id };
}
