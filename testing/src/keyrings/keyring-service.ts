import type { FreshHome } from '../fresh-home.ts';
import type { Ended, RunningProgram } from '../run-program.ts';
import type { SystemProgram } from '../system-programs/system-programs.ts';

/**
 * `unlocked`: the keyring with an unlocked collection. `locked`: its collection is locked, and
 * there is no prompt. `prompting`: unlocked, but after a lock it shows a password prompt that never
 * ends. `denied`: unlocked, but the bus forbids all calls to it. `no-collection`: the service
 * without a collection. `no-keyring`: a session bus without a Secret Service. `no-bus`: no session
 * bus.
 */
export type KeyringKind =
  'unlocked' | 'locked' | 'prompting' | 'denied' | 'no-collection' | 'no-keyring' | 'no-bus';

/** The session in which a keyring is started. */
export interface KeyringPlace {
  readonly home: FreshHome;
  /** The environment of a program in the session, including its bus. */
  readonly environment: Readonly<Record<string, string>>;
  /** Runs a program in the session to its end. */
  readonly run: (command: string, parameters: readonly string[], input?: string) => Promise<Ended>;
}

/** A program that provides `org.freedesktop.secrets`, and how to run it without a desktop. */
export interface KeyringService {
  readonly name: string;
  readonly programs: readonly SystemProgram[];
  /** The kinds that it supports, apart from those that only the bus decides. */
  readonly kinds: readonly KeyringKind[];
  /** The object path of the collection with the alias `default`. */
  readonly collection: string;
  /** Starts it. The session waits until its collection exists. */
  start(place: KeyringPlace, kind: KeyringKind): Promise<RunningProgram>;
  lock(place: KeyringPlace): Promise<void>;
}

/** Calls a method of the Secret Service API with one parameter, in the notation of `gdbus`. */
export async function callSecretService(
  run: KeyringPlace['run'],
  method: string,
  parameter: string,
): Promise<Ended> {
  return await run('gdbus', [
    ...['call', '--session', '--timeout', '10'],
    ...['--dest', 'org.freedesktop.secrets', '--object-path', '/org/freedesktop/secrets'],
    ...['--method', `org.freedesktop.Secret.Service.${method}`, parameter],
  ]);
}
