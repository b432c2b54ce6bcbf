import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectOk, failed, ok } from '@postern/kernel';
import { describe, expect, it } from 'vitest';
import { snapshot } from '../testing/test-world.ts';
import {
  createTestVault,
  OPENAI,
  PASSPHRASE,
  type UnlockedTestVault,
} from '../testing/test-vault.ts';
import type { VaultStorage } from '../vault-failure.ts';
import type { AuditHead } from './anchor-file.ts';

const head = (count: number, hash = 'h'.repeat(43)): AuditHead => ({ count, hash, atMs: count });
const anchorOf = ({ dataDir }: UnlockedTestVault) => join(dataDir, 'anchor.json');

describe.each<VaultStorage>(['file', 'keyring'])(
  'the head of the audit log, %s storage',
  (storage) => {
    it('survives a restart and a rekey', async () => {
      const made = await createTestVault(storage);
      expect(await made.vault.readAuditHead()).toEqual(ok(undefined));
      expectOk(await made.vault.saveAuditHead(head(3)));
      expectOk(await made.vault.secrets.put(OPENAI));
      const changed = expectOk(await made.vault.rekey({ passphrase: PASSPHRASE }));
      const next = await made.open();
      expectOk(await next.unlock({ with: 'recovery', code: changed.recoveryCode }));
      expect(await next.readAuditHead()).toEqual(ok(head(3)));
    });

    it('never goes back to a shorter log, unless the log was set aside', async () => {
      const made = await createTestVault(storage);
      expectOk(await made.vault.saveAuditHead(head(5)));
      const before = await snapshot(made.dataDir);
      for (const shorter of [head(4), head(5), head(5, 'x'.repeat(43))]) {
        expectOk(await made.vault.saveAuditHead(shorter));
      }
      expect(await snapshot(made.dataDir)).toEqual(before);
      expectOk(await made.vault.saveAuditHead(head(1), { isNewLog: true }));
      expect(await made.vault.readAuditHead()).toEqual(ok(head(1)));
    });

    it('is the longest if two processes write at the same time', async () => {
      const made = await createTestVault(storage);
      const other = await made.open();
      expectOk(await other.unlock({ with: 'recovery', code: made.recoveryCode }));
      const counts = Array.from({ length: 12 }, (_, at) => at + 1);
      const written = await Promise.all(
        counts.map((count) => (count % 2 === 0 ? made.vault : other).saveAuditHead(head(count))),
      );
      expect(written.every((one) => one.ok)).toBe(true);
      expect(await made.vault.readAuditHead()).toEqual(ok(head(12)));
    });

    it('is refused if the anchor is missing or altered', async () => {
      const made = await createTestVault(storage);
      expectOk(await made.vault.saveAuditHead(head(5)));
      const whole = await readFile(anchorOf(made), 'utf8');
      const missing = failed({
        reason: 'rolled-back',
        file: 'anchor.json',
        how: 'missing',
      } as const);
      await rm(anchorOf(made));
      expect(await made.vault.readAuditHead()).toEqual(missing);
      expect(await made.vault.saveAuditHead(head(6))).toEqual(missing);
      await writeFile(anchorOf(made), whole.replace('"count":5', '"count":4'), { mode: 0o600 });
      expect(await made.vault.readAuditHead()).toMatchObject({ failure: { damage: 'altered' } });
    });
  },
);

describe('a rollback of the whole directory', () => {
  it('is detected if the anchor is in the keyring too', async () => {
    const made = await createTestVault('keyring');
    expectOk(await made.vault.saveAuditHead(head(1)));
    const before = await readFile(anchorOf(made));
    expectOk(await made.vault.saveAuditHead(head(2)));
    await writeFile(anchorOf(made), before);
    const again = await made.open();
    expect(await again.unlock({ with: 'keyring' })).toEqual(
      failed({ reason: 'rolled-back', file: 'anchor.json', how: 'older' }),
    );
  });
});
