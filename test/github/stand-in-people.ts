import type { Seen, StandIn } from './stand-in.js';
import { invalid, missing, page, type Reply } from './stand-in-routes.js';

const pullOf = (hub: StandIn, number: string) =>
  hub.pulls.find((p) => p.number === Number(number)) ?? null;

export function conversation(hub: StandIn, seen: Seen, [number]: string[]): Reply {
  const pull = pullOf(hub, number);
  return pull ? page(pull.conversation, seen) : missing();
}

export function say(hub: StandIn, seen: Seen, [number]: string[]): Reply {
  const pull = pullOf(hub, number);
  if (!pull) return missing();
  const body = String(seen.body.body ?? '');
  if (body === '' || body.length > 65_536) return invalid('body');
  const user = { login: `${hub.options.app.slug}[bot]`, type: 'Bot' as const };
  const comment = { id: hub.nextId++, body, user, reactions: [] };
  pull.conversation.push(comment);
  return { status: 201, body: comment };
}

/** On a comment of the conversation, or of a review thread. */
export function react(hub: StandIn, seen: Seen, [id]: string[]): Reply {
  for (const pull of hub.pulls) {
    const spoken = pull.conversation.find((c) => c.id === Number(id));
    spoken?.reactions.push(String(seen.body.content));
    if (spoken || pull.comments.some((c) => c.id === Number(id)))
      return { status: 201, body: { id: hub.nextId++, content: seen.body.content } };
  }
  return missing();
}

export function permission(hub: StandIn, _seen: Seen, [login]: string[]): Reply {
  const level = hub.collaborators.get(login);
  return level === undefined
    ? missing()
    : { status: 200, body: { permission: level, role_name: level, user: { login } } };
}
