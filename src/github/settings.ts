import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ForkloreError } from '../base/errors.js';

/** What the server needs from its environment. */
export interface Settings {
  appId: number;
  /** PEM text. */
  privateKey: string;
  webhookSecret: string;
  port: number;
  host: string;
  /** Jobs at a time in one process. */
  concurrency: number;
  /** Where jobs wait; null: in the process. */
  redisUrl: string | null;
}

/**
 * Settings from environment variables, named as Probot names them. Throws a `usage` error that says which one is
 * missing or wrong. Without NODE_ENV=development or test the webhook secret is required: Probot would silently take
 * the publicly known "development" and accept deliveries from anybody.
 */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const appId = Number(env.APP_ID);
  if (!Number.isSafeInteger(appId) || appId <= 0) {
    throw usage(env.APP_ID ? 'APP_ID is not a number' : 'APP_ID is not set');
  }
  const port = Number(env.PORT ?? 3000);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw usage(`PORT is not a port: ${env.PORT}`);
  return {
    appId,
    privateKey: privateKey(env),
    webhookSecret: webhookSecret(env),
    port,
    host: env.HOST ?? '127.0.0.1',
    concurrency: concurrency(env.CONCURRENCY),
    redisUrl: redisUrl(env.REDIS_URL),
  };
}

function concurrency(value = '2'): number {
  const n = Number(value);
  if (!Number.isInteger(n) || n < 1 || n > 16)
    throw usage(`CONCURRENCY is not a number from 1 to 16: ${value}`);
  return n;
}

function redisUrl(value: string | undefined): string | null {
  if (!value) return null;
  if (!/^rediss?:\/\//.test(value) || !URL.canParse(value))
    throw usage('REDIS_URL is not an address such as redis://127.0.0.1:6379');
  return value;
}

function webhookSecret(env: NodeJS.ProcessEnv): string {
  const secret = env.WEBHOOK_SECRET?.trim() ?? '';
  const lax = env.NODE_ENV === 'development' || env.NODE_ENV === 'test';
  if (!lax && secret === '') {
    throw usage('WEBHOOK_SECRET is not set; set it to the secret of the GitHub App');
  }
  if (!lax && secret === 'development') {
    throw usage('WEBHOOK_SECRET is "development", which everybody knows; choose another');
  }
  return secret === '' ? 'development' : secret;
}

function privateKey(env: NodeJS.ProcessEnv): string {
  const name = env.PRIVATE_KEY ? 'PRIVATE_KEY' : 'PRIVATE_KEY_PATH';
  const pem = env.PRIVATE_KEY ? unpack(env.PRIVATE_KEY) : fromFile(env.PRIVATE_KEY_PATH);
  try {
    createPrivateKey(pem);
  } catch (cause) {
    throw usage(`${name} does not hold a private key in PEM form`, cause);
  }
  return pem;
}

/** A key in a variable may have its line ends written as \n, or be base64 as a whole. */
function unpack(value: string): string {
  if (value.includes('-----BEGIN')) return value.replace(/\\n/g, '\n');
  return Buffer.from(value, 'base64').toString('utf8');
}

function fromFile(path: string | undefined): string {
  if (!path) throw usage('neither PRIVATE_KEY nor PRIVATE_KEY_PATH is set');
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw usage(`PRIVATE_KEY_PATH: ${path} can not be read`, cause);
  }
}

function usage(message: string, cause?: unknown): ForkloreError {
  return new ForkloreError('usage', message, { cause });
}
