import { Hono, type Context } from 'hono';
import { messageId, problem, TurnInputSchema } from '@postern/protocol';
import { beginTurn } from '../chat/begin-turn.ts';
import type { RunningAnswer } from '../chat/running-answers.ts';
import { failureResponse, parseBody } from './answers.ts';
import type { AppApiParts } from './app-api-parts.ts';
import { withOpenChat } from './conversation-routes.ts';
import type { AppEnv } from './require-session.ts';
import { streamEvents } from './stream-events.ts';

/** Requests answers, follows them, and stops them. */
export function turnRoutes({ postern, onFault }: AppApiParts): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.post('/conversations/:id/turns', async (context) => {
    const input = await parseBody(context, TurnInputSchema);
    if (!input.ok) return input.response;
    return withOpenChat(postern, context, (place) => {
      const turn = beginTurn(postern, place, input.value, onFault);
      if (!turn.ok) return failureResponse(turn.failure);
      const { answers, feed } = turn.value;
      for (const answer of answers) {
        stopWithSession(context, answer, () => {
          postern.running.stop(place.id, answer.answer.id);
        });
      }
      return streamEvents(context, (signal) => feed.follow(signal));
    });
  });
  app.get('/conversations/:id/answer', (context) =>
    withOpenChat(postern, context, ({ id }) => {
      const feed = postern.running.feedOf(id);
      if (feed === undefined) return new Response(null, { status: 204 });
      return streamEvents(context, (signal) => feed.follow(signal));
    }),
  );
  app.post('/conversations/:id/stop', (context) =>
    withOpenChat(postern, context, ({ id }) => {
      const named = context.req.query('answer');
      const answer = named === undefined ? undefined : messageId.parse(named);
      if (named !== undefined && answer === undefined) {
        return failureResponse(problem('REQUEST_INVALID'));
      }
      postern.running.stop(id, answer);
      return new Response(null, { status: 204 });
    }),
  );
  return app;
}

/** An answer outlives its page, but not the session that requested it. */
function stopWithSession(context: Context<AppEnv>, answer: RunningAnswer, stop: () => void): void {
  const { ended } = context.get('session');
  ended.addEventListener('abort', stop);
  if (ended.aborted) stop();
  void answer.ended.then(() => {
    ended.removeEventListener('abort', stop);
  });
}
