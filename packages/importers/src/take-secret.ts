import { Secret, type JsonValue } from '@postern/kernel';
import { secretName, type SecretName } from '@postern/protocol';
import { looksLikeKey } from '@postern/vault';
import type { FoundSecret, Skipped } from './import-shapes.ts';

/** Tokens of a Claude.ai subscription: access and refresh. */
const PLAN_TOKEN = /^sk-ant-o[ar]t\d\d-/;

/** Replaces a name that looks like a key. */
const MASKED_NAME = '[masked]';

export type Taken =
  | { readonly kind: 'secret'; readonly secret: FoundSecret }
  | { readonly kind: 'skipped'; readonly skipped: Skipped };

/** Turns an entry's name and value into a secret, or into the reason why it is skipped. */
export function takeSecret(
  entry: string,
  value: JsonValue | undefined,
  createdAtMs?: number,
): Taken {
  const skip = (why: Skipped['why']): Taken => ({ kind: 'skipped', skipped: { entry, why } });
  if (looksLikeKey(entry))
    return { kind: 'skipped', skipped: { entry: MASKED_NAME, why: 'key-as-name' } };
  const name = secretNameFrom(entry);
  if (typeof value !== 'string' || name === undefined) return skip('malformed');
  const text = value.trim();
  if (text === '') return skip('empty');
  if (PLAN_TOKEN.test(text)) return skip('plan-token');
  return { kind: 'secret', secret: { name, value: Secret.of(text), createdAtMs } };
}

/** Separates the secrets from the skipped entries. Of secrets with the same name, keeps the first. */
export function sortTaken(all: readonly Taken[]): {
  readonly secrets: readonly FoundSecret[];
  readonly skipped: readonly Skipped[];
} {
  const secrets = new Map<SecretName, FoundSecret>();
  const skipped: Skipped[] = [];
  for (const taken of all) {
    if (taken.kind === 'skipped') skipped.push(taken.skipped);
    else if (!secrets.has(taken.secret.name)) secrets.set(taken.secret.name, taken.secret);
  }
  return { secrets: [...secrets.values()], skipped };
}

/** A valid name for a secret: in lower case, with dashes for other characters. */
function secretNameFrom(entry: string): SecretName | undefined {
  const text = entry
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 64);
  return secretName.parse(text);
}

/** Parses an ISO 8601 time to milliseconds since the epoch; undefined if it is invalid. */
export function timeOf(value: JsonValue | undefined): number | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}
