import { afterEach, describe, expect, it } from 'vitest';
import type { RunningServer } from '../../src/github/server.js';
import type { ReviewInput } from '../../src/github/types.js';
import { parseConfig } from '../../src/judge/config.js';
import type { Finding } from '../../src/judge/types.js';
import { readMarker } from '../../src/report/markdown-marker.js';
import { deliver, examplePayload } from '../github/delivery.js';
import type { StandIn } from '../github/stand-in.js';
import type { FileEntry } from '../github/stand-in-diff.js';
import { type AppWorldOptions, appFor, gitHubWith, type WorldOptions } from '../github/world.js';
import { evidence, finding, patchReview } from '../report/markdown-samples.js';
import { ADDED_LINE, clean, fakeReview, introducedAt } from './fake-review.js';

let hub: StandIn;
let server: RunningServer;

afterEach(async () => {
  await server.close();
  await hub.close();
  expect(hub.refused).toEqual([]);
});

/** Opens the pull request; the review finds `findings`. Returns what the review was given. */
async function opened(
  findings: Finding[],
  options: WorldOptions & AppWorldOptions = {},
  prepare: (hub: StandIn) => void = () => {},
): Promise<ReviewInput[]> {
  hub = await gitHubWith(options);
  prepare(hub);
  const fake = fakeReview(findings);
  server = await appFor(hub, fake.review, options);
  const payload = examplePayload('opened');
  payload.pull_request = structuredClone(hub.pull);
  expect((await deliver(server.url, payload)).status).toBe(200);
  await server.idle();
  return fake.calls;
}

const entry = (over: Partial<FileEntry>): FileEntry => ({
  sha: '0'.repeat(40),
  filename: 'mm/x.c',
  status: 'modified',
  additions: 1,
  deletions: 1,
  changes: 2,
  patch: '@@ -1,2 +1,2 @@\n a\n-b\n+c',
  ...over,
});

const BASE = examplePayload('opened').pull_request.base.sha;
const HEAD = examplePayload('opened').pull_request.head.sha;

describe('a large pull request', () => {
  it('of 400 files is read whole', async () => {
    const files = Array.from({ length: 400 }, (_, i) => entry({ filename: `drivers/f${i}.c` }));
    const [call] = await opened(clean(), { files });
    expect(call.files).toHaveLength(400);
    expect(hub.checks).toMatchObject([{ conclusion: 'success' }]);
    expect(hub.requests.filter((r) => r.endsWith('/files'))).toHaveLength(4);
  });

  it('of more files than GitHub lists is not called clean', async () => {
    const files = Array.from({ length: 3100 }, (_, i) => entry({ filename: `drivers/f${i}.c` }));
    await opened(clean(), { files });
    const [{ conclusion, output }] = hub.checks;
    expect([conclusion, output?.title]).toEqual([
      'neutral',
      'No problem found in 1 rule; 1 file not seen',
    ]);
    expect(output?.text).toContain('`100 more files`: GitHub lists 3000 of 3100');
  });

  it('with more findings than annotations fit one request keeps them all', async () => {
    const many = Array.from({ length: 120 }, (_, i) =>
      introducedAt(ADDED_LINE, { id: (0xa000 + i).toString(16).padStart(16, '0') }),
    );
    await opened(many);
    expect(hub.checks[0].annotations).toHaveLength(120);
    const updates = hub.requests.filter((r) => r.startsWith('PATCH') && r.includes('check-runs'));
    expect(updates).toHaveLength(3);
    expect(hub.comments).toHaveLength(20);
    expect(hub.checks[0].output?.summary).toContain('beyond the number of comments');
  });

  it('does not send annotations twice when an answer was lost', async () => {
    const many = Array.from({ length: 120 }, (_, i) =>
      introducedAt(ADDED_LINE, { id: (0xa000 + i).toString(16).padStart(16, '0') }),
    );
    await opened(many, {}, (h) => h.failNext('PATCH', /check-runs/, 502, true));
    expect(hub.checks).toMatchObject([{ status: 'completed', conclusion: 'failure' }]);
    expect(hub.checks[0].annotations).toHaveLength(120);
    expect(hub.comments).toHaveLength(20);
  });

  it('sheds what does not fit, and says so', async () => {
    const long = 'x '.repeat(3000);
    const many = Array.from({ length: 30 }, (_, i) => {
      const location = { path: 'mm/other.c', line: i + 1, side: 'RIGHT' as const };
      return introducedAt(1, { id: (0xa000 + i).toString(16), location, message: long });
    });
    await opened(many);
    const { summary } = hub.checks[0].output!;
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(65_535);
    expect(summary).toMatch(/parts left out: too long for one check run/);
    expect(hub.reviews[0].body).toMatch(/parts left out: too long for one comment/);
  });
});

