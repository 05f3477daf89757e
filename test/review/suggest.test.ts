import { describe, expect, it } from 'vitest';
import type { Suggestion } from '../../src/judge/types.js';
import { folderReader } from '../../src/source/index.js';
import { edit, MINI, miniText, patchOf, reviewEdit, reviewOf } from './mini.js';

const LOCK = '\t\tvma_start_write(vma);\n';
const DUP = '\t\tcopy = vm_area_dup(vma);\n\t\tif (!copy)\n\t\t\tgoto no_memory;\n';
const FLUSH = '\tflush_tlb_mm(parent);\n';
const END = '\tflush_tlb_mm(parent);\n\tmmap_write_unlock(parent);\n';

/** The patched file with a suggestion taken, as GitHub takes it. */
function taken(text: string, { startLine, endLine, text: by }: Suggestion): string {
  const lines = text.split('\n');
  const put = by.split('\n').slice(0, -1);
  return [...lines.slice(0, startLine - 1), ...put, ...lines.slice(endLine)].join('\n');
}

const MENDED: [string, (t: string) => string][] = [
  ['the lock is gone', (t) => edit(t, LOCK, '')],
  [
    'the copy is locked, once it is there',
    (t) => edit(edit(t, LOCK, ''), DUP, `${DUP}\t\tvma_start_write(copy);\n`),
  ],
  [
    'only writable VMAs are locked',
    (t) => edit(t, LOCK, `\t\tif (vma->vm_flags & VM_WRITE)\n\t${LOCK}`),
  ],
  ['the flush is gone', (t) => edit(t, FLUSH, '')],
  ['the flush moved', (t) => edit(t, END, `\tmmap_write_unlock(parent);\n${FLUSH}`)],
  [
    'a line too many: the lock is dropped early',
    (t) => edit(t, DUP, `${DUP}\t\tmmap_write_downgrade(parent);\n`),
  ],
];

describe('a fix is suggested, and holds when it is taken, when', () => {
  it.each(MENDED)('%s', async (_name, change) => {
    const { finding } = await reviewEdit(change);
    expect(finding).toMatchObject({ verdict: 'violated', change: 'introduced' });
    const { suggestion } = finding;
    expect(suggestion).toMatchObject({ path: 'kernel/fork.c', verdict: 'holds' });
    expect(suggestion!.states).toBeGreaterThan(100);
    const before = miniText();
    const fixed = taken(change(before), suggestion!);
    if (fixed === before) return;
    const again = await reviewOf(patchOf('kernel/fork.c', before, fixed), {
      reader: folderReader(MINI),
    });
    expect(again.finding.verdict).toBe('holds');
  });
});

describe('no fix is suggested', () => {
  it('when no single edit mends it', async () => {
    const { finding } = await reviewEdit((t) => edit(edit(t, LOCK, ''), FLUSH, ''));
    expect(finding.change).toBe('introduced');
    expect(finding.suggestion).toBeUndefined();
  });

  it('when nothing is wrong, or nobody asks', async () => {
    const { finding } = await reviewEdit((t) => edit(t, '\tcharged = 0;\n', '\tcharged = 0UL;\n'));
    expect(finding.suggestion).toBeUndefined();
    const quiet = await reviewEdit((t) => edit(t, LOCK, ''), { suggest: false });
    expect(quiet.finding.change).toBe('introduced');
    expect(quiet.finding.suggestion).toBeUndefined();
  });
});
