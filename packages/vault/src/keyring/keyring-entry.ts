import { AsyncEntry } from '@napi-rs/keyring';

/**
 * One entry of the operating system's keyring. In its own file, so that the native library is loaded
 * only when the keyring is first used: loading it takes most of the time of a short command.
 */
export function keyringEntry(service: string, account: string): AsyncEntry {
  return new AsyncEntry(service, account, { linux: { store: 'secret-service' } });
}
