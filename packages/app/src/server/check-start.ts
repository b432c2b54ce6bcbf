import { describeConfigFailure } from '../failure/describe-home.ts';
import type { Clock, Randomness } from '@postern/kernel';
import type { Home } from '../config/home.ts';
import type { ConfigError } from '../config/inspect-config.ts';
import { loadConfig } from '../config/load-config.ts';
import { readPrices } from '../config/load-prices.ts';
import { describeListenFailure } from './describe-listen-failure.ts';
import { gatewayListener } from './gateway-listener.ts';
import { listenOn } from './listen.ts';
import type { Listener } from './listener.ts';

export interface CheckStartParts {
  readonly home: Pick<Home, 'configFile' | 'variables' | 'dataDir'>;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

/**
 * What `postern serve` would refuse at its start in a configuration without errors of its own, by the same
 * functions. Nothing is created, and the vault isn't opened, so secrets that the configuration names may be missing.
 * A port that another program uses is no error: Postern itself may be running.
 */
export async function checkStart({
  home,
  clock,
  randomness,
}: CheckStartParts): Promise<readonly ConfigError[]> {
  const loaded = loadConfig(home.configFile, home.variables);
  if (!loaded.ok) return [{ path: '', problem: describeConfigFailure(loaded.failure).message }];
  const { config } = loaded.value;
  const prices = readPrices(config.gateway.prices);
  const { dataDir } = home;
  const listener = await gatewayListener({ config, clock, dataDir, randomness, isDryRun: true });
  const inPrices = prices.ok ? [] : [{ path: 'gateway.prices', problem: prices.failure.message }];
  const inListener = listener.ok
    ? await refusedPorts(listener.value)
    : [{ path: 'gateway.listen', problem: listener.failure.message }];
  return [...inPrices, ...inListener];
}

/** Listens for a moment, because only the operating system knows which ports and addresses it allows. */
async function refusedPorts({
  addresses,
  port,
  redirectFrom,
}: Listener): Promise<readonly ConfigError[]> {
  const ports = [
    ['gateway.listen', port],
    ['gateway.listen.redirectFrom', redirectFrom],
  ] as const;
  const errors: ConfigError[] = [];
  for (const [path, wanted] of ports) {
    if (wanted === undefined) continue;
    const opened = await listenOn({ addresses, port: wanted, tls: undefined });
    if (opened.ok) await opened.value.close(0);
    else if (opened.failure.reason === 'port-refused') {
      errors.push({ path, problem: describeListenFailure(opened.failure).message });
    }
  }
  return errors;
}
