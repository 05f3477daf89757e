import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { type Document, isMap, LineCounter, parseDocument } from 'yaml';
import { ForkloreError } from '../base/errors.js';
import { KINDS, vmaSpec } from '../sim/kinds.js';
import type { Rule } from './rule.js';
import { RULE_SCHEMA } from './schema.js';

const validate = new Ajv({ allErrors: false }).compile<Rule>(RULE_SCHEMA);

/** Folder of the rules that ship with forklore. */
export function builtInRules(): string {
  return join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'rules');
}

/** Parses one `rule.yaml`. Throws an `input` error that names line and column, or the key that is wrong. */
export function parseRule(name: string, text: string): Rule {
  const lines = new LineCounter();
  const doc = parseDocument(text, { lineCounter: lines });
  const broken = doc.errors[0];
  if (broken) {
    const at = lines.linePos(broken.pos[0]);
    throw new ForkloreError(
      'input',
      `${name}:${at.line}:${at.col}: ${broken.message.split('\n')[0]}`,
    );
  }
  const data: unknown = doc.toJS();
  if (validate(data)) return inFull(name, data, doc, lines);
  const e = validate.errors?.[0];
  const path = (e?.instancePath ?? '').split('/').filter(Boolean);
  const node = path.length ? doc.getIn(path, true) : doc.contents;
  const at = lines.linePos(startOf(node));
  const extra =
    e?.params && 'additionalProperty' in e.params ? ` "${e.params.additionalProperty}"` : '';
  const what = isMap(node) || path.length ? `${path.join('.') || 'rule'} ` : '';
  throw new ForkloreError(
    'input',
    `${name}:${at.line}:${at.col}: ${what}${e?.message ?? 'is not a rule'}${extra}`,
  );
}

const startOf = (node: unknown): number =>
  (node as { range?: [number, number, number] } | null)?.range?.[0] ?? 0;

/** The rule with every VMA of its scenarios spelled out. */
function inFull(name: string, rule: Rule, doc: Document, lines: LineCounter): Rule {
  const scenarios = rule.scenarios.map((s, i) => ({
    ...s,
    vmas: s.vmas.map((form, j) => {
      const vma = vmaSpec(form);
      if (vma) return vma;
      const at = lines.linePos(startOf(doc.getIn(['scenarios', i, 'vmas', j], true)));
      throw new ForkloreError(
        'input',
        `${name}:${at.line}:${at.col}: no kind "${form.kind}": give flags, anonVma and pages, or one of ${Object.keys(KINDS).join(', ')}`,
      );
    }),
  }));
  return { ...rule, scenarios };
}

/** Loads every rule of a folder, by id. */
export async function loadRules(folder: string = builtInRules()): Promise<Rule[]> {
  const entries = (await readdir(folder, { withFileTypes: true })).filter((e) => e.isDirectory());
  const rules = await Promise.all(
    entries.map(async (e) => {
      const file = join(folder, e.name, 'rule.yaml');
      return parseRule(file, await readFile(file, 'utf8'));
    }),
  );
  return rules.sort((a, b) => a.id.localeCompare(b.id));
}
