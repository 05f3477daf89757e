import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ForkloreError } from '../../base/errors.js';
import { nearest } from '../../base/nearest.js';
import { builtInRules, loadRule, loadRules } from '../../judge/load.js';
import type { Rule } from '../../judge/rule.js';

/** Rules with the folder that each is in. */
export interface Located {
  rule: Rule;
  /** Folder of rules, not of the rule. */
  folder: string;
}

/** Where a rule is: in the named folder, else among those that ship with forklore. */
export async function findRule(id: string, own: string | undefined): Promise<Located> {
  const folders = [...(own === undefined ? [] : [own]), builtInRules()];
  for (const folder of folders)
    if (existsSync(join(folder, id, 'rule.yaml')))
      return { folder, rule: await loadRule(join(folder, id)) };
  const ids = (await allRules(own)).map((r) => r.rule.id);
  const near = nearest(id, ids);
  throw new ForkloreError(
    'usage',
    `no rule "${id}"; ${near ? `did you mean "${near}"?` : `there are: ${ids.join(', ')}`}`,
  );
}

/** Every rule of the named folder, and those that ship with forklore. */
export async function allRules(own: string | undefined): Promise<Located[]> {
  const folders = [...(own === undefined ? [] : [own]), builtInRules()];
  const lists = await Promise.all(
    folders.map(async (folder) => (await loadRules(folder)).map((rule) => ({ rule, folder }))),
  );
  return lists.flat().filter((r, k, all) => all.findIndex((o) => o.rule.id === r.rule.id) === k);
}
