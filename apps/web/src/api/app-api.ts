import type {
  AppState,
  BrowserAnswer,
  BrowserInput,
  BrowserView,
  ChallengeAnswer,
  ChatSettings,
  ChatSettingsInput,
  Conversation,
  ConversationEnd,
  ConversationId,
  ConversationInput,
  ConversationPage,
  ConversationPatch,
  ConversationPlace,
  ConversationsPatch,
  Draft,
  DraftInput,
  EditInput,
  EndpointChange,
  EndpointInput,
  FolderInput,
  FolderRename,
  KeyInput,
  KeyTest,
  Message,
  MessageId,
  ModelMarks,
  Labels,
  MessageChoice,
  ModelGroup,
  PrivacyInput,
  PrivacySettings,
  PrivateChatInput,
  ProviderId,
  ProviderView,
  SearchHit,
  SessionAnswer,
  SessionView,
  Settings,
  SettingsInput,
  SettingsCheckInput,
  SettingWarning,
  SignedSessionInput,
  SetupAnswer,
  SetupInput,
  UnlockAnswer,
  UnlockInput,
} from '@postern/protocol';
import { command, request, type ApiResult } from './request.ts';

/** One method per app API route. `streamTurn` covers the streamed one. */
export const appApi = {
  signIn: (code: string): Promise<ApiResult<SessionAnswer>> =>
    request('POST', '/api/session', { code }),
  challenge: (): Promise<ApiResult<ChallengeAnswer>> => request('POST', '/api/session/challenge'),
  signInSigned: (input: SignedSessionInput): Promise<ApiResult<SessionAnswer>> =>
    request('POST', '/api/session', input),
  browsers: (): Promise<ApiResult<readonly BrowserView[]>> => request('GET', '/api/browsers'),
  rememberBrowser: (input: BrowserInput): Promise<ApiResult<BrowserAnswer>> =>
    request('POST', '/api/browsers', input),
  forgetBrowser: (id: string): Promise<ApiResult<undefined>> =>
    command('DELETE', `/api/browsers/${encodeURIComponent(id)}`),
  signOut: (): Promise<ApiResult<undefined>> => command('DELETE', '/api/session'),
  sessions: (): Promise<ApiResult<readonly SessionView[]>> => request('GET', '/api/sessions'),
  endSession: (id: string): Promise<ApiResult<undefined>> =>
    command('DELETE', `/api/sessions/${encodeURIComponent(id)}`),
  endOtherSessions: (): Promise<ApiResult<undefined>> => command('DELETE', '/api/sessions'),
  state: (): Promise<ApiResult<AppState>> => request('GET', '/api/state'),
  setUp: (input: SetupInput): Promise<ApiResult<SetupAnswer>> =>
    request('POST', '/api/setup', input),
  unlock: (input: UnlockInput): Promise<ApiResult<UnlockAnswer>> =>
    request('POST', '/api/unlock', input),
  lock: (): Promise<ApiResult<AppState>> => request('POST', '/api/lock'),

  providers: (): Promise<ApiResult<readonly ProviderView[]>> => request('GET', '/api/providers'),
  addEndpoint: (input: EndpointInput): Promise<ApiResult<ProviderView>> =>
    request('POST', '/api/providers', input),
  changeEndpoint: (id: ProviderId, input: EndpointChange): Promise<ApiResult<ProviderView>> =>
    request('PUT', provider(id), input),
  removeEndpoint: (id: ProviderId): Promise<ApiResult<undefined>> =>
    command('DELETE', provider(id)),
  storeKey: (id: ProviderId, input: KeyInput): Promise<ApiResult<ProviderView>> =>
    request('PUT', `${provider(id)}/key`, input),
  removeKey: (id: ProviderId): Promise<ApiResult<ProviderView>> =>
    request('DELETE', `${provider(id)}/key`),
  testKey: (id: ProviderId): Promise<ApiResult<KeyTest>> => request('POST', `${provider(id)}/test`),
  models: (): Promise<ApiResult<readonly ModelGroup[]>> => request('GET', '/api/models'),

  modelMarks: (): Promise<ApiResult<ModelMarks>> => request('GET', '/api/models/marks'),

  changeSettings: (input: SettingsInput): Promise<ApiResult<Settings>> =>
    request('PATCH', '/api/settings', input),

  conversations: (
    place: ConversationPlace,
    before: ConversationId | null,
  ): Promise<ApiResult<ConversationPage>> =>
    request('GET', `/api/conversations${pageQuery(place, before)}`),
  startConversation: (input: ConversationInput): Promise<ApiResult<Conversation>> =>
    request('POST', '/api/conversations', input),
  conversation: (id: ConversationId): Promise<ApiResult<ConversationEnd>> =>
    request('GET', conversation(id)),
  messages: (
    id: ConversationId,
    ids: readonly MessageId[],
  ): Promise<ApiResult<readonly Message[]>> =>
    request('GET', `${conversation(id)}/messages?ids=${ids.join()}`),
  changeConversation: (
    id: ConversationId,
    patch: ConversationPatch,
  ): Promise<ApiResult<Conversation>> => request('PATCH', conversation(id), patch),
  deleteConversation: (id: ConversationId): Promise<ApiResult<undefined>> =>
    command('DELETE', conversation(id)),
  restoreConversation: (id: ConversationId): Promise<ApiResult<Conversation>> =>
    request('POST', `${conversation(id)}/restore`),
  changeConversations: (input: ConversationsPatch): Promise<ApiResult<readonly Conversation[]>> =>
    request('PATCH', '/api/conversations', input),
  labels: (): Promise<ApiResult<Labels>> => request('GET', '/api/labels'),
  createFolder: (input: FolderInput): Promise<ApiResult<undefined>> =>
    command('POST', '/api/folders', input),
  renameFolder: (input: FolderRename): Promise<ApiResult<undefined>> =>
    command('PATCH', '/api/folders', input),
  deleteFolder: (name: string): Promise<ApiResult<undefined>> =>
    command('DELETE', `/api/folders?name=${encodeURIComponent(name)}`),
  privacy: (): Promise<ApiResult<PrivacySettings>> => request('GET', '/api/privacy'),
  changePrivacy: (input: PrivacyInput): Promise<ApiResult<PrivacySettings>> =>
    request('PATCH', '/api/privacy', input),
  beginPrivateChat: (input: PrivateChatInput): Promise<ApiResult<Conversation>> =>
    request('POST', '/api/private-chats', input),
  closePrivateChats: (): Promise<ApiResult<undefined>> => command('DELETE', '/api/private-chats'),
  closePrivateChat: (id: ConversationId): Promise<ApiResult<undefined>> =>
    command('DELETE', `/api/private-chats/${id}`),
  keepPrivateChat: (id: ConversationId): Promise<ApiResult<Conversation>> =>
    request('POST', `/api/private-chats/${id}/keep`),
  trash: (): Promise<ApiResult<readonly Conversation[]>> => request('GET', '/api/trash'),
  emptyTrash: (): Promise<ApiResult<undefined>> => command('DELETE', '/api/trash'),
  deleteForGood: (id: ConversationId): Promise<ApiResult<undefined>> =>
    command('DELETE', `/api/trash/${id}`),
  editMessage: (id: ConversationId, input: EditInput): Promise<ApiResult<Message>> =>
    request('POST', `${conversation(id)}/messages`, input),
  chooseMessage: (id: ConversationId, input: MessageChoice): Promise<ApiResult<undefined>> =>
    command('PUT', `${conversation(id)}/choice`, input),
  forkConversation: (id: ConversationId, input: MessageChoice): Promise<ApiResult<Conversation>> =>
    request('POST', `${conversation(id)}/fork`, input),
  removeMessage: (id: ConversationId, message: MessageId): Promise<ApiResult<undefined>> =>
    command('DELETE', `${conversation(id)}/messages/${message}`),
  restoreMessage: (id: ConversationId, message: MessageId): Promise<ApiResult<undefined>> =>
    command('POST', `${conversation(id)}/messages/${message}/restore`),
  /** Stops one running answer, or all of the conversation. */
  stopAnswer: (id: ConversationId, answer?: MessageId): Promise<ApiResult<undefined>> =>
    command('POST', `${conversation(id)}/stop${answer === undefined ? '' : `?answer=${answer}`}`),
  drafts: (): Promise<ApiResult<readonly Draft[]>> => request('GET', '/api/drafts'),
  saveDraft: (input: DraftInput): Promise<ApiResult<undefined>> =>
    command('PUT', '/api/drafts', input),
  newChatSettings: (): Promise<ApiResult<ChatSettings>> => request('GET', '/api/chat-settings'),
  saveChatSettings: (input: ChatSettingsInput): Promise<ApiResult<undefined>> =>
    command('PUT', '/api/chat-settings', input),
  checkSettings: (input: SettingsCheckInput): Promise<ApiResult<readonly SettingWarning[]>> =>
    request('POST', '/api/chat-settings/check', input),
  search: (text: string): Promise<ApiResult<readonly SearchHit[]>> =>
    request('GET', `/api/search?q=${encodeURIComponent(text)}`),
};

function provider(id: ProviderId): string {
  return `/api/providers/${encodeURIComponent(id)}`;
}

function conversation(id: ConversationId): string {
  return `/api/conversations/${id}`;
}

/** The query of a page of a list; none for the first page of the list `main`. */
function pageQuery(place: ConversationPlace, before: ConversationId | null): string {
  const query = new URLSearchParams(place.in === 'main' ? {} : place);
  if (before !== null) query.set('before', before);
  return query.size === 0 ? '' : `?${query.toString()}`;
}
