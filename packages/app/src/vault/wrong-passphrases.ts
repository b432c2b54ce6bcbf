import type { AuditLog } from '@postern/audit';
import { ok, type Result } from '@postern/kernel';
import type { Problem } from '@postern/protocol';
import type { Vault } from '@postern/vault';
import { record } from '../audit/audit.ts';

/** This many in a row aren't typing errors. */
const MANY = 5;

/**
 * Counts wrong passphrases on the locked vault until it opens, because its audit log is locked too.
 */
export class WrongPassphrases {
  readonly #say: (line: string) => void;
  #count = 0;

  /** `say` prints a line where the process was started. */
  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  add(): void {
    this.#count += 1;
    if (this.#count % MANY !== 0) return;
    this.#say(`WARNING: ${String(this.#count)} wrong passphrases were tried on the locked vault.`);
  }

  /** Writes their number in one record. */
  async record(log: AuditLog, id: NonNullable<Vault['id']>): Promise<Result<undefined, Problem>> {
    const count = this.#count;
    if (count === 0) return ok();
    this.#count = 0;
    return await record(log, {
      action: 'vault.unlock',
      outcome: 'denied',
      subject: { kind: 'vault', id },
      reason: 'VAULT_WRONG_PASSPHRASE',
      count,
    });
  }
}
