/** Text of the bytes of a mail part, and a remark when the declared charset could not be followed. */
export interface Decoded {
  text: string;
  remark: string | null;
}

/** Labels under which mailers send whatever they have. */
const UNDECLARED = /^(?:|us-ascii|ascii|x-unknown|unknown-8bit|unknown|y)$/;

function utf8OrLatin(bytes: Uint8Array): { text: string; utf8: boolean } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), utf8: true };
  } catch {
    return { text: new TextDecoder('windows-1252').decode(bytes), utf8: false };
  }
}

/**
 * Decodes `bytes` from `charset`. Undeclared and ASCII text is tried as UTF-8 first; what is not
 * valid UTF-8 is read as Windows-1252, which maps every byte. Never throws.
 */
export function decodeText(bytes: Uint8Array, charset: string | null): Decoded {
  const label = (charset ?? '').trim().toLowerCase();
  if (UNDECLARED.test(label)) return { text: utf8OrLatin(bytes).text, remark: null };
  if (label === 'utf-8' || label === 'utf8') {
    const { text, utf8 } = utf8OrLatin(bytes);
    return { text, remark: utf8 ? null : 'not valid UTF-8 although declared so; read as Latin-1' };
  }
  try {
    return { text: new TextDecoder(label).decode(bytes), remark: null };
  } catch {
    return {
      text: utf8OrLatin(bytes).text,
      remark: `unknown charset "${label.slice(0, 40)}"; read as UTF-8 or Latin-1`,
    };
  }
}
