import { isJsonObject, parseJson, revealSecret, Secret } from '@postern/kernel';
import type { JsonObject, JsonValue } from '@postern/kernel';
import type { SecretName, VaultId } from '@postern/protocol';
import { withDigest, withoutDigest } from '../primitives/digested-json.ts';

/**
 * The name of a secret's entry (the attribute `username`). The vault's id is part of it because a
 * person can have two vaults. Other entries begin with `+`, which no secret's name does.
 */
export function secretAccount(vault: VaultId, name: SecretName): string {
  return `${name}@${vault}`;
}

export function indexAccount(vault: VaultId): string {
  return `+index@${vault}`;
}

export function slotAccount(vault: VaultId, slotId: string): string {
  return `+slot.${slotId}@${vault}`;
}

/** The anchor's entry, if the keyring opens the vault or stores its secrets. */
export function anchorAccount(vault: VaultId): string {
  return `+anchor@${vault}`;
}

/** The entry of a stable key for one purpose. */
export function stableKeyAccount(vault: VaultId, purpose: string): string {
  return `+key.${purpose.replaceAll('/', '-')}@${vault}`;
}

const VERSION = 1;
const MAX_ENTRY_LENGTH = 4_194_304;

/**
 * The value of an entry, as JSON. It contains its own account, to detect a value copied from another
 * entry, and ends with a digest, to detect damage.
 */
export function sealEntry(account: string, members: JsonObject): Secret {
  return Secret.of(withDigest(JSON.stringify({ v: VERSION, account, ...members })));
}

export type OpenedEntry =
  | { readonly state: 'sound'; readonly members: JsonObject }
  | { readonly state: 'newer' }
  | { readonly state: 'malformed' };

export function openEntry(account: string, value: Secret): OpenedEntry {
  const text = revealSecret(value);
  const whole = withoutDigest(text.length > MAX_ENTRY_LENGTH ? '' : text);
  const json = parseJson(whole.ok ? whole.value : '', { maxLength: MAX_ENTRY_LENGTH, maxDepth: 8 });
  if (!json.ok || !isJsonObject(json.value)) return { state: 'malformed' };
  const { v: version, account: ofAccount, ...members } = json.value;
  if (isNewer(version)) return { state: 'newer' };
  const sound = version === VERSION && ofAccount === account;
  return sound ? { state: 'sound', members } : { state: 'malformed' };
}

function isNewer(version: JsonValue | undefined): boolean {
  return typeof version === 'number' && Number.isInteger(version) && version > VERSION;
}
