import { join } from 'node:path';
import {
  fileLock,
  nodeLogDisk,
  prepareLock,
  type FileLock,
  type LockFailure,
  type LogDisk,
} from '@postern/disk';
import { failed, ok, type Clock, type Result, type Secret } from '@postern/kernel';
import type { AuditActor, AuditEvent, AuditRecord } from '@postern/protocol';
import type { AuditFailure } from '../audit-failure.ts';
import { deriveAuditKeys } from '../chain/audit-keys.ts';
import { appendBatch, type AppendOptions, type TimedEvent } from './append-batch.ts';
import { expectNoDamageNote } from './damage-note.ts';
import { expectUndamaged, keepAnchor, type AnchorPort } from './log-anchor.ts';
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
import { savePosition, unsentRecords, type SentPosition, type Unsent } from './unsent-records.ts';

export interface AuditLogOptions {
  /** The directory of the segments, created with mode 0700. */
  readonly directory: string;
  /** The vault's stable key for the log: 64 hexadecimal digits. */
  readonly key: Secret;
  readonly clock: Clock;
  /** The process that writes. */
  readonly actor: AuditActor;
  /**
   * The file of the head. Default: `head.json` in the directory. If it is in another backup than the
   * log, rolling back both is harder.
   */
  readonly headPath?: string;
  /** The size from which a new segment is started. Default: 8 MiB. */
  readonly maxSegmentBytes?: number;
  /**
   * `every-batch` (the default): an event is written when it is on the device. `by-system`: when the
   * operating system has it, so a power failure can lose it.
   */
  readonly flush?: 'every-batch' | 'by-system';
  /** Where the end of the log is stored, so that an older copy is detected. Default: nowhere. */
  readonly anchor?: AnchorPort;
  /** How long to wait for another writer. Default: 10,000. */
  readonly lockWaitMs?: number;
  /** Default: this machine's. */
  readonly disk?: LogDisk;
}

/** The audit log of one vault. Several processes may have it open. */
export interface AuditLog {
  /**
   * Returns when the event is written (see `flush`). After a failure it isn't written, unless the last
   * step failed: then it may be.
   */
  append(event: AuditEvent): Promise<Result<AuditRecord, AuditFailure>>;
  /** The last records, oldest first, verified. */
  tail(count: number): Promise<Result<readonly AuditRecord[], AuditFailure>>;
  /** Verifies every record and passes it to `take`, oldest first. Returns their number. */
  forEach(take: (record: AuditRecord) => void): Promise<Result<number, AuditFailure>>;
  /**
   * Verifies the whole log. If it is damaged, fails with the first broken link, and no process writes to
   * the log any more until it is set aside.
   */
  verify(): Promise<Result<AuditVerdict, AuditFailure>>;
  /**
   * Moves a damaged log to a subdirectory, as evidence, and starts a new log that records this. Returns
   * undefined and does nothing if the log is intact.
   */
  setAside(): Promise<Result<LogSetAside | undefined, AuditFailure>>;
  /**
   * Compares the log with its anchor and anchors its current end. An anchor younger than `minAgeMs`
   * is kept.
   */
  keepAnchor(minAgeMs?: number): Promise<Result<undefined, AuditFailure>>;
  /** The next records to send: those after the position that `markSent` stored. */
  unsent(): Promise<Result<Unsent, AuditFailure>>;
  /** Stores the position of the last record that a receiver has. One process at a time may send. */
  markSent(position: SentPosition): Promise<Result<undefined, AuditFailure>>;
  /** Waits for pending writes. The log can't be used afterwards. */
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
  const lockPath = join(directory, 'lock');
  const prepared = prepareLock(lockPath);
  if (!prepared.ok) return failed(toAuditFailure(prepared.failure));
  const waitMs = options.lockWaitMs ?? LOCK_WAIT_MS;
  const lock = fileLock(lockPath, { clock, waitMs, toFailure: toAuditFailure });
  const append: AppendOptions = {
    actor: options.actor,
    maxSegmentBytes: options.maxSegmentBytes ?? MAX_SEGMENT_BYTES,
    isSynced: options.flush !== 'by-system',
  };
  return ok(new SegmentedLog(files, lock, clock, append, options.anchor));
}

function toAuditFailure(failure: LockFailure): AuditFailure {
  switch (failure.reason) {
    case 'lock-held':
      return { reason: 'audit-busy' };
    case 'lock-damaged':
      return { reason: 'unsafe-file', path: failure.path, problem: 'not-a-file' };
    default:
      return failure;
  }
}

