import * as v from 'valibot';
import type { Settings } from './settings-api.ts';
import { MAX_ATTACHMENTS } from './attachment.ts';
import { MAX_COMPARED_MODELS } from './comparison.ts';
import { CHAT_EXPORT_FORMAT_NAMES, type Conversation } from './conversation.ts';
import type { Problem } from './problem.ts';
import { providerName } from './forms.ts';
import { SORTABLE } from './id-formats.ts';
import type { ConversationId, MessageId } from './ids.ts';
import { MAX_QUESTION_LENGTH } from './message-api.ts';
import { MAX_PASSPHRASE_BYTES } from './passphrase.ts';

/*
 * The app API under `/api`, between the page and the process; what isn't here is in the `…-api.ts` next to
 * this file. Inputs are schemas, parsed at the edge; outputs
 * are types. A failure is an `ApiFailure` with a status ≥ 400. Every request except the first two needs the
 * session cookie and the page's secret in `SESSION_HEADER`. A private chat is found only by requests with the
 * `PAGE_HEADER` of the page that began it.
 *
 *   POST   /api/session/challenge            → ChallengeAnswer
 *   POST   /api/session                      SessionInput → SessionAnswer and the session cookie
 *   DELETE /api/session                      → 204; signs this browser out
 *   GET    /api/sessions                     → SessionView[]
 *   DELETE /api/sessions                     → 204; signs every other browser out
 *   DELETE /api/sessions/:id                 → 204
 *   GET    /api/browsers                     → BrowserView[]; the remembered browsers
 *   POST   /api/browsers                     BrowserInput → BrowserAnswer; remembers this browser
 *   DELETE /api/browsers/:id                 → 204; forgets it
 *   GET    /api/state                        → AppState
 *   POST   /api/setup                        SetupInput → SetupAnswer
 *   POST   /api/unlock                       UnlockInput → UnlockAnswer
 *   POST   /api/lock                         → AppState
 *   POST   /api/vault/renew                  RenewalInput → RenewalAnswer
 *   GET    /api/providers                    → ProviderView[]
 *   POST   /api/providers                    EndpointInput → ProviderView
 *   PUT    /api/providers/:id                EndpointChange → ProviderView (the user's own endpoints)
 *   DELETE /api/providers/:id                → 204 (the user's own endpoints)
 *   PUT    /api/providers/:id/key            KeyInput → ProviderView
 *   DELETE /api/providers/:id/key            → ProviderView
 *   POST   /api/providers/:id/test           → KeyTest
 *   GET    /api/models                       → ModelGroup[]
 *   GET    /api/gateway/keys                 → GatewayKeyView[]
 *   POST   /api/gateway/keys                 GatewayKeyInput → GatewayKeyAnswer
 *   PATCH  /api/gateway/keys/:id             GatewayKeyChange → GatewayKeyView
 *   POST   /api/gateway/keys/:id/rotate      GatewayKeyRotation → GatewayKeyAnswer
 *   DELETE /api/gateway/keys/:id             → 204; revokes it
 *   GET    /api/storage                      → StorageView
 *   POST   /api/erase                        EraseInput → EraseReport; Postern then stops
 *   GET    /api/settings                     → Settings
 *   PATCH  /api/settings                     SettingsInput → Settings
 *   GET    /api/privacy                      → PrivacySettings
 *   PATCH  /api/privacy                      PrivacyInput → PrivacySettings
 *   GET    /api/conversations?before=ID      → ConversationPage; `in` and `name` name another ConversationPlace than `main`
 *   POST   /api/conversations                ConversationInput → Conversation
 *   GET    /api/conversations/:id            → ConversationEnd
 *   GET    /api/conversations/:id/messages?ids=ID,ID… → Message[]; at most MAX_MESSAGES_AT_ONCE ids
 *   PATCH  /api/conversations/:id            ConversationPatch → Conversation
 *   DELETE /api/conversations/:id            → 204; can be undone until it is purged
 *   PATCH  /api/conversations                ConversationsPatch → Conversation[]; the changed ones
 *   GET    /api/labels                       → Labels
 *   POST   /api/folders                      FolderInput → 204; does nothing if it exists
 *   PATCH  /api/folders                      FolderRename → 204
 *   DELETE /api/folders?name=NAME            → 204; its conversations stay, in no folder
 *   POST   /api/conversations/:id/restore    → Conversation
 *   POST   /api/conversations/:id/fork       MessageChoice → Conversation; a copy of the messages up to that one
 *   PUT    /api/conversations/:id/choice     MessageChoice → 204; shows the branch of that message from now on
 *   POST   /api/conversations/:id/messages   EditInput → Message; a sibling with another text
 *   DELETE /api/conversations/:id/messages/:message          → 204; with its branch
 *   POST   /api/conversations/:id/messages/:message/restore  → 204; undoes that, for an hour
 *   POST   /api/conversations/:id/turns      TurnInput → text/event-stream of TurnEvent
 *   GET    /api/conversations/:id/answer     → text/event-stream of TurnEvent; 204 if no answer is running
 *   POST   /api/conversations/:id/stop       → 204; stops the running answers at their upstreams; with `?answer=ID`, that one
 *   POST   /api/private-chats                PrivateChatInput → Conversation; in memory only, for this page
 *   DELETE /api/private-chats                → 204; closes every private chat of this page
 *   DELETE /api/private-chats/:id            → 204; closes one
 *   POST   /api/private-chats/:id/keep       → Conversation; stores it like any other
 *   GET    /api/trash                        → Conversation[]; deleted in the last 30 days
 *   DELETE /api/trash                        → 204; deletes all of them permanently
 *   DELETE /api/trash/:id                    → 204
 *   POST   /api/exports                      ExportInput → the file, as a download
 *   GET    /api/imports                     → ChatImport[]
 *   POST   /api/imports?bytes=N             a file of N bytes → ChatImportBegun; ends the import before in this session
 *   POST   /api/imports/:id/bytes?at=N      the wanted part of the file → ChatImportProgress
 *   POST   /api/imports/:id/end             → ChatImportReport; with `?cancelled`, before the end of the file
 *   POST   /api/imports/:id/undo            → UndoneImport
 *   GET    /api/events                       → text/event-stream of PageEvent
 *   GET    /api/search?q=TEXT                → SearchHit[]
 *   GET    /api/drafts                       → Draft[]
 *   PUT    /api/drafts                       DraftInput → 204; without text and attachments, deletes it
 *   POST   /api/attachments?name=TEXT        a file of at most MAX_ATTACHMENT_BYTES → Attachment
 *   GET    /api/attachments/:id              → its bytes, as an image or as `application/octet-stream`
 *          both with `private=ID` for a file that only this private chat of the page has
 *   GET    /api/chat-settings                → ChatSettings of the next new conversation
 *   PUT    /api/chat-settings                ChatSettingsInput → 204
 *   GET    /api/models/marks                 → ModelMarks
 *   PUT    /api/models/favourites            FavouriteInput → ModelMarks
 *   GET    /api/presets                      → Preset[]
 *   POST   /api/presets                      PresetInput → Preset
 *   PUT    /api/presets/:id                  PresetInput → Preset; adds it if there is none, which undoes its deletion
 *   DELETE /api/presets/:id                  → 204
 *   GET    /api/prompts                      → Prompt[]
 *   POST   /api/prompts                      PromptInput → Prompt
 *   PUT    /api/prompts/:id                  PromptInput → Prompt; adds it if there is none
 *   DELETE /api/prompts/:id                  → 204
 *   GET    /api/library                      → LibraryFile
 *   POST   /api/library                      LibraryFile → LibraryImport; adds all of it or nothing
 *   POST   /api/chat-settings/check          SettingsCheckInput → SettingWarning[]
 */

