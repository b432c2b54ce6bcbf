import type { FreshHome } from '../fresh-home.ts';
import type { Ended, RunningProgram } from '../run-program.ts';
import type { SystemProgram } from '../system-programs/system-programs.ts';

/**
 * `unlocked`: the keyring with an open collection. `locked`: the same, its collection locked, and
 * nobody there to be asked. `prompting`: open, but once it is locked it asks for the password without
 * end. `denied`: open, but the bus lets nobody speak to it. `no-collection`: the service without any
 * collection. `no-keyring`: a session bus without a Secret Service. `no-bus`: no session bus.
 */
export type KeyringKind =
  'unlocked' | 'locked' | 'prompting' | 'denied' | 'no-collection' | 'no-keyring' | 'no-bus';

/** Where a keyring is started. */
export interface KeyringPlace {
  readonly home: FreshHome;
  /** The environment of a program in the session, its bus included. */
  readonly environment: Readonly<Record<string, string>>;
  /** Runs a program in the session to its end. */
  readonly run: (command: string, parameters: readonly string[], input?: string) => Promise<Ended>;
}

/** A program that offers `org.freedesktop.secrets`, and how it is had without a desktop. */
export interface KeyringService {
  readonly name: string;
  readonly programs: readonly SystemProgram[];
  /** What it can be besides what only the bus decides. */
  readonly kinds: readonly KeyringKind[];
  /** The object path of the collection that `default` stands for. */
  readonly collection: string;
  /** Starts it; whether it is ready the session finds out by asking for its collection. */
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
