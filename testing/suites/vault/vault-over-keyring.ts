import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectOk } from '@postern/kernel';
import {
  skipBecause,
  startKeyringSession,
  whyNoKeyringSession,
  whyNoPrograms,
  type KeyringService,
  type KeyringSession,
} from '@postern/testing';
import { createOsKeyring, openVault, probeKeyring } from '@postern/vault';
import { OPENAI, secretStoreContract, systemClock, systemRandomness } from '@postern/vault/testing';
import { WEAK_KDF_COSTS } from '@postern/vault/testing/kdf-costs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/**
 * Runs the vault and the secret store contract over a keyring: the given Secret Service, started
 * for the test, or else the system's keyring. Each test file can use only one, because libdbus
 * supports one session bus per process.
 */
export function vaultOverKeyring(service: KeyringService | undefined): void {
  const name = service?.name ?? 'the keyring of this system';
  const why =
    service === undefined
      ? undefined
      : (whyNoKeyringSession(service) ?? whyNoPrograms(['secret-tool']));
  describe.skipIf(skipBecause(name, why))(name, () => {
    // Keychain and Credential Manager belong to the user who runs the tests, so the tests' entries
    // have another name.
    const keyring = createOsKeyring({
      service: service === undefined ? 'postern-test' : 'postern',
    });
    let session: KeyringSession | undefined;
    let dataDir: string;

    beforeAll(async () => {
      if (service !== undefined) {
        session = await startKeyringSession('unlocked', service);
        // libdbus reads it at the first call of this process.
        process.env['DBUS_SESSION_BUS_ADDRESS'] = session.environment['DBUS_SESSION_BUS_ADDRESS'];
      }
      dataDir = await mkdtemp(join(tmpdir(), 'postern-keyring-'));
    });
    afterAll(async () => {
      await session?.[Symbol.asyncDispose]();
      await rm(dataDir, { recursive: true });
    });

    const open = async (directory: string) =>
      expectOk(
        await openVault({
          dataDir: join(dataDir, directory),
          machineId: 'machine-1',
          clock: systemClock,
          randomness: systemRandomness,
          kdfCosts: WEAK_KDF_COSTS,
          keyring,
        }),
      );

    it('works', async () => {
      expect(await probeKeyring(keyring, systemRandomness)).toEqual({ available: true });
    });

    it.runIf(service)(
      'unlocks a vault without a passphrase, and secret-tool finds its entries',
      async () => {
        const vault = await open('first');
        expectOk(await vault.create({ storage: 'keyring' }));
        expectOk(await vault.secrets.put(OPENAI));
        const again = await open('first');
        expectOk(await again.unlock({ with: 'keyring' }));
        expect(expectOk(await again.secrets.get(OPENAI.name))?.updatedAtMs).toBe(
          OPENAI.updatedAtMs,
        );
        const found = await session?.run('secret-tool', ['search', '--all', 'service', 'postern']);
        expect(`${found?.stdout ?? ''}${found?.stderr ?? ''}`).toContain(
          `attribute.username = openai@${vault.id ?? ''}`,
        );
      },
    );

    let vaults = 0;
    secretStoreContract(name, async () => {
      vaults += 1;
      const directory = `contract-${String(vaults)}`;
      const vault = await open(directory);
      expectOk(await vault.create({ storage: 'keyring' }));
      return {
        store: vault.secrets,
        reopen: async () => {
          const again = await open(directory);
          expectOk(await again.unlock({ with: 'keyring' }));
          return again.secrets;
        },
      };
    });
  });
}
