/**
 * One of several writers. It opens the vault with the recovery code from standard input and writes.
 */
import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { expectOk, Secret } from '@postern/kernel';
import { secretName } from '@postern/protocol';
import { createOsKeyring, openVault, singleValue } from '@postern/vault';
import { WEAK_KDF_COSTS } from '@postern/vault/testing/kdf-costs';

const [dataDir = '', name = '', writes = '0'] = process.argv.slice(2);
const vault = expectOk(
  await openVault({
    dataDir,
    machineId: 'machine-1',
    clock: { nowMs: () => Date.now(), monotonicMs: () => performance.now() },
    randomness: { bytes: (count) => randomBytes(count) },
    kdfCosts: WEAK_KDF_COSTS,
    keyring: createOsKeyring(),
  }),
);
expectOk(await vault.unlock({ with: 'recovery', code: Secret.of(await text(process.stdin)) }));
for (let at = 0; at < Number(writes); at += 1) {
  const own = secretName.from(`${name}-${String(at)}`);
  expectOk(await vault.secrets.put(singleValue(own, Secret.of(`value of ${own}`), Date.now())));
  const shared = singleValue(secretName.from('shared'), Secret.of(own), Date.now());
  expectOk(await vault.secrets.put(shared));
}
