import { parseJson, type JsonValue } from '@postern/kernel';

/** Speaks the app API of a running process as its page does. */
export interface AppClient {
  readonly cookie: string;
  request(method: string, path: string, body?: unknown): Promise<JsonValue>;
  /** Sends a turn and returns the data of every event. */
  turn(conversation: string, body: unknown): Promise<readonly JsonValue[]>;
}

/** Trades the launch code for a session. */
export async function signIn(address: string, launchUrl: string): Promise<AppClient> {
  const code = new URL(launchUrl).hash.replace('#launch=', '');
  const opened = await send(address, 'POST', '/api/session', '', { code });
  const cookie = (opened.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  return {
    cookie,
    request: async (method, path, body) => {
      const response = await send(address, method, path, cookie, body);
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
      return text === '' ? null : valueOf(text);
    },
    turn: async (conversation, body) => {
      const path = `/api/conversations/${conversation}/turns`;
      const response = await send(address, 'POST', path, cookie, body);
      const text = await response.text();
      if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
      const lines = text.split('\n').filter((line) => line.startsWith('data: '));
      return lines.map((line) => valueOf(line.slice('data: '.length)));
    },
  };
}

async function send(
  address: string,
  method: string,
  path: string,
  cookie: string,
  body?: unknown,
): Promise<Response> {
  return await fetch(`${address}${path}`, {
    method,
    headers: { 'content-type': 'application/json', cookie },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

function valueOf(text: string): JsonValue {
  const parsed = parseJson(text);
  if (!parsed.ok) throw new Error(parsed.failure.reason);
  return parsed.value;
}
