import { describe, expect, it } from 'vitest';
import { againAfterPassingFault } from './passing-fault.ts';

/** As the keyring's library reported them, with paths shortened. */
const PASSING = [
  [
    'a removed item',
    'DBus error: No such interface “org.freedesktop.Secret.Item” on object at path /x',
  ],
  ['a removed object', 'DBus error: Object does not exist at path “/x”'],
  ['a forgotten session', "DBus error: Can't find session /x"],
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

describe('againAfterPassingFault', () => {
  it.each(PASSING)('calls again after %s', async (_name, message) => {
    expect(await againAfterPassingFault(failingTimes(1, message))).toBe('call 2');
  });

  it('gives up after four calls', async () => {
    const [, message] = PASSING[0];
    expect(await againAfterPassingFault(failingTimes(3, message))).toBe('call 4');
    await expect(againAfterPassingFault(failingTimes(4, message))).rejects.toThrow(message);
  });

  it("doesn't repeat a call that failed for another reason", async () => {
    const message = 'unlock prompt was dismissed';
    await expect(againAfterPassingFault(failingTimes(1, message))).rejects.toThrow(message);
  });
});
