import type {
  FavouriteInput,
  LibraryFile,
  LibraryImport,
  ModelMarks,
  Preset,
  PresetId,
  PresetInput,
  Prompt,
  PromptId,
  PromptInput,
} from '@postern/protocol';
import { command, request, type ApiResult } from './request.ts';

/** Presets, prompts and favourite models. They aren't part of the first load. */
export const libraryApi = {
  markFavourite: (input: FavouriteInput): Promise<ApiResult<ModelMarks>> =>
    request('PUT', '/api/models/favourites', input),
  presets: (): Promise<ApiResult<readonly Preset[]>> => request('GET', '/api/presets'),
  addPreset: (input: PresetInput): Promise<ApiResult<Preset>> =>
    request('POST', '/api/presets', input),
  savePreset: (id: PresetId, input: PresetInput): Promise<ApiResult<Preset>> =>
    request('PUT', `/api/presets/${id}`, input),
  deletePreset: (id: PresetId): Promise<ApiResult<undefined>> =>
    command('DELETE', `/api/presets/${id}`),
  prompts: (): Promise<ApiResult<readonly Prompt[]>> => request('GET', '/api/prompts'),
  addPrompt: (input: PromptInput): Promise<ApiResult<Prompt>> =>
    request('POST', '/api/prompts', input),
  savePrompt: (id: PromptId, input: PromptInput): Promise<ApiResult<Prompt>> =>
    request('PUT', `/api/prompts/${id}`, input),
  deletePrompt: (id: PromptId): Promise<ApiResult<undefined>> =>
    command('DELETE', `/api/prompts/${id}`),
  exportLibrary: (): Promise<ApiResult<LibraryFile>> => request('GET', '/api/library'),
  importLibrary: (file: unknown): Promise<ApiResult<LibraryImport>> =>
    request('POST', '/api/library', file),
};
