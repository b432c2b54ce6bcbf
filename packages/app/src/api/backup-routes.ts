import { createReadStream, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { PRIVATE_DIRECTORY } from '@postern/disk';
import { errnoOf, failed, ok, Secret, type Result } from '@postern/kernel';
import {
  BackupInputSchema,
  KnownBackupInputSchema,
  problem,
  VerifyInputSchema,
  type BackupContents,
  type BackupInput,
  type CreatedBackup,
  type Problem,
} from '@postern/protocol';
import { Hono } from 'hono';
import { savedDirectory, timeInName, transferDirectory } from '../backup/backup-places.ts';
import { discardCopies } from '../backup/collect-parts.ts';
import { deleteBackup, findBackup, listBackups } from '../backup/home-backups.ts';
import { checkBackup } from '../backup/make-backup.ts';
import { rememberBackup } from '../erase/known-backups.ts';
import type { Postern } from '../postern.ts';
import type { Session } from '../server/sessions.ts';
import { proofOf, proveUser } from '../vault/prove.ts';
import { failureResponse, parseBody } from './answers.ts';
import type { AppApiParts } from './app-api-parts.ts';
import { cancelledByLock } from './cancelled-by-lock.ts';
import { lockedFailure } from './conversation-routes.ts';
import type { AppEnv } from './require-session.ts';
import { operationParts, streamOperation } from './stream-operation.ts';

/** Makes, lists, checks and deletes backups. */
export function backupRoutes(parts: AppApiParts): Hono<AppEnv> {
  const { postern } = parts;
  const app = new Hono<AppEnv>();
  const whileUnlocked = cancelledByLock(postern);
  // One for each session. What its page doesn't get is removed when it makes another one, and at the next start.
  const downloads = new WeakMap<Session, string>();
  const forget = (session: Session): void => {
    const file = downloads.get(session);
    downloads.delete(session);
    if (file !== undefined) rmSync(file, { force: true });
  };
  app.use('/backups/*', async (_context, next) => {
    if (postern.stores() === undefined) return failureResponse(lockedFailure(postern));
    await next();
    return undefined;
  });
  app.post('/backups', async (context) => {
    const input = await parseBody(context, BackupInputSchema);
    if (!input.ok) return input.response;
    const session = context.get('session');
    const proven = await prove(postern, input.value);
    if (!proven.ok) return failureResponse(proven.failure);
    return streamOperation(context, {
      ...operationParts(parts),
      run: (onProgress, left) =>
        whileUnlocked(AbortSignal.any([left, session.ended]), async (signal) => {
          forget(session);
          const file = placeFor(postern, input.value.to);
          if (!file.ok) return file;
          const request = { file: file.value, signal, onProgress: onProgress.bind(null, 'saving') };
          const made = await backUp(parts, input.value, request);
          if (made.ok && made.value.path === null) downloads.set(session, file.value);
          return made;
        }),
    });
  });
  app.get('/backups/download', (context) => {
    const session = context.get('session');
    const file = downloads.get(session);
    downloads.delete(session);
    if (file === undefined) return failureResponse(problem('BACKUP_NOT_FOUND'));
    const { home, clock } = postern;
    const known = rememberBackup(home.dataDir, { madeAtMs: clock.nowMs(), path: null });
    return known.ok ? download(file) : failureResponse(known.failure);
  });
  addKnown(app, parts, whileUnlocked);
  return app;
}

/** What can be done with the backups that this home knows of. */
function addKnown(
  app: Hono<AppEnv>,
  parts: AppApiParts,
  whileUnlocked: ReturnType<typeof cancelledByLock>,
): void {
  const { postern } = parts;
  app.get('/backups', async () => Response.json(await listBackups(postern)));
  app.post('/backups/verify', async (context) => {
    const input = await parseBody(context, VerifyInputSchema);
    if (!input.ok) return input.response;
    const { path, backupPassphrase } = input.value;
    const found = await findBackup(postern, { path });
    if (found === undefined) return failureResponse(problem('BACKUP_NOT_FOUND'));
    const file = { file: path, passphrase: Secret.of(backupPassphrase) };
    return streamOperation<BackupContents>(context, {
      ...operationParts(parts),
      run: (onProgress, left) =>
        whileUnlocked(AbortSignal.any([left, context.get('session').ended]), (signal) =>
          checkBackup(postern.vault, file, {
            signal,
            onProgress: onProgress.bind(null, 'reading'),
          }),
        ),
    });
  });
  app.post('/backups/delete', async (context) => {
    const input = await parseBody(context, KnownBackupInputSchema);
    if (!input.ok) return input.response;
    const deleted = await deleteBackup(postern, input.value);
    return deleted.ok ? context.body(null, 204) : failureResponse(deleted.failure);
  });
}

/** A backup contains every key, so an unlocked vault isn't enough to make one. */
async function prove(postern: Postern, input: BackupInput): Promise<Result<undefined, Problem>> {
  return await postern.unlocking(async () => await proveUser(postern, proofOf(input)));
}

/** A new file's path, in a directory for this user alone. */
function placeFor({ home, clock }: Postern, to: BackupInput['to']): Result<string, Problem> {
  const directory = to === 'home' ? savedDirectory(home) : transferDirectory(home);
  try {
    mkdirSync(directory, { recursive: true, mode: PRIVATE_DIRECTORY });
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    const code = errno === 'ENOSPC' ? 'DISK_FULL' : 'HOME_READ_ONLY';
    return failed(problem(code, `Can't write ${directory}.`));
  }
  return ok(join(directory, `postern-${timeInName(clock.nowMs())}.postern-backup`));
}

async function backUp(
  { postern, program }: AppApiParts,
  { backupPassphrase, passphrase, to, without = [] }: BackupInput,
  request: Pick<Parameters<AppApiParts['program']['backUp']>[0], 'file' | 'signal' | 'onProgress'>,
): Promise<Result<CreatedBackup, Problem>> {
  const { file, signal } = request;
  const needsPassphrase = postern.vault.storage === 'file' && passphrase !== undefined;
  const made = await program.backUp({
    ...request,
    passphrase: needsPassphrase ? Secret.of(passphrase) : undefined,
    backupPassphrase: Secret.of(backupPassphrase),
    without,
  });
  if (!made.ok) {
    removeUnfinished(file);
    discardCopies(postern.home);
    return signal.aborted ? failed(problem('CANCELLED')) : made;
  }
  const { size: bytes } = statSync(file);
  return ok({ contents: made.value, bytes, path: to === 'browser' ? null : file });
}

/** What a process that was ended left: the file isn't verified, or has a temporary name. */
function removeUnfinished(file: string): void {
  const name = basename(file);
  const isMeant = (each: string): boolean => each === name || each.startsWith(`.${name}.`);
  for (const each of readdirSync(dirname(file)).filter(isMeant)) {
    rmSync(join(dirname(file), each), { force: true });
  }
}

/** The file is removed when it was sent, or when the browser went away. */
function download(file: string): Response {
  const size = statSync(file, { throwIfNoEntry: false })?.size;
  if (size === undefined) return failureResponse(problem('BACKUP_NOT_FOUND'));
  const stream = createReadStream(file);
  stream.once('close', () => {
    rmSync(file, { force: true });
  });
  return new Response(Readable.toWeb(stream) as ReadableStream<Uint8Array>, {
    headers: {
      'content-type': 'application/octet-stream',
      'content-length': String(size),
      'content-disposition': 'attachment; filename="postern.postern-backup"',
    },
  });
}
