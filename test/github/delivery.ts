import { createHmac, generateKeyPairSync } from 'node:crypto';
import { createRequire } from 'node:module';

export const SECRET = 'a secret that only the tests know';

/** The part of a pull request payload that tests look at or change. */
export interface PullPayload {
  action: string;
  number: number;
  pull_request: {
    number: number;
    title: string;
    state: string;
    draft: boolean;
    head: { sha: string; ref: string };
    base: { sha: string; ref: string };
    changed_files: number;
    updated_at: string;
  };
  repository: { name: string; full_name: string; owner: { login: string } };
  installation?: { id: number };
}

/** A fresh copy of GitHub's own example for `pull_request.<action>` with an installation. */
export function examplePayload(action: string): PullPayload {
  const require = createRequire(import.meta.url);
  const all = require('@octokit/webhooks-examples/api.github.com/index.json') as {
    name: string;
    examples: PullPayload[];
  }[];
  const examples = all.find((e) => e.name === 'pull_request')!.examples;
  const found = examples.find((e) => e.action === action && e.installation);
  if (!found) throw new Error(`no example of pull_request.${action}`);
  return structuredClone(found);
}

/** A fresh copy of GitHub's own example of any event with an installation. */
export function exampleEvent(name: string, action: string): Record<string, unknown> {
  const require = createRequire(import.meta.url);
  const all = require('@octokit/webhooks-examples/api.github.com/index.json') as {
    name: string;
    examples: { action?: string; installation?: object }[];
  }[];
  const examples = all.find((e) => e.name === name)?.examples ?? [];
  const found = examples.find((e) => e.action === action && e.installation);
  if (!found) throw new Error(`no example of ${name}.${action}`);
  return structuredClone(found) as Record<string, unknown>;
}

export interface DeliveryOptions {
  id?: string;
  /** The signature header; null leaves it out. */
  signature?: string | null;
  event?: string;
}

let serial = 0;

/** Delivers a payload the way GitHub does, signed. */
export function deliver(
  url: string,
  payload: object | string,
  options: DeliveryOptions = {},
): Promise<Response> {
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const signature =
    options.signature === undefined
      ? `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`
      : options.signature;
  return fetch(`${url}/api/github/webhooks`, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'x-github-event': options.event ?? 'pull_request',
      'x-github-delivery': options.id ?? `delivery-${++serial}`,
      ...(signature === null ? {} : { 'x-hub-signature-256': signature }),
    },
  });
}

/** A key pair for an app that exists in the tests only. */
export function appKey(): { privateKey: string; publicKey: string } {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    privateKey: pair.privateKey.export({ type: 'pkcs1', format: 'pem' }) as string,
    publicKey: pair.publicKey.export({ type: 'spki', format: 'pem' }) as string,
  };
}
