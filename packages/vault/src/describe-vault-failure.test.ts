import { ERROR_CODES } from '@postern/protocol';
import { describe, expect, it } from 'vitest';
import { describeVaultFailure } from './describe-vault-failure.ts';
import type { VaultFailure } from './vault-failure.ts';

const FAILURES: readonly VaultFailure[] = [
  { reason: 'vault-absent' },
  { reason: 'vault-exists' },
  { reason: 'vault-locked' },
  { reason: 'vault-busy' },
  { reason: 'vault-damaged', file: 'slots.json', damage: 'altered' },
  { reason: 'vault-damaged', file: 'secrets.jwe.json', damage: 'other-key' },
  { reason: 'version-unknown', file: 'slots.json' },
  { reason: 'wrong-passphrase' },
  { reason: 'wrong-backup-passphrase' },
  { reason: 'wrong-recovery-code' },
  { reason: 'recovery-code-mistyped' },
  { reason: 'passphrase-needed' },
  { reason: 'passphrase-unfit', problem: 'too-short' },
  { reason: 'slot-missing', kind: 'passphrase' },
  { reason: 'slot-exists', kind: 'passphrase' },
  { reason: 'last-slot' },
  { reason: 'backend-changed', recorded: 'keyring', found: 'file' },
  { reason: 'backend-changed', recorded: 'keyring', found: 'empty-keyring' },
  { reason: 'keyring-unavailable', cause: 'no-bus' },
  { reason: 'keyring-locked' },
  { reason: 'keyring-denied' },
  { reason: 'same-storage', storage: 'file' },
  { reason: 'copy-differs' },
  { reason: 'unfinished', operation: 'rekey' },
  { reason: 'database-refused', purpose: 'database/gateway', cause: 'busy' },
  { reason: 'backup-missing', path: '/home/someone/backup' },
  { reason: 'backup-exists', path: '/home/someone/backup' },
  { reason: 'secret-invalid', problem: 'too-large' },
  { reason: 'key-form-unexpected', example: 'sk-ant-…' },
  { reason: 'plan-token' },
  { reason: 'storage-read-only', path: '/home/someone' },
  { reason: 'disk-full', path: '/home/someone' },
  { reason: 'storage-failed', path: '/home/someone', errno: 'EIO' },
  { reason: 'unsafe-file', path: '/home/someone', problem: 'symlink' },
];

describe('the description of a failure', () => {
  it.each(FAILURES)('has a code, one line and a remedy: %o', (failure) => {
    const { code, message, remedy } = describeVaultFailure(failure);
    expect(ERROR_CODES).toHaveProperty(code);
    expect(message).toMatch(/^[A-Z][^\n]*\.$/);
    expect(remedy).toMatch(/^[A-Z][^\n]*\.?$/);
    expect(`${message} ${remedy}`).not.toContain('undefined');
  });

  it('distinguishes the three keyring failures and a wrong passphrase', () => {
    const codes = FAILURES.filter(({ reason }) => /keyring|passphrase$/.test(reason)).map(
      (failure) => describeVaultFailure(failure).code,
    );
    expect(new Set(codes).size).toBe(codes.length);
  });

  it('contains the exact command if another storage is configured', () => {
    const failure = { reason: 'backend-changed', recorded: 'keyring', found: 'file' } as const;
    expect(describeVaultFailure(failure).remedy).toContain(
      'postern auth storage migrate --from keyring --to file',
    );
  });
});
