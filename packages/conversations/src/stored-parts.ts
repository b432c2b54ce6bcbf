import {
  failed,
  ok,
  parseJson,
  type JsonObject,
  type JsonValue,
  type Result,
} from '@postern/kernel';
import {
  attachmentId,
  ATTACHMENT_TYPE_NAMES,
  DIALECT_IDS,
  SORTABLE,
  type MessagePart,
} from '@postern/protocol';
import * as v from 'valibot';
import type { StoreFailure } from './conversation-store.ts';

/** The maximum length of the JSON in UTF-16 code units: more than an app request can contain. */
const MAX_PARTS_LENGTH = 64 * 1024 * 1024;
/** Opaque values come from JSON with at most 128 levels, and are nested a few levels deeper here. */
const MAX_DEPTH = 256;
/** The JSON of a streaming answer is padded to a multiple of this length in bytes. */
const GROWTH_BYTES = 8192;

const json = v.custom<JsonValue>(() => true);
const jsonObject = v.custom<JsonObject>((value) => isPlainObject(value));
const dialect = v.picklist(DIALECT_IDS);
export const ExtraSchema = v.strictObject({ dialect, fields: jsonObject });
const extra = v.exactOptional(ExtraSchema);

const source = v.variant('kind', [
  v.strictObject({ kind: v.literal('base64'), mediaType: v.string(), data: v.string() }),
  v.strictObject({ kind: v.literal('url'), url: v.string() }),
  v.strictObject({ kind: v.literal('provider-file'), fileId: v.string() }),
]);

const text = v.strictObject({
  kind: v.literal('text'),
  text: v.string(),
  annotations: v.exactOptional(v.array(json)),
  extra,
});
const image = v.strictObject({ kind: v.literal('image'), source, extra });
const file = v.strictObject({
  kind: v.literal('file'),
  source,
  name: v.exactOptional(v.string()),
  extra,
});
const opaque = v.strictObject({ kind: v.literal('opaque'), dialect, value: json });

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const attachmentFacts = {
  id: v.pipe(
    v.string(),
    v.regex(SORTABLE),
    v.transform((id) => attachmentId.from(id)),
  ),
  name: v.string(),
  mediaType: v.picklist(ATTACHMENT_TYPE_NAMES),
  size: count,
  width: v.exactOptional(count),
  height: v.exactOptional(count),
};
export const AttachmentSchema = v.strictObject(attachmentFacts);

export const PartsSchema = v.array(
  v.variant('kind', [
    text,
    image,
    file,
    v.strictObject({
      kind: v.literal('thinking'),
      text: v.string(),
      signature: v.exactOptional(v.string()),
      durationMs: v.exactOptional(v.number()),
      extra,
    }),
    v.strictObject({ kind: v.literal('redacted-thinking'), data: v.string() }),
    v.strictObject({
      kind: v.literal('tool-call'),
      callId: v.string(),
      name: v.string(),
      inputJson: v.string(),
      extra,
    }),
    v.strictObject({
      kind: v.literal('tool-result'),
      callId: v.string(),
      content: v.array(v.variant('kind', [text, image, file, opaque])),
      isError: v.boolean(),
      extra,
    }),
    v.strictObject({ kind: v.literal('refusal'), text: v.string() }),
    v.strictObject({ kind: v.literal('attachment'), ...attachmentFacts }),
    opaque,
  ]),
);

/**
 * Encodes the parts of a message for storage. Those of a streaming answer are padded with spaces: SQLite
 * overwrites a row of the same size in place and writes only changed pages, so saving a long answer again
 * costs a page or two.
 */
export function partsToJson(
  parts: readonly MessagePart[],
  growing: boolean,
): Result<string, StoreFailure> {
  const written = JSON.stringify(parts);
  if (written.length > MAX_PARTS_LENGTH) {
    return failed({ reason: 'message-too-large', maxLength: MAX_PARTS_LENGTH });
  }
  if (!growing) return ok(written);
  const over = Buffer.byteLength(written) % GROWTH_BYTES;
  return ok(over === 0 ? written : written + ' '.repeat(GROWTH_BYTES - over));
}

/** Decodes the output of `partsToJson`. Other text is a damaged message. */
export function parseParts(written: string): Result<readonly MessagePart[], StoreFailure> {
  const parsed = parseJson(written, {
    maxLength: MAX_PARTS_LENGTH + GROWTH_BYTES,
    maxDepth: MAX_DEPTH,
  });
  if (!parsed.ok) return failed({ reason: 'message-damaged' });
  const parts = v.safeParse(PartsSchema, parsed.value);
  return parts.success ? ok(parts.output) : failed({ reason: 'message-damaged' });
}

function isPlainObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
