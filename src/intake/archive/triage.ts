import { MAX_HEADER_CHARS } from '../limits.js';
import { decodeBase64, decodeQuoted } from './decode.js';
import { encodingIn, type Fields } from './fields.js';
import type { Wanted } from './types.js';

/**
 * What a mail's bytes show. `wanted`: a diff of a file that matters, or what only reading can tell; `diff`: a diff of
 * other files; `none`: no diff at all. A mail that the reader would find a wanted diff in is always `wanted`.
 */
export type Sight = 'wanted' | 'diff' | 'none';

/** How lines start that name the files of a diff. */
const MARKS = ['diff --git ', '--- ', '+++ ', 'rename ', 'copy '];
const [BLANK, TAB, NEWLINE, QUOTE] = [32, 9, 10, 62];
const [NUL, ESCAPE] = [0, 27];

/** Only quote marks and blanks stand between the start of its line and `at`. */
function startsLine(bytes: Buffer, at: number): boolean {
  for (let i = at - 1; i >= 0 && bytes[i] !== NEWLINE; i--)
    if (bytes[i] !== QUOTE && bytes[i] !== BLANK && bytes[i] !== TAB) return false;
  return true;
}

/** The paths that a line of a diff's header may stand for: as it is, and without a first part. */
function namesWanted(line: string, { path }: Wanted): boolean {
  // a C-quoted name can spell any path
  if (line.includes('"')) return true;
  return line.split(/[ \t\r]+/).some((word) => {
    const slash = word.indexOf('/');
    return word !== '' && (path(word) || (slash >= 0 && path(word.slice(slash + 1))));
  });
}

function seeText(bytes: Buffer, wanted: Wanted): Sight {
  const git = bytes.includes('diff --git ');
  const hunk = bytes.includes('@@ -');
  if (!git && !hunk && !(bytes.includes('--- ') && bytes.includes('+++ '))) return 'none';
  let sight: Sight = 'none';
  for (const mark of MARKS) {
    for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + 1)) {
      if (!startsLine(bytes, at)) continue;
      const from = at + mark.length;
      const end = bytes.indexOf(NEWLINE, from);
      const stop = Math.min(end < 0 ? bytes.length : end, from + MAX_HEADER_CHARS);
      if (namesWanted(bytes.toString('latin1', from, stop), wanted)) return 'wanted';
      sight = 'diff';
    }
  }
  if ((hunk || sight === 'diff') && wanted.words.some((w) => bytes.includes(w))) return 'wanted';
  return sight;
}

/** The text is in an encoding in which ASCII letters do not stand for themselves. */
const isOpaque = (bytes: Buffer): boolean => bytes.includes(NUL) || bytes.includes(ESCAPE);

const ENCODING = /^content-transfer-encoding[ \t]*:[^\n]*(?:\n[ \t][^\n]*)*/gim;

const count = (text: string): number => text.match(ENCODING)?.length ?? 0;

/** The most that is in sight among texts. */
function most(sights: readonly Sight[]): Sight {
  if (sights.includes('wanted')) return 'wanted';
  return sights.includes('diff') ? 'diff' : 'none';
}

function seeDecoded(bytes: Buffer | null, wanted: Wanted): Sight {
  if (bytes === null || isOpaque(bytes)) return 'wanted';
  // a mail inside a part may be encoded once more
  const again =
    bytes.length > 0 && /^content-transfer-encoding[ \t]*:/im.test(bytes.toString('latin1'));
  return again ? 'wanted' : seeText(bytes, wanted);
}

/** Where the text begins that a header field at `from` is about: below the next blank line. */
function bodyStart(text: string, from: number): number {
  const blank = /\n\r?\n/g;
  blank.lastIndex = from;
  return blank.exec(text) ? blank.lastIndex : text.length;
}

/** Lines that end a part, by the boundaries that a mail names. */
function boundaryLines(text: string): ReadonlySet<string> {
  const out = new Set<string>();
  for (const [, quoted, bare] of text.matchAll(
    /boundary[ \t]*=[ \t]*(?:"([^"\n]*)"|([^\s;"]+))/gi,
  )) {
    const line = `--${quoted ?? bare}`.trimEnd();
    out.add(line).add(`${line}--`);
  }
  return out;
}

/** Every part that says how it is encoded, whatever the structure around it. Time is linear. */
function seeParts(bytes: Buffer, wanted: Wanted): Sight {
  const text = bytes.toString('latin1');
  const ends = boundaryLines(text);
  const sights: Sight[] = [];
  let seen = -1;
  let quoted = false;
  for (const field of text.matchAll(ENCODING)) {
    const encoding = encodingIn(field[0]);
    if (encoding === null) continue;
    const start = bodyStart(text, field.index + field[0].length - 1);
    if (encoding === 'base64' && start > seen) {
      sights.push(
        seeDecoded(
          decodeBase64(text, start, (line) => ends.has(line)),
          wanted,
        ),
      );
      seen = start;
    } else if (encoding === 'quoted-printable' && !quoted) {
      // all that follows, so that the parts behind it are decoded with it
      const decoded = decodeQuoted(bytes.subarray(start));
      const hidden = count(decoded.toString('latin1')) > count(text.slice(start));
      sights.push(hidden || isOpaque(decoded) ? 'wanted' : seeText(decoded, wanted));
      quoted = true;
    }
    if (sights.at(-1) === 'wanted') break;
  }
  return most(sights);
}

/** Looks at the bytes of a mail (with its `From ` line), and decodes only where it says that it is encoded. */
export function seeMail(bytes: Buffer, fields: Fields, wanted: Wanted): Sight {
  const body = bytes.subarray(fields.end);
  if (isOpaque(body)) return 'wanted';
  const plain = seeText(body, wanted);
  if (plain === 'wanted') return plain;
  if (fields.multipart) return most([plain, seeParts(bytes, wanted)]);
  if (fields.encoding === 'quoted-printable')
    return most([plain, seeDecoded(decodeQuoted(body), wanted)]);
  if (fields.encoding === 'base64')
    return most([plain, seeDecoded(decodeBase64(body.toString('latin1'), 0), wanted)]);
  return plain;
}
