import { spawn } from 'node:child_process';
import { ForkloreError } from '../../base/errors.js';
import {
  GIT_SILENCE_MS,
  limitError,
  MAX_INPUT_BYTES,
  MAX_RANGE_COMMITS,
} from '../../base/limits.js';
import { gitEnv } from './env.js';
import { plainRevision, type Repository, repositoryAt } from './repository.js';

/** The patches of a range in one mbox, and for each commit id in it the commit it was made on (null for a first one). */
export interface RangePatches {
  mbox: Buffer;
  parents: Map<string, string | null>;
}

/** The form of the mails is ours, whatever the repository's configuration says. */
const FORM =
  `--stdout --full-index --no-attach --no-cover-letter --no-thread --no-base --no-notes --no-signoff --no-from
  --no-encode-email-headers --no-to --no-cc --no-add-header --no-color --no-ext-diff --no-textconv --no-relative
  --subject-prefix=PATCH --signature=forklore --encoding=UTF-8 --src-prefix=a/ --dst-prefix=b/ --unified=3
  --inter-hunk-context=0 --diff-algorithm=default --submodule=short -M -O/dev/null`
    .split(/\s+/)
    .filter(Boolean);

/**
 * `git format-patch` of a range (`A..B`, `A..`, `A`: to HEAD) of the repository at `dir`. Throws a `usage` error for
 * what is no range, names a revision that is not there, or holds no patch; a `limit` error for one that is too long.
 */
export async function rangePatches(dir: string, range: string): Promise<RangePatches> {
  const repository = repositoryAt(dir);
  if (!repository) throw new ForkloreError('usage', `--git: ${dir} is not a git repository`);
  plainRevision(range, '--git');
  const git = (...args: string[]) => run(repository, `--git ${range}`, args);
  const sides = range.split('..');
  if (sides.length > 2 || range.includes('...')) {
    throw new ForkloreError('usage', `--git ${range}: not a range of the form A..B`);
  }
  const commits: string[] = [];
  for (const side of [sides[0], sides[1] ?? '']) {
    const rev = plainRevision(side === '' ? 'HEAD' : side, '--git');
    const id = await git('rev-parse', '--verify', '--quiet', '--end-of-options', `${rev}^{commit}`);
    if (id === null) throw new ForkloreError('usage', `--git ${range}: no commit ${rev} in ${dir}`);
    commits.push(id.toString('latin1').trim());
  }
  const [from, to] = commits;
  const parents = parentsIn(
    await git(
      'rev-list',
      '--parents',
      '--no-merges',
      `--max-count=${MAX_RANGE_COMMITS + 1}`,
      `${from}..${to}`,
      '--',
    ),
  );
  if (parents.size > MAX_RANGE_COMMITS)
    throw limitError(`--git ${range}`, MAX_RANGE_COMMITS, 'commits');
  const mbox =
    parents.size === 0 ? null : await git('format-patch', ...FORM, `${from}..${to}`, '--');
  if (!mbox?.length) throw new ForkloreError('usage', `--git ${range}: holds no patch`);
  return { mbox, parents };
}

function parentsIn(list: Buffer | null): RangePatches['parents'] {
  const lines = (list?.toString('latin1') ?? '').split('\n').filter(Boolean);
  return new Map(
    lines.map((line) => {
      const [id, parent] = line.split(' ');
      return [id, parent ?? null];
    }),
  );
}

/** Output of a git command, null when it fails. */
function run(repository: Repository, what: string, args: string[]): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', ['--no-pager', ...args], {
      env: gitEnv(repository.gitDir, process.env.PATH),
      cwd: '/',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 3 * GIT_SILENCE_MS,
      killSignal: 'SIGKILL',
    });
    const parts: Buffer[] = [];
    let size = 0;
    child.stdout.on('data', (part: Buffer) => {
      parts.push(part);
      size += part.length;
      if (size <= MAX_INPUT_BYTES) return;
      child.kill('SIGKILL');
      reject(limitError(what, MAX_INPUT_BYTES, 'bytes of patches', 'split it first'));
    });
    child.on('error', (e) =>
      reject(new ForkloreError('usage', `${what}: git can not be started (${e.message})`)),
    );
    child.on('close', (code, signal) => {
      if (signal) reject(new ForkloreError('input', `${what}: git did not end in time`));
      else resolve(code === 0 ? Buffer.concat(parts) : null);
    });
  });
}
