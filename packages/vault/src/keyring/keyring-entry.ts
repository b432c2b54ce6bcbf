import { AsyncEntry } from '@napi-rs/keyring';

/**
 * One entry of the operating system's keyring. A file of its own, so that the native library, which
 * is most of what a short command loads, is loaded when a keyring is first asked.
 */
export function keyringEntry(service: string, account: string): AsyncEntry {
  return new AsyncEntry(service, account, { linux: { store: 'secret-service' } });
}
