import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { failed, ok, Secret, type Result } from '@postern/kernel';
import { problem, type Problem } from '@postern/protocol';
import type { Environment } from '../config/environment.ts';
import { askHidden } from './prompt.ts';
import type { Terminal } from './terminal.ts';

export interface PassphraseSources {
  readonly terminal: Terminal;
  readonly environment: Environment;
  readonly passphraseFd: number | undefined;
}

/** The name of the passphrase among systemd's credentials. */
const CREDENTIAL_NAME = 'postern-passphrase';

/**
 * Gets the passphrase from the first source that has one: the given file descriptor, the systemd
 * credential `postern-passphrase`, the environment (with a warning, because other programs of the
 * same user can read it), or the user at the terminal, even if standard input is redirected.
 */
export async function findPassphrase(
  sources: PassphraseSources,
  question: string,
): Promise<Result<Secret, Problem>> {
  const given = givenPassphrase(sources);
  if (given !== undefined) return given;
  const typed = await askHidden(sources.terminal, question);
  if (typed === 'nobody') {
    return failed(
      problem(
        'VAULT_LOCKED',
        'The vault is locked, and there is no terminal to ask for the passphrase.',
      ),
    );
  }
  return typed === undefined ? failed(problem('VAULT_LOCKED')) : ok(typed);
}

/**
 * Gets the passphrase of an unlocked vault from the same sources. `why` explains what it is needed
 * for.
 */
export async function presentPassphrase(
  sources: PassphraseSources,
  why: string,
): Promise<Result<Secret, Problem>> {
  const given = givenPassphrase(sources);
  if (given !== undefined) return given;
  const typed = await askHidden(sources.terminal, 'Vault passphrase: ');
  if (typed === undefined) return failed(problem('CANCELLED'));
  if (typed !== 'nobody') return ok(typed);
  const remedy = 'Run the command in a terminal, or pass the passphrase with --passphrase-fd N.';
  return failed(problem('VAULT_PASSPHRASE_UNFIT', why, remedy));
}

/** Whether the user at the terminal types the passphrase, and so may mistype it. */
export function asksForPassphrase(sources: PassphraseSources): boolean {
  const { passphraseFd, environment, terminal } = sources;
  const { credentialsDirectory: directory } = environment;
  const hasCredential = directory !== undefined && existsSync(join(directory, CREDENTIAL_NAME));
  const given = passphraseFd !== undefined || environment.passphrase !== undefined;
  return terminal.interactive && !given && !hasCredential;
}

/** Returns a passphrase that was passed without a prompt; undefined if none was. */
export function givenPassphrase(sources: PassphraseSources): Result<Secret, Problem> | undefined {
  const { passphraseFd, environment, terminal } = sources;
  if (passphraseFd !== undefined) return readPassphraseFrom(passphraseFd);
  if (environment.credentialsDirectory !== undefined) {
    const secret = readCredential(join(environment.credentialsDirectory, CREDENTIAL_NAME));
    if (secret !== undefined) return ok(secret);
  }
  if (environment.passphrase === undefined) return undefined;
  terminal.note(
    'postern: WARNING: the passphrase comes from POSTERN_PASSPHRASE, which every program of this user ' +
      'can read. Use --passphrase-fd or a systemd credential instead.',
  );
  return ok(Secret.of(environment.passphrase));
}

/** Reads the passphrase from an open file descriptor and closes it. */
export function readPassphraseFrom(fd: number): Result<Secret, Problem> {
  const text = readDescriptor(fd);
  if (text !== undefined) return ok(text);
  return failed(problem('USAGE', `Can't read file descriptor ${String(fd)}.`));
}

function readDescriptor(fd: number): Secret | undefined {
  const secret = readLine(fd);
  // An unreadable descriptor wasn't passed by the user, and may belong to this process.
  if (secret !== undefined) closeSync(fd);
  return secret;
}

function readCredential(path: string): Secret | undefined {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return undefined;
  }
  const secret = readLine(fd);
  closeSync(fd);
  return secret;
}

/** Longer than any passphrase. */
const MAX_BYTES = 65_536;

/** Reads everything but a final newline, into a single byte buffer that can be overwritten. */
function readLine(fd: number): Secret | undefined {
  const bytes = Buffer.alloc(MAX_BYTES);
  try {
    let length = 0;
    for (let read = -1; read !== 0; length += read) {
      if (length === MAX_BYTES) return undefined;
      read = readSync(fd, bytes, length, MAX_BYTES - length, null);
    }
    if (bytes[length - 1] === LINE_FEED) length -= bytes[length - 2] === CARRIAGE_RETURN ? 2 : 1;
    return Secret.ofBytes(bytes.subarray(0, length));
  } catch {
    return undefined;
  } finally {
    bytes.fill(0);
  }
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
