import { AggregatorRegistry, Gauge, Registry } from 'prom-client';
import type { MetricsSnapshot } from './gateway-metrics.ts';

/** How many processes are in which state. `silent`: it didn't answer in time, so its last metrics count. */
export type ProcessStates = Readonly<Record<'answering' | 'silent' | 'starting', number>>;

/** The metrics of several processes, added up. */
export interface CombinedMetrics {
  /** Replaces what is known of a process. */
  keep(processId: number, snapshot: MetricsSnapshot): void;
  /** The process has ended. What it counted stays in the sums, or they would go backwards. */
  ended(processId: number): void;
  /** In Prometheus' text format. */
  text(states: ProcessStates): Promise<string>;
}

export function createCombinedMetrics(): CombinedMetrics {
  const running = new Map<number, MetricsSnapshot>();
  let past: Promise<MetricsSnapshot> = Promise.resolve([]);
  return {
    keep: (processId, snapshot) => {
      running.set(processId, snapshot);
    },
    ended: (processId) => {
      const counted = running.get(processId)?.filter(({ type }) => COUNTING.has(String(type)));
      running.delete(processId);
      if (counted !== undefined) past = addUp(past, counted);
    },
    text: async (states) => {
      // Both at the same moment: a process that ends is in one of them.
      const [snapshots, before] = [[...running.values()], past];
      const sums = await sum([...snapshots, await before]).metrics();
      return `${sums}\n${await statesText(states)}`;
    },
  };
}

/** What only grows. Everything else is gone with its process. */
const COUNTING: ReadonlySet<string> = new Set(['counter', 'histogram']);

async function addUp(
  past: Promise<MetricsSnapshot>,
  counted: MetricsSnapshot,
): Promise<MetricsSnapshot> {
  return await sum([await past, counted]).getMetricsAsJSON();
}

function sum(snapshots: readonly MetricsSnapshot[]): Registry {
  return AggregatorRegistry.aggregate([...snapshots]);
}

async function statesText(states: ProcessStates): Promise<string> {
  const register = new Registry();
  const gauge = new Gauge({
    ...{ name: 'postern_workers', help: 'Worker processes, by their state.' },
    ...{ labelNames: ['state'], registers: [register] },
  });
  for (const [state, count] of Object.entries(states)) gauge.set({ state }, count);
  return await register.metrics();
}
