import type { FilePatch } from '../intake/types.js';
import { matchesBlob, namesBlob } from './blob.js';
import type { ContentReader } from './types.js';

/** A text that the hunks of a file may be for. */
export interface Preimage {
  text: string;
  /** How a message names it. */
  label: string;
  /**
   * The version that the `index` line names, or that nothing speaks against. Else what applies counts as applied, and
   * `doubts` says why.
   */
  exact: boolean;
  doubts: string[];
}

/** Candidates, the surest first, and what to say when none of them fits. */
export interface Preimages {
  found: Preimage[];
  notes: string[];
}

/** What a file's hunks may apply to: the blob that the `index` line names, then the file as the reader has it. */
export async function preimagesOf(file: FilePatch, reader: ContentReader): Promise<Preimages> {
  const out: Preimages = { found: [], notes: [] };
  const path = file.oldPath!;
  const id = namesBlob(file.oldBlob) ? file.oldBlob : null;
  const lacks = reader.lacks?.(path) ?? [];
  const text = await reader.read(path);
  if (text !== null && id !== null && matchesBlob(text, id)) {
    out.found.push({ text, label: reader.label, exact: true, doubts: [] });
    return out;
  }
  if (id !== null && reader.blob) {
    const blob = await reader.blob(id);
    if (blob.text !== null) {
      const label = `blob ${id.slice(0, 12)} of ${reader.label}`;
      out.found.push({ text: blob.text, label, exact: true, doubts: lacks });
    } else if (blob.why !== 'missing') {
      out.notes.push(`${path}: index id ${id} is ${blob.why} in ${reader.label}`);
    }
  }
  if (text !== null) {
    const other = `${path}: not the version that the patch was made on (index ${id?.slice(0, 12)})`;
    const holds =
      file.newBlob !== null && namesBlob(file.newBlob) && matchesBlob(text, file.newBlob);
    const doubts = id === null || holds ? lacks : [...lacks, `${other}, but it applies`];
    out.found.push({ text, label: reader.label, exact: doubts.length === 0, doubts });
  } else if (out.found.length === 0 && !reader.sparse) {
    out.notes.push(`${path} is not in ${reader.label}; rebuilt from the hunks`);
  }
  return out;
}
