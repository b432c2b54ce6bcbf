import { failed, isJsonObject, ok, type JsonValue, type Result } from '@postern/kernel';
import { secretName, type SecretName, type VaultId } from '@postern/protocol';
import * as v from 'valibot';
import type { VaultFailure } from '../vault-failure.ts';
import { indexAccount, openEntry, sealEntry } from './keyring-entries.ts';
import type { KeyringPort } from './keyring-port.ts';

/**
 * The index's information about a secret. `undefined` means that a change of the secret was started:
 * only the secret's own entry shows whether it exists.
 */
export type Indexed = v.InferOutput<typeof IndexedSchema> | undefined;
export type KeyringIndex = ReadonlyMap<SecretName, Indexed>;

const time = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const IndexedSchema = v.strictObject({
  fields: v.array(v.string()),
  createdAtMs: time,
  updatedAtMs: time,
});

/**
 * The names of the secrets in a vault with keyring storage. A search of the keyring would load every
 * value into this process, show a prompt for each on some systems, and have no time limit on others.
 * The index exists as long as the vault does, so a missing index means that this is another person's
 * or machine's keyring.
 */
export async function readIndex(
  keyring: KeyringPort,
  vault: VaultId,
): Promise<Result<KeyringIndex, VaultFailure>> {
  const account = indexAccount(vault);
  const value = await keyring.get(account);
  if (!value.ok) return value;
  if (value.value === undefined) {
    return failed({ reason: 'backend-changed', recorded: 'keyring', found: 'empty-keyring' });
  }
  const entry = openEntry(account, value.value);
  if (entry.state === 'newer') return failed({ reason: 'version-unknown', file: account });
  const index = entry.state === 'sound' ? parseIndex(entry.members['secrets']) : undefined;
  if (index === undefined) {
    return failed({ reason: 'vault-damaged', file: account, damage: 'malformed' });
  }
  return ok(index);
}

/** The caller holds the vault's lock. */
export async function writeIndex(
  keyring: KeyringPort,
  vault: VaultId,
  index: KeyringIndex,
): Promise<Result<undefined, VaultFailure>> {
  const account = indexAccount(vault);
  const secrets: Record<string, JsonValue> = {};
  for (const [name, indexed] of index) secrets[name] = indexed ?? null;
  return await keyring.set(account, sealEntry(account, { secrets }));
}

function parseIndex(secrets: JsonValue | undefined): KeyringIndex | undefined {
  if (!isJsonObject(secrets)) return undefined;
  const index = new Map<SecretName, Indexed>();
  for (const [text, wire] of Object.entries(secrets)) {
    const name = secretName.parse(text);
    const parsed = v.safeParse(v.nullable(IndexedSchema), wire);
    if (name === undefined || !parsed.success) return undefined;
    index.set(name, parsed.output ?? undefined);
  }
  return index;
}
