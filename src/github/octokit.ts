import { ProbotOctokit } from 'probot';

/** How often a request is sent again after GitHub said that we are too fast. */
const RATE_LIMIT_RETRIES = 3;

interface ThrottleOptions {
  throttle?: object;
}

/**
 * Probot's Octokit, which spaces writes; after a primary or secondary rate limit it waits as long as GitHub says and
 * tries again (Probot alone only logs a secondary one).
 */
export const PatientOctokit = ProbotOctokit.defaults((options: ThrottleOptions) => ({
  ...options,
  throttle: {
    ...options.throttle,
    onRateLimit: again,
    onSecondaryRateLimit: again,
  },
})) as typeof ProbotOctokit;

function again(_seconds: number, _request: object, _octokit: object, retries: number): boolean {
  return retries < RATE_LIMIT_RETRIES;
}
