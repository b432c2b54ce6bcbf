import { Hono, type Context } from 'hono';
import { TurnInputSchema } from '@postern/protocol';
import type { AnswerFeed } from '../chat/answer-feed.ts';
import { beginTurn } from '../chat/begin-turn.ts';
import { failureResponse, parseBody } from './answers.ts';
import type { AppApiParts } from './app-api-parts.ts';
import { withOpenChat } from './conversation-routes.ts';
import type { AppEnv } from './require-session.ts';
import { streamEvents } from './stream-events.ts';

/** Requests an answer, follows it, and stops it. */
export function turnRoutes({ postern, onFault }: AppApiParts): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.post('/conversations/:id/turns', async (context) => {
    const input = await parseBody(context, TurnInputSchema);
    if (!input.ok) return input.response;
    return withOpenChat(postern, context, (place) => {
      const turn = beginTurn(postern, place, input.value, onFault);
      if (!turn.ok) return failureResponse(turn.failure);
      stopWithSession(context, turn.value, () => {
        postern.running.stop(place.id);
      });
      return streamEvents(context, (signal) => turn.value.follow(signal));
    });
  });
  app.get('/conversations/:id/answer', (context) =>
    withOpenChat(postern, context, ({ id }) => {
      const feed = postern.running.find(id);
      if (feed === undefined) return new Response(null, { status: 204 });
      return streamEvents(context, (signal) => feed.follow(signal));
    }),
  );
  app.post('/conversations/:id/stop', (context) =>
    withOpenChat(postern, context, ({ id }) => {
      postern.running.stop(id);
      return new Response(null, { status: 204 });
    }),
  );
  return app;
}

/** An answer outlives its page, but not the session that requested it. */
function stopWithSession(context: Context<AppEnv>, answer: AnswerFeed, stop: () => void): void {
  const { ended } = context.get('session');
  ended.addEventListener('abort', stop);
  if (ended.aborted) stop();
  void answer.ended.then(() => {
    ended.removeEventListener('abort', stop);
  });
}
