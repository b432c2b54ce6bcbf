import { SESSION_HEADER, type PageEvent } from '@postern/protocol';
import * as v from 'valibot';
import { onTestFinished } from 'vitest';
import { createAppApi } from '../api/app-api.ts';
import type { Postern } from '../postern.ts';
import { loopbackListener, placeOf } from '../server/listener.ts';
import { signInsOf } from '../server/serve.ts';
import { systemRandomness } from '../system/system-randomness.ts';
import { composeInDirectory } from './compose-in-directory.ts';
import { noProgram } from './no-program.ts';
import { scratchDirectory } from './scratch-directory.ts';
import { valueOf } from './value-of.ts';

const host = 'localhost:7420';

export interface SignedInApp {
  readonly postern: Postern;
  readonly ask: (method: string, path: string, body?: unknown) => Promise<Response>;
  /** The body of a response with a status below 400. */
  readonly read: (method: string, path: string, body?: unknown) => Promise<unknown>;
  /** The events that pages got since it was called last, without the first one. */
  readonly events: () => Promise<readonly PageEvent[]>;
}

/** The app API of an unlocked vault, with a session, without a port. Closed after the test. */
export async function signedInApp(): Promise<SignedInApp> {
  const postern = await composeInDirectory(scratchDirectory());
  valueOf(await postern.setUp({ storage: 'file', passphrase: 'three blind mice run' }));
  const signIns = signInsOf({ postern, randomness: systemRandomness });
  const app = createAppApi({
    ...signIns,
    ...{
      postern,
      place: placeOf(loopbackListener(7420), 7420),
      version: '0.0.0',
      program: noProgram,
    },
    onFault: (fault) => {
      throw fault;
    },
  });
  let pass: Record<string, string> = {};
  const ask = async (method: string, path: string, body?: unknown): Promise<Response> =>
    await app.request(`http://${host}${path}`, {
      method,
      headers: { host, 'content-type': 'application/json', ...pass },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const answer = await ask('POST', '/api/session', { code: signIns.sessions.newLaunchCode() });
  const { secret } = v.parse(v.object({ secret: v.string() }), await answer.json());
  const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  pass = { cookie, [SESSION_HEADER]: secret };
  const leaving = new AbortController();
  const reader = postern.pageEvents.follow(leaving.signal);
  await reader.next();
  let seen: PageEvent[] = [];
  const following = (async () => {
    for await (const event of reader) seen.push(event);
  })();
  onTestFinished(async () => {
    leaving.abort();
    await following;
    await postern.close();
  });
  return {
    postern,
    ask,
    read: async (method, path, body) => {
      const response = await ask(method, path, body);
      const text = await response.text();
      if (response.status >= 400) throw new Error(`${method} ${path}: ${text}`);
      const answered: unknown = text === '' ? undefined : JSON.parse(text);
      return answered;
    },
    events: async () => {
      // The reader runs after the work that is already queued.
      await new Promise((resolve) => setImmediate(resolve));
      const events = seen;
      seen = [];
      return events;
    },
  };
}
