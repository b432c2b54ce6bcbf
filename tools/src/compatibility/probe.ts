import type { JsonObject, JsonValue } from '@postern/kernel';

/** A field of a request: one body without it and one with it. */
export interface Probe {
  readonly field: string;
  readonly without: JsonObject;
  readonly with: JsonObject;
}

type Row = readonly [field: string, added: JsonObject, base?: JsonObject];

export function probesOf(base: JsonObject, rows: readonly Row[]): readonly Probe[] {
  return rows.map(([field, added, beside = {}]) => ({
    field,
    without: { ...base, ...beside },
    with: { ...base, ...beside, ...added },
  }));
}

/** Two messages lists, of which only the second has the content. */
export function content(
  key: 'messages' | 'input',
  plain: readonly JsonValue[],
  filled: readonly JsonValue[],
): readonly [added: JsonObject, base: JsonObject] {
  return [{ [key]: filled }, { [key]: plain }];
}

export const user = (value: JsonValue): JsonObject => ({ role: 'user', content: value });
export const assistant = (value: JsonValue): JsonObject => ({ role: 'assistant', content: value });
export const schema = { type: 'object', properties: {}, additionalProperties: false };
export const png = { type: 'base64', media_type: 'image/png', data: 'AAAA' };
export const pdf = { type: 'base64', media_type: 'application/pdf', data: 'AAAA' };
export const PNG_URL = 'data:image/png;base64,AAAA';
export const WEB = 'https://example.org/a';
export const marked = { cache_control: { type: 'ephemeral' } };
export const said = { type: 'text', text: 'a' };

/** A question with a part before its text. */
export const asked = (block: JsonObject): readonly JsonValue[] => [user([block, said])];
