import { describe, expect, it } from 'vitest';
import { retryTransientErrors } from './retry-transient-errors.ts';

/** Messages of the keyring library, with shortened paths. */
const PASSING = [
  [
    'a removed item',
    'DBus error: No such interface “org.freedesktop.Secret.Item” on object at path /x',
  ],
  ['a removed object', 'DBus error: Object does not exist at path “/x”'],
  ['a lost session', "DBus error: Can't find session /x"],
  ['another session key', 'Crypto error: Unpad Error'],
] as const;

function failingTimes(times: number, message: string): () => Promise<string> {
  let calls = 0;
  return async () => {
    calls += 1;
    if (calls <= times) throw new Error(message);
    return await Promise.resolve(`call ${String(calls)}`);
  };
}

describe('retryTransientErrors', () => {
  it.each(PASSING)('retries after %s', async (_name, message) => {
    expect(await retryTransientErrors(failingTimes(1, message))).toBe('call 2');
  });

  it('gives up after four attempts', async () => {
    const [, message] = PASSING[0];
    expect(await retryTransientErrors(failingTimes(3, message))).toBe('call 4');
    await expect(retryTransientErrors(failingTimes(4, message))).rejects.toThrow(message);
  });

  it('waits for a keyring that crashed until it is started again', async () => {
    const messages = [
      'DBus error: Message recipient disconnected from message bus without replying',
      'DBus error: The name org.freedesktop.secrets was not provided by any .service files',
    ];
    const waits: number[] = [];
    const wait = (durationMs: number) => Promise.resolve(waits.push(durationMs));
    const call = (): Promise<string> => {
      const message = messages.shift();
      return message === undefined ? Promise.resolve('back') : Promise.reject(new Error(message));
    };
    expect(await retryTransientErrors(call, wait)).toBe('back');
    expect(waits).toEqual([500, 500]);
  });

  it("doesn't wait for a keyring that was never there", async () => {
    const message = 'The name org.freedesktop.secrets was not provided by any .service files';
    const wait = () => Promise.reject(new Error('waited'));
    await expect(retryTransientErrors(failingTimes(1, message), wait)).rejects.toThrow(message);
  });

  it("doesn't retry after other errors", async () => {
    const message = 'unlock prompt was dismissed';
    await expect(retryTransientErrors(failingTimes(1, message))).rejects.toThrow(message);
  });
});
