import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ForkloreError } from '../../src/base/errors.js';
import { serve } from '../../src/github/server.js';
import { WEBHOOK_PATH } from '../../src/github/service.js';
import { readSettings } from '../../src/github/settings.js';
import { pullReview } from '../report/markdown-samples.js';
import { appKey } from './delivery.js';
import { PARTS, ROOT } from './world.js';

const { privateKey } = appKey();
const folder = mkdtempSync(join(tmpdir(), 'forklore-settings-'));
const full = { APP_ID: '12', PRIVATE_KEY: privateKey, WEBHOOK_SECRET: 'good' };

afterAll(() => rmSync(folder, { recursive: true }));

describe('readSettings', () => {
  it('takes the key as PEM, with escaped line ends, as base64 or from a file', () => {
    const path = join(folder, 'key.pem');
    writeFileSync(path, privateKey);
    const forms = [
      { PRIVATE_KEY: privateKey },
      { PRIVATE_KEY: privateKey.replace(/\n/g, '\\n') },
      { PRIVATE_KEY: Buffer.from(privateKey).toString('base64') },
      { PRIVATE_KEY: undefined, PRIVATE_KEY_PATH: path },
    ];
    for (const form of forms)
      expect(readSettings({ ...full, ...form }).privateKey).toBe(privateKey);
    expect(readSettings(full)).toMatchObject({ appId: 12, port: 3000, host: '127.0.0.1' });
  });

  it('says what is missing or wrong', () => {
    const cases: [NodeJS.ProcessEnv, string][] = [
      [{ APP_ID: undefined }, 'APP_ID is not set'],
      [{ APP_ID: 'x1' }, 'APP_ID is not a number'],
      [{ PRIVATE_KEY: undefined }, 'neither PRIVATE_KEY nor PRIVATE_KEY_PATH is set'],
      [{ PRIVATE_KEY: 'nonsense' }, 'PRIVATE_KEY does not hold a private key in PEM form'],
      [{ PRIVATE_KEY: undefined, PRIVATE_KEY_PATH: join(folder, 'none') }, 'can not be read'],
      [{ PORT: '99999' }, 'PORT is not a port: 99999'],
      [{ WEBHOOK_SECRET: undefined }, 'WEBHOOK_SECRET is not set'],
      [{ WEBHOOK_SECRET: ' ', NODE_ENV: 'production' }, 'WEBHOOK_SECRET is not set'],
      [{ WEBHOOK_SECRET: 'development', NODE_ENV: 'production' }, 'which everybody knows'],
    ];
    for (const [change, message] of cases) {
      expect(() => readSettings({ ...full, ...change }), message).toThrow(message);
    }
  });

  it('lets development go without a secret', () => {
    const env = { ...full, WEBHOOK_SECRET: undefined, NODE_ENV: 'development' };
    expect(readSettings(env).webhookSecret).toBe('development');
  });

  it('keeps the server from starting', async () => {
    const env = { ...full, WEBHOOK_SECRET: undefined, NODE_ENV: 'production' };
    const started = serve({ ...PARTS, review: async () => pullReview(), env, port: 0 });
    await expect(started).rejects.toBeInstanceOf(ForkloreError);
  });
});

describe('app.yml', () => {
  it('asks for the least and points at the webhook path', () => {
    const app = parse(readFileSync(join(ROOT, 'app.yml'), 'utf8'));
    expect(app.default_permissions).toEqual({
      checks: 'write',
      contents: 'read',
      metadata: 'read',
      pull_requests: 'write',
    });
    expect(app.hook_attributes.url.endsWith(WEBHOOK_PATH)).toBe(true);
    expect(app.default_events).toContain('pull_request');
  });
});
