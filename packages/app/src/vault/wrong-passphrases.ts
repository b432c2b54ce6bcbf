import type { AuditLog } from '@postern/audit';
import { ok, type Result } from '@postern/kernel';
import type { Problem } from '@postern/protocol';
import type { Vault } from '@postern/vault';
import { record } from '../audit/audit.ts';

/** So many in a row are nobody's slip. */
const MANY = 5;

/** Wrong passphrases on the locked vault, whose audit log is locked with it: counted until it opens. */
export class WrongPassphrases {
  readonly #say: (line: string) => void;
  #count = 0;

  /** `say` says a line to whoever started the process. */
  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  add(): void {
    this.#count += 1;
    if (this.#count % MANY !== 0) return;
    this.#say(`WARNING: ${String(this.#count)} wrong passphrases were tried on the locked vault.`);
  }

  /** Writes how many there were, in one record. */
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
