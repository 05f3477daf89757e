import { access, writeFile } from 'node:fs/promises';
import { ForkloreError } from '../base/errors.js';
import { type NewApp, startSetup } from '../github/setup.js';

export interface SetupFlags {
  url: string;
  org?: string;
  github: string;
  port: string;
  output: string;
}

/** `forklore setup`: GitHub's manifest flow. Writes the settings of the new app to a file that did not exist. */
export async function runSetup(
  flags: SetupFlags,
  out: { write(text: string): void },
): Promise<number> {
  const port = Number(flags.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new ForkloreError('usage', `--port ${flags.port}: not a port`);
  const there = await access(flags.output).then(
    () => true,
    () => false,
  );
  if (there)
    throw new ForkloreError('usage', `--output ${flags.output}: exists; name another file`);
  const setup = await startSetup({
    url: addressOf('--url', flags.url),
    org: flags.org ?? null,
    github: addressOf('--github', flags.github),
    port,
    keep: (app) => writeFile(flags.output, settingsText(app), { mode: 0o600, flag: 'wx' }),
  });
  out.write(`forklore: open ${setup.page} in a browser\n`);
  try {
    const app = await setup.done;
    out.write(`forklore: ${app.slug} is made; its settings are in ${flags.output}\n`);
  } finally {
    setup.close();
  }
  return 0;
}

function addressOf(flag: string, text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new ForkloreError('usage', `${flag} ${text}: not an address such as https://host`);
  return new URL(text).href.replace(/\/$/, '');
}

/** Variables, one a line, the key's line ends written as \n. */
function settingsText({ id, pem, webhookSecret }: NewApp): string {
  const key = pem.trim().replace(/\r?\n/g, '\\n');
  return `APP_ID=${id}\nWEBHOOK_SECRET=${webhookSecret}\nPRIVATE_KEY="${key}"\n`;
}
