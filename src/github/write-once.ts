import { isTransient } from './failure.js';

const ATTEMPTS = 4;
const FIRST_WAIT_MS = 2000;

/**
 * Creates something on GitHub at most once. A request that failed with a server or network error may have been carried
 * out all the same, so `find` looks again before each further attempt. Throws the last error.
 */
export async function writeOnce<T>(
  find: () => Promise<T | null>,
  create: () => Promise<T>,
  sleep: (ms: number) => Promise<void>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await create();
    } catch (error) {
      if (!isTransient(error) || attempt === ATTEMPTS) throw error;
    }
    await sleep(FIRST_WAIT_MS * 2 ** (attempt - 1));
    const found = await find();
    if (found !== null) return found;
  }
}
