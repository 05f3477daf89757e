import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { program, ROOT, SRC } from './programs.mjs';

const RULES = join(ROOT, 'rules');

/** Pairs of a text in rules/ and what it says, read as the product does. What is wrong there is told at run time. */
export async function checkedRules() {
  const out = join(ROOT, 'node_modules/.cache/forklore-build/parse.js');
  await program({ entry: join(SRC, 'judge/parse.ts'), out });
  const { readRule, readScenarios } = await import(pathToFileURL(out).href);
  const pairs = [];
  const keep = (file, read) => {
    if (!existsSync(file)) return;
    const text = readFileSync(file, 'utf8');
    try {
      pairs.push([text, read(file, text).data]);
    } catch {
      // not kept, so it is read again when it is used
    }
  };
  keep(join(RULES, 'scenarios.yaml'), readScenarios);
  for (const id of readdirSync(RULES)) keep(join(RULES, id, 'rule.yaml'), readRule);
  return pairs;
}
