import { Hono } from 'hono';
import { ok } from '@postern/kernel';
import {
  ChatSettingsInputSchema,
  conversationId,
  problem,
  providerId,
  SettingsCheckInputSchema,
} from '@postern/protocol';
import { settingWarnings } from '../chat/model-request.ts';
import type { Postern } from '../postern.ts';
import { failureResponse, parseBody } from './answers.ts';
import { isEmpty, newChatSettings, saveNewChatSettings } from '../library/new-chat-settings.ts';
import { json, withStores } from './conversation-routes.ts';
import { pageOf, type AppEnv } from './require-session.ts';

/** How the answers of a conversation are requested. */
export function settingsRoutes(postern: Postern): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.get('/chat-settings', () =>
    withStores(postern, (stores) => {
      const found = newChatSettings(stores);
      return json(found.ok ? ok(found.value ?? {}) : found);
    }),
  );
  app.put('/chat-settings', async (context) => {
    const input = await parseBody(context, ChatSettingsInputSchema);
    if (!input.ok) return input.response;
    const { conversation, settings } = input.value;
    return withStores(postern, (stores) => {
      const id = conversation === null ? null : conversationId.from(conversation);
      const isPrivate = id !== null && postern.privateChats.has(id);
      const store = isPrivate
        ? postern.privateChats.find(pageOf(context), id)
        : stores.conversations;
      if (store === undefined) return failureResponse(problem('CONVERSATION_NOT_FOUND'));
      const saved =
        id === null
          ? saveNewChatSettings(stores, settings)
          : store.settings.save(id, isEmpty(settings) ? undefined : settings);
      if (!saved.ok) return json(saved);
      // Other pages don't know of a private chat.
      if (!isPrivate) postern.pageEvents.add({ kind: 'chat-settings', conversation: id, settings });
      return new Response(null, { status: 204 });
    });
  });
  app.post('/chat-settings/check', async (context) => {
    const input = await parseBody(context, SettingsCheckInputSchema);
    if (!input.ok) return input.response;
    const { model, settings } = input.value;
    const provider = postern.providers().get(providerId.from(input.value.provider));
    if (provider === undefined) return failureResponse(problem('PROVIDER_UNKNOWN'));
    return Response.json(settingWarnings(provider, model, settings));
  });
  return app;
}
