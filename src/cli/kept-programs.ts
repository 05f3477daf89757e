import { createHash, randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { BUILD } from '../base/version.js';
import type { KeptPrograms } from '../cfront/index.js';
import { readProgram, writeProgram } from '../cfront/program-text.js';
import type { Program } from '../sim/program.js';

/** Bytes of one program, and of all; when these are more, the ones not used for the longest time go. */
const MAX_PROGRAM = 8 << 20;
const MAX_BYTES = 64 << 20;
/** Programs that one process adds: whoever reviews an archive will not ask for them again. */
const MAX_ADDED = 64;
/** Age at which a draft is nobody's any more, in ms. */
const STALE = 3_600_000;

/** Where programs are kept between runs; null: nowhere. `XDG_CACHE_HOME` counts where it is an absolute path. */
export function cacheFolder(env: NodeJS.ProcessEnv, home: () => string = homedir): string | null {
  if (env.FORKLORE_NO_CACHE) return null;
  const xdg = env.XDG_CACHE_HOME ?? '';
  if (isAbsolute(xdg)) return join(xdg, 'forklore');
  try {
    return isAbsolute(home()) ? join(home(), '.cache/forklore') : null;
  } catch {
    return null;
  }
}

/** Programs that earlier runs of this very build have lowered; undefined where there is no place for them. */
export function keptPrograms(env: NodeJS.ProcessEnv): KeptPrograms | undefined {
  const folder = cacheFolder(env);
  return folder === null || BUILD === null ? undefined : new ProgramFolder(folder, BUILD);
}

/**
 * Programs in files of a folder of the user's own. It never throws and never asks for anything: what can not be read, is
 * damaged, or is of another build counts as not there, and what can not be written is not kept.
 */
export class ProgramFolder implements KeptPrograms {
  private readonly folder: string;
  private usable: boolean | null = null;
  private added = 0;

  constructor(
    parent: string,
    private readonly build: string,
  ) {
    this.folder = join(parent, 'programs');
  }

  get(key: string): Program | null {
    const path = this.pathOf(key);
    let text: string | null = null;
    try {
      text = this.isOurs() ? readOwn(path) : null;
      if (text === null) return null;
      const end = text.indexOf('\n');
      const body = text.slice(end + 1);
      if (text.slice(0, end) !== this.head(key, body)) throw new TypeError('not what it should be');
      return readProgram(body);
    } catch {
      // it is made again
      if (text !== null) attempt(() => fs.rmSync(path, { force: true }));
      return null;
    }
  }

  put(key: string, program: Program): void {
    if (this.usable === false || this.added >= MAX_ADDED) return;
    attempt(() => {
      if (this.added === 0) {
        makeFolder(this.folder);
        this.usable = null;
        if (!this.isOurs()) return;
        this.sweep();
      }
      this.added++;
      const body = writeProgram(program);
      if (body.length > MAX_PROGRAM / 4) return;
      const draft = join(this.folder, `${randomBytes(8).toString('hex')}.new`);
      fs.writeFileSync(draft, `${this.head(key, body)}\n${body}`, { flag: 'wx', mode: 0o600 });
      fs.renameSync(draft, this.pathOf(key));
    });
  }

  private pathOf(key: string): string {
    return join(this.folder, `${key.slice(0, 32)}.program`);
  }

  private head(key: string, body: string): string {
    const hash = createHash('sha256').update(body).digest('hex');
    return `forklore.program/1 ${this.build} ${key} ${hash}`;
  }

  /** The folder is there, is the user's, and nobody else may write to it. */
  private isOurs(): boolean {
    if (this.usable === null) {
      const s = fs.lstatSync(this.folder, { throwIfNoEntry: false });
      if (!s) return false;
      const uid = process.getuid?.();
      this.usable = s.isDirectory() && (uid === undefined || (s.uid === uid && !(s.mode & 0o022)));
    }
    return this.usable;
  }

  /** Makes room: those that were not used for the longest time go first. */
  private sweep(): void {
    const now = Date.now();
    const files = fs.readdirSync(this.folder).map((name) => {
      const path = join(this.folder, name);
      const { size, mtimeMs } = fs.lstatSync(path);
      return { path, size, used: name.endsWith('.new') && now - mtimeMs > STALE ? 0 : mtimeMs };
    });
    files.sort((a, b) => b.used - a.used);
    let bytes = MAX_ADDED * (256 << 10);
    for (const { path, size, used } of files) {
      bytes += size;
      if (bytes > MAX_BYTES || used === 0) attempt(() => fs.rmSync(path, { force: true }));
    }
  }
}

/** A folder with those above it. Node's own way does not end where nothing can be made, as below /proc. */
function makeFolder(path: string): void {
  if (fs.existsSync(path)) return;
  makeFolder(dirname(path));
  fs.mkdirSync(path, { mode: 0o700 });
}

/** Text of a plain file of the user's; null where there is none. It counts as used now. */
function readOwn(path: string): string | null {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants;
  let fd: number;
  try {
    fd = fs.openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch {
    return null;
  }
  try {
    const s = fs.fstatSync(fd);
    if (!s.isFile() || s.size > MAX_PROGRAM) return null;
    const now = new Date();
    attempt(() => fs.futimesSync(fd, now, now));
    return fs.readFileSync(fd, 'utf8');
  } finally {
    fs.closeSync(fd);
  }
}

function attempt(f: () => void): void {
  try {
    f();
  } catch {
    // nothing depends on it
  }
}
