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
 * The vault and the contract of secret stores over a keyring: that Secret Service, started for this,
 * or where none is given the keyring of the system. One in each test file, since libdbus knows one
 * session bus in each process.
 */
export function vaultOverKeyring(service: KeyringService | undefined): void {
  const name = service?.name ?? 'the keyring of this system';
  const why =
    service === undefined
      ? undefined
      : (whyNoKeyringSession(service) ?? whyNoPrograms(['secret-tool']));
  describe.skipIf(skipBecause(name, why))(name, () => {
    // Keychain and Credential Manager are this person's own: the tests' entries go by another name.
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
