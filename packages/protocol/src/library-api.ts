import * as v from 'valibot';
import { ChatSettingsSchema } from './chat-settings.ts';
import { providerName } from './forms.ts';
import type { PresetId, PromptId, ProviderId } from './ids.ts';
import { labelName } from './organising.ts';

/*
 * The part of the app API that is about the library: what the user keeps for later chats. Presets are named
 * settings of a chat, prompts are texts for messages, favourites are models.
 */

/** In UTF-16 code units. */
export const MAX_PROMPT_LENGTH = 50_000;
export const MAX_PRESETS = 200;
export const MAX_PROMPTS = 1000;
/** The prompts and the system prompts of presets altogether, in UTF-16 code units. */
export const MAX_LIBRARY_LENGTH = 4_000_000;
export const MAX_FAVOURITES = 100;

const model = {
  provider: providerName,
  model: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
};

const preset = {
  /** Unique among the presets, ignoring case. */
  name: labelName,
  /** Default: the chat keeps its model. */
  model: v.exactOptional(v.strictObject(model)),
  settings: ChatSettingsSchema,
};

/** Named settings of a chat, with a model. */
export const PresetInputSchema = v.strictObject({
  ...preset,
  /** New chats begin with it. At most one preset is the default. */
  isDefault: v.exactOptional(v.boolean()),
});

/** A named text for messages, whose variables are written as `{{name}}` or `{{name:default}}`. */
export const PromptInputSchema = v.strictObject({
  /** Unique among the prompts, ignoring case. */
  name: labelName,
  text: v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_PROMPT_LENGTH)),
});

export const FavouriteInputSchema = v.strictObject({ ...model, isFavourite: v.boolean() });

/** The file in which a library is exported and imported. */
export const LibraryFileSchema = v.strictObject({
  format: v.literal('postern-library'),
  version: v.literal(1),
  presets: v.pipe(v.array(v.strictObject(preset)), v.maxLength(MAX_PRESETS)),
  prompts: v.pipe(v.array(PromptInputSchema), v.maxLength(MAX_PROMPTS)),
});

export type PresetInput = v.InferOutput<typeof PresetInputSchema>;
export type FavouriteInput = v.InferOutput<typeof FavouriteInputSchema>;
export type PromptInput = v.InferOutput<typeof PromptInputSchema>;
export type LibraryFile = v.InferOutput<typeof LibraryFileSchema>;

export interface Preset extends PresetInput {
  readonly id: PresetId;
}

export interface Prompt extends PromptInput {
  readonly id: PromptId;
}

export interface ModelName {
  readonly provider: ProviderId;
  readonly model: string;
}

/** What the user said or did about models. */
export interface ModelMarks {
  readonly favourites: readonly ModelName[];
  /** The models of the newest chats, the last used one first. Private chats aren't among them. */
  readonly recents: readonly ModelName[];
  /** The model of the default preset. */
  readonly ofDefault?: ModelName;
}

export interface LibraryImport {
  readonly added: number;
  /** Had the name of another one, and got a number. */
  readonly renamed: number;
  /** Were already there. */
  readonly unchanged: number;
}
