import type { DatabaseFailure } from '@postern/database';
import type { LibraryStore } from '@postern/conversations';
import { ok, type Result } from '@postern/kernel';
import type { LibraryFile } from '@postern/protocol';

/** The presets and prompts, without ids and without the choice of a default. */
export function libraryFile(library: LibraryStore): Result<LibraryFile, DatabaseFailure> {
  const presets = library.presets();
  if (!presets.ok) return presets;
  const prompts = library.prompts();
  if (!prompts.ok) return prompts;
  return ok({
    format: 'postern-library',
    version: 1,
    presets: presets.value.map(({ name, model, settings }) => ({
      name,
      ...(model === undefined ? {} : { model }),
      settings,
    })),
    prompts: prompts.value.map(({ name, text }) => ({ name, text })),
  });
}
