import { KINDS } from '../sim/kinds.js';
import { VISITOR_KINDS } from '../sim/scenario.js';

const strings = { type: 'array', items: { type: 'string' } } as const;

/** A VMA: the name of a kind, with what differs from it; a kind that is not known needs all of it. */
const vma = {
  type: ['string', 'object'],
  additionalProperties: false,
  required: ['kind'],
  properties: {
    kind: {
      type: 'string',
      description: `a known kind (${Object.keys(KINDS).join(', ')}), or a name of your own with flags, anonVma and pages`,
    },
    flags: { type: 'array', items: { type: 'string', pattern: '^VM_[A-Z_]+$' } },
    anonVma: { type: 'boolean', description: 'it has an anon_vma before fork starts' },
    pages: {
      type: 'array',
      maxItems: 16,
      items: { enum: ['none', 'writable', 'exclusive-ro', 'swap', 'pfn'] },
      description: 'state of each page when fork starts',
    },
    file: { type: 'boolean' },
    policy: { type: 'boolean' },
    userfaultfd: { type: 'boolean' },
    ops: { type: 'boolean', description: 'vm_ops with an open()' },
    privateData: { type: 'boolean', description: 'vm_private_data is something of its own' },
    huge: { type: 'boolean', description: 'a first page fault maps a huge page here' },
    atZero: { type: 'boolean', description: 'it starts at address 0; the first one only' },
    adjoins: { type: 'boolean', description: 'it starts where the one before it ends' },
  },
} as const;

const thread = {
  type: 'object',
  additionalProperties: false,
  required: ['accesses'],
  properties: {
    kind: { enum: ['store', 'load', 'madvise', 'mmap-writer'] },
    accesses: { type: 'integer', minimum: 1, maximum: 4 },
  },
} as const;

const keys = {
  vmas: { type: 'array', minItems: 1, maxItems: 32, items: vma },
  threads: { type: 'array', maxItems: 3, items: thread, description: 'threads of the parent' },
  registered: {
    type: 'array',
    items: { enum: ['ksm', 'khugepaged'] },
    description: 'scanners that the parent is registered with; left out: both',
  },
  visitors: {
    type: 'array',
    items: { enum: VISITOR_KINDS },
    description: 'walkers that may get at the child before fork returns',
  },
  failures: {
    type: 'integer',
    minimum: 0,
    maximum: 2,
    description: 'allocations of fork that may fail in one run',
  },
  signal: { type: 'boolean', description: 'a fatal signal may be pending' },
  faultFailures: { type: 'boolean', description: 'allocations of page faults may fail' },
} as const;

/** One scenario of a rule: the name of a shared one, or what is explored, or both (what is written here wins). */
export const RULE_SCENARIO = {
  type: ['string', 'object'],
  additionalProperties: false,
  properties: {
    id: { type: 'string' },
    entry: {
      enum: ['dup_mmap', 'dup_mm'],
      description: 'the function that is executed, where it is not the one under "applies"',
    },
    use: { type: 'string', description: 'name in scenarios.yaml that this one starts from' },
    ...keys,
  },
} as const;

/** JSON Schema of `scenarios.yaml`: named scenarios that rules share, so that equal ones are explored once. */
export const SCENARIOS_SCHEMA = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  $id: 'forklore-scenarios-1',
  title: 'Scenarios that forklore rules share',
  type: 'object',
  additionalProperties: {
    type: 'object',
    additionalProperties: false,
    required: ['vmas'],
    properties: keys,
  },
} as const;

export { strings };
