import type { Mutant } from './cases.js';

/** Replaces what must be there exactly once; `to` may name what the pattern caught. */
function edit(text: string, from: RegExp, to: string): string {
  const all = text.match(new RegExp(from.source, 'g')) ?? [];
  if (all.length !== 1)
    throw new Error(`bench: ${from.source} is ${all.length} times in the miniature fork.c`);
  return text.replace(from, to);
}

const LOCK = /\n\t+vma_start_write\((\w+)\);/;
const DUP = /(\t+(\w+) = vm_area_dup\(\w+\);\n\t+if \(!\2\)\n\t+goto \w+;\n)/;
const COPY = /(= copy_page_range\(\w+, (\w+)\);\n)/;
const MARK = /\n\t+mas_store\(&\w+\.mas, XA_ZERO_ENTRY\);/;
const FLUSH = /\n\tflush_tlb_mm\((\w+)\);/;
const DECLARED = /\n(\tint \w+;)/;
const CLEAR = /\n(\tmt_clear_in_rcu\()/;

/**
 * The miniature kernel/fork.c with a mutant's change, the same change that fork.pml makes. Mutant 8 changes no line of
 * it: there copy_page_range() is another one.
 */
export function mutate(text: string, mutant: Mutant): string {
  switch (mutant) {
    case 1:
      return edit(edit(text, LOCK, ''), DUP, '$1\t\tvma_start_write($2);\n');
    case 2:
      return edit(edit(text, LOCK, ''), COPY, '$1\t\tvma_start_write($2);\n');
    case 3:
      return edit(text, LOCK, '');
    case 6:
      return downgrade(text);
    case 7:
      return edit(text, MARK, '');
    case 9:
      return edit(text, FLUSH, '');
    default:
      return text;
  }
}

/** The downgraded lock is released as a read lock, so that giving it up early is the only mistake. */
function downgrade(text: string): string {
  const mm = FLUSH.exec(text)?.[1];
  const unlock = new RegExp(`\\n\\tmmap_write_unlock\\(${mm}\\);(?=\\n\\tif \\(!)`);
  const steps: [RegExp, string][] = [
    [DECLARED, '\n$1\n\tint reading = 0;'],
    [CLEAR, `\n\tmmap_write_downgrade(${mm});\n\treading = 1;\n$1`],
    [
      unlock,
      `\n\tif (reading)\n\t\tmmap_read_unlock(${mm});\n\telse\n\t\tmmap_write_unlock(${mm});`,
    ],
  ];
  return steps.reduce((t, [from, to]) => edit(t, from, to), text);
}
