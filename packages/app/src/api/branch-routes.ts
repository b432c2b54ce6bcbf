import { Hono, type Context } from 'hono';
import { failed, ok, type Result } from '@postern/kernel';
import {
  EditInputSchema,
  messageId,
  MessageChoiceSchema,
  problem,
  type ConversationId,
  type MessageId,
  type Problem,
} from '@postern/protocol';
import { describeStoreFailure, type ConversationStore } from '@postern/conversations';
import type { ChatPlace } from '../chat/begin-turn.ts';
import { editMessage } from '../chat/edit-message.ts';
import { forkChat } from '../chat/fork-chat.ts';
import { removeBranch } from '../chat/remove-branch.ts';
import type { Postern } from '../postern.ts';
import { failureResponse, parseBody } from './answers.ts';
import { withConversation, withOpenChat } from './conversation-routes.ts';
import type { AppEnv } from './require-session.ts';

/** Changes the messages of a conversation without asking a model. */
export function branchRoutes(postern: Postern): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  const changed = (id: ConversationId, result: Result<unknown, Problem>): Response => {
    if (!result.ok) return failureResponse(result.failure);
    // No other page knows a private chat.
    if (!postern.privateChats.has(id)) postern.pageEvents.add({ kind: 'messages', id });
    const { value } = result;
    return value === undefined ? new Response(null, { status: 204 }) : Response.json(value);
  };
  app.post('/conversations/:id/messages', async (context) => {
    const input = await parseBody(context, EditInputSchema);
    if (!input.ok) return input.response;
    return withOpenChat(postern, context, ({ store, id }) => {
      const refusal = postern.privateChats.refusal(id, input.value.text.length);
      if (refusal !== undefined) return failureResponse(problem(refusal));
      return changed(id, editMessage(store, id, input.value));
    });
  });
  app.put('/conversations/:id/choice', async (context) => {
    const input = await parseBody(context, MessageChoiceSchema);
    if (!input.ok) return input.response;
    return withOpenChat(postern, context, ({ store, id }) => {
      const message = messageId.from(input.value.message);
      const chosen = store.branches.choose(id, message);
      if (!chosen.ok) return failureResponse(describeStoreFailure(chosen.failure));
      return endsComparison(store, message)
        ? changed(id, ok())
        : new Response(null, { status: 204 });
    });
  });
  app.delete('/conversations/:id/messages/:message', (context) =>
    withMessage(postern, context, async ({ store, id }, message) =>
      changed(id, await removeBranch(store, postern.running, id, message)),
    ),
  );
  app.post('/conversations/:id/messages/:message/restore', (context) =>
    withMessage(postern, context, ({ store, id }, message) => {
      const restored = store.branches.restore(id, message);
      return changed(id, restored.ok ? ok() : failed(describeStoreFailure(restored.failure)));
    }),
  );
  return app;
}

/** Whether choosing the message ends a comparison, which other pages show too. */
function endsComparison(store: ConversationStore, id: MessageId): boolean {
  const message = store.message(id);
  return message.ok && message.value.comparison !== undefined;
}

/** Starts another chat from a stored one. */
export function forkRoute(postern: Postern): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.post('/conversations/:id/fork', async (context) => {
    const input = await parseBody(context, MessageChoiceSchema);
    if (!input.ok) return input.response;
    return withConversation(postern, context, (store, id) => {
      const last = messageId.from(input.value.message);
      const fork = forkChat(store, id, last, postern.running.of(id));
      if (!fork.ok) return failureResponse(fork.failure);
      postern.pageEvents.add({ kind: 'conversation', conversation: fork.value });
      return Response.json(fork.value);
    });
  });
  return app;
}

function withMessage<R>(
  postern: Postern,
  context: Context<AppEnv>,
  use: (place: ChatPlace, message: MessageId) => R,
): R | Response {
  const message = messageId.parse(context.req.param('message') ?? '');
  if (message === undefined) return failureResponse(problem('CONVERSATION_NOT_FOUND'));
  return withOpenChat(postern, context, (place) => use(place, message));
}
