export interface Args {
  runs: number;
  /** K = 2 only. */
  quick: boolean;
  /** Without SPIN, also where it is installed. */
  alone: boolean;
  /** Profile the largest exhaustive case instead of measuring. */
  profile: boolean;
  /** File for the rows in JSON. */
  json: string | null;
}

export const USAGE =
  'usage: npm run bench:explore -- [--runs N] [--quick] [--alone] [--profile] [--json FILE]';

/** Reads the command line. Throws with one line for what it does not know. */
export function parseArgs(argv: readonly string[]): Args {
  const out: Args = { runs: 3, quick: false, alone: false, profile: false, json: null };
  const rest = [...argv];
  while (rest.length) {
    const a = rest.shift()!;
    if (a === '--quick' || a === '--alone' || a === '--profile')
      out[a.slice(2) as 'quick' | 'alone' | 'profile'] = true;
    else if (a === '--runs') {
      out.runs = Number(rest.shift());
      if (!Number.isInteger(out.runs) || out.runs < 1)
        throw new Error('--runs needs a whole number, 1 or more');
    } else if (a === '--json') {
      const file = rest.shift();
      if (!file) throw new Error('--json needs a file name');
      out.json = file;
    } else throw new Error(`unknown argument ${a}; ${USAGE}`);
  }
  return out;
}
