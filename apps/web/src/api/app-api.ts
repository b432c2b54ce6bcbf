import type {
  AppState,
  Conversation,
  ConversationId,
  ConversationInput,
  ConversationPage,
  ConversationPatch,
  ConversationView,
  EndpointInput,
  KeyInput,
  KeyTest,
  ModelGroup,
  ProviderId,
  ProviderView,
  SearchHit,
  SessionAnswer,
  SessionView,
  Settings,
  SettingsInput,
  SetupAnswer,
  SetupInput,
  UnlockAnswer,
  UnlockInput,
} from '@postern/protocol';
import { command, request, type Answer } from './request.ts';

/** The routes of the app API but the streamed turn, which `streamTurn` speaks. */
export const appApi = {
  signIn: (code: string): Promise<Answer<SessionAnswer>> =>
    request('POST', '/api/session', { code }),
  signOut: (): Promise<Answer<undefined>> => command('DELETE', '/api/session'),
  sessions: (): Promise<Answer<readonly SessionView[]>> => request('GET', '/api/sessions'),
  endSession: (id: string): Promise<Answer<undefined>> =>
    command('DELETE', `/api/sessions/${encodeURIComponent(id)}`),
  endOtherSessions: (): Promise<Answer<undefined>> => command('DELETE', '/api/sessions'),
  state: (): Promise<Answer<AppState>> => request('GET', '/api/state'),
  setUp: (input: SetupInput): Promise<Answer<SetupAnswer>> => request('POST', '/api/setup', input),
  unlock: (input: UnlockInput): Promise<Answer<UnlockAnswer>> =>
    request('POST', '/api/unlock', input),
  lock: (): Promise<Answer<AppState>> => request('POST', '/api/lock'),

  providers: (): Promise<Answer<readonly ProviderView[]>> => request('GET', '/api/providers'),
  addEndpoint: (input: EndpointInput): Promise<Answer<ProviderView>> =>
    request('POST', '/api/providers', input),
  removeEndpoint: (id: ProviderId): Promise<Answer<undefined>> => command('DELETE', provider(id)),
  storeKey: (id: ProviderId, input: KeyInput): Promise<Answer<ProviderView>> =>
    request('PUT', `${provider(id)}/key`, input),
  removeKey: (id: ProviderId): Promise<Answer<ProviderView>> =>
    request('DELETE', `${provider(id)}/key`),
  testKey: (id: ProviderId): Promise<Answer<KeyTest>> => request('POST', `${provider(id)}/test`),
  models: (): Promise<Answer<readonly ModelGroup[]>> => request('GET', '/api/models'),

  changeSettings: (input: SettingsInput): Promise<Answer<Settings>> =>
    request('PATCH', '/api/settings', input),

  conversations: (before: ConversationId | null): Promise<Answer<ConversationPage>> =>
    request('GET', `/api/conversations${before === null ? '' : `?before=${before}`}`),
  startConversation: (input: ConversationInput): Promise<Answer<Conversation>> =>
    request('POST', '/api/conversations', input),
  conversation: (id: ConversationId): Promise<Answer<ConversationView>> =>
    request('GET', conversation(id)),
  changeConversation: (
    id: ConversationId,
    patch: ConversationPatch,
  ): Promise<Answer<Conversation>> => request('PATCH', conversation(id), patch),
  deleteConversation: (id: ConversationId): Promise<Answer<undefined>> =>
    command('DELETE', conversation(id)),
  restoreConversation: (id: ConversationId): Promise<Answer<Conversation>> =>
    request('POST', `${conversation(id)}/restore`),
  stopAnswer: (id: ConversationId): Promise<Answer<undefined>> =>
    command('POST', `${conversation(id)}/stop`),
  search: (text: string): Promise<Answer<readonly SearchHit[]>> =>
    request('GET', `/api/search?q=${encodeURIComponent(text)}`),
};

function provider(id: ProviderId): string {
  return `/api/providers/${encodeURIComponent(id)}`;
}

function conversation(id: ConversationId): string {
  return `/api/conversations/${id}`;
}
