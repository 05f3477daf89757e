/** An address of a header field: a display name, maybe empty, and the address itself. */
interface Address {
  name: string;
  address: string;
}

const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

/**
 * Addresses of the fields, encoded for a header, each once, without those in `not`. What is no address is left out: a
 * field of a stranger's mail must not be able to add a header.
 */
export function addressList(fields: readonly string[], not: readonly string[] = []): string[] {
  const seen = new Set(not.map((field) => bare(field)).filter(Boolean));
  const out: string[] = [];
  for (const a of fields.flatMap(addressesIn)) {
    const key = a.address.toLowerCase();
    if (seen.has(key)) continue;
    seen.add(key);
    out.push(a.name === '' ? a.address : `${phrase(a.name)} <${a.address}>`);
  }
  return out;
}

/** The name in `Name <address>`, decoded text; the address where there is no name. */
export function displayName(field: string): string {
  const [first] = addressesIn(field);
  return first ? first.name || first.address : field;
}

const bare = (field: string): string => addressesIn(field)[0]?.address.toLowerCase() ?? '';

function addressesIn(field: string): Address[] {
  return splitList(field.replace(UNSAFE, ' ')).flatMap((part) => {
    const angle = /^(.*)<\s*([^<>\s]+@[^<>\s]+)\s*>\s*$/.exec(part);
    if (angle) return [{ name: unquoted(angle[1].trim()), address: angle[2] }];
    const plain = part.replace(/\([^()]*\)/g, '').trim();
    return /^[^<>\s"]+@[^<>\s"]+$/.test(plain) ? [{ name: '', address: plain }] : [];
  });
}

/** Parts between the commas that stand outside quotes and angle brackets; a group's name and end are dropped. */
function splitList(field: string): string[] {
  const parts: string[] = [];
  let part = '';
  let quoted = false;
  let angle = false;
  for (let at = 0; at < field.length; at++) {
    const c = field[at];
    if (quoted && c === '\\') part += c + (field[++at] ?? '');
    else if (!quoted && !angle && (c === ',' || c === ';')) {
      parts.push(part);
      part = '';
    } else {
      if (c === '"') quoted = !quoted;
      else if (!quoted && c === '<') angle = true;
      else if (!quoted && c === '>') angle = false;
      part += c;
    }
  }
  return [...parts, part].map((p) => p.trim());
}

function unquoted(name: string): string {
  const inner = /^"(.*)"$/.exec(name);
  return inner ? inner[1].replace(/\\(.)/g, '$1') : name;
}

/** A display name as a header may hold it: encoded words stay, other text is quoted or encoded where it has to be. */
function phrase(name: string): string {
  if (/^(?:=\?[^?\s]+\?[bqBQ]\?[^?\s]*\?=\s*)+$/.test(name)) return name;
  if (/^[\w !#$%&'*+/=?^`{|}~-]+$/.test(name)) return name;
  return /^[ -~]*$/.test(name) ? `"${name.replace(/["\\]/g, '\\$&')}"` : encodedWords(name);
}

/** RFC 2047 words of at most 75 characters, none of which splits a character. */
export function encodedWords(text: string): string {
  const words: string[] = [];
  let chunk = '';
  for (const c of text) {
    if (base64(chunk + c).length > 60) {
      words.push(chunk);
      chunk = '';
    }
    chunk += c;
  }
  return [...words, chunk].map((w) => `=?UTF-8?B?${base64(w)}?=`).join(' ');
}

/** Base64 of the UTF-8 bytes of a text. */
export function base64(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (b) => String.fromCharCode(b)).join(''));
}
