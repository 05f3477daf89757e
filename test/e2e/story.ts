import type { RunningServer } from '../../src/github/server.js';
import type { Finding } from '../../src/judge/types.js';
import { deliver, exampleEvent, examplePayload } from '../github/delivery.js';
import type { StandIn } from '../github/stand-in.js';
import { appFor, gitHubWith, type WorldOptions } from '../github/world.js';
import { patchReview } from '../report/markdown-samples.js';

/** A pull request and the app, with the steps that people and GitHub take. */
export class Story {
  /** What the next review finds. */
  findings: Finding[] = [];
  reviews = 0;
  #seen = new Map<string, string>();
  #hour = 12;

  private constructor(
    readonly hub: StandIn,
    readonly server: RunningServer,
  ) {}

  static async begin(options: WorldOptions = {}): Promise<Story> {
    const hub = await gitHubWith(options);
    const server = await appFor(hub, async ({ title }) => {
      story.reviews++;
      return { whole: patchReview({ subject: title, findings: story.findings }), commits: [] };
    });
    const story = new Story(hub, server);
    return story;
  }

  async end(): Promise<void> {
    await this.server.close();
    await this.hub.close();
  }

  /** An event of the pull request as it is now. */
  async event(action: string, more: object = {}): Promise<void> {
    const payload = examplePayload(action);
    payload.pull_request = structuredClone(this.hub.pull);
    await this.send('pull_request', { ...payload, ...more });
  }

  /** A push; `digit` names the new head. */
  async push(digit: string, findings: Finding[]): Promise<void> {
    const before = this.hub.pull.head.sha;
    this.hub.push(digit.repeat(40), `2019-05-15T${this.#hour++}:00:00Z`);
    this.findings = findings;
    await this.event('synchronize', { before });
  }

  /** The Re-run button; GitHub names no pull request for forks. */
  async rerun(): Promise<void> {
    const payload = exampleEvent('check_suite', 'rerequested') as {
      check_suite: { head_sha: string; app: { id: number }; pull_requests: unknown[] };
    };
    payload.check_suite.head_sha = this.hub.pull.head.sha;
    payload.check_suite.app.id = this.hub.options.app.id;
    payload.check_suite.pull_requests = [];
    await this.send('check_suite', payload);
  }

  /** A click on a button of the check run. */
  async click(identifier: string, login = 'Codertocat'): Promise<void> {
    const payload = exampleEvent('check_run', 'requested_action') as {
      check_run: { head_sha: string; app: { id: number } };
      requested_action: { identifier: string };
      sender: { login: string };
    };
    payload.check_run.head_sha = this.hub.pull.head.sha;
    payload.check_run.app.id = this.hub.options.app.id;
    payload.requested_action = { identifier };
    payload.sender.login = login;
    await this.send('check_run', payload);
  }

  /** A comment in the conversation. */
  async say(body: string, login = 'Codertocat', type = 'User'): Promise<void> {
    const id = this.hub.say(login, body);
    const payload = exampleEvent('issue_comment', 'created') as {
      issue: { number: number; pull_request: object };
      comment: { id: number; body: string; user: object };
      sender: object;
    };
    payload.issue.number = this.hub.pull.number;
    payload.issue.pull_request = {};
    payload.comment = { ...payload.comment, id, body, user: { login, type } };
    payload.sender = { login, type };
    await this.send('issue_comment', payload);
  }

  async send(event: string, payload: object): Promise<void> {
    const { installation, repository } = this.hub.options.payload;
    const own = { ...payload, installation, repository };
    const response = await deliver(this.server.url, own, { event });
    if (response.status !== 200) throw new Error(`${event}: ${response.status}`);
    await this.server.idle();
  }

  /** What people see that they did not see when this was last asked. */
  news(): string {
    const { hub } = this;
    const out: string[] = [];
    const tell = (key: string, head: string, body: string) => {
      const before = this.#seen.get(key);
      this.#seen.set(key, body);
      if (before === body) return;
      out.push(`# ${head}${before === undefined ? '' : ' (edited)'}`, body);
    };
    for (const r of hub.reviews) tell(`r${r.id}`, `Review by ${r.user.login}`, r.body);
    for (const c of hub.comments) {
      const where = c.subject_type === 'file' ? 'file' : `${c.side} ${c.original_line}`;
      tell(`c${c.id}`, `Comment on ${c.path}, ${where}`, c.body);
    }
    for (const c of hub.conversation) {
      const eyes = c.reactions.length ? ` [${c.reactions.join(', ')}]` : '';
      tell(`i${c.id}`, `${c.user.login} in the conversation${eyes}`, c.body);
    }
    for (const k of hub.checks) {
      const { title = '', summary = '', text = '' } = k.output ?? {};
      const marks = k.annotations.map(
        (a) => `- ${a.annotation_level} ${a.path}:${a.start_line} ${a.message}`,
      );
      const buttons = k.actions.map((a) => `[${a.label}]`).join(' ');
      const parts = [
        summary,
        text === '' ? '' : `## Text\n\n${text}`,
        marks.length === 0 ? '' : `## Annotations\n\n${marks.join('\n')}`,
        buttons === '' ? '' : `## Buttons\n\n${buttons}`,
      ];
      const head = `Check run at ${k.head_sha.slice(0, 12)}: ${k.status}, ${k.conclusion}: ${title}`;
      tell(`k${k.id}`, head, parts.filter((part) => part !== '').join('\n\n'));
    }
    return out.length === 0 ? 'Nothing new.\n' : `${out.join('\n\n')}\n`;
  }
}
