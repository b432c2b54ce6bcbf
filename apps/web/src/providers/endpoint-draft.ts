import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { i18n } from '../languages/i18n.ts';
import { EndpointInputSchema, type EndpointInput, type ProviderView } from '@postern/protocol';
import * as v from 'valibot';

/** The text in the endpoint form. */
export interface EndpointDraft {
  readonly label: string;
  readonly id: string;
  readonly dialect: EndpointInput['dialect'];
  readonly baseUrl: string;
  readonly auth: EndpointInput['auth'];
  /** Separated by lines or commas. */
  readonly models: string;
  /** Undefined: as it is. */
  readonly trustHost: boolean | undefined;
}

export type EndpointErrors = Readonly<Partial<Record<keyof EndpointDraft, string>>>;

export const EMPTY_ENDPOINT: EndpointDraft = {
  label: '',
  id: '',
  dialect: 'openai-chat',
  baseUrl: '',
  auth: 'bearer',
  models: '',
  trustHost: undefined,
};

/** The form of an endpoint that exists. */
export function draftOf(provider: ProviderView): EndpointDraft {
  const { id, label, dialect, baseUrl, auth, models } = provider;
  return { id, label, dialect, baseUrl, auth, models: models.join(', '), trustHost: undefined };
}

const LOCAL_NAMES = /\.(?:lan|local|home|internal|home\.arpa)$/;

/**
 * The host of an address that needs trust: one on another machine that is called over plain HTTP, or
 * whose name looks like one on a private network. Undefined for others and for loopback.
 */
export function hostToTrust(baseUrl: string): string | undefined {
  if (!URL.canParse(baseUrl.trim())) return undefined;
  const { hostname, protocol } = new URL(baseUrl.trim());
  if (hostname === '' || /^(?:localhost|127\..*|\[::1\])$/.test(hostname)) return undefined;
  const isAddress = /^(?:\[.*\]|[\d.]+)$/.test(hostname);
  const looksLocal = isAddress || !hostname.includes('.') || LOCAL_NAMES.test(hostname);
  return protocol === 'http:' || looksLocal ? hostname : undefined;
}

const ERRORS: Readonly<Record<keyof EndpointDraft, MessageDescriptor>> = {
  label: msg`Enter a name of up to 80 characters.`,
  id: msg`Use up to 64 lowercase letters, digits, dots, dashes and underscores.`,
  dialect: msg`Choose the API format.`,
  baseUrl: msg`Enter a full URL, such as http://127.0.0.1:8000/v1.`,
  auth: msg`Choose how to send the key.`,
  trustHost: msg`Choose whether to trust the host.`,
  models: msg`Use at most 200 characters for each model name.`,
};

/** Derives an id from a name: `My Server 2` gives `my-server-2`. */
export function suggestId(label: string): string {
  return label
    .normalize('NFKD')
    .replace(/\p{Mark}+/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+|-+$/g, '')
    .slice(0, 64);
}

/** Parses the draft; returns the input or one error per invalid field. */
export function parseEndpoint(draft: EndpointDraft): EndpointInput | EndpointErrors {
  const { trustHost, ...texts } = draft;
  const parsed = v.safeParse(EndpointInputSchema, {
    ...texts,
    ...(trustHost === undefined ? {} : { trustHost }),
    label: draft.label.trim(),
    baseUrl: draft.baseUrl.trim(),
    models: draft.models
      .split(/[\n,]/)
      .map((model) => model.trim())
      .filter((model) => model !== ''),
  });
  if (parsed.success) return parsed.output;
  const errors: Partial<Record<keyof EndpointDraft, string>> = {};
  for (const { path } of parsed.issues) {
    const field = path?.[0].key;
    if (typeof field === 'string' && isField(field)) errors[field] = i18n._(ERRORS[field]);
  }
  return errors;
}

export function isEndpoint(parsed: EndpointInput | EndpointErrors): parsed is EndpointInput {
  return Array.isArray(parsed.models);
}

function isField(name: string): name is keyof EndpointDraft {
  return Object.hasOwn(ERRORS, name);
}
