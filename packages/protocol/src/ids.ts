import { brandOf, type Branded } from '@postern/kernel';
import { NAME, SORTABLE } from './id-formats.ts';

/** A conversation: 26 characters, sorts by creation time. */
export type ConversationId = Branded<'ConversationId'>;
/** A message in a conversation: 26 characters, sorts by creation time. */
export type MessageId = Branded<'MessageId'>;
/** A file that the user added to a message: 26 characters, sorts by creation time. */
export type AttachmentId = Branded<'AttachmentId'>;
/** A preset of a chat's settings: 26 characters, sorts by creation time. */
export type PresetId = Branded<'PresetId'>;
/** A prompt of the library: 26 characters, sorts by creation time. */
export type PromptId = Branded<'PromptId'>;
/** A provider as configured: `anthropic`, `openai`, or the name a person gave an endpoint. */
export type ProviderId = Branded<'ProviderId'>;
/** The name of a secret in the vault, as in `postern secret set NAME`. */
export type SecretName = Branded<'SecretName'>;
/** The random identity of one vault; binds every wrapped value to it. */
export type VaultId = Branded<'VaultId'>;
/** A gateway key's public id: safe to print, log and store. */
export type GatewayKeyId = Branded<'GatewayKeyId'>;

/** The dotted name of a setting of `config.json`. */
export type SettingName = Branded<'SettingName'>;

export const conversationId = brandOf('ConversationId', SORTABLE);
export const messageId = brandOf('MessageId', SORTABLE);
export const attachmentId = brandOf('AttachmentId', SORTABLE);
export const presetId = brandOf('PresetId', SORTABLE);
export const promptId = brandOf('PromptId', SORTABLE);
export const providerId = brandOf('ProviderId', NAME);
export const secretName = brandOf('SecretName', NAME);
export const vaultId = brandOf('VaultId', SORTABLE);
export const gatewayKeyId = brandOf('GatewayKeyId', SORTABLE);
export const settingName = brandOf(
  'SettingName',
  /^[a-z][A-Za-z0-9-]{0,39}(?:\.[a-z][A-Za-z0-9-]{0,39}){0,5}$/,
);
