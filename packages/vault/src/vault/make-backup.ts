import { fillAtomically } from '@postern/disk';
import { failed, ok, type Result } from '@postern/kernel';
import { CHUNK_BYTES, sealBody } from '../file/backup-body.ts';
import { sealBackup, type Backup, type BackupPart } from '../file/backup-file.ts';
import { checkPassphrase } from '../passphrase.ts';
import { readVerifiedSlots } from '../slots/read-slots.ts';
import type { VaultKeys } from '../slots/vault-keys.ts';
import type { VaultFailure } from '../vault-failure.ts';
import { readBackup, totalOf, type BackupFile, type BackupReport } from './open-backup.ts';
import { readRecords } from './read-records.ts';
import { storeOf, withLockHeld, type VaultContext } from './vault-context.ts';

export interface PartFile extends BackupPart {
  /** The file whose bytes are the part. It mustn't change meanwhile. */
  readonly path: string;
}

export interface BackupTarget extends BackupFile {
  /** Files that the backup contains beside the secrets. */
  readonly parts?: readonly PartFile[];
  /** Called while the parts are written, and again while the file is verified. */
  readonly onProgress?: (doneBytes: number, allBytes: number) => void;
}

/** Writes the whole content of the vault and the parts to one encrypted file, and verifies it. */
export async function backUp(
  context: VaultContext,
  keys: VaultKeys,
  target: BackupTarget,
): Promise<Result<BackupReport, VaultFailure>> {
  const fit = checkPassphrase(target.passphrase);
  if (!fit.ok) return fit;
  const free = await expectNoFile(context, target.file);
  if (!free.ok) return free;
  const { parts = [] } = target;
  const backup = await context.lock.hold(() => collect(withLockHeld(context), keys, parts));
  if (!backup.ok) return backup;
  const header = await sealBackup(backup.value, target.passphrase, context);
  if (!header.ok) return header;
  const written = await fillAtomically<VaultFailure>(
    context.disk,
    target.file,
    (temporary) => fill(context, temporary, header.value, backup.value, target),
    context.randomness,
  );
  return written.ok ? await verify(context, target) : written;
}

async function expectNoFile(
  { disk }: VaultContext,
  file: string,
): Promise<Result<undefined, VaultFailure>> {
  const there = await disk.size(file);
  const exists = there.ok ? there.value !== undefined : there.failure.reason === 'unsafe-file';
  if (exists) return failed({ reason: 'backup-exists', path: file });
  return there.ok ? ok() : there;
}

async function collect(
  context: VaultContext,
  { dataKey, stableKey }: VaultKeys,
  parts: readonly BackupPart[],
): Promise<Result<Backup, VaultFailure>> {
  const header = await readVerifiedSlots(context, dataKey);
  if (!header.ok) return header;
  const records = await readRecords(storeOf(context, header.value.storage, dataKey));
  if (!records.ok) return records;
  const { clock, randomness } = context;
  return ok({
    vaultId: dataKey.vaultId,
    createdAtMs: clock.nowMs(),
    dataKeyId: dataKey.id,
    dataKey: dataKey.expose((bytes) => Uint8Array.from(bytes)),
    stableKey: stableKey.expose((bytes) => Uint8Array.from(bytes)),
    records: records.value,
    ...(parts.length === 0 ? {} : { body: { key: randomness.bytes(32), parts } }),
  });
}

async function fill(
  { disk }: VaultContext,
  temporary: string,
  header: Uint8Array,
  { body }: Backup,
  { parts = [], onProgress }: BackupTarget,
): Promise<Result<undefined, VaultFailure>> {
  const created = await disk.createFile(temporary, header);
  if (!created.ok || body === undefined) return created;
  const total = totalOf(parts);
  const reader = new PartReader(disk, parts);
  let done = 0;
  return await sealBody(
    { key: body.key, header },
    total,
    (count) => reader.next(count),
    async (chunk) => {
      const appended = await disk.append(temporary, chunk);
      done += CHUNK_BYTES;
      onProgress?.(Math.min(done, total), 2 * total);
      return appended;
    },
  );
}

/** Reads files one after another, as if they were one. */
class PartReader {
  readonly #disk: VaultContext['disk'];
  readonly #parts: readonly PartFile[];
  #index = 0;
  #at = 0;

  constructor(disk: VaultContext['disk'], parts: readonly PartFile[]) {
    this.#disk = disk;
    this.#parts = parts;
  }

  async next(count: number): Promise<Result<Uint8Array, VaultFailure>> {
    const pieces: Uint8Array[] = [];
    let missing = count;
    while (missing > 0) {
      const part = this.#parts[this.#index];
      if (part === undefined) break;
      const wanted = Math.min(missing, part.bytes - this.#at);
      const piece = await this.#disk.readAt(part.path, this.#at, wanted);
      if (!piece.ok) return piece;
      if (piece.value.length < wanted) return failed({ reason: 'copy-differs' });
      pieces.push(piece.value);
      missing -= wanted;
      this.#at += wanted;
      if (this.#at === part.bytes) {
        this.#index += 1;
        this.#at = 0;
      }
    }
    return ok(Buffer.concat(pieces));
  }
}

async function verify(
  context: VaultContext,
  target: BackupTarget,
): Promise<Result<BackupReport, VaultFailure>> {
  const back = await readBackup(context, target);
  if (!back.ok) return back;
  const total = totalOf(target.parts ?? []);
  let done = total;
  const whole = await back.value.extract((_part, piece) => {
    done += piece.length;
    target.onProgress?.(done, 2 * total);
    return Promise.resolve(ok());
  });
  return whole.ok ? ok(back.value.report) : whole;
}
