import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectOk } from '@postern/kernel';
import { createOsKeyring, openVault, probeKeyring } from '@postern/vault';
import { OPENAI, secretStoreContract, systemClock, systemRandomness } from '@postern/vault/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  skipBecause,
  startKeyringSession,
  whyNoKeyringSession,
  whyNoPrograms,
  type KeyringSession,
} from '@postern/testing';

const onLinux = process.platform === 'linux';
const why = onLinux ? (whyNoKeyringSession() ?? whyNoPrograms(['secret-tool'])) : undefined;
/** Keychain and Credential Manager are this person's own: the tests' entries go by another name. */
const service = onLinux ? 'postern' : 'postern-test';

/** On Linux a GNOME Keyring started for this, elsewhere the keyring of the system. */
describe.skipIf(skipBecause('the keyring of this system', why))(
  'the keyring of this system',
  () => {
    const keyring = createOsKeyring({ service });
    let session: KeyringSession | undefined;
    let dataDir: string;

    beforeAll(async () => {
      if (onLinux) {
        session = await startKeyringSession('unlocked');
        // libdbus reads it at the first call of this process.
        process.env['DBUS_SESSION_BUS_ADDRESS'] = session.environment['DBUS_SESSION_BUS_ADDRESS'];
      }
      dataDir = await mkdtemp(join(tmpdir(), 'postern-gnome-'));
    });
    afterAll(async () => {
      await session?.[Symbol.asyncDispose]();
      await rm(dataDir, { recursive: true });
    });

    const open = async (name: string) =>
      expectOk(
        await openVault({
          dataDir: join(dataDir, name),
          machineId: 'machine-1',
          clock: systemClock,
          randomness: systemRandomness,
          keyring,
        }),
      );

    it('works', async () => {
      expect(await probeKeyring(keyring, systemRandomness)).toEqual({ available: true });
    });

    it.runIf(onLinux)('opens a vault by itself, and secret-tool finds its entries', async () => {
      const vault = await open('first');
      expectOk(await vault.create({ storage: 'keyring' }));
      expectOk(await vault.secrets.put(OPENAI));
      const again = await open('first');
      expectOk(await again.unlock({ with: 'keyring' }));
      expect(expectOk(await again.secrets.get(OPENAI.name))?.updatedAtMs).toBe(OPENAI.updatedAtMs);
      const found = await session?.run('secret-tool', ['search', '--all', 'service', 'postern']);
      expect(`${found?.stdout ?? ''}${found?.stderr ?? ''}`).toContain(
        `attribute.username = openai@${vault.id ?? ''}`,
      );
    });

    let vaults = 0;
    secretStoreContract('the keyring of this system', async () => {
      vaults += 1;
      const name = `contract-${String(vaults)}`;
      const vault = await open(name);
      expectOk(await vault.create({ storage: 'keyring' }));
      return {
        store: vault.secrets,
        reopen: async () => {
          const again = await open(name);
          expectOk(await again.unlock({ with: 'keyring' }));
          return again.secrets;
        },
      };
    });
  },
);
