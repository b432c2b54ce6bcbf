import { Hono } from 'hono';
import type { PageEvent } from '@postern/protocol';
import type { PageOfSession } from '../chat/private-chats.ts';
import type { Postern } from '../postern.ts';
import type { Session } from '../server/sessions.ts';
import { failureResponse } from './answers.ts';
import { lockedFailure } from './conversation-routes.ts';
import { pageOf, type AppEnv } from './require-session.ts';
import { streamEvents } from './stream-events.ts';

/**
 * A browser has six connections to one server for all its tabs. With more streams than these, it
 * couldn't send requests.
 */
const MAX_STREAMS_OF_SESSION = 4;

/** Tells a page what changes on others. */
export function eventRoutes(postern: Postern): Hono<AppEnv> {
  const open = new WeakMap<Session, Set<AbortController>>();
  const app = new Hono<AppEnv>();

  async function* eventsFor(
    session: Session,
    page: PageOfSession | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<PageEvent> {
    const presence = page && postern.privateChats.attend(page);
    const streams = open.get(session) ?? new Set();
    open.set(session, streams);
    const [oldest] = streams;
    // Its page connects again, so that more pages than that take turns.
    if (oldest !== undefined && streams.size >= MAX_STREAMS_OF_SESSION) {
      streams.delete(oldest);
      oldest.abort();
    }
    const stream = new AbortController();
    streams.add(stream);
    try {
      yield* postern.pageEvents.follow(AbortSignal.any([signal, stream.signal]));
    } finally {
      presence?.[Symbol.dispose]();
      streams.delete(stream);
    }
  }

  app.get('/events', (context) => {
    if (postern.stores() === undefined) return failureResponse(lockedFailure(postern));
    return streamEvents(context, (signal) =>
      eventsFor(context.get('session'), pageOf(context), signal),
    );
  });
  return app;
}