interface Waiting extends TimedEvent {
  readonly resolve: (result: Result<AuditRecord, AuditFailure>) => void;
  readonly reject: (fault: unknown) => void;
}

class SegmentedLog implements AuditLog {
  readonly #files: LogFiles;
  readonly #lock: FileLock<AuditFailure>;
  readonly #clock: Clock;
  readonly #options: AppendOptions;
  readonly #waiting: Waiting[] = [];
  readonly #anchor: AnchorPort | undefined;
  #isCompared = false;
  #writing: Promise<void> | undefined;

  constructor(
    files: LogFiles,
    lock: FileLock<AuditFailure>,
    clock: Clock,
    options: AppendOptions,
    anchor: AnchorPort | undefined,
  ) {
    this.#anchor = anchor;
    this.#files = files;
    this.#lock = lock;
    this.#clock = clock;
    this.#options = options;
  }

  append(event: AuditEvent): Promise<Result<AuditRecord, AuditFailure>> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ event, atMs: this.#clock.nowMs(), resolve, reject });
      this.#writing ??= this.#writeAll();
    });
  }

  /** Writes waiting events in batches, because all events of a batch need only one flush. */
  async #writeAll(): Promise<void> {
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MAX_BATCH);
      try {
        await this.#write(batch);
      } catch (fault) {
        for (const { reject } of batch) reject(fault);
      }
    }
    this.#writing = undefined;
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    const written = await this.#lock.hold(async () => {
      const undamaged = await this.#expectUndamaged();
      return undamaged.ok ? await appendBatch(this.#files, this.#options, batch) : undamaged;
    });
    batch.forEach(({ resolve }, at) => {
      const record = written.ok ? written.value[at] : undefined;
      if (record !== undefined) resolve(ok(record));
      else if (!written.ok) resolve(written);
    });
  }

  /** Compares the log with its anchor before the first record. After that, `keepAnchor` does. */
  async #expectUndamaged(): Promise<Result<undefined, AuditFailure>> {
    if (this.#isCompared) return await expectNoDamageNote(this.#files);
    const undamaged = await expectUndamaged(this.#files, this.#anchor);
    this.#isCompared = undamaged.ok;
    return undamaged;
  }

  tail(count: number): Promise<Result<readonly AuditRecord[], AuditFailure>> {
    return this.#read((snapshot) => lastRecords(this.#files, snapshot, count));
  }

  forEach(take: (record: AuditRecord) => void): Promise<Result<number, AuditFailure>> {
    return this.#read((snapshot) => eachRecord(this.#files, snapshot, take));
  }

  async verify(): Promise<Result<AuditVerdict, AuditFailure>> {
    const undamaged = await expectNoDamageNote(this.#files);
    if (!undamaged.ok) return undamaged;
    const verdict = await this.#read((snapshot) => verifyLog(this.#files, snapshot));
    if (!verdict.ok && verdict.failure.reason === 'audit-damaged') {
      // Check again under the lock, because another process may have set the log aside.
      return await this.#lock.hold(() => verifyAndNote(this.#files, this.#anchor));
    }
    if (!verdict.ok) return verdict;
    const anchored = await this.#lock.hold(() => expectUndamaged(this.#files, this.#anchor));
    return anchored.ok ? verdict : anchored;
  }

  async #read<T>(
    work: (snapshot: LogSnapshot) => Promise<Result<T, AuditFailure>>,
  ): Promise<Result<T, AuditFailure>> {
    const snapshot = await this.#lock.hold(() => snapshotOf(this.#files));
    return snapshot.ok ? await work(snapshot.value) : snapshot;
  }

  setAside(): Promise<Result<LogSetAside | undefined, AuditFailure>> {
    return this.#lock.hold(() =>
      setAside(this.#files, this.#options, this.#anchor, this.#clock.nowMs()),
    );
  }

  keepAnchor(minAgeMs = 0): Promise<Result<undefined, AuditFailure>> {
    const nowMs = this.#clock.nowMs();
    return this.#lock.hold(() => keepAnchor(this.#files, this.#anchor, nowMs, minAgeMs));
  }

  unsent(): Promise<Result<Unsent, AuditFailure>> {
    return this.#read((snapshot) => unsentRecords(this.#files, snapshot));
  }

  markSent(position: SentPosition): Promise<Result<undefined, AuditFailure>> {
    return savePosition(this.#files, position);
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#lock.idle();
  }
}
