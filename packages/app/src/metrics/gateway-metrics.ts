import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { UsageEntry } from '@postern/gateway';

/** What is measured when it is asked for. */
export interface MeasuredGateway {
  readonly runningCalls: number;
  readonly queuedCalls: number;
  /** By provider. */
  readonly coolingKeys: ReadonlyMap<string, number>;
}

export interface GatewayMetrics {
  /** Counts every response, also those that no provider was called for. */
  responded(route: string, status: number): void;
  /** Counts a call. `model` is undefined for a name that only the client knows. */
  called(entry: UsageEntry, model: string | undefined): void;
  /** Includes a gateway's running and queued calls from now on. */
  measure(gateway: MeasuredGateway): void;
  /** In Prometheus' text format. */
  readonly text: () => Promise<string>;
  /** As data, for another process to add up. */
  readonly snapshot: () => Promise<MetricsSnapshot>;
}

/** The metrics of one process at one moment. */
export type MetricsSnapshot = Readonly<Awaited<ReturnType<Registry['getMetricsAsJSON']>>>;

/** The media type of Prometheus' text format. */
export const METRICS_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/** More names than this count as `other`, so that the number of time series is bounded. */
const MAX_MODELS = 200;
const OTHER = 'other';

const CALL_LABELS = [
  'gen_ai_operation_name',
  'gen_ai_provider_name',
  'gen_ai_request_model',
] as const;
const ALL_LABELS = [...CALL_LABELS, 'http_response_status_code', 'postern_ending'] as const;
/** The buckets of OpenTelemetry's gen_ai.server.request.duration, in seconds. */
const DURATIONS = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
];
const DELAYS = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];

/** Gauges of the library with names of counters, which promtool rejects. */
const MISNAMED = ['handles', 'requests', 'resources'].map((of) => `nodejs_active_${of}_total`);

type CallLabels = Record<(typeof CALL_LABELS)[number], string>;

/** The metrics of one process. Labels have the names of OpenTelemetry's attributes, with underscores. */
export function createGatewayMetrics(version: string): GatewayMetrics {
  const register = new Registry();
  const registers = [register];
  collectDefaultMetrics({ register });
  for (const name of MISNAMED) register.removeSingleMetric(name);
  new Gauge({
    ...{ name: 'postern_build_info', help: 'The version that runs.', registers },
    labelNames: ['version'],
    // Of several processes, which have the same one.
    aggregator: 'first',
  }).set({ version }, 1);
  const { responses, calls, tokens, costs, durations, added, upstream } = callMetrics(registers);
  const models = new Set<string>();
  return {
    responded: (route, status) => {
      responses.inc({ http_route: route, http_response_status_code: String(status) });
    },
    called: (entry, model) => {
      const labels = labelsOf(entry, boundedModel(models, model));
      const { status, ending, durationMs, times, costMicroUsd } = entry;
      calls.inc({ ...labels, http_response_status_code: String(status), postern_ending: ending });
      costs.inc(labels, costMicroUsd / 1_000_000);
      durations.observe(labels, durationMs / 1000);
      for (const [type, count] of tokensOf(entry)) {
        if (count > 0) tokens.inc({ ...labels, gen_ai_token_type: type }, count);
      }
      const { upstream: upstreamMs, ...own } = times;
      upstream.observe(labels, upstreamMs / 1000);
      for (const [component, ms] of Object.entries(own)) added.observe({ component }, ms / 1000);
    },
    measure: (gateway) => {
      gauge(registers, 'postern_running_calls', 'Calls in progress.', () => gateway.runningCalls);
      gauge(
        registers,
        'postern_queued_calls',
        'Calls that wait for their turn.',
        () => gateway.queuedCalls,
      );
      gaugeCoolingKeys(registers, gateway);
    },
    text: async () => await register.metrics(),
    snapshot: async () => await register.getMetricsAsJSON(),
  };
}

/** What is counted and measured of each call. */
function callMetrics(registers: Registry[]) {
  const responses = new Counter({
    ...{ name: 'postern_http_responses_total', help: 'Responses of every route.', registers },
    labelNames: ['http_route', 'http_response_status_code'],
  });
  const calls = new Counter({
    ...{ name: 'postern_calls_total', help: 'Calls of a provider, by their end.', registers },
    labelNames: ALL_LABELS,
  });
  const tokens = new Counter({
    ...{ name: 'postern_tokens_total', help: 'Tokens, as reported or estimated.', registers },
    labelNames: [...CALL_LABELS, 'gen_ai_token_type'],
  });
  const costs = new Counter({
    ...{ name: 'postern_cost_usd_total', help: 'Recorded costs, in US dollars.', registers },
    labelNames: CALL_LABELS,
  });
  const durations = new Histogram({
    name: 'gen_ai_server_request_duration_seconds',
    help: 'From the arrival of a call to the end of its response.',
    ...{ labelNames: CALL_LABELS, buckets: DURATIONS, registers },
  });
  const added = new Histogram({
    name: 'postern_added_latency_seconds',
    help: 'Time that a call spent in the gateway itself, by component.',
    ...{ labelNames: ['component'], buckets: DELAYS, registers },
  });
  const upstream = new Histogram({
    name: 'postern_upstream_wait_seconds',
    help: 'From the request to a provider until its response begins at the client.',
    ...{ labelNames: CALL_LABELS, buckets: DURATIONS, registers },
  });
  return { responses, calls, tokens, costs, durations, added, upstream };
}

function gauge(registers: Registry[], name: string, help: string, measured: () => number): void {
  new Gauge({
    ...{ name, help, registers },
    collect() {
      this.set(measured());
    },
  });
}

function gaugeCoolingKeys(registers: Registry[], gateway: MeasuredGateway): void {
  new Gauge({
    ...{
      name: 'postern_cooling_keys',
      help: "Keys of a provider that aren't used now.",
      registers,
    },
    labelNames: ['gen_ai_provider_name'],
    // Each process finds out by itself, and all of them have the same keys.
    aggregator: 'max',
    collect() {
      this.reset();
      for (const [id, count] of gateway.coolingKeys) this.set({ gen_ai_provider_name: id }, count);
    },
  });
}

/** The first names get a label of their own. */
function boundedModel(models: Set<string>, model: string | undefined): string {
  if (model === undefined) return OTHER;
  if (models.size < MAX_MODELS) models.add(model);
  return models.has(model) ? model : OTHER;
}

function labelsOf({ dialect, provider }: UsageEntry, model: string): CallLabels {
  return {
    gen_ai_operation_name: dialect,
    gen_ai_provider_name: provider,
    gen_ai_request_model: model,
  };
}

function tokensOf({ usage }: UsageEntry): readonly (readonly [type: string, count: number])[] {
  return [
    ['input', usage.inputTokens ?? 0],
    ['output', usage.outputTokens ?? 0],
    ['cache_read', usage.cacheReadTokens ?? 0],
    ['cache_write', usage.cacheWriteTokens ?? 0],
  ];
}
