import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { PRIVATE_DIRECTORY, PRIVATE_FILE } from '@postern/disk';
import {
  errnoOf,
  failed,
  ok,
  revealSecret,
  Secret,
  sortableId,
  type Result,
} from '@postern/kernel';
import {
  MAX_RESTORE_BYTES,
  problem,
  problemSaying,
  RESTORE_PART_BYTES,
  RestoreInputSchema,
  RestoreRunInputSchema,
  type Problem,
  type RestoreOutcome,
  type RestoreRunInput,
} from '@postern/protocol';
import { Hono, type Context } from 'hono';
import { contentsOf } from '../backup/backup-contents.ts';
import { transferDirectory } from '../backup/backup-places.ts';
import { describeBackupFailure } from '../backup/extract-backup.ts';
import {
  restoreAsNew,
  restoreOver,
  type OpenedBackup,
  type RestoredHere,
} from '../backup/restore-in-process.ts';
import type { RestorePlace } from '../backup/restore-backup.ts';
import type { Postern } from '../postern.ts';
import type { Session } from '../server/sessions.ts';
import { failureResponse, limitBody, parseBody } from './answers.ts';
import type { AppApiParts } from './app-api-parts.ts';
import type { AppEnv } from './require-session.ts';
import { stateOf } from './state-routes.ts';
import { operationParts, streamOperation } from './stream-operation.ts';

/** A restore that a page prepares. */
interface Preparing {
  /** The file that the page sends, encrypted as it is. */
  readonly sent: string;
  bytes: number;
  opened: OpenedBackup | undefined;
}

/** Restores a backup that a page sends, or a file of this machine: into a new vault, or over the present one. */
export function restoreRoutes(parts: AppApiParts): Hono<AppEnv> {
  const { postern } = parts;
  const app = new Hono<AppEnv>();
  const preparing = new WeakMap<Session, Preparing>();
  const forget = (session: Session): void => {
    const found = preparing.get(session);
    preparing.delete(session);
    if (found !== undefined) rmSync(found.sent, { force: true });
  };
  app.post('/restores', (context) => {
    forget(context.get('session'));
    const begun = begin(postern);
    if (!begun.ok) return failureResponse(begun.failure);
    preparing.set(context.get('session'), begun.value);
    return context.body(null, 204);
  });
  app.delete('/restores', (context) => {
    forget(context.get('session'));
    return context.body(null, 204);
  });
  app.post('/restores/bytes', limitBody(RESTORE_PART_BYTES), async (context) => {
    const found = preparing.get(context.get('session'));
    const bytes = new Uint8Array(await context.req.arrayBuffer());
    if (found === undefined || context.req.query('at') !== String(found.bytes)) {
      return failureResponse(problem('REQUEST_INVALID'));
    }
    const added = addBytes(found, bytes);
    if (added.ok) return context.body(null, 204);
    // A full disk keeps nothing of it.
    forget(context.get('session'));
    return failureResponse(added.failure);
  });
  app.post('/restores/open', async (context) => {
    const input = await parseBody(context, RestoreInputSchema);
    if (!input.ok) return input.response;
    const found = preparing.get(context.get('session'));
    if (found === undefined) return failureResponse(problem('REQUEST_INVALID'));
    const { path = found.sent, backupPassphrase } = input.value;
    if (!isAbsolute(path)) return failureResponse(NOT_ABSOLUTE);
    const passphrase = Secret.of(backupPassphrase);
    const backup = await postern.vault.openBackup({ file: path, passphrase });
    if (!backup.ok) return failureResponse(describeBackupFailure(backup.failure));
    const contents = contentsOf(backup.value, postern.vault);
    if (!contents.ok) return failureResponse(contents.failure);
    found.opened = { backup: backup.value, passphrase };
    return context.json(contents.value);
  });
  app.post('/restores/run', async (context) => {
    const input = await parseBody(context, RestoreRunInputSchema);
    if (!input.ok) return input.response;
    const session = context.get('session');
    const opened = preparing.get(session)?.opened;
    if (opened === undefined) return failureResponse(problem('REQUEST_INVALID'));
    return run(parts, context, opened, input.value, () => {
      forget(session);
    });
  });
  return app;
}

const NOT_ABSOLUTE = problemSaying(
  'REQUEST_INVALID',
  'The path must begin at the root.',
  {},
  'Enter the whole path of the file, such as /home/me/postern.postern-backup.',
);

function begin({ home, clock, randomness }: Postern): Result<Preparing, Problem> {
  const directory = transferDirectory(home);
  const name = sortableId(clock.nowMs(), randomness);
  const sent = join(directory, `${name}.postern-backup`);
  return onDisk(sent, () => {
    mkdirSync(directory, { recursive: true, mode: PRIVATE_DIRECTORY });
    writeFileSync(sent, '', { mode: PRIVATE_FILE, flag: 'wx' });
    return { sent, bytes: 0, opened: undefined };
  });
}

function addBytes(to: Preparing, bytes: Uint8Array): Result<undefined, Problem> {
  if (to.bytes + bytes.length > MAX_RESTORE_BYTES) return failed(problem('REQUEST_TOO_LARGE'));
  const added = onDisk(to.sent, () => {
    appendFileSync(to.sent, bytes);
  });
  if (!added.ok) return added;
  to.bytes += bytes.length;
  return ok();
}

function onDisk<T>(path: string, effect: () => T): Result<T, Problem> {
  try {
    return ok(effect());
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    const code = errno === 'ENOSPC' || errno === 'EDQUOT' ? 'DISK_FULL' : 'HOME_READ_ONLY';
    return failed(problem(code, `Can't write ${path}.`));
  }
}

/** Every session ends when a vault is replaced, so the last event has a launch code for the page. */
function run(
  parts: AppApiParts,
  context: Context<AppEnv>,
  opened: OpenedBackup,
  input: RestoreRunInput,
  forget: () => void,
): Response {
  const { postern, sessions } = parts;
  const isNew = 'storage' in input;
  return streamOperation<RestoreOutcome>(context, {
    ...operationParts(parts),
    run: async (onProgress, signal) => {
      const restored = await restoreHere(postern, opened, input, { onProgress, signal });
      if (!restored.ok) return restored;
      const { report, recoveryCode, problem: failure } = restored.value;
      // After a failure the user can try again with the same file, if the session is still there.
      if (report !== undefined || !isNew) forget();
      if (!isNew) sessions.endLocked();
      return ok({
        report: report ?? null,
        ...(recoveryCode === undefined ? {} : { recoveryCode: revealSecret(recoveryCode) }),
        ...(isNew ? {} : { launchCode: sessions.newLaunchCode() }),
        ...(failure === undefined ? {} : { problem: failure }),
        state: stateOf(parts),
      });
    },
  });
}

async function restoreHere(
  postern: Postern,
  opened: OpenedBackup,
  input: RestoreRunInput,
  follow: Pick<RestorePlace, 'onProgress' | 'signal'>,
): Promise<Result<RestoredHere, Problem>> {
  if (!('storage' in input)) return await restoreOver(postern, opened, input, follow);
  const { storage, newPassphrase: passphrase } = input;
  const chosen = { storage, ...(passphrase === undefined ? {} : { passphrase }) };
  return await restoreAsNew(postern, opened, chosen, follow);
}
