import { describeLibraryFailure, type LibraryFailure } from '@postern/conversations';
import type { Result } from '@postern/kernel';
import {
  FavouriteInputSchema,
  LibraryFileSchema,
  presetId,
  PresetInputSchema,
  problem,
  promptId,
  PromptInputSchema,
  providerId,
  type PresetId,
  type PromptId,
} from '@postern/protocol';
import { Hono, type Context } from 'hono';
import { libraryFile } from '../library/library-file.ts';
import { modelMarks } from '../library/model-marks.ts';
import { newChatSettings } from '../library/new-chat-settings.ts';
import type { Postern } from '../postern.ts';
import type { Stores } from '../stores/stores.ts';
import { failureResponse, parseBody } from './answers.ts';
import { json, withStores } from './conversation-routes.ts';

/** Favourite models, and the library as a file. */
export function libraryRoutes(postern: Postern): Hono {
  const app = new Hono();
  app.get('/models/marks', () => withStores(postern, (stores) => json(modelMarks(stores))));
  app.put('/models/favourites', async (context) => {
    const input = await parseBody(context, FavouriteInputSchema);
    if (!input.ok) return input.response;
    const { provider, model, isFavourite } = input.value;
    return withStores(postern, (stores) => {
      const name = { provider: providerId.from(provider), model };
      const marked = changed(postern, stores.library.markFavourite(name, isFavourite));
      return marked.ok ? json(modelMarks(stores)) : answer(marked);
    });
  });
  app.get('/library', () => withStores(postern, ({ library }) => answer(libraryFile(library))));
  app.post('/library', async (context) => {
    const input = await parseBody(context, LibraryFileSchema);
    if (!input.ok) return input.response;
    return withStores(postern, ({ library }) =>
      answer(changed(postern, library.addAll(input.value))),
    );
  });
  return app;
}

export function promptRoutes(postern: Postern): Hono {
  const app = new Hono();
  const save = async (context: Context, id?: PromptId): Promise<Response> => {
    const input = await parseBody(context, PromptInputSchema);
    if (!input.ok) return input.response;
    return withStores(postern, ({ library }) =>
      answer(changed(postern, library.savePrompt(input.value, id))),
    );
  };
  app.get('/prompts', () => withStores(postern, ({ library }) => answer(library.prompts())));
  app.post('/prompts', (context) => save(context));
  app.put('/prompts/:id', (context) => {
    const id = promptId.parse(context.req.param('id'));
    return id === undefined ? invalidId() : save(context, id);
  });
  app.delete('/prompts/:id', (context) => {
    const id = promptId.parse(context.req.param('id'));
    if (id === undefined) return invalidId();
    return withStores(postern, ({ library }) => done(changed(postern, library.deletePrompt(id))));
  });
  return app;
}

export function presetRoutes(postern: Postern): Hono {
  const app = new Hono();
  const save = async (context: Context, id?: PresetId): Promise<Response> => {
    const input = await parseBody(context, PresetInputSchema);
    if (!input.ok) return input.response;
    return withStores(postern, (stores) =>
      answer(presetChanged(postern, stores, stores.library.savePreset(input.value, id))),
    );
  };
  app.get('/presets', () => withStores(postern, ({ library }) => answer(library.presets())));
  app.post('/presets', (context) => save(context));
  app.put('/presets/:id', (context) => {
    const id = presetId.parse(context.req.param('id'));
    return id === undefined ? invalidId() : save(context, id);
  });
  app.delete('/presets/:id', (context) => {
    const id = presetId.parse(context.req.param('id'));
    if (id === undefined) return invalidId();
    return withStores(postern, (stores) =>
      done(presetChanged(postern, stores, stores.library.deletePreset(id))),
    );
  });
  return app;
}

/** Tells every page of a change. */
function changed<T>(
  postern: Postern,
  result: Result<T, LibraryFailure>,
): Result<T, LibraryFailure> {
  if (result.ok) postern.pageEvents.add({ kind: 'library' });
  return result;
}

/** The next new chat may have the settings of a preset that has changed. */
function presetChanged<T>(
  postern: Postern,
  stores: Stores,
  result: Result<T, LibraryFailure>,
): Result<T, LibraryFailure> {
  const next = result.ok ? newChatSettings(stores) : undefined;
  if (next?.ok === true) {
    const settings = next.value ?? {};
    postern.pageEvents.add({ kind: 'chat-settings', conversation: null, settings });
  }
  return changed(postern, result);
}

function answer(result: Result<unknown, LibraryFailure>): Response {
  if (!result.ok) return failureResponse(describeLibraryFailure(result.failure));
  return Response.json(result.value);
}

function done(result: Result<undefined, LibraryFailure>): Response {
  return result.ok ? new Response(null, { status: 204 }) : answer(result);
}

function invalidId(): Response {
  return failureResponse(problem('REQUEST_INVALID', 'The id is invalid.'));
}
