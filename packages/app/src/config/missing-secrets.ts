import { failed, ok, type Result } from '@postern/kernel';
import type { Config, Problem } from '@postern/protocol';
import { describeConfigFailure } from '../failure/describe-home.ts';
import { openWithoutAsking, type InspectionParts } from '../health/inspect-storage.ts';
import { loadConfig } from './load-config.ts';

/** A secret of the vault that a setting names. */
export interface NamedSecret {
  /** The dotted path of the setting. */
  readonly path: string;
  readonly secret: string;
}

/** `unknown`: the vault can't be read without a prompt. */
export type MissingSecrets =
  | { readonly state: 'checked'; readonly missing: readonly NamedSecret[] }
  | { readonly state: 'unknown'; readonly named: readonly NamedSecret[] };

/** The secrets that a valid configuration names and the vault doesn't have. */
export async function missingSecrets(
  parts: InspectionParts,
): Promise<Result<MissingSecrets, Problem>> {
  const { configFile, variables } = parts.home;
  const loaded = loadConfig(configFile, variables);
  if (!loaded.ok) return failed(describeConfigFailure(loaded.failure));
  const named = namedSecrets(loaded.value.config);
  if (named.length === 0) return ok({ state: 'checked', missing: [] });
  const vault = await openWithoutAsking(parts);
  if (!vault.ok) return vault;
  if (vault.value === undefined) return ok({ state: 'unknown', named });
  const stored = await vault.value.list();
  if (!stored.ok) return stored;
  const names = new Set<string>(stored.value.map(({ name }) => name));
  return ok({ state: 'checked', missing: named.filter(({ secret }) => !names.has(secret)) });
}

function namedSecrets({ providers, proxy, gateway }: Config): readonly NamedSecret[] {
  const ofProviders = Object.entries(providers).flatMap(([id, { keys = [] }]) =>
    keys.map((secret) => ({ path: `providers.${id}.keys`, secret })),
  );
  return [
    ...ofProviders,
    ...named('proxy.passwordSecret', proxy?.passwordSecret),
    ...named('gateway.metrics.tokenSecret', gateway.metrics.tokenSecret),
  ];
}

function named(path: string, secret: string | undefined): readonly NamedSecret[] {
  return secret === undefined ? [] : [{ path, secret }];
}
