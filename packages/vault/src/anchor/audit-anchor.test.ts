import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectOk, failed, ok } from '@postern/kernel';
import { describe, expect, it } from 'vitest';
import { snapshot } from '../testing/test-world.ts';
import { madeVault, OPENAI, PASSPHRASE, type MadeVault } from '../testing/vault-world.ts';
import type { VaultStorage } from '../vault-failure.ts';
import type { AuditHead } from './anchor-file.ts';

const head = (count: number, hash = 'h'.repeat(43)): AuditHead => ({ count, hash, atMs: count });
const anchorOf = ({ dataDir }: MadeVault) => join(dataDir, 'anchor.json');

describe.each<VaultStorage>(['file', 'keyring'])(
  'the head of the audit log, %s storage',
  (storage) => {
    it('is kept from one process to the next, and through a change of the data key', async () => {
      const made = await madeVault(storage);
      expect(await made.vault.auditAnchor()).toEqual(ok(undefined));
      expectOk(await made.vault.anchorAudit(head(3)));
      expectOk(await made.vault.secrets.put(OPENAI));
      const changed = expectOk(await made.vault.rekey({ passphrase: PASSPHRASE }));
      const next = await made.open();
      expectOk(await next.unlock({ with: 'recovery', code: changed.recoveryCode }));
      expect(await next.auditAnchor()).toEqual(ok(head(3)));
    });

    it('never goes back to a shorter one, but for a log that was set aside', async () => {
      const made = await madeVault(storage);
      expectOk(await made.vault.anchorAudit(head(5)));
      const before = await snapshot(made.dataDir);
      for (const shorter of [head(4), head(5), head(5, 'x'.repeat(43))]) {
        expectOk(await made.vault.anchorAudit(shorter));
      }
      expect(await snapshot(made.dataDir)).toEqual(before);
      expectOk(await made.vault.anchorAudit(head(1), { isNewLog: true }));
      expect(await made.vault.auditAnchor()).toEqual(ok(head(1)));
    });

    it('is the longest where two processes write at once', async () => {
      const made = await madeVault(storage);
      const other = await made.open();
      expectOk(await other.unlock({ with: 'recovery', code: made.recoveryCode }));
      const counts = Array.from({ length: 12 }, (_, at) => at + 1);
      const written = await Promise.all(
        counts.map((count) => (count % 2 === 0 ? made.vault : other).anchorAudit(head(count))),
      );
      expect(written.every((one) => one.ok)).toBe(true);
      expect(await made.vault.auditAnchor()).toEqual(ok(head(12)));
    });

    it('is refused where the anchor is gone or was altered', async () => {
      const made = await madeVault(storage);
      expectOk(await made.vault.anchorAudit(head(5)));
      const whole = await readFile(anchorOf(made), 'utf8');
      const missing = failed({
        reason: 'rolled-back',
        file: 'anchor.json',
        how: 'missing',
      } as const);
      await rm(anchorOf(made));
      expect(await made.vault.auditAnchor()).toEqual(missing);
      expect(await made.vault.anchorAudit(head(6))).toEqual(missing);
      await writeFile(anchorOf(made), whole.replace('"count":5', '"count":4'), { mode: 0o600 });
      expect(await made.vault.auditAnchor()).toMatchObject({ failure: { damage: 'altered' } });
    });
  },
);

describe('a home put back whole', () => {
  it('is noticed where the keyring has the anchor too', async () => {
    const made = await madeVault('keyring');
    expectOk(await made.vault.anchorAudit(head(1)));
    const before = await readFile(anchorOf(made));
    expectOk(await made.vault.anchorAudit(head(2)));
    await writeFile(anchorOf(made), before);
    const again = await made.open();
    expect(await again.unlock({ with: 'keyring' })).toEqual(
      failed({ reason: 'rolled-back', file: 'anchor.json', how: 'older' }),
    );
  });
});
