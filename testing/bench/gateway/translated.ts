import { DIALECT_IDS } from '@postern/protocol';
import { requestIn } from './requests.ts';
import { CONCURRENCY, order } from './tables.ts';
import type { Target } from './targets.ts';
import { throughput, type Case, type Figure } from './throughput.ts';

/** Measures each client dialect with an upstream of each dialect, compared with an upstream of the same. */
export async function translated(ours: Target): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const client of DIALECT_IDS) {
    for (const streamed of [false, true]) {
      const others = DIALECT_IDS.filter((dialect) => dialect !== client);
      const cases = [client, ...others].map((upstream): Case => {
        const load = order(ours, streamed, requestIn(client, streamed, `bench-${upstream}`));
        return { name: shortNameOf(upstream), load, sides: ours.sides };
      });
      const kind = streamed ? 'streams' : 'JSON';
      const table = `${kind} for ${shortNameOf(client)} clients by the upstream's dialect, ${CONCURRENCY} at once`;
      figures.push(...(await throughput(table, cases, shortNameOf(client))));
    }
  }
  return figures;
}

/** `messages` for Anthropic's dialect, `chat` and `responses` for OpenAI's. */
function shortNameOf(dialect: (typeof DIALECT_IDS)[number]): string {
  return dialect.slice(dialect.lastIndexOf('-') + 1);
}
