import { reportUsage, usdText, type UsageReport } from '@postern/app';
import { barChart } from './chart/bar-chart.ts';
import { csvLine } from './chart/csv.ts';
import { connectOrUnlock, openHome, orFail, report, type CommandContext } from './context.ts';

export interface UsageOptions {
  readonly by: UsageReport['by'];
  readonly since: string;
  readonly csv: boolean;
}

const CSV_HEADINGS = [
  'requests',
  'failed',
  'input_tokens',
  'cache_read_tokens',
  'output_tokens',
  'cost_usd',
];
const DEFAULT_COLUMNS = 80;
const COMPACT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** `postern usage`: what the gateway's keys used, and what it cost. */
export async function showUsage(context: CommandContext, options: UsageOptions): Promise<void> {
  const { config } = openHome(context);
  const vault = await connectOrUnlock(context);
  const usage = orFail(await reportUsage({ ...context, config }, vault, options));
  const lines = options.csv
    ? csvLines(usage)
    : chartLines(usage, context.terminal.columns ?? DEFAULT_COLUMNS);
  report(context, { ...usage, sinceMs: undefined, since: new Date(usage.sinceMs) }, lines);
}

function csvLines({ by, rows }: UsageReport): readonly string[] {
  return [
    csvLine([by, ...CSV_HEADINGS]),
    ...rows.map((row) =>
      csvLine([
        row.name,
        row.requests,
        row.failed,
        row.inputTokens,
        row.cacheReadTokens,
        row.outputTokens,
        (row.costMicroUsd / 1_000_000).toFixed(6),
      ]),
    ),
  ];
}

function chartLines({ by, rows, sinceMs }: UsageReport, columns: number): readonly string[] {
  const since = new Date(sinceMs).toISOString().slice(0, 10);
  if (rows.length === 0) return [`No usage since ${since}.`];
  const cost = rows.reduce((sum, { costMicroUsd }) => sum + costMicroUsd, 0);
  const requests = rows.reduce((sum, row) => sum + row.requests, 0);
  const tokensOf = (row: UsageReport['rows'][number]): number => row.inputTokens + row.outputTokens;
  const chart = barChart(
    { name: by.toUpperCase(), cells: ['COST', 'REQUESTS', 'TOKENS'] },
    rows.map((row) => ({
      name: row.name,
      // Models on this machine cost nothing.
      value: cost > 0 ? row.costMicroUsd : tokensOf(row),
      cells: [
        usdText(row.costMicroUsd),
        COMPACT.format(row.requests),
        COMPACT.format(tokensOf(row)),
      ],
    })),
    columns,
  );
  const noun = requests === 1 ? 'request' : 'requests';
  return [...chart, '', `${usdText(cost)}, ${COMPACT.format(requests)} ${noun} since ${since}`];
}
