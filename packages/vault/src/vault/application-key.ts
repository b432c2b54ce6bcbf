import { Fault, Secret } from '@postern/kernel';
import type { DataKey } from '../slots/data-key.ts';
import type { StableKey } from '../slots/stable-key.ts';

/** A purpose is part of the key derivation, so it must never be reused for something else. */
const PURPOSE = /^[a-z0-9][a-z0-9./-]{0,99}$/;

/** Derives a key for one purpose outside the vault, 32 bytes as 64 hexadecimal digits. */
export function applicationKey(root: DataKey | StableKey, purpose: string): Secret {
  if (!PURPOSE.test(purpose)) throw new Fault('not a valid purpose');
  return Secret.of(root.derive(`postern/v1/app/${purpose}`).toString('hex'));
}
