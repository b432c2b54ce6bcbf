import { parseJson, type JsonValue } from '@postern/kernel';
import {
  attachmentId,
  ATTACHMENT_TYPE_NAMES,
  DIALECT_IDS,
  type AttachmentPart,
  type Extra,
  type FilePart,
  type ImagePart,
  type MediaSource,
  type OpaquePart,
  type Part,
  type TextPart,
} from '@postern/protocol';
import fc from 'fast-check';

/** Any text that JavaScript can hold, including lone surrogates, NUL and separators. */
const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.nat({ max: 0xffff }), { maxLength: 40 })
    .map((codes) => String.fromCharCode(...codes)),
);

/** Any value that a dialect can receive from a provider: everything that `parseJson` accepts. */
const anyJson: fc.Arbitrary<JsonValue> = fc
  .json()
  .map((text) => parseJson(text))
  .filter((parsed) => parsed.ok)
  .map((parsed) => parsed.value);

const extra: fc.Arbitrary<Extra> = fc.record({
  dialect: fc.constantFrom(...DIALECT_IDS),
  fields: fc.record({ cache_control: anyJson, caller: anyJson }, { requiredKeys: [] }),
});

const source: fc.Arbitrary<MediaSource> = fc.oneof(
  fc.record({ kind: fc.constant('base64'), mediaType: anyText, data: fc.base64String() }),
  fc.record({ kind: fc.constant('url'), url: anyText }),
  fc.record({ kind: fc.constant('provider-file'), fileId: anyText }),
);

const textPart: fc.Arbitrary<TextPart> = fc.record(
  { kind: fc.constant('text'), text: anyText, annotations: fc.array(anyJson), extra },
  { requiredKeys: ['kind', 'text'] },
);
const imagePart: fc.Arbitrary<ImagePart> = fc.record(
  { kind: fc.constant('image'), source, extra },
  { requiredKeys: ['kind', 'source'] },
);
const filePart: fc.Arbitrary<FilePart> = fc.record(
  { kind: fc.constant('file'), source, name: anyText, extra },
  { requiredKeys: ['kind', 'source'] },
);
const opaquePart: fc.Arbitrary<OpaquePart> = fc.record({
  kind: fc.constant('opaque'),
  dialect: fc.constantFrom(...DIALECT_IDS),
  value: anyJson,
});

/** Parts of every kind with anything in them. */
export const anyParts: fc.Arbitrary<readonly Part[]> = fc.array(
  fc.oneof(
    textPart,
    imagePart,
    filePart,
    opaquePart,
    fc.record(
      {
        kind: fc.constant('thinking'),
        text: anyText,
        signature: anyText,
        durationMs: fc.nat(),
        extra,
      },
      { requiredKeys: ['kind', 'text'] },
    ),
    fc.record({ kind: fc.constant('redacted-thinking'), data: anyText }),
    fc.record(
      {
        kind: fc.constant('tool-call'),
        callId: anyText,
        name: anyText,
        inputJson: anyText,
        extra,
      },
      { requiredKeys: ['kind', 'callId', 'name', 'inputJson'] },
    ),
    fc.record(
      {
        kind: fc.constant('tool-result'),
        callId: anyText,
        content: fc.array(fc.oneof(textPart, imagePart, filePart, opaquePart), { maxLength: 3 }),
        isError: fc.boolean(),
        extra,
      },
      { requiredKeys: ['kind', 'callId', 'content', 'isError'] },
    ),
    fc.record({ kind: fc.constant('refusal'), text: anyText }),
  ),
  { maxLength: 6 },
);

/** A use of an attachment, which needn't exist. */
export const anyAttachment: fc.Arbitrary<AttachmentPart> = fc.record(
  {
    kind: fc.constant('attachment'),
    id: fc.stringMatching(/^[0-9a-hjkmnp-tv-z]{26}$/).map((id) => attachmentId.from(id)),
    name: anyText,
    mediaType: fc.constantFrom(...ATTACHMENT_TYPE_NAMES),
    size: fc.nat(),
    width: fc.nat(),
    height: fc.nat(),
  },
  { requiredKeys: ['kind', 'id', 'name', 'mediaType', 'size'] },
);