describe('a file', () => {
  it('whose diff GitHub withholds is compared by us; its lines take no comment', async () => {
    const before = Array.from({ length: 50 }, (_, i) => `line ${i}`).join('\n');
    const after = before.replace('line 20', 'changed');
    const big = entry({ filename: 'mm/huge.c', patch: undefined });
    const location = { path: 'mm/huge.c', line: 21, side: 'RIGHT' as const };
    const [call] = await opened([introducedAt(0, { location })], { files: [big] }, (h) => {
      h.options.trees[BASE] = { 'mm/huge.c': before };
      h.options.trees[HEAD] = { 'mm/huge.c': after };
    });
    const [file] = call.files;
    expect(file.hunks[0].lines.filter((l) => l.kind !== ' ').map((l) => [l.kind, l.text])).toEqual([
      ['-', 'line 20'],
      ['+', 'changed'],
    ]);
    expect(hub.comments).toMatchObject([{ subject_type: 'file', path: 'mm/huge.c' }]);
    expect(hub.checks[0].output?.summary).toContain('both versions were read');
  });

  it('that was renamed is commented on under its new name', async () => {
    const files = [
      entry({ filename: 'mm/new name.c', previous_filename: 'mm/old.c', status: 'renamed' }),
    ];
    const location = { path: 'mm/new name.c', line: 2, side: 'RIGHT' as const };
    const [call] = await opened([introducedAt(0, { location })], { files });
    expect(call.files).toMatchObject([
      { oldPath: 'mm/old.c', newPath: 'mm/new name.c', status: 'renamed' },
    ]);
    expect(hub.comments).toMatchObject([{ path: 'mm/new name.c', line: 2, side: 'RIGHT' }]);
  });

  it('with CRLF line ends keeps its lines where they are', async () => {
    const files = [entry({ patch: '@@ -1,3 +1,3 @@\r\n a\r\n-b\r\n+c\r\n d' })];
    const location = { path: 'mm/x.c', line: 2, side: 'RIGHT' as const };
    const [call] = await opened([introducedAt(0, { location })], { files });
    expect(call.files[0].hunks[0].lines).toHaveLength(4);
    expect(hub.comments).toMatchObject([{ line: 2, side: 'RIGHT' }]);
  });
});

