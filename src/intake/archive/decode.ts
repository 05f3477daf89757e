/** Value of a hexadecimal digit's character code, -1 for any other. */
function digit(c: number): number {
  if (c >= 48 && c <= 57) return c - 48;
  const low = c | 32;
  return low >= 97 && low <= 102 ? low - 87 : -1;
}

/** Quoted-printable bytes decoded; what is malformed stays as it is. The result is never longer. */
export function decodeQuoted(bytes: Buffer): Buffer {
  const out = Buffer.allocUnsafe(bytes.length);
  let n = 0;
  let at = 0;
  while (at < bytes.length) {
    const mark = bytes.indexOf(61, at);
    const stop = mark < 0 ? bytes.length : mark;
    bytes.copy(out, n, at, stop);
    n += stop - at;
    if (mark < 0) break;
    at = mark + 1;
    const [a, b] = [digit(bytes[at]), digit(bytes[at + 1])];
    if (a >= 0 && b >= 0) {
      out[n++] = 16 * a + b;
      at += 2;
      continue;
    }
    let end = at;
    while (bytes[end] === 32 || bytes[end] === 9 || bytes[end] === 13) end++;
    if (bytes[end] === 10) at = end + 1;
    else out[n++] = 61;
  }
  return out.subarray(0, n);
}

const BASE64_LINE = /^[A-Za-z0-9+/=]*[ \t]*\r?$/;

/**
 * The base64 text at `start` of `text`, decoded, up to a line that `ends` it (without blanks at its end) or the end.
 * Null when there is a line that is no base64 before: a mail reader may make something else of it.
 */
export function decodeBase64(
  text: string,
  start: number,
  ends: (line: string) => boolean = () => false,
): Buffer | null {
  let end = start;
  while (end < text.length) {
    const next = text.indexOf('\n', end);
    const line = text.slice(end, next < 0 ? text.length : next);
    if (ends(line.trimEnd())) break;
    if (!BASE64_LINE.test(line)) return null;
    end = next < 0 ? text.length : next + 1;
  }
  const code = text.slice(start, end).replace(/\s+/g, '');
  return /=[^=]/.test(code) ? null : Buffer.from(code, 'base64');
}