const id26 = v.pipe(v.string(), v.regex(SORTABLE));
/** Only limits the input's length; `passphraseProblem` checks a new passphrase. */
const passphrase = v.pipe(v.string(), v.maxLength(4096));

export const SetupInputSchema = v.strictObject({
  storage: v.picklist(['keyring', 'file']),
  /** Required with `file`; with `keyring` it adds a second key slot. */
  passphrase: v.exactOptional(passphrase),
});

export const UnlockInputSchema = v.union([
  v.strictObject({ passphrase: v.pipe(v.string(), v.maxLength(MAX_PASSPHRASE_BYTES)) }),
  v.strictObject({ recoveryCode: v.pipe(v.string(), v.maxLength(256)) }),
  /** Tries the keyring again, after the user unlocked it. */
  v.strictObject({ keyring: v.literal(true) }),
]);

export const ConversationInputSchema = v.strictObject({
  title: v.exactOptional(v.pipe(v.string(), v.minLength(1), v.maxLength(200))),
  provider: v.exactOptional(providerName),
  model: v.exactOptional(v.pipe(v.string(), v.minLength(1), v.maxLength(200))),
});

const chosenModel = v.strictObject({
  provider: providerName,
  model: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
});

const askedModel = v.strictObject({
  ...chosenModel.entries,
  omits: v.exactOptional(v.array(v.picklist(['image', 'file']))),
});

export const PrivateChatInputSchema = chosenModel;

