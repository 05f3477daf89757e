/** The state after the patch. See docs/verdicts.md. */
export type Verdict = 'violated' | 'holds' | 'bounded' | 'vacuous' | 'inconclusive';
export type Change = 'introduced' | 'fixed' | 'existing' | 'none';
export type Severity = 'error' | 'warning' | 'note';

export interface Location {
  path: string;
  /** null where there is none (a skeleton step). */
  line: number | null;
  side: 'RIGHT' | 'LEFT';
}

/** One step of a trace as the reader sees it. */
export interface TraceStep {
  /** `fork`, `fault A`, ... */
  thread: string;
  function: string;
  path: string;
  line: number | null;
  text: string;
}

export interface Evidence {
  /** Era model, for example `6.8`; mixed sources list each. */
  model: string;
  scenario: Record<string, unknown>;
  /** Complete schedules; 0 in a stateful search. */
  executions: number;
  states: number;
  failing: number;
  exhausted: boolean;
  bound: Record<string, unknown>;
  /** `survivors` break nothing; `elsewhere` break what other rules check. */
  mutants: { tried: number; caught: number; survivors?: string[]; elsewhere?: string[] };
  assumptions: string[];
  notModelled: string[];
  counterfactual: { mutant: string; replay: string; steps?: TraceStep[] } | null;
  counterexample: { steps: TraceStep[]; replay: string } | null;
  /** Every scenario that was explored. */
  scenarios?: { id: string; states: number; failing: number; exhausted: boolean }[];
  /** Of a rule about cost. */
  cost?: CostEvidence;
}

/** fork() calls in ten seconds before and after a patch, simulated. */
export interface CostEvidence {
  layout: string;
  /** Larger sizes are extended from the counts up to this one. */
  extendedFrom: number;
  rows: {
    vmas: number;
    before: number;
    after: number;
    changePercent: number;
    /** What the message claims of this size. */
    claimedPercent: number | null;
  }[];
}

export interface Finding {
  /** Stable across PR, mbox and versions: 16 hex digits. */
  id: string;
  rule: string;
  /** Numbers of the defect classes that the rule is about. */
  classes?: number[];
  verdict: Verdict;
  change: Change;
  severity: Severity;
  location: Location;
  /** Source text of the located statement, for display. */
  subject?: string;
  message: string;
  evidence: Evidence;
  /** The configuration wants to hear no more of it; `expires`: last day of that, or null. */
  suppressed?: { reason: string; expires: string | null };
  /** An edit of the patched file with which the rule holds, as running it again showed. */
  suggestion?: Suggestion;
  /** A pass that a terminal reports in one line. */
  brief?: true;
}

/** Replaces lines `startLine` to `endLine` (both inclusive, of the patched file) by `text`. */
export interface Suggestion {
  path: string;
  startLine: number;
  endLine: number;
  /** Whole lines, each with its line end. */
  text: string;
  verdict: 'holds';
  /** States that were explored with the edit made. */
  states: number;
}

export type PatchStatus = 'reviewed' | 'not-applicable' | 'inconclusive' | 'failed';

export interface PatchReview {
  subject: string;
  messageId: string | null;
  kind: 'patch' | 'quoted-patch' | 'none';
  status: PatchStatus;
  reason: string;
  files: {
    path: string;
    hunks: number;
    truncated: boolean;
    base: 'exact' | 'applied' | 'hunks-only' | 'none';
  }[];
  findings: Finding[];
  /** What the reader must know about how the source was rebuilt; one sentence each. */
  notes?: string[];
  /** Functions that the patch changes and that models stand for: what it makes of them was not run. Left out: none. */
  notRun?: string[];
  /** Ids of the findings that answer what the mail asks about the patch that it quotes. */
  asked?: string[];
  /** Compared with an older version in the same input: ids of findings that are violations. */
  versus?: { version: number; fixed: string[]; still: string[]; new: string[] };
}

/** The JSON contract `forklore.review/1`: keys may be added, never changed. */
export interface Review {
  schema: 'forklore.review/1';
  tool: { name: 'forklore'; version: string };
  patches: PatchReview[];
  /** Inputs or parts of them that could not be used: one line each, with what and where. */
  problems?: { input: string; message: string }[];
  /** Mails of archives that have no entry in `patches`: how many, and why. */
  skipped?: SkippedMails[];
  /** Wall time of the review in seconds. */
  seconds?: number;
}

/** Mails of one archive that were not reviewed. */
export interface SkippedMails {
  input: string;
  mails: number;
  reasons: { reason: string; mails: number }[];
  /** With `--verbose`: each of them, up to a limit. */
  list?: { inputLine: number; subject: string; reason: string }[];
}
