import { closeSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { failed, ok, Secret, type Result } from '@postern/kernel';
import type { Environment } from '../config/environment.ts';
import { described, type Described } from '../failure/described.ts';
import { askHidden } from './prompt.ts';
import type { Terminal } from './terminal.ts';

export interface PassphraseSources {
  readonly terminal: Terminal;
  readonly environment: Environment;
  readonly passphraseFd: number | undefined;
}

/** The file of the passphrase among systemd's credentials. */
const CREDENTIAL_NAME = 'postern-passphrase';

/**
 * The passphrase from the first place that has one: the named file descriptor, the systemd
 * credential `postern-passphrase`, the environment (with a warning: other programs of the same
 * user can read it), the person at the terminal, whose keyboard is asked also where standard input
 * is something else.
 */
export async function findPassphrase(
  sources: PassphraseSources,
  question: string,
): Promise<Result<Secret, Described>> {
  const given = givenPassphrase(sources);
  if (given !== undefined) return given;
  const typed = await askHidden(sources.terminal, question);
  if (typed === 'nobody') {
    return failed(
      described(
        'VAULT_LOCKED',
        'The vault is locked and there is no terminal to ask for the passphrase.',
      ),
    );
  }
  return typed === undefined ? failed(described('VAULT_LOCKED')) : ok(typed);
}

/** Whether the passphrase would come from the person at the terminal, who may mistype it. */
export function asksForPassphrase(sources: PassphraseSources): boolean {
  const { passphraseFd, environment, terminal } = sources;
  const { credentialsDirectory: directory } = environment;
  const hasCredential = directory !== undefined && existsSync(join(directory, CREDENTIAL_NAME));
  const given = passphraseFd !== undefined || environment.passphrase !== undefined;
  return terminal.interactive && !given && !hasCredential;
}

/** A passphrase that was given without asking; undefined where none was. */
export function givenPassphrase(sources: PassphraseSources): Result<Secret, Described> | undefined {
  const { passphraseFd, environment, terminal } = sources;
  if (passphraseFd !== undefined) return readPassphraseFrom(passphraseFd);
  if (environment.credentialsDirectory !== undefined) {
    const text = readLine(join(environment.credentialsDirectory, CREDENTIAL_NAME));
    if (text !== undefined) return ok(text);
  }
  if (environment.passphrase === undefined) return undefined;
  terminal.note(
    'postern: WARNING: the passphrase comes from POSTERN_PASSPHRASE; every program of this user ' +
      'can read it. Use --passphrase-fd or a systemd credential instead.',
  );
  return ok(Secret.of(environment.passphrase));
}

/** The passphrase on an open file descriptor, which is closed after it. */
export function readPassphraseFrom(fd: number): Result<Secret, Described> {
  const text = readDescriptor(fd);
  if (text !== undefined) return ok(text);
  return failed(described('USAGE', `File descriptor ${String(fd)} cannot be read.`));
}

function readDescriptor(fd: number): Secret | undefined {
  const text = readLine(fd);
  // One that cannot be read is none that was given, and may be one of the process's own.
  if (text !== undefined) closeSync(fd);
  return text;
}

function readLine(from: string | number): Secret | undefined {
  try {
    return Secret.of(readFileSync(from, 'utf8').replace(/\r?\n$/, ''));
  } catch {
    return undefined;
  }
}
