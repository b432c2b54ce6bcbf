import { expectOk, ok, revealSecret, Secret } from '@postern/kernel';
import { expect, test } from 'vitest';
import { startFakeBus } from '../testing/fake-bus.ts';
import { fakeSecretService } from '../testing/fake-secret-service.ts';
import type { KeyringPort } from './keyring-port.ts';
import { createQuickKeyring } from './quick-keyring.ts';

/** Says what it was asked. */
function library(asked: string[]): KeyringPort {
  return {
    get: async (account) => {
      asked.push(`get ${account}`);
      return await Promise.resolve(ok(Secret.of('of the library')));
    },
    set: async (account) => {
      asked.push(`set ${account}`);
      return await Promise.resolve(ok());
    },
    remove: async (account) => {
      asked.push(`remove ${account}`);
      return await Promise.resolve(ok(true));
    },
  };
}

test('an entry that lies open is read at once, all else is the library’s', async () => {
  const service = fakeSecretService([
    { account: 'there', value: Buffer.from('quick') },
    { account: 'locked', value: Buffer.from('no'), isLocked: true },
  ]);
  await using bus = await startFakeBus(service);
  const asked: string[] = [];
  const keyring = createQuickKeyring({ busAddress: bus.address, library: () => library(asked) });
  const get = async (account: string): Promise<string | undefined> => {
    const value = expectOk(await keyring.get(account));
    return value && revealSecret(value);
  };
  expect(await Promise.all(['there', 'locked', 'missing'].map(get))).toEqual([
    'quick',
    'of the library',
    'of the library',
  ]);
  await keyring.set('there', Secret.of('x'));
  await keyring.remove('there');
  expect(asked).toEqual(['get locked', 'get missing', 'set there', 'remove there']);
});
