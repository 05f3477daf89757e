import { FEATURE_VALUES } from '../sim/kernel/features.js';
import { OPERATORS } from '../sim/mutate/mutants.js';
import { PROPERTIES } from '../sim/property/properties.js';
import { RULE_SCENARIO, strings } from './schema-scenario.js';

const edit = {
  type: 'object',
  additionalProperties: false,
  required: ['operator', 'step'],
  properties: {
    operator: { enum: OPERATORS },
    step: { type: ['string', 'array'], items: { type: 'string' }, minItems: 1 },
  },
} as const;

const oneOf = (values: readonly string[]) =>
  ({
    if: { type: 'array' },
    // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
    then: { minItems: 1, items: { enum: values } },
    else: { enum: values },
  }) as const;

const condition = {
  type: 'object',
  additionalProperties: false,
  minProperties: 1,
  properties: {
    vmaLock: oneOf(FEATURE_VALUES.vmaLock),
    anonPrepare: oneOf(FEATURE_VALUES.anonPrepare),
    assertsWriteLocked: { type: 'boolean' },
    rcuTrees: { type: 'boolean' },
    guardsTeardown: { type: 'boolean' },
    scans: { type: 'boolean' },
    calls: { ...strings, description: 'functions that the program calls, each of them' },
  },
} as const;

const applies = {
  type: 'object',
  additionalProperties: false,
  required: ['entry'],
  properties: {
    entry: { enum: ['dup_mmap', 'dup_mm'], description: 'the function that is executed' },
    functions: { ...strings, minItems: 1, description: 'the program holds one of these' },
    requires: { ...condition, description: 'speaks only of trees that are so' },
    unless: { ...condition, description: 'is silent on trees that are so' },
    whole: {
      ...strings,
      description: 'no pass where the patch changes one of these and does not show all of it',
    },
  },
} as const;

const mutants = {
  type: 'object',
  additionalProperties: false,
  required: ['steps', 'required'],
  properties: {
    steps: { ...strings, minItems: 1, description: 'functions whose calls are edited' },
    past: {
      ...strings,
      description:
        'functions past whose calls a step is moved; left out: past each later statement',
    },
    operators: { type: 'array', minItems: 1, items: { enum: OPERATORS } },
    required: {
      type: 'array',
      description: 'edits that must be caught, else the verdict is "vacuous"',
      items: {
        ...edit,
        properties: {
          ...edit.properties,
          whenCalled: { type: 'boolean', description: 'only where the program has the step' },
        },
      },
    },
    counterfactual: { ...edit, description: 'the edit whose failing run is kept' },
  },
} as const;

const templates = {
  type: 'array',
  minItems: 1,
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['text'],
    properties: {
      when: { ...strings, description: 'facts that must be so ("not x": must not)' },
      text: { type: 'string', description: 'with {placeholders}, see docs/rules.md' },
    },
  },
} as const;

const reference = {
  type: 'object',
  additionalProperties: false,
  required: ['title'],
  properties: {
    commit: { type: 'string', pattern: '^[0-9a-f]{8,40}$' },
    document: { type: 'string' },
    title: { type: 'string' },
  },
} as const;

/** JSON Schema of a `rule.yaml`; published as rules/rule.schema.json. */
export const RULE_SCHEMA = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  $id: 'forklore-rule-1',
  title: 'A rule of forklore',
  type: 'object',
  additionalProperties: false,
  required: ['id', 'title', 'severity', 'classes', 'applies'],
  if: { properties: { by: { const: 'exploration' } } },
  // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
  then: { required: ['properties', 'scenarios', 'mutants'] },
  properties: {
    id: { type: 'string', pattern: '^[a-z][a-z0-9-]*$', description: 'name of the folder' },
    title: { type: 'string', description: 'what holds when the rule is kept' },
    severity: { enum: ['error', 'warning', 'note'] },
    classes: {
      type: 'array',
      minItems: 1,
      items: { type: 'integer', minimum: 1, maximum: 99 },
      description: 'numbers of the defect classes that it finds (docs/rules.md)',
    },
    pass: {
      enum: ['brief', 'full'],
      description: 'what a terminal says of a pass: one line (default), or all of it',
    },
    by: { enum: ['exploration', 'fork-cost'], description: 'how it comes to its verdict' },
    applies,
    properties: {
      type: 'array',
      minItems: 1,
      items: { enum: PROPERTIES.map((p) => p.id) },
      description: 'what must hold in every run',
    },
    scenarios: {
      type: 'array',
      minItems: 1,
      items: RULE_SCENARIO,
      description: 'what is explored: names in scenarios.yaml, or scenarios of its own',
    },
    mutants,
    thresholds: { type: 'object', additionalProperties: { type: 'number' } },
    messages: {
      type: 'object',
      additionalProperties: false,
      properties: { introduced: templates, existing: templates, holds: templates },
    },
    references: { type: 'array', items: reference },
  },
} as const;
