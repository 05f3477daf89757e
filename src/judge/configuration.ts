import type { Severity } from './types.js';

export interface RuleSettings {
  enable: boolean;
  severity?: Severity;
  /** Allocations of fork that may fail in one run. */
  failures?: number;
}

/** A finding that somebody has looked at and wants to hear no more of. */
export interface Suppression {
  rule: string;
  /** Id of the finding, or its first digits. */
  id?: string;
  /** Path pattern. */
  path?: string;
  reason: string;
  /** Last day, `YYYY-MM-DD`. */
  expires?: string;
}

/** What a repository wants of its reviews. */
export interface Config {
  rules: Record<string, RuleSettings>;
  bounds: { failures?: number; states?: number; nodes?: number; seconds?: number };
  paths: { only: string[]; ignore: string[] };
  suppress: Suppression[];
  comments: 'introduced' | 'none';
  drafts: boolean;
}

/** What holds without a configuration. */
export const DEFAULT_CONFIG: Config = {
  rules: {},
  bounds: {},
  paths: { only: [], ignore: [] },
  suppress: [],
  comments: 'introduced',
  drafts: false,
};
