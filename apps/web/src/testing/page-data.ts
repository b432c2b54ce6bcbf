import {
  conversationId,
  messageId,
  providerId,
  type AppState,
  type Conversation,
  type Message,
  type ModelGroup,
  type ProviderView,
  type StorageView,
} from '@postern/protocol';

/** An unlocked vault with file storage. */
export function appState(changes: Partial<AppState> = {}): AppState {
  return {
    phase: 'ready',
    version: '0.0.0',
    storage: 'file',
    requiresBoth: false,
    keyring: { available: true },
    gatewayUrl: 'http://127.0.0.1:7420',
    settings: {
      theme: 'system',
      contrast: 'system',
      textSize: 'medium',
      columnWidth: 'narrow',
      diagrams: 'drawn',
    },
    ...changes,
  };
}

export const NO_KEYRING: AppState['keyring'] = {
  available: false,
  code: 'KEYRING_UNAVAILABLE',
  message: 'There is no session bus.',
};

/** A built-in provider without its key. */
export function provider(changes: Partial<ProviderView> = {}): ProviderView {
  return {
    id: providerId.from('acme'),
    label: 'Acme',
    dialect: 'openai-chat',
    baseUrl: 'https://api.acme.example/v1',
    auth: 'bearer',
    models: [],
    needsKey: true,
    hasKey: false,
    keyExample: 'sk-…',
    keyPage: 'https://acme.example/keys',
    demo: false,
    builtIn: true,
    local: false,
    trusted: false,
    ...changes,
  };
}

export function modelGroup(name: string, ...models: readonly string[]): ModelGroup {
  return {
    provider: providerId.from(name.toLowerCase()),
    label: name,
    demo: name === 'Demo',
    local: false,
    models: models.map((id) => ({ id, label: id })),
  };
}

/** A conversation whose id ends in `number`, last used that many minutes ago. */
export function conversation(number: number, title = `Chat ${String(number)}`): Conversation {
  const atMs = Date.now() - number * 60_000;
  return {
    id: conversationId.from(String(number).padStart(26, '0')),
    title,
    createdAtMs: atMs,
    updatedAtMs: atMs,
  };
}

/** A message of conversation 1 whose id ends in `number`. */
export function message(
  number: number,
  text: string,
  changes: Partial<Message> & Pick<Message, 'role' | 'parentId'>,
): Message {
  return {
    id: idOf(number),
    conversationId: conversation(1).id,
    parts: [{ kind: 'text', text }],
    status: 'complete',
    createdAtMs: number,
    ...changes,
  };
}

export function idOf(number: number): Message['id'] {
  return messageId.from(String(number).padStart(26, '0'));
}

/** A vault with a passphrase and a small home. */
export function storageView(changes: Partial<StorageView> = {}): StorageView {
  return {
    slots: ['passphrase', 'recovery'],
    data: [
      { what: 'chats', bytes: 1_234_567, path: '/home/me/postern/conversations.db' },
      { what: 'settings', bytes: 12, path: '/home/me/config.json' },
    ],
    trashed: 0,
    ...changes,
  };
}
