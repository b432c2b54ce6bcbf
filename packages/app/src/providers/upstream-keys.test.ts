import { expectOk, ok, type Result } from '@postern/kernel';
import { secretName, type Provider } from '@postern/protocol';
import { providerTable } from '@postern/upstreams';
import { createTestVault, OPENAI } from '@postern/vault/testing';
import { expect, test } from 'vitest';
import type { KeyUses } from './key-uses.ts';
import { readUpstreamKeys, type UpstreamKeyReader } from './upstream-keys.ts';

const clock = { time: 0, nowMs: () => clock.time, monotonicMs: () => clock.time };
const providers = expectOk(providerTable({ providers: {}, localHosts: [] }));

/** The reader with a real vault, and the number of reads from the vault. */
async function openReader(): Promise<{ reader: UpstreamKeyReader; reads: () => number }> {
  const { vault } = await createTestVault('file');
  let reads = 0;
  const get: typeof vault.secrets.get = async (name) => {
    reads += 1;
    return await vault.secrets.get(name);
  };
  const done = (): Promise<Result<undefined, never>> => Promise.resolve(ok());
  const nothing = (): Promise<void> => Promise.resolve();
  const start = (): Disposable => ({ [Symbol.dispose]: () => undefined });
  const uses: KeyUses = { used: done, flush: nothing, look: nothing, start };
  const reader = readUpstreamKeys({
    ...{ clock, uses, isOpen: () => true },
    vault: { secrets: { ...vault.secrets, get } },
  });
  return { reader, reads: () => reads };
}

function provider(id: string): Provider {
  const found = providers.get(id);
  if (found === undefined) throw new TypeError(`no provider ${id}`);
  return found;
}

test('reads a key from the vault once for several requests, until it is rejected', async () => {
  const { reader, reads } = await openReader();
  const openai = provider(OPENAI.name);
  const credential = expectOk(await reader.credentialFor(openai));
  expectOk(await reader.credentialFor(openai));
  expect(reads()).toBe(1);
  credential?.refused();
  expectOk(await reader.credentialFor(openai));
  expect(reads()).toBe(2);
});

test("returns no credential for a provider without a key, and doesn't read the vault", async () => {
  const { reader, reads } = await openReader();
  expect(await reader.credentialFor(provider('ollama'))).toEqual(ok());
  expect(reads()).toBe(0);
});

test('finds the first key of a provider with several that is in the vault', async () => {
  const { reader } = await openReader();
  const own = secretName.from('missing');
  const named = { ...provider(OPENAI.name), secret: own, keys: [secretName.from(OPENAI.name)] };
  expect(expectOk(await reader.credentialFor(named))).toBeDefined();
  expect(await reader.find(named, own)).toMatchObject({
    failure: { reason: 'upstream-key-missing' },
  });
});
