import { GLOB_SCHEMA } from './glob.js';

const globs = { type: 'array', maxItems: 100, items: GLOB_SCHEMA } as const;
const severity = { enum: ['error', 'warning', 'note'] } as const;

const bounds = {
  type: 'object',
  additionalProperties: false,
  properties: {
    failures: {
      type: 'integer',
      minimum: 0,
      maximum: 2,
      description: 'allocations of fork that may fail in one run, in every scenario',
    },
    states: { type: 'integer', minimum: 1000, maximum: 50_000_000 },
    nodes: { type: 'integer', minimum: 1000, maximum: 5_000_000 },
    seconds: { type: 'number', exclusiveMinimum: 0, maximum: 3600, description: 'per input' },
  },
} as const;

const rule = {
  type: ['string', 'object'],
  if: { type: 'string' },
  // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
  then: { enum: ['on', 'off', ...severity.enum] },
  additionalProperties: false,
  properties: {
    enable: { type: 'boolean' },
    severity,
    failures: { ...bounds.properties.failures, description: 'of this rule alone' },
  },
} as const;

const suppression = {
  type: 'object',
  additionalProperties: false,
  required: ['rule', 'reason'],
  properties: {
    rule: { type: 'string' },
    id: { type: 'string', pattern: '^[0-9a-f]{4,16}$', description: 'of a finding, or its start' },
    path: GLOB_SCHEMA,
    reason: { type: 'string', minLength: 3, maxLength: 500 },
    expires: {
      type: 'string',
      pattern: '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$',
      description: 'last day, YYYY-MM-DD',
    },
  },
} as const;

/** JSON Schema of `.github/forklore.yml`; published as rules/config.schema.json. */
export const CONFIG_SCHEMA = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  $id: 'forklore-config-1',
  title: 'Configuration of forklore',
  type: 'object',
  additionalProperties: false,
  properties: {
    rules: {
      type: 'object',
      additionalProperties: rule,
      description: 'by id: on, off, a severity, or { enable, severity, failures }',
    },
    bounds,
    paths: {
      type: 'object',
      additionalProperties: false,
      properties: { only: globs, ignore: globs },
      description: 'which files count',
    },
    suppress: { type: 'array', maxItems: 1000, items: suppression },
    comments: { enum: ['introduced', 'none'], description: 'what is commented on a pull request' },
    drafts: { type: 'boolean', description: 'review drafts too' },
  },
} as const;
