import type { JsonObject, JsonValue } from '@postern/kernel';
import {
  REASONING_EFFORTS,
  type ModelRequest,
  type Reasoning,
  type ReasoningEffort,
  type ResponseFormat,
  type ServiceTier,
} from '@postern/protocol';
import { flagOf, jsonObject, objectOf, textOf } from '../json/read-json.ts';
import type { Report, Warn } from '../report.ts';
import type { FieldReader } from './read-settings.ts';

/*
 * Settings that both OpenAI dialects encode the same: efforts, service tiers, labels, response formats.
 */

const TIERS = {
  auto: 'auto',
  standard: 'default',
  flex: 'flex',
  priority: 'priority',
} as const satisfies Record<ServiceTier, string>;

const TIERS_BY_WIRE: ReadonlyMap<JsonValue, ServiceTier> = new Map([
  ['auto', 'auto'],
  ['default', 'standard'],
  ['flex', 'flex'],
  ['priority', 'priority'],
]);

export function readEffort(value: JsonValue | undefined): Pick<Reasoning, 'effort'> | undefined {
  const effort = REASONING_EFFORTS.find((known) => known === value);
  return effort === undefined ? undefined : { effort };
}

export const readUser: FieldReader = (value) =>
  typeof value === 'string' ? { settings: { userId: value } } : undefined;

export const readMetadata: FieldReader = (value) => {
  const metadata = objectOf(value);
  return metadata === undefined ? undefined : { settings: { metadata } };
};

export const readTier: FieldReader = (value) => {
  const serviceTier = TIERS_BY_WIRE.get(value);
  return serviceTier === undefined ? undefined : { settings: { serviceTier } };
};

/** Decodes a response format with a schema; undefined if it has none. */
export function readSchema(format: JsonObject): ResponseFormat | undefined {
  const schema = format['schema'];
  const name = textOf(format['name']);
  const description = textOf(format['description']);
  const strict = flagOf(format['strict']);
  if (schema === undefined) return undefined;
  return {
    kind: 'json-schema',
    schema,
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    ...(strict !== undefined && { strict }),
  };
}

/** A schema must have a name. */
export function encodeSchema(format: ResponseFormat & { kind: 'json-schema' }): JsonObject {
  const { schema, name = 'answer', description, strict } = format;
  return jsonObject({ name, description, schema, strict });
}

/** User, labels and service tier. */
export function encodeLabels({ userId, metadata, serviceTier }: ModelRequest): JsonObject {
  return jsonObject({
    user: userId,
    metadata,
    service_tier: serviceTier === undefined ? undefined : TIERS[serviceTier],
  });
}

/** The effort of a request. A budget becomes the nearest effort. */
export function encodeEffort(reasoning: Reasoning, warn: Warn): ReasoningEffort | undefined {
  const { mode, effort, budgetTokens } = reasoning;
  if (budgetTokens !== undefined) {
    const message = 'replaced by an effort: this dialect has no reasoning budget';
    warn({ kind: 'changed', path: 'reasoning.budgetTokens', message });
  }
  if (effort !== undefined) return effort;
  if (mode === 'off') return 'none';
  if (budgetTokens === undefined) return undefined;
  if (budgetTokens <= 2048) return 'low';
  return budgetTokens <= 16_384 ? 'medium' : 'high';
}

/** Rejects a stored thread: this dialect sends the whole conversation, which only the server has. */
export function rejectThread({ thread }: ModelRequest, report: Report): void {
  if (thread === undefined) return;
  const message =
    "a conversation that the server stores can't be translated; send the whole conversation";
  report({ reason: 'thread-unsupported', path: 'thread', message });
}
