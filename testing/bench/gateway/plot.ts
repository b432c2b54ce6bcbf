import type { MemorySample } from './soak.ts';
import type { Figure } from './throughput.ts';

const WIDTH = 760;
const NAME_WIDTH = 110;
const ROW_HEIGHT = 20;
const VALUE_WIDTH = 80;

/** Draws the processor time per request as bars, one group for each table, as an SVG document. */
export function plotFigures(figures: readonly Figure[]): string {
  const parts: string[] = [];
  let top = ROW_HEIGHT;
  for (const [table, rows] of Map.groupBy(figures, (figure) => figure.table)) {
    const most = Math.max(...rows.map(({ gatewayMs }) => gatewayMs));
    parts.push(text(0, top, `${table}: processor time per request`, 'bold'));
    top += ROW_HEIGHT;
    for (const { name, gatewayMs } of rows) {
      const width = ((WIDTH - NAME_WIDTH - VALUE_WIDTH) * gatewayMs) / most;
      const color = name.startsWith('Postern') ? '#3367d6' : '#9aa0a6';
      parts.push(
        text(NAME_WIDTH - 8, top, name, 'end'),
        `<rect x="${NAME_WIDTH}" y="${top - 12}" width="${width.toFixed(1)}" height="14" fill="${color}"/>`,
        text(NAME_WIDTH + width + 6, top, `${gatewayMs.toFixed(3)} ms`),
      );
      top += ROW_HEIGHT;
    }
    top += ROW_HEIGHT / 2;
  }
  return svg(top, parts);
}

const PLOT_HEIGHT = 240;

/** Draws the memory of a soak run over time, as an SVG document. */
export function plotMemory(samples: readonly MemorySample[]): string {
  const most = Math.max(...samples.map(({ megabytes }) => megabytes));
  const end = samples.at(-1)?.seconds ?? 1;
  const points = samples.map(({ seconds, megabytes }) => {
    const x = NAME_WIDTH + ((WIDTH - NAME_WIDTH - 20) * seconds) / end;
    const y = PLOT_HEIGHT - ((PLOT_HEIGHT - 40) * megabytes) / most;
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  return svg(PLOT_HEIGHT + 30, [
    text(0, ROW_HEIGHT, 'Memory of the gateway over a million requests', 'bold'),
    text(NAME_WIDTH - 8, 45, `${most.toFixed(0)} MB`, 'end'),
    text(NAME_WIDTH - 8, PLOT_HEIGHT, '0 MB', 'end'),
    text(WIDTH - 20, PLOT_HEIGHT + 18, `${end.toFixed(0)} s`, 'end'),
    `<polyline fill="none" stroke="#3367d6" stroke-width="1.5" points="${points.join(' ')}"/>`,
  ]);
}

function svg(height: number, parts: readonly string[]): string {
  const size = `width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}"`;
  const background = `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`;
  const style = 'font-family="sans-serif" font-size="13" fill="#202124"';
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} ${style}>\n${[background, ...parts].join('\n')}\n</svg>\n`;
}

function text(
  x: number,
  y: number,
  content: string,
  form: 'start' | 'end' | 'bold' = 'start',
): string {
  const weight = form === 'bold' ? ' font-weight="bold"' : '';
  const anchor = form === 'end' ? ' text-anchor="end"' : '';
  return `<text x="${x.toFixed(1)}" y="${y}"${weight}${anchor}>${content}</text>`;
}
