import { PROPERTIES } from '../sim/property/properties.js';

const strings = { type: 'array', items: { type: 'string' } } as const;
const operator = { enum: ['delete', 'delete-all', 'move', 'substitute'] } as const;
const edit = {
  type: 'object',
  additionalProperties: false,
  required: ['operator', 'step'],
  properties: { operator, step: { type: 'string' } },
} as const;

const vma = {
  type: 'object',
  additionalProperties: false,
  // a kind that has a name in sim/kinds.ts needs no more; what else is given replaces what the kind says
  required: ['kind'],
  properties: {
    kind: { type: 'string' },
    flags: { type: 'array', items: { type: 'string', pattern: '^VM_[A-Z_]+$' } },
    anonVma: { type: 'boolean' },
    pages: {
      type: 'array',
      maxItems: 16,
      items: { enum: ['none', 'writable', 'exclusive-ro', 'swap', 'pfn'] },
    },
    file: { type: 'boolean' },
    policy: { type: 'boolean' },
    userfaultfd: { type: 'boolean' },
    ops: { type: 'boolean' },
    privateData: { type: 'boolean' },
    huge: { type: 'boolean' },
  },
} as const;

const scenario = {
  type: 'object',
  additionalProperties: false,
  required: ['id', 'vmas', 'threads', 'failures', 'signal', 'faultFailures'],
  properties: {
    id: { type: 'string' },
    vmas: { type: 'array', minItems: 1, maxItems: 32, items: vma },
    threads: {
      type: 'array',
      maxItems: 3,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['accesses'],
        properties: {
          kind: { enum: ['store', 'load', 'madvise', 'mmap-writer'] },
          accesses: { type: 'integer', minimum: 1, maximum: 4 },
        },
      },
    },
    registered: { type: 'array', items: { enum: ['ksm', 'khugepaged'] } },
    failures: { type: 'integer', minimum: 0, maximum: 2 },
    signal: { type: 'boolean' },
    faultFailures: { type: 'boolean' },
  },
} as const;

/** JSON Schema of a `rule.yaml`. */
export const RULE_SCHEMA = {
  $id: 'forklore-rule-1',
  type: 'object',
  additionalProperties: false,
  required: ['id', 'title', 'severity', 'applies', 'properties', 'scenarios', 'mutants'],
  properties: {
    id: { type: 'string', pattern: '^[a-z][a-z0-9-]*$' },
    title: { type: 'string' },
    severity: { enum: ['error', 'warning', 'note'] },
    applies: {
      type: 'object',
      additionalProperties: false,
      required: ['entry'],
      properties: {
        entry: { type: 'string' },
        unless: {
          type: 'object',
          additionalProperties: false,
          properties: { vmaLock: { enum: ['none', 'rwsem+int', 'rwsem+seqcount', 'refcount'] } },
        },
      },
    },
    properties: { type: 'array', minItems: 1, items: { enum: PROPERTIES.map((p) => p.id) } },
    scenarios: { type: 'array', minItems: 1, items: scenario },
    mutants: {
      type: 'object',
      additionalProperties: false,
      required: ['steps', 'past', 'operators', 'required', 'counterfactual'],
      properties: {
        steps: strings,
        past: strings,
        operators: { type: 'array', items: operator },
        required: { type: 'array', items: edit },
        counterfactual: edit,
      },
    },
  },
} as const;
