/** Longer or more starred patterns are refused by the schema of whoever takes them. */
export const GLOB_SCHEMA = {
  type: 'string',
  minLength: 1,
  maxLength: 200,
  pattern: '^[^*]*(\\*+[^*]*){0,6}$',
} as const;

/** A path pattern as a regular expression: `*` and `?` within a name, `**` across folders; all else is literal. */
export function globToRegExp(glob: string): RegExp {
  const source = glob.replace(/\*\*\/|\*+|\?|[\\^$.|+()[\]{}]/g, (part) => {
    if (part === '**/') return '(?:.*/)?';
    if (part === '?') return '[^/]';
    if (part === '*') return '[^/]*';
    return part.startsWith('**') ? '.*' : `\\${part}`;
  });
  return new RegExp(`^${source}$`);
}

/** Some pattern fits the path. */
export const matchesAny = (path: string, globs: readonly string[]): boolean =>
  globs.some((g) => globToRegExp(g).test(path));
