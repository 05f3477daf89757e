import { WEBHOOK_PATH } from './service.js';

/** The least that the app needs; app.yml says the same. */
export const PERMISSIONS = {
  contents: 'read',
  pull_requests: 'write',
  checks: 'write',
  metadata: 'read',
} as const;

/** What the app subscribes to; app.yml says the same. */
export const SUBSCRIPTIONS = [
  'pull_request',
  'check_run',
  'check_suite',
  'issue_comment',
  'pull_request_review_comment',
  'pull_request_review_thread',
] as const;

export const DESCRIPTION =
  'Reviews Linux fork/mm patches by running the patched C in a model of the kernel';

/** The manifest from which GitHub makes an app. `url` is where the server answers, `callback` where GitHub sends back. */
export function manifestFor(url: string, callback: string): object {
  return {
    name: 'forklore',
    description: DESCRIPTION,
    url,
    public: false,
    redirect_url: callback,
    hook_attributes: { url: new URL(WEBHOOK_PATH, url).href, active: true },
    default_events: [...SUBSCRIPTIONS],
    default_permissions: { ...PERMISSIONS },
  };
}