describe('hostile text', () => {
  const NASTY =
    '@torvalds <img src=x onerror=alert(1)> [click](https://evil.example) ![x](http://a/b.png) #1 www.evil.example </details> <!-- forklore:1 finding=ffff head=fffffff -->';

  it('from a patch mentions nobody, links nowhere and closes nothing', async () => {
    const bad = introducedAt(ADDED_LINE, {
      subject: NASTY,
      message: NASTY,
      evidence: evidence({ assumptions: [NASTY], notModelled: [NASTY] }),
    });
    await opened([bad], {
      change: (p) => {
        p.pull_request.title = NASTY;
      },
    });
    const posted = [
      hub.comments[0].body,
      hub.reviews[0].body,
      hub.checks[0].output!.summary,
      hub.checks[0].output!.text!,
    ];
    for (const text of posted) {
      const own = text.replace(/<!-- forklore:1 [^\n]* -->$/, '');
      const plain = own.replace(/(`+)[^\n]*?[^`]\1(?!`)/g, '').replace(/```[\s\S]*?```/g, '');
      expect(plain).not.toMatch(/@torvalds|<img|\]\(http|www\.|<!--/);
    }
    expect(readMarker(hub.comments[0].body)?.finding).toBe(bad.id);
  });

  it('in a suggestion stays in its block', async () => {
    const suggestion = {
      path: 'kernel/fork.c',
      startLine: 14,
      endLine: 14,
      text: '\tx = "```";\n\t/* @torvalds */\n',
      verdict: 'holds' as const,
      states: 612480,
    };
    await opened([introducedAt(ADDED_LINE, { suggestion })]);
    expect(hub.comments[0].body).toContain('````suggestion\n\tx = "```";\n\t/* @torvalds */\n````');
  });
});

describe('a suggestion', () => {
  const over = (startLine: number, endLine: number) => ({
    suggestion: {
      path: 'kernel/fork.c',
      startLine,
      endLine,
      text: '\tnew;\n',
      verdict: 'holds' as const,
      states: 612480,
    },
  });

  it('replaces exactly the lines of its comment', async () => {
    await opened([introducedAt(ADDED_LINE, over(13, 15))]);
    expect(hub.comments).toMatchObject([
      { start_line: 13, start_side: 'RIGHT', line: 15, side: 'RIGHT' },
    ]);
    expect(hub.comments[0].body).toContain(
      'Suggested: with this, none of 612,480 explored states fails.\n\n```suggestion\n\tnew;\n```',
    );
  });

  it('outside the diff is shown as text', async () => {
    await opened([introducedAt(ADDED_LINE, over(1, 15))]);
    expect(hub.comments).toMatchObject([{ start_line: null, line: ADDED_LINE }]);
    expect(hub.comments[0].body).toContain('Suggested instead of lines 1 to 15: with this');
    expect(hub.comments[0].body).not.toContain('```suggestion');
  });
});

describe('the configuration', () => {
  const withConfig = (text: string | null) => (h: StandIn) => {
    if (text !== null) h.options.trees.default = { '.github/forklore.yml': text };
    // the branch under review has another one, which counts for nothing
    h.options.trees[HEAD] = { '.github/forklore.yml': 'comments: none' };
  };
  it('is that of the default branch', async () => {
    const [call] = await opened(
      [introducedAt(ADDED_LINE)],
      { parseConfig },
      withConfig('drafts: false'),
    );
    expect(hub.comments).toHaveLength(1);
    expect(call.config).toMatchObject({ drafts: false, comments: 'introduced' });
  });

  it('may be the one of the organisation', async () => {
    await opened([introducedAt(ADDED_LINE)], { parseConfig }, (h) => {
      h.shared = 'comments: none';
    });
    expect(hub.comments).toEqual([]);
    expect(hub.checks[0].output?.summary).toContain('comments are switched off');
  });

  it('that is not understood is said, with line and column, and nothing is reviewed', async () => {
    const calls = await opened([introducedAt(1)], { parseConfig }, withConfig('paths:\n  bad: 1'));
    expect(calls).toEqual([]);
    expect(hub.checks).toMatchObject([
      { conclusion: 'neutral', output: { title: 'Configuration not understood' } },
    ]);
    expect(hub.checks[0].output?.summary).toContain('`.github/forklore.yml:2:3`');
  });

  it('may ask for drafts', async () => {
    await opened(clean(), { parseConfig }, (h) => {
      withConfig('drafts: true')(h);
      h.pull.draft = true;
    });
    expect(hub.checks).toMatchObject([{ conclusion: 'success' }]);
  });
});

describe('a suppression of the configuration', () => {
  it('keeps the finding out of comments, and out of the red', async () => {
    const suppressed = { reason: 'known since 6.9', expires: null };
    await opened([introducedAt(ADDED_LINE, { severity: 'note', suppressed })]);
    expect(hub.comments).toEqual([]);
    expect(hub.checks).toMatchObject([{ conclusion: 'neutral' }]);
    expect(hub.checks[0].output?.summary).toContain('known since 6.9');
  });
});

describe('several commits', () => {
  it('are reviewed one on top of the other; what only one of them has is told', async () => {
    hub = await gitHubWith();
    const { files } = hub.pulls[0];
    hub.pulls[0].commits = [
      { sha: 'd'.repeat(40), message: 'fork: break it\n\nBody.', files },
      { sha: 'e'.repeat(40), message: 'fork: mend it', files },
    ];
    let given: ReviewInput | null = null;
    server = await appFor(hub, async (input) => {
      given = input;
      const holds = { ...introducedAt(14), verdict: 'holds' as const, change: 'fixed' as const };
      const one = (findings: Finding[]) => patchReview({ findings });
      return {
        whole: one([finding()]),
        commits: [
          { sha: 'd'.repeat(40), subject: 'a', review: one([introducedAt(14)]) },
          { sha: 'e'.repeat(40), subject: 'b', review: one([holds]) },
        ],
      };
    });
    const payload = examplePayload('opened');
    payload.pull_request = { ...structuredClone(hub.pull), commits: 2 } as typeof hub.pull;
    await deliver(server.url, payload);
    await server.idle();
    expect(given!.commits).toMatchObject([
      { subject: 'fork: break it', message: 'Body.' },
      { subject: 'fork: mend it', message: '' },
    ]);
    expect(hub.comments).toEqual([]);
    expect(hub.checks).toMatchObject([
      {
        conclusion: 'neutral',
        output: { title: '1 problem introduced and removed again between commits' },
      },
    ]);
    expect(hub.checks[0].output?.summary).toContain(
      '`fork-lock-target`, introduced by `dddddddddddd`, gone with `eeeeeeeeeeee`',
    );
  });
});

describe('permissions', () => {
  it('that are missing leave one clear reason', async () => {
    hub = await gitHubWith();
    hub.options.permissions = {
      contents: 'read',
      metadata: 'read',
      checks: 'write',
      pull_requests: 'read',
    };
    server = await appFor(hub, fakeReview([introducedAt(ADDED_LINE)]).review);
    await deliver(server.url, hub.options.payload);
    await server.idle();
    expect(hub.comments).toEqual([]);
    expect(hub.checks[0].conclusion).toBe('failure');
    expect(hub.checks[0].output?.summary).toContain('GitHub answered 403');
  });
});
