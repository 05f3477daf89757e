import { afterEach, describe, expect, it } from 'vitest';
import { parseCommands } from '../../src/github/commands.js';
import { exampleEvent, examplePayload } from '../github/delivery.js';
import { finding } from '../report/markdown-samples.js';
import { ADDED_LINE, introducedAt } from './fake-review.js';
import { Story } from './story.js';

describe('parseCommands', () => {
  it('reads lines that start with a command', () => {
    const body =
      'Thanks!\r\n/forklore review\n/forklore dismiss A90B wrong lock\n/forklore undismiss a90b\n/forklore';
    expect(parseCommands(body)).toEqual([
      { name: 'review' },
      { name: 'dismiss', id: 'a90b', reason: 'wrong lock' },
      { name: 'undismiss', id: 'a90b' },
      { name: 'help' },
    ]);
  });

  it('passes over quotes, code, comments and the middle of a line', () => {
    const body = [
      '> /forklore review',
      '    /forklore review',
      '```\n/forklore review\n```',
      '~~~~\n/forklore review\n~~~\n/forklore review\n~~~~',
      '<!--\n/forklore review\n-->',
      'please /forklore review',
      '/forklores review',
      '```\n/forklore review',
    ].join('\n');
    expect(parseCommands(body)).toEqual([]);
  });

  it('says what is missing', () => {
    const said = parseCommands(
      '/forklore dismiss\n/forklore dismiss a90b\n/forklore explain ../x\n/forklore sing',
    );
    expect(said.map((c) => c.name)).toEqual(['unknown', 'unknown', 'unknown', 'unknown']);
  });
});

describe('commands', () => {
  let story: Story;
  afterEach(async () => {
    await story.end();
    expect(story.hub.refused).toEqual([]);
  });

  async function begin(): Promise<void> {
    story = await Story.begin();
    story.findings = [introducedAt(ADDED_LINE), finding()];
    await story.event('opened');
  }
  const last = () => story.hub.conversation.at(-1)!;

  it('of somebody without write access change nothing', async () => {
    await begin();
    story.hub.collaborators.set('reader', 'read');
    for (const login of ['mallory', 'reader']) {
      await story.say('/forklore dismiss a90b because', login);
      expect(last().body).toContain(`\`${login}\` has no write access`);
    }
    expect(story.hub.checks).toHaveLength(1);
    expect(story.hub.comments[0].body).not.toContain('Dismissed');
    await story.say('/forklore explain fork-lock-target', 'mallory');
    expect(last().body).toContain('# fork-lock-target');
  });

  it('of bots and in quotes are not heard', async () => {
    await begin();
    await story.say('/forklore review', 'helper[bot]', 'Bot');
    await story.say('> /forklore review');
    expect(story.hub.conversation).toHaveLength(2);
    expect(story.reviews).toBe(1);
  });

  it('are carried out once, also when they come twice or the server starts anew', async () => {
    await begin();
    await story.say('/forklore dismiss a90b wrong');
    const before = story.hub.conversation.length;
    const spoken = story.hub.conversation.find((c) => c.user.type === 'User')!;
    const payload = exampleEvent('issue_comment', 'created') as {
      issue: object;
      comment: object;
      sender: object;
    };
    const user = { login: 'Codertocat', type: 'User' };
    payload.issue = { number: story.hub.pull.number, pull_request: {} };
    payload.comment = { ...payload.comment, id: spoken.id, body: spoken.body, user };
    payload.sender = user;
    await story.send('issue_comment', payload);
    expect(story.hub.conversation).toHaveLength(before);
    expect(story.hub.checks).toHaveLength(2);
  });

  it('name the findings there are when the id fits none', async () => {
    await begin();
    await story.say('/forklore dismiss ffff wrong');
    expect(last().body).toContain('There are: `a90b` (`fork-lock-target`)');
    expect(story.reviews).toBe(2);
  });

  it('in a review thread are heard, too', async () => {
    await begin();
    const payload = exampleEvent('pull_request_review_comment', 'created') as {
      comment: object;
      pull_request: object;
      sender: object;
    };
    const [comment] = story.hub.comments;
    const user = { login: 'Codertocat', type: 'User' };
    payload.comment = {
      ...payload.comment,
      id: comment.id,
      body: '/forklore dismiss a90b no',
      user,
    };
    payload.pull_request = structuredClone(story.hub.pull);
    payload.sender = user;
    await story.send('pull_request_review_comment', payload);
    expect(last().body).toContain('Dismissed `a90b`');
    expect(story.hub.checks.at(-1)).toMatchObject({ conclusion: 'neutral' });
  });

  it('survive pushes: what was dismissed stays so', async () => {
    await begin();
    await story.say('/forklore dismiss a90b wrong');
    await story.push('4', story.findings);
    expect(story.hub.checks.at(-1)).toMatchObject({
      conclusion: 'neutral',
      output: { title: '1 problem dismissed' },
    });
    expect(story.hub.comments).toHaveLength(1);
  });

  it('may come from the buttons of the check run', async () => {
    await begin();
    const [again, dismiss] = story.hub.checks[0].actions;
    await story.click(again.identifier);
    expect(story.reviews).toBe(2);
    await story.click(dismiss.identifier, 'mallory');
    expect(last().body).toContain('no write access');
    await story.click(dismiss.identifier);
    expect(story.hub.checks.at(-1)).toMatchObject({ conclusion: 'neutral' });
  });
});

describe('other events', () => {
  let story: Story;
  afterEach(() => story.end());

  it('a changed base is reviewed, a changed title is not', async () => {
    story = await Story.begin();
    story.findings = [finding()];
    await story.event('opened');
    const edited = (changes: object) => ({ action: 'edited', changes });
    await story.event('opened', edited({ title: { from: 'x' } }));
    expect(story.reviews).toBe(1);
    story.hub.pull.base.ref = 'other';
    await story.event('opened', edited({ base: { ref: { from: 'master' } } }));
    expect(story.reviews).toBe(2);
    expect(examplePayload('opened').pull_request.base.ref).toBe('master');
  });
});
