import { ForkloreError } from './errors.js';
import { thousands } from './terminal.js';

/*
 * Every limit has a name here. What crosses one is refused, or left out and named: never cut in silence.
 */

// Intake
/** Largest input after decompression, in bytes. */
export const MAX_INPUT_BYTES = 64 * 1024 * 1024;
/** An mbox up to this size is held whole, and each of its mails is an entry of the report. Bytes. */
export const ARCHIVE_BYTES = 8 * 1024 * 1024;
/** Largest mbox after decompression, read a mail at a time. Bytes. */
export const MAX_ARCHIVE_BYTES = 4 * 1024 * 1024 * 1024;
/** Largest mail of an archive, in bytes. */
export const MAX_MAIL_BYTES = 16 * 1024 * 1024;
/** Most mails that were skipped and are named one by one; those beyond them are counted. */
export const MAX_LISTED_MAILS = 100_000;
/** Most MIME parts of one mail. */
export const MAX_PARTS = 200;
/** Mails attached to mails are opened down to this depth. */
export const MAX_ATTACHED_DEPTH = 3;
/** Most lines of one mail or one diff. */
export const MAX_LINES = 1_000_000;
/** Most hunks of one diff. */
export const MAX_HUNKS = 50_000;
/** Longest file or hunk header that is read, in UTF-16 units; longer source lines are kept whole. */
export const MAX_HEADER_CHARS = 16 * 1024;
/** What parse-diff gets to see of one source line, in UTF-16 units: its regular expressions are not all linear. */
export const MAX_PARSED_CHARS = 1024;
/** Deepest quoting in which a diff is looked for. */
export const MAX_QUOTE_DEPTH = 32;
/** Largest line number or line count that a hunk header may name. */
export const MAX_LINE_NUMBER = 0x7fff_ffff;
/** Most files of one folder of patches or Maildir. */
export const MAX_FOLDER_FILES = 10_000;
/** Most commits of a `--git` range. */
export const MAX_RANGE_COMMITS = 1000;

// Source
/** No kernel source is near this size; a patch must not make us read a disk image. Bytes. */
export const MAX_SOURCE_BYTES = 32 * 1024 * 1024;
/** How long git may be silent, in milliseconds. */
export const GIT_SILENCE_MS = 20_000;
/** Lines compared at most in the search for where a hunk nearly fits. */
export const MAX_COMPARED = 2_000_000;
/** Most statements of a function that is aligned with a skeleton. */
export const MAX_ATOMS = 1000;
/** Files made by patches of a series that later ones may name by their blob. */
export const MAX_MADE_FILES = 300;
/** Options that are tried the other way, at most, to show lines that the configuration hides. */
export const MAX_FLIPPED_OPTIONS = 6;
/** How long two texts may be compared for which GitHub gives no diff, in milliseconds. */
export const MAX_COMPARE_MS = 5000;

// Front end
/** Tokens of one macro expansion. */
export const MAX_EXPANSION_TOKENS = 20_000;
/** Depth of a syntax tree; code below it counts as code that does not parse. */
export const MAX_PARSE_DEPTH = 500;
/** Instructions of one program, all functions together. */
export const MAX_INSTRUCTIONS = 100_000;
/** Statements of one function that do not parse; with more of them the function counts as one that does not. */
export const MAX_BAD_STATEMENTS = 12;
/** Longest expansion of a macro that is lowered; a longer one stays a call of a function that nobody knows. */
export const MAX_EXPANSION_CHARS = 6000;
/** Scalars that an initialiser zeroes one by one; more of them are zeroed by a call of memset(). */
export const MAX_ZEROED = 256;
/** Longest parenthesis or bracket outside of a body: an unmatched one must not cost the whole file. */
export const MAX_GROUP_CHARS = 20_000;

// Simulator
/** States of one exploration; beyond them its verdict is `bounded`. */
export const MAX_STATES = 4_000_000;
/** Instructions of one run between two accesses to shared state; more means a loop that shares nothing. */
export const MAX_RUN_STEPS = 2_000_000;
/**
 * Rounds of the loops of one function in which models are called, for each VMA of the scenario and once more; beyond them
 * the run is `inconclusive`. Loops of fork and of its teardown go round once or twice for each VMA.
 */
export const MAX_ROUNDS_PER_VMA = 8;
/** Instructions of all runs of one thread together; beyond them the verdict is `inconclusive`. */
export const MAX_STEPS = 20_000_000;
/** Characters that name a place in an object, or a value that is not known; what needs more makes its run `inconclusive`. */
export const MAX_VALUE_CHARS = 1000;
/** Fields of one object that a run writes; more of them make it `inconclusive`. */
export const MAX_FIELDS = 1000;
/** Objects of one run, those of the scenario among them; more of them make it `inconclusive`. */
export const MAX_OBJECTS = 10_000;
/** Nodes of the compiled form of one thread; beyond them the verdict is `bounded`. */
export const MAX_NODES = 200_000;
/** Nodes of one maple tree; beyond them its run ends with an error. */
export const MAX_TREE_NODES = 1 << 22;

// Rules and configurations
/** Longest rule or configuration, in characters. */
export const MAX_YAML_CHARS = 256 * 1024;

// GitHub
/** Largest delivery. GitHub sends at most 25 MB; what is acted on stays far below. Bytes. */
export const MAX_DELIVERY_BYTES = 5 * 1024 * 1024;
/** What is read of a larger one, so that who sends too much still hears the answer. Bytes. */
export const MAX_DRAINED_BYTES = 32 * 1024 * 1024;
/** Commits of a pull request that are reviewed one by one; with more it is reviewed as a whole only. */
export const MAX_PULL_COMMITS = 30;
/** Files that one review may ask GitHub for. */
export const MAX_READ_FILES = 400;
/** Files without a diff from GitHub that are compared here. */
export const MAX_COMPARED_FILES = 20;
/** Longest text that is compared here, in characters. */
export const MAX_COMPARED_CHARS = 4_000_000;
/** A comment is read this far for commands. */
export const MAX_COMMENT_CHARS = 20_000;
/** Commands of one comment. */
export const MAX_COMMANDS = 5;
/** Longest reason of a dismissal that is kept. */
export const MAX_REASON_CHARS = 500;
/** Open comments on one pull request; what is beyond them stands in the check run. */
export const MAX_COMMENTS = 20;
/** Jobs that wait in one process; more are refused, and GitHub delivers again. */
export const MAX_WAITING_JOBS = 1000;
/** Jobs that wait in Redis. */
export const MAX_REDIS_JOBS = 10_000;

/** One line: what is larger than a limit, the limit with its unit, and what to do about it. */
export function limitError(what: string, max: number, unit: string, advice = ''): ForkloreError {
  const tail = advice === '' ? '' : `; ${advice}`;
  return new ForkloreError('limit', `${what}: more than ${thousands(max)} ${unit}${tail}`);
}
