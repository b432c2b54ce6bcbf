import * as v from 'valibot';
import {
  MAX_OUTPUT_TOKENS,
  MAX_SYSTEM_PROMPT_LENGTH,
  MAX_TEMPERATURE,
  REASONING_EFFORTS,
} from './conversation.ts';
import { providerName } from './forms.ts';
import { SORTABLE } from './id-formats.ts';
import type { ConversationId } from './ids.ts';

/** How the answers of a chat are requested. What is absent is left to the provider. */
export const ChatSettingsSchema = v.strictObject({
  /** Sent before the first message. */
  systemPrompt: v.exactOptional(
    v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_SYSTEM_PROMPT_LENGTH)),
  ),
  /** 0: nearly the same answer each time. */
  temperature: v.exactOptional(
    v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(MAX_TEMPERATURE)),
  ),
  /** How much the model reasons before it answers. */
  effort: v.exactOptional(v.picklist(REASONING_EFFORTS)),
  /** The longest answer, in tokens; reasoning counts too. */
  maxOutputTokens: v.exactOptional(
    v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_OUTPUT_TOKENS)),
  ),
});

export type ChatSettings = Readonly<v.InferOutput<typeof ChatSettingsSchema>>;

/** A setting that a model doesn't take as it is: it isn't sent, or the nearest possible value is. */
export interface SettingWarning {
  readonly setting: keyof ChatSettings;
  readonly kind: 'dropped' | 'changed';
}

/** Replaces the settings of a conversation, or of the next new one (null). */
export const ChatSettingsInputSchema = v.strictObject({
  conversation: v.nullable(v.pipe(v.string(), v.regex(SORTABLE))),
  settings: ChatSettingsSchema,
});

/** Requests what a model doesn't take of these settings. */
export const SettingsCheckInputSchema = v.strictObject({
  provider: providerName,
  model: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  settings: ChatSettingsSchema,
});

export type ChatSettingsInput = v.InferOutput<typeof ChatSettingsInputSchema>;
export type SettingsCheckInput = v.InferOutput<typeof SettingsCheckInputSchema>;

/** The settings of a conversation, or of the next new one (null), have changed. */
export interface ChatSettingsEvent {
  readonly kind: 'chat-settings';
  readonly conversation: ConversationId | null;
  readonly settings: ChatSettings;
}
