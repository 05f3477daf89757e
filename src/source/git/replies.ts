/** What `git cat-file --batch` says about one name. `outside`: a link that leads out of the commit, or nowhere. */
export type Reply =
  | { kind: 'object'; id: string; type: string; bytes: Buffer }
  | { kind: 'missing' | 'ambiguous' | 'outside' | 'too large' };

const OBJECT = /^([0-9a-f]{40}(?:[0-9a-f]{24})?) (\w+) (\d+)$/;
const LINK = /^(?:symlink|dangling|loop|notdir) (\d+)$/;

/** Cuts the output of one `git cat-file --batch --follow-symlinks` process into replies; each byte is copied once. */
export class Replies {
  private readonly parts: Buffer[] = [];
  private held = 0;
  /** The reply whose content comes next, and how many bytes are left of it, its final newline included. */
  private open: { reply: Reply; left: number } | null = null;

  /** `maxBytes`: the content of larger objects is read past and not kept. */
  constructor(private readonly maxBytes: number) {}

  push(data: Buffer): Reply[] {
    const done: Reply[] = [];
    let rest = data;
    while (rest.length > 0) {
      rest = this.open ? this.content(rest, this.open, done) : this.header(rest, done);
    }
    return done;
  }

  private header(data: Buffer, done: Reply[]): Buffer {
    const end = data.indexOf(10);
    this.keep(end < 0 ? data : data.subarray(0, end));
    if (end < 0) return data.subarray(data.length);
    const line = this.release().toString('utf8');
    const object = OBJECT.exec(line);
    const link = LINK.exec(line);
    if (object) {
      const [, id, type, size] = object;
      const large = Number(size) > this.maxBytes;
      const reply: Reply = large
        ? { kind: 'too large' }
        : { kind: 'object', id, type, bytes: Buffer.alloc(0) };
      this.open = { reply, left: Number(size) + 1 };
    } else if (link) {
      this.open = { reply: { kind: 'outside' }, left: Number(link[1]) + 1 };
    } else {
      done.push({ kind: line.endsWith(' ambiguous') ? 'ambiguous' : 'missing' });
    }
    return data.subarray(end + 1);
  }

  private content(data: Buffer, open: { reply: Reply; left: number }, done: Reply[]): Buffer {
    const part = data.subarray(0, open.left);
    if (open.reply.kind === 'object') this.keep(part);
    open.left -= part.length;
    if (open.left === 0) {
      if (open.reply.kind === 'object') open.reply.bytes = this.release().subarray(0, -1);
      this.open = null;
      done.push(open.reply);
    }
    return data.subarray(part.length);
  }

  private keep(part: Buffer): void {
    this.parts.push(part);
    this.held += part.length;
  }

  private release(): Buffer {
    const whole = this.parts.length === 1 ? this.parts[0] : Buffer.concat(this.parts, this.held);
    this.parts.length = 0;
    this.held = 0;
    return whole;
  }
}
