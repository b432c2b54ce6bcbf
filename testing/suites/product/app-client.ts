import { generateKeyPairSync } from 'node:crypto';
import { encodeUtf8, expectOk, parseJson, sseParser, type JsonValue } from '@postern/kernel';
import { PAGE_HEADER, SESSION_HEADER } from '@postern/protocol';
import type { FakeDialect, FakeUpstream } from '@postern/testing';
import * as v from 'valibot';

/** Sends requests to the app API of a running process, as its page does. */
export interface AppClient {
  /** Both halves of its current session: the cookie, and the secret that only the page has. */
  readonly cookie: string;
  readonly secret: string;
  request(method: string, path: string, body?: unknown): Promise<JsonValue>;
  /** Remembers this client as a browser, and forgets it. */
  rememberAndForget(): Promise<void>;
  /** Sends a turn and returns the data of every event. */
  turn(conversation: string, body: unknown): Promise<readonly JsonValue[]>;
  /** Another page of the same session. */
  asPage(page: string): AppClient;
}

const SignInResponse = v.object({ secret: v.string() });

type Send = (method: string, path: string, body?: unknown, page?: string) => Promise<string>;

/**
 * Exchanges the launch code for a session, at the address in the link.
 *
 * @param page What identifies the page. Default: it isn't sent.
 */
export async function signIn(launchUrl: string, page?: string): Promise<AppClient> {
  const { origin, hash } = new URL(launchUrl);
  let [cookie, secret] = ['', ''];
  const send: Send = async (method, path, body, key) => {
    const response = await fetch(`${origin}${path}`, {
      method,
      headers: {
        ...{ 'content-type': 'application/json', cookie, [SESSION_HEADER]: secret },
        ...(key === undefined ? {} : { [PAGE_HEADER]: key }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    const given = response.headers.get('set-cookie')?.split(';')[0];
    if (given !== undefined && text !== '') {
      cookie = given;
      secret = v.parse(SignInResponse, JSON.parse(text)).secret;
    }
    return text;
  };
  await send('POST', '/api/session', { code: hash.replace('#launch=', '') });
  return clientOf(send, () => ({ cookie, secret }), page);
}

function clientOf(
  send: Send,
  session: () => Pick<AppClient, 'cookie' | 'secret'>,
  page: string | undefined,
): AppClient {
  const request: AppClient['request'] = async (method, path, body) => {
    const text = await send(method, path, body, page);
    return text === '' ? null : valueOf(text);
  };
  return {
    get cookie() {
      return session().cookie;
    },
    get secret() {
      return session().secret;
    },
    request,
    rememberAndForget: async () => {
      const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const der = publicKey.export({ format: 'der', type: 'spki' }).toString('base64url');
      const added = await request('POST', '/api/browsers', { publicKey: der });
      const { id } = v.parse(v.object({ id: v.string() }), added);
      await request('DELETE', `/api/browsers/${id}`);
    },
    turn: async (conversation, body) => {
      const text = await send('POST', `/api/conversations/${conversation}/turns`, body, page);
      return expectOk(sseParser().push(encodeUtf8(text))).map(({ data }) => valueOf(data));
    },
    asPage: (other) => clientOf(send, session, other),
  };
}

function valueOf(text: string): JsonValue {
  const parsed = parseJson(text);
  if (!parsed.ok) throw new Error(parsed.failure.reason);
  return parsed.value;
}

/** Adds the fake upstream as a provider that has the name of the dialect, with a key. */
export async function addFakeProvider(
  app: AppClient,
  upstream: FakeUpstream,
  dialect: FakeDialect,
): Promise<void> {
  await app.request('POST', '/api/providers', {
    id: dialect,
    label: dialect,
    dialect,
    auth: dialect === 'anthropic-messages' ? 'x-api-key' : 'bearer',
    baseUrl: upstream.baseUrls[dialect],
  });
  await app.request('PUT', `/api/providers/${dialect}/key`, { key: 'sk-fake-key-of-the-test' });
}
