import type { Disk } from '@postern/disk';
import { failed, ok, type Result, type Secret } from '@postern/kernel';
import type { VaultId } from '@postern/protocol';
import { openBody, sealedLength } from '../file/backup-body.ts';
import { backupKind, openBackup, type Backup, type BackupPart } from '../file/backup-file.ts';
import { parseSealedJson } from '../file/sealed-json.ts';
import type { KdfCosts } from '../kdf-costs.ts';
import { DataKey } from '../slots/data-key.ts';
import { StableKey } from '../slots/stable-key.ts';
import type { VaultFailure } from '../vault-failure.ts';
import { applicationKey } from './application-key.ts';
import type { VaultSeed } from './create-vault.ts';

export interface BackupFile {
  /** The backup file. */
  readonly file: string;
  /** The backup's own passphrase. */
  readonly passphrase: Secret;
}

export interface BackupReport {
  /** When the backup was made, in milliseconds since the epoch. */
  readonly createdAtMs: number;
  readonly names: readonly string[];
}

/** A backup whose secrets are open. Its parts are read from the file when they are extracted. */
export class OpenBackup {
  readonly #disk: Pick<Disk, 'readAt'>;
  readonly #file: string;
  readonly #header: Uint8Array;
  readonly #backup: Backup;

  constructor(disk: Pick<Disk, 'readAt'>, file: string, header: Uint8Array, backup: Backup) {
    this.#disk = disk;
    this.#file = file;
    this.#header = header;
    this.#backup = backup;
  }

  /** The vault that it was made of. */
  get vaultId(): VaultId {
    return this.#backup.vaultId;
  }

  /** What it has beside the secrets, in the order in which it is extracted. */
  get parts(): readonly BackupPart[] {
    return this.#backup.body?.parts ?? [];
  }

  get report(): BackupReport {
    const { createdAtMs, records } = this.#backup;
    return { createdAtMs, names: records.map(({ name }) => name) };
  }

  get records(): Backup['records'] {
    return this.#backup.records;
  }

  /** The key that `Vault.deriveKey` had for this purpose when the backup was made. */
  deriveKey(purpose: string): Secret {
    return applicationKey(this.#dataKey(), purpose);
  }

  /** The keys and secrets, to create a vault from. */
  seed(generation: number): VaultSeed {
    const { vaultId, stableKey, records } = this.#backup;
    const keys = { dataKey: this.#dataKey(), stableKey: new StableKey(vaultId, stableKey) };
    return { keys, records, generation };
  }

  /**
   * Decrypts every part, and hands it over in pieces. Only after the last piece it is certain that the file is
   * whole and unchanged. Without `take`, it is only checked.
   */
  async extract(
    take: (part: BackupPart, piece: Uint8Array) => Promise<Result<undefined, VaultFailure>>,
  ): Promise<Result<undefined, VaultFailure>> {
    const { body } = this.#backup;
    if (body === undefined) return ok();
    const left = body.parts.map((part) => ({ part, bytes: part.bytes }));
    const key = { key: body.key, header: this.#header };
    return await openBody(this.#disk, this.#file, key, totalOf(body.parts), async (content) => {
      let at = 0;
      while (at < content.length) {
        const current = left.find(({ bytes }) => bytes > 0);
        if (current === undefined) break;
        const piece = content.subarray(at, at + current.bytes);
        const taken = await take(current.part, piece);
        if (!taken.ok) return taken;
        current.bytes -= piece.length;
        at += piece.length;
      }
      return ok();
    });
  }

  #dataKey(): DataKey {
    const { vaultId, dataKeyId, dataKey } = this.#backup;
    return new DataKey(vaultId, dataKeyId, Uint8Array.from(dataKey));
  }
}

export function totalOf(parts: readonly BackupPart[]): number {
  return parts.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Opens a backup with its passphrase. Checks its secrets and its size, but not the content of its parts. */
export async function readBackup(
  { disk, kdfCosts }: { readonly disk: Disk; readonly kdfCosts: KdfCosts },
  { file, passphrase }: BackupFile,
): Promise<Result<OpenBackup, VaultFailure>> {
  const found = await readHeader(disk, file);
  if (!found.ok) return found;
  if (found.value === undefined) return failed({ reason: 'backup-missing', path: file });
  const { header, size } = found.value;
  const opened = await openBackup(header, { file, passphrase }, kdfCosts);
  if (!opened.ok) return opened;
  const { body } = opened.value;
  const bodyBytes = body === undefined ? 0 : sealedLength(totalOf(body.parts));
  if (size !== header.length + bodyBytes) {
    return failed({ reason: 'vault-damaged', file, damage: 'malformed' });
  }
  return ok(new OpenBackup(disk, file, header, opened.value));
}

/** The vault that a backup was made of; undefined if the file isn't a backup. Needs no passphrase. */
export async function originOfBackup(
  { disk, kdfCosts }: { readonly disk: Disk; readonly kdfCosts: KdfCosts },
  file: string,
): Promise<VaultId | undefined> {
  const found = await readHeader(disk, file);
  if (!found.ok || found.value === undefined) return undefined;
  const sealed = parseSealedJson(backupKind(file), found.value.header, kdfCosts);
  return sealed.ok ? sealed.value.vaultId : undefined;
}

const PIECE_BYTES = 65_536;
const LINE_FEED = 0x0a;

interface FoundHeader {
  /** The first line, with its line feed if it has one. */
  readonly header: Uint8Array;
  /** Of the whole file. */
  readonly size: number;
}

/** The first line of a file; undefined if there is no such file. */
async function readHeader(
  disk: Pick<Disk, 'size' | 'readAt'>,
  file: string,
): Promise<Result<FoundHeader | undefined, VaultFailure>> {
  const size = await disk.size(file);
  if (!size.ok) return size;
  if (size.value === undefined) return ok(undefined);
  const { maxBytes } = backupKind(file);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at <= maxBytes; at += PIECE_BYTES) {
    const piece = await disk.readAt(file, at, PIECE_BYTES);
    if (!piece.ok) return piece;
    const end = piece.value.indexOf(LINE_FEED);
    pieces.push(end === -1 ? piece.value : piece.value.subarray(0, end + 1));
    if (end !== -1 || piece.value.length < PIECE_BYTES) break;
  }
  return ok({ header: Buffer.concat(pieces), size: size.value });
}