export const ConversationPatchSchema = v.strictObject({
  title: v.exactOptional(v.pipe(v.string(), v.minLength(1), v.maxLength(200))),
});

/** In the order in which they are sent. */
const attachments = v.pipe(v.array(id26), v.maxLength(MAX_ATTACHMENTS));

/**
 * Requests an answer. With `text` or `attachments`, adds a user message under `parentId` (null: at the root) and
 * answers it. Without both, answers the user message `parentId` again: a retry, whose answer is a sibling of the
 * earlier one. If there is already a message under `parentId`, a message is refused with CONVERSATION_CHANGED, because the
 * page that sent it didn't show that one, unless `branch` says that it is a sibling on purpose.
 *
 * With `continues`, the id of an answer to `parentId` that isn't running, its text goes on in the same message.
 * If it has no content, it is requested again in its place.
 *
 * With `compareWith`, these models answer the same question beside the first one: a comparison, of at most
 * MAX_COMPARED_MODELS. With `inPlaceOf`, the id of an answer of a comparison, a retry takes the column of that one.
 * This and `continues` may begin while other answers of the comparison are running.
 *
 * `omits` names kinds of attachments that a model can't read. They are left out of its request, and named in it.
 */
export const TurnInputSchema = v.strictObject({
  parentId: v.nullable(id26),
  continues: v.exactOptional(id26),
  text: v.exactOptional(v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_QUESTION_LENGTH))),
  attachments: v.exactOptional(v.pipe(attachments, v.minLength(1))),
  branch: v.exactOptional(v.boolean()),
  inPlaceOf: v.exactOptional(id26),
  compareWith: v.exactOptional(
    v.pipe(v.array(askedModel), v.minLength(1), v.maxLength(MAX_COMPARED_MODELS - 1)),
  ),
  ...askedModel.entries,
});

/** A message that was typed but not sent, up to the length of one that can be sent. */
export const DraftInputSchema = v.strictObject({
  conversation: v.nullable(id26),
  text: v.pipe(v.string(), v.maxLength(MAX_QUESTION_LENGTH)),
  /** Default: none. */
  attachments: v.exactOptional(attachments),
});

/** Chats to export into one file; those in the trash aren't among all. */
export const ExportInputSchema = v.strictObject({
  chats: v.union([v.literal('all'), v.pipe(v.array(id26), v.minLength(1), v.maxLength(1000))]),
  format: v.picklist(CHAT_EXPORT_FORMAT_NAMES),
});

export type SetupInput = v.InferOutput<typeof SetupInputSchema>;
export type UnlockInput = v.InferOutput<typeof UnlockInputSchema>;
export type ConversationInput = v.InferOutput<typeof ConversationInputSchema>;
export type PrivateChatInput = v.InferOutput<typeof PrivateChatInputSchema>;
export type ConversationPatch = v.InferOutput<typeof ConversationPatchSchema>;
export type DraftInput = v.InferOutput<typeof DraftInputSchema>;
export type ExportInput = v.InferOutput<typeof ExportInputSchema>;
export type TurnInput = v.InferOutput<typeof TurnInputSchema>;

export interface ApiFailure {
  readonly error: Problem;
}

export interface UnlockAnswer {
  readonly state: AppState;
  /** The page's half of a new session; a lock had ended the one before. */
  readonly secret?: string;
}

export interface AppState {
  /** `setup`: nothing was stored yet. */
  readonly phase: 'setup' | 'locked' | 'ready';
  readonly version: string;
  /** The backend in use; null before set-up. */
  readonly storage: 'keyring' | 'file' | null;
  /** Whether the keyring and the passphrase open the vault only together. */
  readonly requiresBoth: boolean;
  /** What the probe of the operating system's keyring found. */
  readonly keyring:
    | { readonly available: true }
    | ({ readonly available: false } & Pick<Problem, 'code' | 'message'>);
  /** The gateway's address for SDKs: `http://127.0.0.1:7420`. */
  readonly gatewayUrl: string;
  readonly settings: Settings;
}

export interface SetupAnswer {
  /** Shown once, never again. */
  readonly recoveryCode: string;
  readonly state: AppState;
}

export interface ConversationPage {
  readonly conversations: readonly Conversation[];
  /** Pass as `before` for the next page; null at the end. */
  readonly next: ConversationId | null;
}

export interface SearchHit {
  readonly conversationId: ConversationId;
  readonly conversationTitle: string;
  /** null if the title matched. */
  readonly messageId: MessageId | null;
  /** Plain text around the match, in pieces; render as text only. */
  readonly snippet: readonly { readonly text: string; readonly match: boolean }[];
  readonly createdAtMs: number;
}
