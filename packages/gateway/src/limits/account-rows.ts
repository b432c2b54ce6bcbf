import { numberColumn, textColumn, type Database, type Statement } from '@postern/database';
import type { Period } from '../budget/budget-periods.ts';

/** Which account: of a key, or of all keys together if `keyId` is empty. */
export interface AccountName {
  /** Unique: the key's id and the kind. */
  readonly text: string;
  readonly keyId: string;
  /** For a budget. */
  readonly period?: Period;
}

export interface AccountRow {
  readonly used: number;
  readonly atMs: number;
}

/** What a dead process held of a budget. */
export interface LostLease {
  readonly name: string;
  readonly keyId: string;
  readonly held: number;
  readonly atMs: number;
}

/**
 * The tables of the limits: what was used of each account, and what each process holds of it without having used
 * it. All methods are called inside a transaction.
 */
export class AccountRows {
  readonly #processId: () => string;
  readonly #find: Statement;
  readonly #spent: Statement;
  readonly #save: Statement;
  readonly #heldByOthers: Statement;
  readonly #hold: Statement;
  readonly #letGo: Statement;

  /** @param processId The id under which this process holds leases. */
  constructor(database: Database, processId: () => string) {
    this.#processId = processId;
    this.#find = database.prepare('SELECT used, at_ms FROM limit_account WHERE name = ?');
    this.#spent = database.prepare(
      `SELECT coalesce(sum(cost_micro_usd), 0) AS spent FROM usage
        WHERE key_id = ? AND at_ms >= ? AND at_ms < ?`,
    );
    this.#save = database.prepare(
      `INSERT INTO limit_account (name, key_id, used, at_ms) VALUES (?, ?, ?, ?)
         ON CONFLICT (name) DO UPDATE SET used = excluded.used, at_ms = excluded.at_ms`,
    );
    this.#heldByOthers = database.prepare(
      'SELECT coalesce(sum(held), 0) AS held FROM limit_lease WHERE account = ? AND process_id <> ?',
    );
    this.#hold = database.prepare(
      `INSERT INTO limit_lease (account, process_id, held) VALUES (?, ?, ?)
         ON CONFLICT (account, process_id) DO UPDATE SET held = excluded.held`,
    );
    this.#letGo = database.prepare('DELETE FROM limit_lease WHERE account = ? AND process_id = ?');
  }

  find({ text, period }: AccountName): AccountRow {
    const row = this.#find.get(text);
    return row === undefined
      ? { used: 0, atMs: period?.startMs ?? 0 }
      : { used: numberColumn(row, 'used'), atMs: numberColumn(row, 'at_ms') };
  }

  /** What a key has spent in a period, according to its usage. */
  spent({ keyId }: AccountName, { startMs, endMs }: Period): number {
    const end = Math.min(endMs, Number.MAX_SAFE_INTEGER);
    return numberColumn(this.#spent.get(keyId, startMs, end) ?? {}, 'spent');
  }

  save({ text, keyId }: AccountName, { used, atMs }: AccountRow): void {
    this.#save.run(text, keyId, used, atMs);
  }

  heldByOthers({ text }: AccountName): number {
    return numberColumn(this.#heldByOthers.get(text, this.#processId()) ?? {}, 'held');
  }

  /** Sets what this process holds. */
  hold({ text }: AccountName, held: number): void {
    if (held > 0) this.#hold.run(text, this.#processId(), held);
    else this.#letGo.run(text, this.#processId());
  }
}

/** The processes that share the limits, and what dead ones left behind. All methods are called in a transaction. */
export class ProcessRows {
  readonly #register: Statement;
  readonly #isRegistered: Statement;
  readonly #extend: Statement;
  readonly #remove: Statement;
  readonly #expired: Statement;
  readonly #named: Statement;
  readonly #leases: Statement;
  readonly #removeLeases: Statement;
  readonly #charge: Statement;
  readonly #recordLost: Statement;

  constructor(database: Database) {
    this.#register = database.prepare(
      'INSERT INTO limit_process (id, alive_until_ms) VALUES (?, ?)',
    );
    this.#isRegistered = database.prepare('SELECT 1 FROM limit_process WHERE id = ?');
    this.#extend = database.prepare('UPDATE limit_process SET alive_until_ms = ? WHERE id = ?');
    this.#remove = database.prepare('DELETE FROM limit_process WHERE id = ?');
    this.#expired = database.prepare('SELECT id FROM limit_process WHERE alive_until_ms < ?');
    this.#named = database.prepare('SELECT id FROM limit_process WHERE substr(id, 1, ?) = ?');
    this.#leases = database.prepare(
      `SELECT name, key_id, held, at_ms FROM limit_lease JOIN limit_account ON name = account
        WHERE process_id = ?`,
    );
    this.#removeLeases = database.prepare('DELETE FROM limit_lease WHERE process_id = ?');
    this.#charge = database.prepare('UPDATE limit_account SET used = used + ? WHERE name = ?');
    this.#recordLost = database.prepare(
      `INSERT INTO usage (key_id, at_ms, provider, model, dialect, status, streamed, ending, estimated,
         duration_ms, request_bytes, answer_bytes, cost_micro_usd)
       VALUES (?, ?, 'unknown', 'unknown', 'unknown', 499, 0, 'lost', 1, 0, 0, 0, ?)`,
    );
  }

  register(id: string, aliveUntilMs: number): void {
    this.#register.run(id, aliveUntilMs);
  }

  isRegistered(id: string): boolean {
    return this.#isRegistered.get(id) !== undefined;
  }

  extend(id: string, aliveUntilMs: number): void {
    this.#extend.run(aliveUntilMs, id);
  }

  remove(id: string): void {
    this.#removeLeases.run(id);
    this.#remove.run(id);
  }

  /** The ids of the processes that haven't extended their time. */
  expired(nowMs: number): readonly string[] {
    return this.#expired.all(nowMs).map((row) => textColumn(row, 'id'));
  }

  /** The ids that a process of this name has had. */
  named(name: string): readonly string[] {
    return this.#named.all(name.length, name).map((row) => textColumn(row, 'id'));
  }

  leasesOf(id: string): readonly LostLease[] {
    return this.#leases.all(id).map((row) => ({
      name: textColumn(row, 'name'),
      keyId: textColumn(row, 'key_id'),
      held: numberColumn(row, 'held'),
      atMs: numberColumn(row, 'at_ms'),
    }));
  }

  /** Counts a lost lease as spent, and records it as usage, so that both sums stay equal. */
  charge({ name, keyId, held, atMs }: LostLease): void {
    this.#charge.run(held, name);
    this.#recordLost.run(keyId, atMs, held);
  }
}
