import { aliasTable, type RoutingEvent, type RoutingSettings } from '@postern/gateway';
import type { Config } from '@postern/protocol';
import { parseDurationMs } from '../config/duration.ts';
import type { ProcessLog } from '../log/process-log.ts';

/** The routing of the current configuration. It is made once for each. */
export function routingOf(config: () => Config): () => RoutingSettings {
  let madeOf: Config['gateway'] | undefined;
  let made: RoutingSettings | undefined;
  return () => {
    const { gateway } = config();
    if (made === undefined || madeOf !== gateway) made = settingsOf(gateway);
    madeOf = gateway;
    return made;
  };
}

function settingsOf({ models, retries, breaker }: Config['gateway']): RoutingSettings {
  return {
    aliases: aliasTable(models),
    retries: {
      attempts: retries.attempts,
      baseDelayMs: parseDurationMs(retries.baseDelay) ?? 0,
      maxDelayMs: parseDurationMs(retries.maxDelay) ?? 0,
    },
    breaker: { failures: breaker.failures, openForMs: parseDurationMs(breaker.openFor) ?? 0 },
  };
}

const MESSAGES: Readonly<Record<RoutingEvent['kind'], string>> = {
  'breaker-opened': "A provider failed repeatedly. A model of it isn't called for some time.",
  'breaker-closed': 'A provider works again.',
  fallback: 'A target other than the first one responded.',
};

/** The name of a model is only logged if it comes from the configuration; others are the client's text. */
export function logRouting(log: ProcessLog, event: RoutingEvent): void {
  const { kind, choice } = event;
  const { alias, provider, model } = choice;
  log.write('info', 'gateway.routing', MESSAGES[kind], {
    change: kind,
    provider: provider.id,
    ...(alias !== undefined && { alias, model }),
    ...(kind === 'fallback' && { from: event.from.provider.id }),
  });
}
