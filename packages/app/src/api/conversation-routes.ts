import { Hono, type Context } from 'hono';
import { ok, type Result } from '@postern/kernel';
import {
  type Conversation,
  conversationId,
  type ConversationId,
  type ConversationInput,
  ConversationInputSchema,
  ConversationPatchSchema,
  MAX_MESSAGES_AT_ONCE,
  type Message,
  messageId,
  type ConversationPlace,
  ConversationPlaceSchema,
  parseSearchQuery,
  problem,
  providerId,
} from '@postern/protocol';
import {
  describeStoreFailure,
  type ConversationStore,
  type StoreFailure,
} from '@postern/conversations';
import * as v from 'valibot';
import type { ChatPlace } from '../chat/begin-turn.ts';
import { UNTITLED } from '../chat/question-turns.ts';
import type { RunningAnswer } from '../chat/running-answers.ts';
import { isEmpty, newChatSettings, resetNewChatSettings } from '../library/new-chat-settings.ts';
import type { Postern } from '../postern.ts';
import type { Stores } from '../stores/stores.ts';
import { failureResponse, parseBody } from './answers.ts';
import { pageOf, type AppEnv } from './require-session.ts';

const PAGE_SIZE = 50;
/** Of each kind: titles, and messages. */
const MAX_HITS = 100;
const MAX_QUERY_LENGTH = 4000;
/** How long a deleted conversation can be restored. */
export const TRASH_MS = 30 * 24 * 3_600_000;
/** How long a deleted message can be restored. */
const REMOVED_MESSAGE_MS = 3_600_000;

/** How long a file that was added to no message is kept. */
const UNUSED_MS = 24 * 3_600_000;

/** The list of conversations, one conversation, and search. */
export function conversationRoutes(postern: Postern): Hono {
  const app = new Hono();
  app.get('/conversations', (context) =>
    withStore(postern, (store) => {
      store.purgeRemoved(postern.clock.nowMs() - TRASH_MS);
      store.branches.purge(postern.clock.nowMs() - REMOVED_MESSAGE_MS);
      store.attachments.removeUnused(postern.clock.nowMs() - UNUSED_MS);
      const place = placeIn(context);
      if (place === undefined) return failureResponse(problem('REQUEST_INVALID'));
      const before = conversationId.parse(context.req.query('before') ?? '');
      const page = { limit: PAGE_SIZE, place, ...(before === undefined ? {} : { before }) };
      return json(store.list(page));
    }),
  );
  app.post('/conversations', async (context) => {
    const input = await parseBody(context, ConversationInputSchema);
    if (!input.ok) return input.response;
    return withStores(postern, (stores) => create(postern, stores, input.value));
  });
  app.patch('/conversations/:id', async (context) => {
    const input = await parseBody(context, ConversationPatchSchema);
    if (!input.ok) return input.response;
    const { title } = input.value;
    if (title === undefined) return failureResponse(problem('REQUEST_INVALID'));
    return withConversation(postern, context, (store, id) =>
      changed(postern, store.rename(id, title)),
    );
  });
  app.get('/search', (context) =>
    withStore(postern, (store) => {
      const parsed = parseSearchQuery((context.req.query('q') ?? '').slice(0, MAX_QUERY_LENGTH));
      if (!parsed.ok) {
        return failureResponse(problem('SEARCH_FILTER_INVALID', undefined, parsed.hint));
      }
      return json(store.search(parsed.value.words, MAX_HITS, parsed.value.filters));
    }),
  );
  return app;
}

/** A conversation's messages. */
export function messageRoutes(postern: Postern): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.get('/conversations/:id', (context) =>
    withOpenChat(postern, context, ({ store, id }) => {
      const view = store.openEnd(id, MAX_MESSAGES_AT_ONCE);
      if (!view.ok) return json(view);
      const { messages } = view.value;
      return json(ok({ ...view.value, messages: withStatuses(messages, postern.running.of(id)) }));
    }),
  );
  app.get('/conversations/:id/messages', (context) =>
    withOpenChat(postern, context, ({ store, id }) => {
      const named = (context.req.query('ids') ?? '').split(',');
      const ids = named.flatMap((text) => messageId.parse(text) ?? []);
      if (ids.length < named.length || ids.length > MAX_MESSAGES_AT_ONCE) {
        return failureResponse(problem('REQUEST_INVALID'));
      }
      const found = store.messages(id, ids);
      return json(found.ok ? ok(withStatuses(found.value, postern.running.of(id))) : found);
    }),
  );
  return app;
}

