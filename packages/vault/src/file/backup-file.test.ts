import { expectOk, failed, Secret } from '@postern/kernel';
import { secretName, vaultId } from '@postern/protocol';
import { describe, expect, it } from 'vitest';
import { KDF_COSTS } from '../kdf-costs.ts';
import { singleValue } from '../secret-store.ts';
import { flips, truncations } from '../testing/damage.ts';
import { systemRandomness } from '../testing/test-world.ts';
import { backupKind, openBackup, sealBackup } from './backup-file.ts';
import { openWithPassphrase } from './recipients.ts';
import { parseSealedJson } from './sealed-json.ts';

const FILE = 'a.backup';
const PASSPHRASE = Secret.of('three blind mice run');
const PLACE = { file: FILE, passphrase: PASSPHRASE };
const SEALING = { randomness: systemRandomness, kdfCosts: KDF_COSTS };
const BACKUP = {
  vaultId: vaultId.from('01arz3ndektsv4rrffq69g5fav'),
  createdAtMs: 1_700_000_000_000,
  dataKeyId: Buffer.alloc(12, 1).toString('base64url'),
  dataKey: Uint8Array.from(Buffer.alloc(32, 2)),
  stableKey: Uint8Array.from(Buffer.alloc(32, 3)),
  records: [singleValue(secretName.from('openai'), Secret.of('sk-test-0123456789'), 7)],
};
const BYTES = expectOk(await sealBackup(BACKUP, PASSPHRASE, SEALING));
const TEXT = Buffer.from(BYTES).toString('utf8');
/** Derived only once, because deriving it for each byte would take minutes. */
const KEY = await openWithPassphrase(
  expectOk(parseSealedJson(backupKind(FILE), BYTES, KDF_COSTS)).recipients,
  PASSPHRASE,
);

async function reasonWithKey(bytes: Uint8Array): Promise<string> {
  const sealed = parseSealedJson(backupKind(FILE), bytes, KDF_COSTS);
  if (!sealed.ok) return sealed.failure.reason;
  if (KEY === undefined) return 'no key';
  const opened = await sealed.value.open(KEY);
  return opened.ok ? 'opened' : opened.failure.reason;
}

describe('the backup file', () => {
  it('opens with its passphrase', async () => {
    const { records, ...rest } = expectOk(await openBackup(BYTES, PLACE, KDF_COSTS));
    expect({ ...rest, records: records.length }).toEqual({ ...BACKUP, records: 1 });
    expect(await reasonWithKey(BYTES)).toBe('opened');
  });

  it('refuses every flipped byte, even with the right passphrase', async () => {
    for (const [at, damaged] of flips(BYTES)) {
      const reason = await reasonWithKey(damaged);
      expect(['vault-damaged', 'version-unknown'], `byte ${String(at)}`).toContain(reason);
    }
  });

  it('refuses every truncation without deriving a key', async () => {
    for (const cut of truncations(BYTES)) {
      expect(await openBackup(cut, PLACE, KDF_COSTS), `${String(cut.length)} bytes`).toEqual(
        failed({ reason: 'vault-damaged', file: FILE, damage: 'malformed' }),
      );
    }
  });

  it.each<readonly [string, string | RegExp, string, string]>([
    ['too few iterations', '"p2c":600000', '"p2c":599999', 'parameters'],
    ['a billion iterations', '"p2c":600000', '"p2c":1000000000', 'parameters'],
    ['a fraction of an iteration', '"p2c":600000', '"p2c":600000.5', 'parameters'],
    ['a huge salt', '"p2s":"', `"p2s":"${'A'.repeat(10_000)}`, 'parameters'],
    ['no salt', /"p2s":"[^"]*"/, '"p2s":""', 'parameters'],
    ['a duplicate member', '"p2c":600000', '"p2c":600000,"p2c":600000', 'malformed'],
    ['an additional member', '{"protected"', '{"more":1,"protected"', 'malformed'],
    ['a space', '{"protected"', '{ "protected"', 'malformed'],
    ['another algorithm', 'PBES2-HS512+A256KW', 'PBES2-HS256+A128KW', 'malformed'],
  ])('refuses %s before deriving anything', async (_, from, to, damage) => {
    const hostile = Buffer.from(TEXT.replace(from, to));
    expect(hostile.equals(BYTES)).toBe(false);
    expect(await openBackup(hostile, PLACE, KDF_COSTS)).toEqual(
      failed({ reason: 'vault-damaged', file: FILE, damage }),
    );
  });

  it.each<readonly [string, Readonly<Record<string, unknown>>, unknown]>([
    ['a newer version', { v: 3 }, { reason: 'version-unknown', file: FILE }],
    ['another kind of file', { typ: 'postern-secrets' }, undefined],
    ['another encryption', { enc: 'A128GCM' }, undefined],
    ['an invalid vault id', { vault: 'not an id' }, undefined],
  ])('refuses %s', async (_, claims, failure) => {
    const [, header = ''] = /"protected":"([^"]*)"/.exec(TEXT) ?? [];
    const before: unknown = JSON.parse(Buffer.from(header, 'base64url').toString());
    const changed = JSON.stringify(Object.assign({}, before, claims));
    const hostile = Buffer.from(TEXT.replace(header, Buffer.from(changed).toString('base64url')));
    expect(await openBackup(hostile, PLACE, KDF_COSTS)).toEqual(
      failed(failure ?? { reason: 'vault-damaged', file: FILE, damage: 'malformed' }),
    );
  });
});
