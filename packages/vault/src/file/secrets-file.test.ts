import { expectOk, failed, revealSecret, Secret } from '@postern/kernel';
import { secretName, vaultId } from '@postern/protocol';
import { generalDecrypt, type GeneralJWE } from 'jose';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { KDF_COSTS } from '../kdf-costs.ts';
import { newDataKey } from '../slots/data-key.ts';
import { flips, truncations } from '../testing/damage.ts';
import { systemRandomness } from '../testing/test-world.ts';
import {
  newContentKey,
  openSecrets,
  openSecretsWithPassphrase,
  sealSecrets,
} from './secrets-file.ts';

const VAULT = vaultId.from('01arz3ndektsv4rrffq69g5fav');
const DATA_KEY = newDataKey(VAULT, systemRandomness);
const PASSPHRASE = 'cafe\u0301 au lait';
const NAME = secretName.from('openai');
const WIRE = { fields: { value: 'sk-test-0123456789' }, createdAtMs: 1, updatedAtMs: 2 };
const SECRETS = new Map([[NAME, WIRE]]);
const SEALING = { randomness: systemRandomness, kdfCosts: KDF_COSTS };
const CONTENT_KEY = await newContentKey(
  DATA_KEY,
  { slotId: 'slot-1', passphrase: Secret.of(PASSPHRASE) },
  SEALING,
);
const BYTES = await sealSecrets(DATA_KEY, CONTENT_KEY, SECRETS, 1);
const TEXT = Buffer.from(BYTES).toString('utf8');

function parsed(text: string): GeneralJWE {
  return v.parse(
    v.custom<GeneralJWE>(() => true),
    JSON.parse(text),
  );
}

describe('the encrypted secrets file', () => {
  it('opens with the data key and with the passphrase', async () => {
    const ways = [
      await openSecrets(BYTES, DATA_KEY, KDF_COSTS),
      await openSecretsWithPassphrase(BYTES, Secret.of(PASSPHRASE.normalize('NFC')), KDF_COSTS),
    ];
    for (const way of ways) {
      const { secrets, contentKey } = expectOk(way);
      const record = secrets.get(NAME);
      expect(record && revealSecret([...record.fields.values()][0] ?? Secret.of(''))).toBe(
        WIRE.fields.value,
      );
      expect(record).toMatchObject({ name: NAME, createdAtMs: 1, updatedAtMs: 2 });
      expect(Buffer.from(contentKey.key)).toEqual(Buffer.from(CONTENT_KEY.key));
    }
  });

  it('opens in another JOSE library with only the passphrase', async () => {
    const { plaintext } = await generalDecrypt(
      parsed(TEXT),
      Buffer.from(PASSPHRASE.normalize('NFC')),
      { keyManagementAlgorithms: ['PBES2-HS512+A256KW'], maxPBES2Count: 600_000 },
    );
    expect(JSON.parse(Buffer.from(plaintext).toString())).toEqual({
      version: 1,
      secrets: { openai: WIRE },
    });
  });

  it('keeps the content key and recipients when it is written again, but uses a new IV', async () => {
    const again = Buffer.from(await sealSecrets(DATA_KEY, CONTENT_KEY, SECRETS, 1)).toString();
    const [before, after] = [parsed(TEXT), parsed(again)];
    expect(after.recipients).toEqual(before.recipients);
    expect(after.iv).not.toBe(before.iv);
    expect(after.ciphertext).not.toBe(before.ciphertext);
  });

  it('refuses every flipped byte', async () => {
    for (const [at, damaged] of flips(BYTES)) {
      const opened = await openSecrets(damaged, DATA_KEY, KDF_COSTS);
      const reason = opened.ok ? 'opened' : opened.failure.reason;
      expect(['vault-damaged', 'version-unknown'], `byte ${String(at)}`).toContain(reason);
    }
  });

  it('refuses every truncation and appended bytes', async () => {
    for (const cut of truncations(BYTES)) {
      expect(await openSecrets(cut, DATA_KEY, KDF_COSTS), `${String(cut.length)} bytes`).toEqual(
        failed({ reason: 'vault-damaged', file: 'secrets.jwe.json', damage: 'malformed' }),
      );
    }
    expect((await openSecrets(Buffer.from(`${TEXT} `), DATA_KEY, KDF_COSTS)).ok).toBe(false);
    expect((await openSecrets(Buffer.from(TEXT.repeat(2)), DATA_KEY, KDF_COSTS)).ok).toBe(false);
  });

  it.each<readonly [string, string | RegExp, string]>([
    ['too few iterations', '"p2c":600000', '"p2c":599999'],
    ['a billion iterations', '"p2c":600000', '"p2c":1000000000'],
    ['a huge salt', '"p2s":"', `"p2s":"${'A'.repeat(10_000)}`],
    ['no salt', /"p2s":"[^"]*"/, '"p2s":""'],
  ])('refuses %s before deriving anything', async (_, from, to) => {
    const hostile = Buffer.from(TEXT.replace(from, to));
    const expected = { failure: { reason: 'vault-damaged', damage: 'parameters' } };
    expect(
      await openSecretsWithPassphrase(hostile, Secret.of(PASSPHRASE), KDF_COSTS),
    ).toMatchObject(expected);
    expect(await openSecrets(hostile, DATA_KEY, KDF_COSTS)).toMatchObject(expected);
  });

  it('refuses an added, removed or copied recipient', async () => {
    const other = await newContentKey(DATA_KEY, undefined, SEALING);
    const envelope = parsed(TEXT);
    const [passphrase, dataKey] = envelope.recipients;
    const recipients = [[passphrase], [dataKey], [dataKey, passphrase], other.recipients, []];
    for (const forged of recipients) {
      const file = `${JSON.stringify({ ...envelope, recipients: forged })}\n`;
      expect(await openSecrets(Buffer.from(file), DATA_KEY, KDF_COSTS)).toMatchObject({
        failure: { reason: 'vault-damaged' },
      });
    }
  });

  it('refuses a file of another vault or data key', async () => {
    const elsewhere = newDataKey(vaultId.from('01arz3ndektsv4rrffq69g5faw'), systemRandomness);
    expect(await openSecrets(BYTES, elsewhere, KDF_COSTS)).toMatchObject({
      failure: { damage: 'foreign' },
    });
    const sibling = newDataKey(VAULT, systemRandomness);
    expect(await openSecrets(BYTES, sibling, KDF_COSTS)).toEqual(
      failed({ reason: 'vault-locked' }),
    );
  });

  it('distinguishes a wrong passphrase from damage', async () => {
    expect(await openSecretsWithPassphrase(BYTES, Secret.of('wrong'), KDF_COSTS)).toEqual(
      failed({ reason: 'wrong-passphrase' }),
    );
  });
});
