/** What the count of shared steps needs to know of a Promela file. */
export interface SharedSteps {
  /** Global variables that the process type `type` uses (it runs several times, so they are shared). */
  names: ReadonlySet<string>;
  /** Lines whose `else` looks at one of them: some other option of the same if or do does. */
  elseLines: ReadonlySet<number>;
}

const without = (text: string): string[] =>
  text
    .replace(/\/\*[\s\S]*?\*\//g, (c) => c.replace(/[^\n]/g, ' '))
    .split('\n')
    .map((line) => (line.startsWith('#') ? '' : line));

/** Reads the shared variables of a Promela model, and the `else` branches that depend on them. */
export function sharedSteps(text: string, type: string): SharedSteps {
  const lines = without(text);
  const globals = new Set<string>();
  for (const line of lines)
    if (/^(byte|bool|int|short)\s/.test(line))
      for (const m of line.matchAll(/\b([a-z]\w*)\s*(?=[[;,])/g)) globals.add(m[1]);
  const body = new RegExp(`proctype ${type}\\([\\s\\S]*?\\n}`).exec(lines.join('\n'))?.[0] ?? '';
  const names = new Set([...globals].filter((n) => new RegExp(`\\b${n}\\b`).test(body)));
  return { names, elseLines: elseLines(lines, names) };
}

/** The text reads or writes one of the names. */
export const mentions = (text: string, names: ReadonlySet<string>): boolean =>
  (text.match(/[A-Za-z_]\w*/g) ?? []).some((w) => names.has(w));

interface Choice {
  elses: number[];
  shared: boolean;
}

function elseLines(lines: readonly string[], names: ReadonlySet<string>): Set<number> {
  const out = new Set<number>();
  const open: Choice[] = [];
  lines.forEach((line, k) => {
    // an option's guard ends at the arrow, at the end of the statement or at the end of the line
    for (const m of line.matchAll(/\b(?:if|fi|do|od)\b|::((?:(?!->|;|::|\bfi\b|\bod\b).)*)/g)) {
      const top = open[open.length - 1];
      if (m[0] === 'if' || m[0] === 'do') open.push({ elses: [], shared: false });
      else if (m[0] === 'fi' || m[0] === 'od') {
        const done = open.pop();
        if (done?.shared) for (const at of done.elses) out.add(at);
      } else if (top && /^\s*else\b/.test(m[1])) top.elses.push(k + 1);
      else if (top && mentions(m[1], names)) top.shared = true;
    }
  });
  return out;
}