/** The list that the query names; undefined if it is invalid. */
function placeIn(context: Context): ConversationPlace | undefined {
  const [place, name] = [context.req.query('in') ?? 'main', context.req.query('name')];
  const parsed = v.safeParse(ConversationPlaceSchema, {
    in: place,
    ...(name === undefined ? {} : { name }),
  });
  return parsed.success ? parsed.output : undefined;
}

/** Deletes a conversation, and undoes that. */
export function removalRoutes(postern: Postern): Hono {
  const app = new Hono();
  app.delete('/conversations/:id', (context) =>
    withConversation(postern, context, (store, id) => {
      const removed = store.remove(id);
      if (!removed.ok) return json(removed);
      postern.running.stop(id);
      postern.pageEvents.add({ kind: 'conversation-deleted', id });
      return new Response(null, { status: 204 });
    }),
  );
  app.post('/conversations/:id/restore', (context) =>
    withConversation(postern, context, (store, id) => {
      const restored = store.restore(id);
      // It may belong anywhere in a list.
      if (restored.ok) postern.pageEvents.add({ kind: 'sync' });
      return json(restored);
    }),
  );
  return app;
}

/** Creates a conversation with the settings that were chosen for the next new one. */
function create(
  postern: Postern,
  stores: Stores,
  { title, provider, model }: ConversationInput,
): Response {
  const chosen = newChatSettings(stores);
  if (!chosen.ok) return json(chosen);
  const settings = chosen.value === undefined || isEmpty(chosen.value) ? undefined : chosen.value;
  const created = stores.conversations.create({
    title: title ?? UNTITLED,
    ...(provider === undefined ? {} : { provider: providerId.from(provider) }),
    ...(model === undefined ? {} : { model }),
    ...(settings === undefined ? {} : { settings }),
  });
  if (created.ok && chosen.value !== undefined) {
    const next = resetNewChatSettings(stores);
    if (!next.ok) return json(next);
    const ofCreated = { conversation: created.value.id, settings: settings ?? {} };
    postern.pageEvents.add({ kind: 'chat-settings', ...ofCreated });
    postern.pageEvents.add({ kind: 'chat-settings', conversation: null, settings: next.value });
  }
  return changed(postern, created);
}

/** An answer that couldn't be saved when it ended is still stored as streaming, but it is not. */
function withStatuses(
  messages: readonly Message[],
  running: readonly RunningAnswer[],
): readonly Message[] {
  const ids = new Set(running.map(({ answer }) => answer.id));
  return messages.map((message) =>
    message.status === 'streaming' && !ids.has(message.id)
      ? { ...message, status: 'interrupted' as const }
      : message,
  );
}

export function withStores<R>(postern: Postern, use: (stores: Stores) => R): R | Response {
  const stores = postern.stores();
  return stores === undefined ? failureResponse(lockedFailure(postern)) : use(stores);
}

export function withStore<R>(postern: Postern, use: (store: ConversationStore) => R): R | Response {
  return withStores(postern, ({ conversations }) => use(conversations));
}

export function lockedFailure(postern: Postern): ReturnType<typeof problem> {
  return problem(postern.vault.state === 'absent' ? 'VAULT_NOT_SET_UP' : 'VAULT_LOCKED');
}

export function withConversation<R>(
  postern: Postern,
  context: Context,
  use: (store: ConversationStore, id: ConversationId) => R,
): R | Response {
  const id = conversationId.parse(context.req.param('id') ?? '');
  if (id === undefined) return failureResponse(problem('CONVERSATION_NOT_FOUND'));
  return withStore(postern, (store) => use(store, id));
}

/**
 * Uses a conversation: a stored one, or a private chat of the page that sent the request. Routes that use `withStore`
 * or `withConversation` find no private chat.
 */
export function withOpenChat<R>(
  postern: Postern,
  context: Context<AppEnv>,
  use: (place: ChatPlace) => R,
): R | Response {
  return withConversation(postern, context, (stored, id) => {
    if (!postern.privateChats.has(id)) return use({ id, store: stored });
    const store = postern.privateChats.find(pageOf(context), id);
    if (store === undefined) return failureResponse(problem('CONVERSATION_NOT_FOUND'));
    return use({ id, store });
  });
}

/** The response to a change, which other pages are told about. */
function changed(postern: Postern, result: Result<Conversation, StoreFailure>): Response {
  if (result.ok) postern.pageEvents.add({ kind: 'conversation', conversation: result.value });
  return json(result);
}

export function json(result: Result<unknown, StoreFailure>): Response {
  if (!result.ok) return failureResponse(describeStoreFailure(result.failure));
  return Response.json(result.value);
}
