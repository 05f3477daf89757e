import { parseDiff } from '../intake/index.js';
import type { FilePatch } from '../intake/types.js';
import type { UnseenFile } from '../report/checkrun-verdict.js';
import type { PullFile } from './pull.js';

export interface PullDiff {
  files: FilePatch[];
  /** Sources whose diff GitHub does not give although they changed: both versions have to be read. */
  withheld: PullFile[];
  /** Paths of files whose diff GitHub does not show: no line of theirs takes a comment. */
  hidden: Set<string>;
  unseen: UnseenFile[];
  /** What the reader must know: one sentence each. */
  notes: string[];
}

/**
 * The diff of a pull request from GitHub's file list. Each file is parsed by itself, so that a malformed one can not
 * reach into the next. Files without a diff are listed as not seen, with the reason.
 */
export function pullDiff(entries: PullFile[], changedFiles: number): PullDiff {
  const out: PullDiff = {
    files: [],
    withheld: [],
    hidden: new Set(),
    unseen: [],
    notes: [],
  };
  let line = 1;
  for (const entry of entries) {
    if (isWithheld(entry)) {
      out.withheld.push(entry);
      continue;
    }
    const reason = whyUnseen(entry);
    if (reason !== null) {
      out.unseen.push({ path: entry.filename, ...reason });
      continue;
    }
    const text = diffText(entry);
    const { files, problems } = parseDiff(text, line);
    line += text.split('\n').length - 1;
    if (files.length === 1) out.files.push(files[0]);
    const lost = problems.filter((p) => p.level === 'error').map((p) => p.message);
    if (lost.length === 0 && files.some((file) => file.truncated)) lost.push('it is cut short');
    if (files.length !== 1 || lost.length > 0) {
      const why =
        lost.length > 0 ? lost.join('; ') : `${files.length} diffs where one was expected`;
      out.unseen.push({
        path: entry.filename,
        reason: `diff not understood: ${why}`,
        matters: true,
      });
    }
    out.notes.push(
      ...problems.filter((p) => p.level === 'note').map((p) => `${entry.filename}: ${p.message}`),
    );
  }
  if (entries.length < changedFiles) {
    const path = `${changedFiles - entries.length} more files`;
    out.unseen.push({
      path,
      reason: `GitHub lists ${entries.length} of ${changedFiles}`,
      matters: true,
    });
  }
  return out;
}

/** The languages of which something could be run, or could change what is run. */
const SOURCE = /\.[chS]$/;

function isWithheld(entry: PullFile): boolean {
  return !entry.patch && entry.changes > 0 && SOURCE.test(entry.filename);
}

function whyUnseen(entry: PullFile): { reason: string; matters: boolean } | null {
  if (entry.patch !== undefined && entry.patch !== '') return null;
  if (entry.changes > 0)
    return { reason: 'GitHub gives no diff, and it is no C source', matters: false };
  if (entry.status === 'renamed' || entry.status === 'copied') return null;
  return { reason: 'no text changed (binary, empty or mode only)', matters: false };
}

/** One file in the form that git prints it. GitHub's `patch` holds the hunks only. */
export function diffText(entry: PullFile): string {
  const renamed = entry.status === 'renamed' || entry.status === 'copied';
  const before = renamed ? (entry.previous_filename ?? entry.filename) : entry.filename;
  const after = entry.filename;
  const lines = [`diff --git ${quoted(`a/${before}`)} ${quoted(`b/${after}`)}`];
  if (entry.status === 'added') lines.push('new file mode 100644');
  if (entry.status === 'removed') lines.push('deleted file mode 100644');
  if (renamed) {
    const verb = entry.status === 'renamed' ? 'rename' : 'copy';
    lines.push(`${verb} from ${quoted(before)}`, `${verb} to ${quoted(after)}`);
  }
  if (entry.patch) {
    lines.push(entry.status === 'added' ? '--- /dev/null' : `--- ${headerPath(`a/${before}`)}`);
    lines.push(entry.status === 'removed' ? '+++ /dev/null' : `+++ ${headerPath(`b/${after}`)}`);
    lines.push(entry.patch.replace(/\n$/, ''));
  }
  return `${lines.join('\n')}\n`;
}

/** git ends a name that holds a blank with a tab, so that a time stamp could follow. */
function headerPath(path: string): string {
  const text = quoted(path);
  return text.includes(' ') && !text.startsWith('"') ? `${text}\t` : text;
}

/** A path the way git quotes it: C style when it holds a quote, a backslash, a control or a non-ASCII character. */
function quoted(path: string): string {
  if (!/["\\\u0000-\u001f\u007f-\uffff]/.test(path)) return path;
  let out = '';
  for (const byte of new TextEncoder().encode(path)) {
    const char = String.fromCharCode(byte);
    if (char === '"' || char === '\\') out += `\\${char}`;
    else if (byte < 0x20 || byte >= 0x7f) out += `\\${byte.toString(8).padStart(3, '0')}`;
    else out += char;
  }
  return `"${out}"`;
}
