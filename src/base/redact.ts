/** What stands for a secret. */
const GONE = '[redacted]';

const SECRETS: readonly [RegExp, string][] = [
  // GitHub's tokens: of people, OAuth, apps and their installations, refresh tokens, fine-grained ones
  [/\bgh[opsur]_[A-Za-z0-9_.-]{8,}/g, GONE],
  [/\bgithub_pat_[A-Za-z0-9_]{8,}/g, GONE],
  // also cut short, or on one line
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----(?:[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----|[\s\S]*)/g, GONE],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}/g, GONE],
  [/\b(?:bearer|token|basic) +[A-Za-z0-9+/=_.~-]{16,}/gi, GONE],
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]*@/gi, `$1${GONE}@`],
];

const known = new Set<string>();
/** Shorter ones would hit words that are none. */
const LEAST = 8;

/** Names a secret of this process, for `redact` to know. */
export function keepSecret(secret: string | null | undefined): void {
  if (secret && secret.length >= LEAST) known.add(secret);
}

/** The text without tokens, keys and passwords: what has their form, and what was named to `keepSecret`. */
export function redact(text: string): string {
  let out = text;
  for (const secret of known) out = out.replaceAll(secret, GONE);
  for (const [form, instead] of SECRETS) out = out.replace(form, instead);
  return out;
}
