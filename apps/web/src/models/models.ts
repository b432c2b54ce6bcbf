import { providerId, type ModelGroup, type ModelMarks, type PageEvent } from '@postern/protocol';
import { appApi } from '../api/app-api.ts';
import type { RequestProblem } from '../api/problem.ts';
import { isPrivate, type ChatPlace } from '../state/private-chats.ts';
import { createStore } from '../state/store.ts';
import type { ModelChoice } from './choose-model.ts';

export interface Models {
  readonly status: 'idle' | 'loading' | 'loaded' | RequestProblem;
  readonly groups: readonly ModelGroup[];
}

export const models = createStore<Models>({ status: 'idle', groups: [] });

const NO_MARKS: ModelMarks = { favourites: [], recents: [] };

/** Favourite and recent models, and the one of new chats. */
export const marks = createStore(NO_MARKS);

/** The model chosen for each conversation, before its first use. */
export const pickedModels = createStore<ReadonlyMap<ChatPlace, ModelChoice>>(new Map());

const LAST_USED = 'postern.model';

export async function loadModels(): Promise<void> {
  models.update((now) => ({ ...now, status: 'loading' }));
  const [groups] = await Promise.all([appApi.models(), loadMarks()]);
  models.update((now) =>
    groups.ok
      ? { status: 'loaded', groups: withKnown(groups.value, now.groups) }
      : { ...now, status: groups.failure },
  );
}

/** A list that can't be read now has the models that were known before. */
function withKnown(
  loaded: readonly ModelGroup[],
  before: readonly ModelGroup[],
): readonly ModelGroup[] {
  return loaded.map((group) => {
    if (group.failure === undefined || group.models.length > 0) return group;
    const known = before.find(({ provider }) => provider === group.provider);
    return known === undefined ? group : { ...group, models: known.models };
  });
}

async function loadMarks(): Promise<void> {
  const loaded = await appApi.modelMarks();
  if (loaded.ok) marks.set(loaded.value);
}

/** Brings the marks up to date with a change on another page. */
export function applyToModels({ kind }: PageEvent): void {
  const isStale = kind === 'sync' && models.get().status === 'loaded';
  if (kind === 'library' || isStale) void loadMarks();
}

/** The next new chat may have another model than the one that has begun: the default preset's. */
export function forgetPick(place: ChatPlace): void {
  pickedModels.update((now) => new Map([...now].filter(([picked]) => picked !== place)));
}

export function pickModel(place: ChatPlace, choice: ModelChoice): void {
  pickedModels.update((now) => new Map(now).set(place, choice));
  if (!isPrivate(place)) rememberModel(choice);
}

/** Picks a model, and returns how to have the one again that was picked before. */
export function replaceModel(place: ChatPlace, choice: ModelChoice): () => void {
  const before = pickedModels.get().get(place);
  const remembered = rememberedModel();
  pickModel(place, choice);
  return () => {
    if (before === undefined) forgetPick(place);
    else pickedModels.update((now) => new Map(now).set(place, before));
    if (!isPrivate(place)) rememberModel(remembered);
  };
}

/** Chooses the offline demo for the next new conversation. */
export async function pickDemo(): Promise<void> {
  await loadModels();
  const demo = models.get().groups.find((group) => group.demo);
  const model = demo?.models[0];
  if (demo !== undefined && model !== undefined) {
    pickModel('new', { provider: demo.provider, model: model.id });
  }
}

/** Remembers the model for the next new conversation. */
function rememberModel(choice: ModelChoice | undefined): void {
  try {
    if (choice === undefined) window.localStorage.removeItem(LAST_USED);
    else window.localStorage.setItem(LAST_USED, `${choice.provider}/${choice.model}`);
  } catch {
    // Without storage the page starts with the first model.
  }
}

export function rememberedModel(): ModelChoice | undefined {
  try {
    const [, provider = '', model = ''] =
      /^([^/]+)\/(.+)$/.exec(window.localStorage.getItem(LAST_USED) ?? '') ?? [];
    const id = providerId.parse(provider);
    return id === undefined || model === '' ? undefined : { provider: id, model };
  } catch {
    return undefined;
  }
}
