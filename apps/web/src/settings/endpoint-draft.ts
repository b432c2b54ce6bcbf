import { EndpointInputSchema, type EndpointInput } from '@postern/protocol';
import * as v from 'valibot';

/** The endpoint form as it is typed. */
export interface EndpointDraft {
  readonly label: string;
  readonly id: string;
  readonly dialect: EndpointInput['dialect'];
  readonly baseUrl: string;
  readonly auth: EndpointInput['auth'];
  /** One model a line, or several between commas. */
  readonly models: string;
}

export type EndpointFaults = Readonly<Partial<Record<keyof EndpointDraft, string>>>;

export const EMPTY_ENDPOINT: EndpointDraft = {
  label: '',
  id: '',
  dialect: 'openai-chat',
  baseUrl: '',
  auth: 'bearer',
  models: '',
};

const WORDS: Readonly<Record<keyof EndpointDraft, string>> = {
  label: 'Give it a name of at most 80 characters.',
  id: 'Lower-case letters, digits, dots, dashes and underscores; at most 64.',
  dialect: 'Choose the dialect it speaks.',
  baseUrl: 'A whole address, as in http://127.0.0.1:8000/v1.',
  auth: 'Choose how the key is shown.',
  models: 'A model name has at most 200 characters.',
};

/** The id that a name suggests: `My Server 2` makes `my-server-2`. */
export function suggestedId(label: string): string {
  return label
    .normalize('NFKD')
    .replace(/\p{Mark}+/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+|-+$/g, '')
    .slice(0, 64);
}

/** The input that the draft stands for, or what is wrong with each field. */
export function parseEndpoint(draft: EndpointDraft): EndpointInput | EndpointFaults {
  const parsed = v.safeParse(EndpointInputSchema, {
    ...draft,
    label: draft.label.trim(),
    baseUrl: draft.baseUrl.trim(),
    models: draft.models
      .split(/[\n,]/)
      .map((model) => model.trim())
      .filter((model) => model !== ''),
  });
  if (parsed.success) return parsed.output;
  const faults: Partial<Record<keyof EndpointDraft, string>> = {};
  for (const { path } of parsed.issues) {
    const field = path?.[0].key;
    if (typeof field === 'string' && isField(field)) faults[field] = WORDS[field];
  }
  return faults;
}

export function isEndpoint(parsed: EndpointInput | EndpointFaults): parsed is EndpointInput {
  return Array.isArray(parsed.models);
}

function isField(name: string): name is keyof EndpointDraft {
  return Object.hasOwn(WORDS, name);
}
