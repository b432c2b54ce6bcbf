import { aliasTable, type RoutingEvent, type RoutingSettings } from '@postern/gateway';
import type { AuditEvent, Config } from '@postern/protocol';
import { parseDurationMs } from '../config/duration.ts';
import type { LogFields, ProcessLog } from '../log/process-log.ts';

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
  'credential-cooling': "A provider refused one of its keys. The key isn't used for some time.",
  'credential-recovered': 'A provider accepts one of its keys again.',
  fallback: 'A target other than the first one responded.',
};

/** The name of a model is only logged if it comes from the configuration; others are the client's text. */
export function logRouting(log: ProcessLog, event: RoutingEvent): void {
  log.write('info', 'gateway.routing', MESSAGES[event.kind], {
    change: event.kind,
    ...fieldsOf(event),
  });
}

function fieldsOf(event: RoutingEvent): LogFields {
  if ('use' in event) {
    const { provider, secret } = event.use;
    const status = event.kind === 'credential-cooling' ? { status: event.status } : {};
    return { provider: provider.id, secret, ...status };
  }
  const { alias, provider, model } = event.choice;
  return {
    provider: provider.id,
    ...(alias !== undefined && { alias, model }),
    ...(event.kind === 'fallback' && { from: event.from.provider.id }),
  };
}

const REASONS = {
  401: 'UPSTREAM_KEY_REFUSED',
  402: 'UPSTREAM_BILLING',
  403: 'UPSTREAM_FORBIDDEN',
} as const;

/** The event for the audit log: once when a key is refused, but not for a rate limit, which ends by itself. */
export function routingAuditEvent(event: RoutingEvent): AuditEvent | undefined {
  if (event.kind !== 'credential-cooling' || event.status === 429) return undefined;
  return {
    action: 'secret.use',
    outcome: 'failure',
    subject: { kind: 'secret', name: event.use.secret },
    reason: REASONS[event.status],
  };
}
