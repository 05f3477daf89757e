import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support.js';

/** A fenced block of a page. */
export interface Block {
  page: string;
  /** 1-based line of the fence. */
  line: number;
  language: string;
  lines: string[];
}

/** A command of a `console` block with the output that the page shows below it. */
export interface Shown {
  page: string;
  line: number;
  command: string;
  output: string[];
}

/** Pages for readers: those of the root, of docs/, and of the rules. */
export function pages(): string[] {
  const rules = readdirSync(join(ROOT, 'rules'), { withFileTypes: true })
    .filter((e) => e.isDirectory())
    .map((e) => `rules/${e.name}/README.md`)
    .filter((page) => existsSync(join(ROOT, page)));
  const docs = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));
  return ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...docs.map((n) => `docs/${n}`), ...rules];
}

export const textOf = (page: string): string => readFileSync(join(ROOT, page), 'utf8');

export function blocksOf(page: string): Block[] {
  const out: Block[] = [];
  let open: Block | null = null;
  textOf(page)
    .split('\n')
    .forEach((text, k) => {
      const fence = /^```(\S*)/.exec(text);
      if (open && fence) {
        out.push(open);
        open = null;
      } else if (fence) open = { page, line: k + 1, language: fence[1], lines: [] };
      else open?.lines.push(text);
    });
  return out;
}

/** The commands of a page's `console` blocks, in order. A command goes on where its line ends with a backslash. */
export function commandsOf(page: string): Shown[] {
  return blocksOf(page)
    .filter((b) => b.language === 'console')
    .flatMap((b) => {
      const shown: Shown[] = [];
      let more = false;
      b.lines.forEach((text, k) => {
        const last = shown.at(-1);
        if (more && last) last.command = `${last.command.slice(0, -1).trimEnd()} ${text.trim()}`;
        else if (text.startsWith('$ '))
          shown.push({ page, line: b.line + k + 1, command: text.slice(2), output: [] });
        else last?.output.push(text);
        more = shown.at(-1)?.command.endsWith('\\') ?? false;
      });
      return shown;
    });
}
