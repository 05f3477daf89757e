import type { GitHubClient } from './types.js';

/** Who we are on GitHub. */
export interface Identity {
  /** Our app's id, to tell its check runs from those of others; null: not an app (a workflow's token). */
  appId: number | null;
  /** Login that our comments carry; null when GitHub does not tell. */
  login: string | null;
}

/** The identity of an app from its own description: its comments are those of `<slug>[bot]`. */
export async function appIdentity(client: Pick<GitHubClient, 'rest'>): Promise<Identity> {
  const { data } = await client.rest.apps.getAuthenticated();
  if (!data) return { appId: null, login: null };
  return { appId: data.id, login: data.slug ? `${data.slug}[bot]` : null };
}
