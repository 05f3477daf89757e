/** The formats of `--format`, in the order of `--help`. */
export const FORMATS = [
  'text',
  'json',
  'markdown',
  'mail',
  'sarif',
  'rdjson',
  'b4',
  'nipa',
  'terse',
  'html',
] as const;

export type Format = (typeof FORMATS)[number];
