import { isJsonObject, type JsonValue } from '@postern/kernel';
import type { TellNote } from './import-note.ts';
import type { Section } from './section.ts';
import { LIBRARY_NOTES, ROUTER_NOTES } from './setting-notes.ts';

/** How LiteLLM chooses between models, from `router_settings` and `litellm_settings`. */
export interface LitellmRouting {
  /** By the name of a model. `*`: for every other model. */
  readonly fallbacks: ReadonlyMap<string, LitellmFallback>;
  /** Other names of models. */
  readonly aliases: ReadonlyMap<string, string>;
  readonly retries: LocatedNumber | undefined;
  readonly timeoutSeconds: LocatedNumber | undefined;
  readonly allowedFailures: LocatedNumber | undefined;
  readonly cooldownSeconds: LocatedNumber | undefined;
}

/** A number, and where the file has it. */
export interface LocatedNumber {
  readonly path: string;
  readonly value: number;
}

/** The models that are called when one fails, in their order. */
export interface LitellmFallback {
  readonly path: string;
  readonly models: readonly string[];
}

type Named = readonly [string, LitellmFallback];

/** Settings of the router come before those of the library. */
export function readRouting(router: Section, library: Section, tell: TellNote): LitellmRouting {
  const read = (name: string, inLibrary = name): LocatedNumber | undefined => {
    const [first, second] = [located(router, name), located(library, inLibrary)];
    return first ?? second;
  };
  const fallbacks = new Map([
    ...defaultsOf(library),
    ...defaultsOf(router),
    ...fallbacksOf(library, tell),
    ...fallbacksOf(router, tell),
  ]);
  const strategy = router.text('routing_strategy');
  if (strategy !== undefined && strategy !== 'simple-shuffle') {
    tell(router.pathOf('routing_strategy'), 'not-mapped', 'Postern routes by priority and weight.');
  }
  const routing = {
    fallbacks,
    aliases: aliasesOf(router, tell),
    retries: read('num_retries'),
    timeoutSeconds: read('timeout', 'request_timeout'),
    allowedFailures: read('allowed_fails'),
    cooldownSeconds: read('cooldown_time'),
  };
  router.finish(ROUTER_NOTES);
  library.finish(LIBRARY_NOTES);
  return routing;
}

function located(section: Section, name: string): LocatedNumber | undefined {
  const value = section.number(name);
  return value === undefined ? undefined : { path: section.pathOf(name), value };
}

/** `default_fallbacks`: a list of models. */
function defaultsOf(section: Section): readonly Named[] {
  const models = textsIn(section.list('default_fallbacks'));
  const path = section.pathOf('default_fallbacks');
  return models.length === 0 ? [] : [['*', { path, models }]];
}

/** `fallbacks`: a list of maps from a model to a list of models. */
function fallbacksOf(section: Section, tell: TellNote): readonly Named[] {
  return section.list('fallbacks').flatMap((entry, at) => {
    const path = `${section.pathOf('fallbacks')}[${String(at)}]`;
    if (!isJsonObject(entry)) {
      tell(path, 'not-mapped', "It isn't a map.");
      return [];
    }
    return Object.entries(entry).map(([name, value]) => {
      const names = textsIn(Array.isArray(value) ? value : []);
      if (!Array.isArray(value) || names.length < value.length) {
        tell(path, 'not-mapped', "It isn't a list of names of models.");
      }
      return [name, { path, models: names }] as const;
    });
  });
}

function textsIn(values: readonly JsonValue[]): string[] {
  return values.filter((value) => typeof value === 'string');
}

/** `model_group_alias`: names of models, each alone or as `model` in a map. */
function aliasesOf(router: Section, tell: TellNote): ReadonlyMap<string, string> {
  const section = router.section('model_group_alias');
  const found = new Map<string, string>();
  for (const name of section.names()) {
    const value = section.take(name);
    const isMap = isJsonObject(value);
    const model = isMap ? value['model'] : value;
    if (typeof model === 'string') found.set(name, model);
    else tell(section.pathOf(name), 'not-mapped', "It isn't the name of a model.");
    if (isMap && value['hidden'] === true) {
      tell(section.pathOf(name), 'changed', 'Postern lists every alias that a key may call.');
    }
  }
  return found;
}
