import { join } from 'node:path';
import { ok, type Clock, type Result, type Secret } from '@postern/kernel';
import type { AuditActor, AuditEvent, AuditRecord } from '@postern/protocol';
import type { AuditFailure } from '../audit-failure.ts';
import { deriveAuditKeys } from '../chain/audit-keys.ts';
import type { LogDisk } from '../disk/log-disk.ts';
import { nodeLogDisk } from '../disk/node-log-disk.ts';
import { openWriteLock, type WriteLock } from '../disk/write-lock.ts';
import { appendBatch, type AppendOptions, type TimedEvent } from './append-batch.ts';
import { refuseNoted } from './damage-note.ts';
import { makeDirectories, type LogFiles } from './log-files.ts';
import {
  eachRecord,
  lastRecords,
  snapshotOf,
  verifyLog,
  type AuditVerdict,
  type LogSnapshot,
} from './read-log.ts';
import { setAside, verifyAndNote, type LogSetAside } from './set-aside.ts';

export interface AuditLogOptions {
  /** The directory of the segments, made 0700. */
  readonly directory: string;
  /** The vault's key for the log: 64 hexadecimal digits. It must outlive every change of the vault's own. */
  readonly key: Secret;
  readonly clock: Clock;
  /** The process that writes. */
  readonly actor: AuditActor;
  /**
   * The file of the head, which vouches for the log's end. Default: `head.json` in the directory. A
   * place of other backups makes it harder to put both back to an older state together.
   */
  readonly headPath?: string;
  /** A new segment begins when one has grown to this. Default: 8 MiB. */
  readonly maxSegmentBytes?: number;
  /**
   * `every-batch`: an event counts as written once it is on the device, also through a power cut.
   * `by-system`: once it is with the operating system, which loses it only in a power cut.
   * Default: `every-batch`.
   */
  readonly flush?: 'every-batch' | 'by-system';
  /** How long to wait for another writer. Default: 10,000. */
  readonly lockWaitMs?: number;
  /** Default: this machine's. */
  readonly disk?: LogDisk;
}

/** The audit log of one vault. Several processes may have it open. */
export interface AuditLog {
  /** Returns when the event is written as `flush` says. A failure means: not written, except
   * where the very last step failed, of which nobody can say. */
  append(event: AuditEvent): Promise<Result<AuditRecord, AuditFailure>>;
  /** The last records, oldest first, each checked. */
  tail(count: number): Promise<Result<readonly AuditRecord[], AuditFailure>>;
  /** Every record, oldest first, each checked before it is handed over. Returns how many. */
  forEach(take: (record: AuditRecord) => void): Promise<Result<number, AuditFailure>>;
  /**
   * Checks the whole log. `audit-damaged` names the first broken link; from then on nothing is
   * written to the log by any process until it is set aside.
   */
  verify(): Promise<Result<AuditVerdict, AuditFailure>>;
  /**
   * For a damaged log: moves everything to a directory beside the segments, kept as evidence, and
   * begins a new log with a record of it. Undefined where the log is whole: nothing is moved.
   */
  setAside(): Promise<Result<LogSetAside | undefined, AuditFailure>>;
  /** Waits for what is being written. The log is not used afterwards. */
  close(): Promise<void>;
}

const MAX_SEGMENT_BYTES = 8 * 1024 * 1024;
const LOCK_WAIT_MS = 10_000;
const MAX_BATCH = 256;

export async function openAuditLog(
  options: AuditLogOptions,
): Promise<Result<AuditLog, AuditFailure>> {
  const { directory, clock, disk = nodeLogDisk } = options;
  const headPath = options.headPath ?? join(directory, 'head.json');
  const files: LogFiles = { disk, directory, headPath, keys: deriveAuditKeys(options.key) };
  const made = await makeDirectories(files);
  if (!made.ok) return made;
  const lock = openWriteLock(join(directory, 'lock'), clock, options.lockWaitMs ?? LOCK_WAIT_MS);
  if (!lock.ok) return lock;
  const append: AppendOptions = {
    actor: options.actor,
    maxSegmentBytes: options.maxSegmentBytes ?? MAX_SEGMENT_BYTES,
    isSynced: options.flush !== 'by-system',
  };
  return ok(new SegmentedLog(files, lock.value, clock, append));
}

interface Waiting extends TimedEvent {
  readonly settle: (result: Result<AuditRecord, AuditFailure>) => void;
  readonly abandon: (fault: unknown) => void;
}

class SegmentedLog implements AuditLog {
  readonly #files: LogFiles;
  readonly #lock: WriteLock;
  readonly #clock: Clock;
  readonly #options: AppendOptions;
  readonly #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;

  constructor(files: LogFiles, lock: WriteLock, clock: Clock, options: AppendOptions) {
    this.#files = files;
    this.#lock = lock;
    this.#clock = clock;
    this.#options = options;
  }

  append(event: AuditEvent): Promise<Result<AuditRecord, AuditFailure>> {
    return new Promise((settle, abandon) => {
      this.#waiting.push({ event, atMs: this.#clock.nowMs(), settle, abandon });
      this.#writing ??= this.#writeAll();
    });
  }

  /** What came at once, or while one batch was written, shares a batch: one flush for all of them. */
  async #writeAll(): Promise<void> {
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MAX_BATCH);
      try {
        await this.#write(batch);
      } catch (fault) {
        for (const { abandon } of batch) abandon(fault);
      }
    }
    this.#writing = undefined;
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    const written = await this.#lock.hold(() => appendBatch(this.#files, this.#options, batch));
    batch.forEach(({ settle }, at) => {
      const record = written.ok ? written.value[at] : undefined;
      if (record !== undefined) settle(ok(record));
      else if (!written.ok) settle(written);
    });
  }

  tail(count: number): Promise<Result<readonly AuditRecord[], AuditFailure>> {
    return this.#read((snapshot) => lastRecords(this.#files, snapshot, count));
  }

  forEach(take: (record: AuditRecord) => void): Promise<Result<number, AuditFailure>> {
    return this.#read((snapshot) => eachRecord(this.#files, snapshot, take));
  }

  async verify(): Promise<Result<AuditVerdict, AuditFailure>> {
    const undamaged = await refuseNoted(this.#files);
    if (!undamaged.ok) return undamaged;
    const verdict = await this.#read((snapshot) => verifyLog(this.#files, snapshot));
    if (verdict.ok || verdict.failure.reason !== 'audit-damaged') return verdict;
    // Once more under the lock: another process may have set the log aside meanwhile.
    return await this.#lock.hold(() => verifyAndNote(this.#files));
  }

  async #read<T>(
    work: (snapshot: LogSnapshot) => Promise<Result<T, AuditFailure>>,
  ): Promise<Result<T, AuditFailure>> {
    const snapshot = await this.#lock.hold(() => snapshotOf(this.#files));
    return snapshot.ok ? await work(snapshot.value) : snapshot;
  }

  setAside(): Promise<Result<LogSetAside | undefined, AuditFailure>> {
    return this.#lock.hold(() => setAside(this.#files, this.#options, this.#clock.nowMs()));
  }

  async close(): Promise<void> {
    await this.#writing;
    this.#lock.close();
  }
}
