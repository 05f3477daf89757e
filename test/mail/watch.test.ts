import { execFileSync, spawn } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { forklore, ROOT, tempFolder } from '../support.js';

const TREE = join(ROOT, 'fixtures', 'mini-6.12');
const BAD = readFileSync(join(ROOT, 'fixtures', 'mails', 'lock-copy.mbox'), 'utf8');
const GOOD = readFileSync(join(ROOT, 'fixtures', 'mails', 'lock-helper.mbox'), 'utf8');
const TALK = 'From: a@example.org\nSubject: hello\nMessage-ID: <t@example.org>\n\nNo patch here.\n';
const bare = (mbox: string): string => mbox.replace(/^From .*\n/, '');

interface Box {
  box: string;
  drafts: string;
  put(name: string, mail: string): void;
  once(...args: string[]): ReturnType<typeof forklore>;
  written(): string[];
}

function maildir(): Box {
  const folder = tempFolder();
  const [box, drafts] = [join(folder, 'in'), join(folder, 'out')];
  for (const name of ['cur', 'new', 'tmp']) mkdirSync(join(box, name), { recursive: true });
  return {
    box,
    drafts,
    put: (name, mail) => writeFileSync(join(box, name), mail),
    once: (...args) =>
      forklore(
        'watch',
        box,
        '--drafts',
        drafts,
        '--tree',
        TREE,
        '--once',
        '--traces',
        folder,
        ...args,
      ),
    written: () => readdirSync(join(drafts, 'cur')),
  };
}

describe('forklore watch', () => {
  it('takes what is there at first as seen, then drafts replies to what arrives', () => {
    const b = maildir();
    b.put('cur/1:2,S', bare(BAD));
    const first = b.once();
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(first.out).toBe(`1 mail in ${b.box} before, not reviewed (--existing)\n`);
    expect(b.written()).toEqual([]);

    b.put('new/2', bare(BAD).replace('20250310101500.1-ada', 'again.1-ada'));
    b.put('new/3', bare(GOOD));
    b.put('new/4', TALK);
    const second = b.once();
    expect(second.code).toBe(0);
    expect(second.out).toMatch(
      /lock the VMA that is set up": draft .*\/cur\/[0-9a-f]{16}\.forklore:2,DS\n/,
    );
    expect(second.out).toMatch(
      /"\[PATCH\] .* a name": nothing introduced .*; no reply is written\n/,
    );
    const [name, ...more] = b.written();
    expect(more).toEqual([]);
    const draft = readFileSync(join(b.drafts, 'cur', name), 'utf8');
    expect(draft).toMatch(/^In-Reply-To: <again\.1-ada@example\.org>$/m);
    const info = execFileSync('git', ['mailinfo', '/dev/null', '/dev/null'], { input: draft });
    expect(info.toString()).toMatch(/^Subject: fork: lock the VMA that is set up$/m);
    expect(readdirSync(join(b.drafts, 'tmp'))).toEqual([]);
  });

  it('does nothing twice, and leaves a draft alone that is there', () => {
    const b = maildir();
    b.put('new/1', bare(BAD));
    expect(b.once('--existing').out).toMatch(/: draft /);
    const [name] = b.written();
    writeFileSync(join(b.drafts, 'cur', name), 'edited');
    b.put('cur/1:2,RS', bare(BAD));
    expect(b.once().out).toBe('');
    b.put('new/5', bare(BAD));
    expect(b.once().out).toMatch(/: a draft is there\n$/);
    expect(b.written()).toEqual([name]);
    expect(readFileSync(join(b.drafts, 'cur', name), 'utf8')).toBe('edited');
  });

  it('reviews a patch of a series on those before it', () => {
    const b = maildir();
    const part = (mail: string, n: number) =>
      bare(mail)
        .replace('Subject: [PATCH]', `Subject: [PATCH ${n}/2]`)
        .replace(
          /^Message-ID: .*$/m,
          `Message-ID: <${n}.s@example.org>\nReferences: <0.s@example.org>`,
        );
    b.put('new/1', part(BAD, 1));
    b.once('--existing');
    // takes the wrong lock away again: only on top of patch 1 does it apply
    const second = `From: a@example.org
Subject: [PATCH 2/2] fork: no lock
Message-ID: <2.s@example.org>
References: <0.s@example.org>

Not needed.

---
--- a/kernel/fork.c
+++ b/kernel/fork.c
@@ -60,7 +60,6 @@ static int dup_mmap(struct mm_struct *child, struct mm_struct *parent)
 		copy = vm_area_dup(vma);
 		if (!copy)
 			goto no_memory;
-		vma_start_write(copy);
 		if (copy->vm_flags & VM_PFNMAP)
 			untrack_pfn_clear(copy);
 
`;
    b.put('new/2', second);
    const r = b.once();
    expect(r.out).not.toMatch(/does not apply|lock the VMA that is set up/);
    expect(r.out).toMatch(/"\[PATCH 2\/2\] fork: no lock": /);
  });

  it('follows an mbox until it is told to stop', async () => {
    const folder = tempFolder();
    const [box, drafts] = [join(folder, 'in.mbox'), join(folder, 'out')];
    writeFileSync(box, GOOD);
    const main = join(ROOT, 'dist', 'cli', 'main.js');
    const args = [main, 'watch', box, '--drafts', drafts, '--tree', TREE, '--interval', '0.2'];
    const child = spawn(process.execPath, [...args, '--traces', folder]);
    let out = '';
    const saw = (what: RegExp) =>
      new Promise<void>((done) => {
        const look = () => what.test(out) && done();
        child.stdout.on('data', look);
        look();
      });
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    const ended = new Promise<number | null>((done) => child.on('close', done));
    await saw(/not reviewed/);
    appendFileSync(box, `\n${BAD}`);
    await saw(/: draft /);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(readdirSync(join(drafts, 'cur'))).toHaveLength(1);
    expect(out.match(/: draft /g)).toHaveLength(1);
  });

  it('refuses what is no mailbox, and a damaged record, in one line', () => {
    const folder = tempFolder();
    const none = forklore('watch', join(folder, 'nothing'), '--drafts', join(folder, 'd'));
    expect(none.code).toBe(2);
    expect(none.err).toMatch(/^forklore: .*nothing: no such Maildir or mbox\n$/);
    expect(existsSync(join(folder, 'd'))).toBe(false);
    expect(forklore('watch', folder, '--drafts', join(folder, 'd')).err).toMatch(/: no Maildir: /);

    const b = maildir();
    b.once();
    const [record] = readdirSync(b.drafts).filter((n) => n.startsWith('.forklore-seen'));
    writeFileSync(join(b.drafts, record), '{"keys":');
    const r = b.once();
    expect(r.code).toBe(2);
    expect(r.err).toMatch(/^forklore: .*: not a list of seen mails; remove it to begin anew .*\n$/);
  });
});
