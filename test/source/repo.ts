import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT, tempFolder } from '../support.js';

const MINI = join(ROOT, 'fixtures', 'mini-6.12');
const ME = ['-c', 'user.name=Ada Example', '-c', 'user.email=ada@example.org'];

/** A git repository made for one test, in a temporary folder. */
export class Repo {
  constructor(readonly dir: string = tempFolder()) {}

  /** A repository that holds the miniature tree in one commit. */
  static mini(): Repo {
    const repo = new Repo();
    repo.git('init', '-q', '-b', 'main');
    cpSync(MINI, repo.dir, { recursive: true });
    repo.commit('the miniature tree');
    return repo;
  }

  /** Output of a git command, with no configuration but the repository's. */
  git(...args: string[]): string {
    return execFileSync('git', ['-C', this.dir, ...ME, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
    });
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.dir, path)), { recursive: true });
    writeFileSync(join(this.dir, path), text);
  }

  /** Commits all there is, and returns the commit's id. */
  commit(message: string): string {
    this.git('add', '-A', '-f');
    this.git('commit', '-q', '--allow-empty', '-m', message);
    return this.git('rev-parse', 'HEAD').trim();
  }

  /** What `git format-patch --stdout` gives, with abbreviated ids. */
  mbox(range: string, ...options: string[]): string {
    return this.git('format-patch', '--stdout', ...options, range);
  }

  clone(...options: string[]): Repo {
    const dir = join(tempFolder(), 'clone');
    execFileSync('git', ['clone', '-q', ...options, `file://${this.dir}`, dir], {
      stdio: 'ignore',
      env: { PATH: process.env.PATH, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
    });
    return new Repo(dir);
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}
