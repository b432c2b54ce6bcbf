import { Fault, Secret } from '@postern/kernel';
import type { DataKey } from '../slots/data-key.ts';
import type { LastingKey } from '../slots/lasting-key.ts';

/** What keys are derived for: part of every derived key, so that it never changes its meaning. */
const PURPOSE = /^[a-z0-9][a-z0-9./-]{0,99}$/;

/** A key for one purpose outside of the vault, 32 bytes as 64 hexadecimal digits. */
export function applicationKey(root: DataKey | LastingKey, purpose: string): Secret {
  if (!PURPOSE.test(purpose)) throw new Fault('not a valid purpose');
  return Secret.of(root.derive(`postern/v1/app/${purpose}`).toString('hex'));
}
