import type { DatabaseFailure } from '@postern/database';
import type { Result } from '@postern/kernel';
import type {
  LibraryFile,
  LibraryImport,
  ModelName,
  Preset,
  PresetId,
  PresetInput,
  Prompt,
  PromptId,
  PromptInput,
} from '@postern/protocol';

/** Why the library couldn't do something. Nothing has changed then. */
export type LibraryFailure =
  | DatabaseFailure
  /** Another preset, or another prompt, has this name. */
  | { readonly reason: 'name-taken' }
  /** There would be more or longer presets, prompts or favourites than can be stored. */
  | { readonly reason: 'library-full' };

type Found<T> = Result<T, DatabaseFailure>;
type Answer<T> = Result<T, LibraryFailure>;

/**
 * What the user keeps for later chats. It outlives the chats: deleting every chat leaves it as it is. Lists are sorted
 * by name. What a newer version of Postern stored in an unknown form isn't listed, and stays.
 */
export interface LibraryStore {
  presets(): Found<readonly Preset[]>;
  /** The preset with which new chats begin. */
  defaultPreset(): Found<Preset | undefined>;
  /** Replaces a preset, or adds it. Without an id, it gets a new one. Another default preset isn't one any more. */
  savePreset(input: PresetInput, id?: PresetId): Answer<Preset>;
  deletePreset(id: PresetId): Answer<undefined>;

  prompts(): Found<readonly Prompt[]>;
  savePrompt(input: PromptInput, id?: PromptId): Answer<Prompt>;
  deletePrompt(id: PromptId): Answer<undefined>;

  /** In the order in which they were marked. */
  favourites(): Found<readonly ModelName[]>;
  markFavourite(model: ModelName, isFavourite: boolean): Answer<undefined>;

  /** Adds everything in one transaction. What has a name that is taken gets a number, unless it is the same. */
  addAll(file: Pick<LibraryFile, 'presets' | 'prompts'>): Answer<LibraryImport>;

  /** Any later call throws. */
  close(): void;
}
