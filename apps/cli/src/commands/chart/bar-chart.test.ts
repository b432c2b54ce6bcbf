import { describe, expect, it } from 'vitest';
import { barChart, type ChartRow } from './bar-chart.ts';
import { csvLine } from './csv.ts';

const headings = { name: 'MODEL', cells: ['COST', 'REQUESTS', 'TOKENS'] };
const rows: readonly ChartRow[] = [
  { name: 'anthropic/claude-opus-5-5', value: 4_000_000, cells: ['$4.00', '120', '1.2M'] },
  { name: 'openai/gpt-6.1-sol', value: 1_000_000, cells: ['$1.00', '1.5K', '800K'] },
  { name: 'openai/gpt-6-luna', value: 1, cells: ['$0.000001', '1', '12'] },
  { name: 'ollama/qwen', value: 0, cells: ['$0.00', '7', '9K'] },
];

describe('barChart', () => {
  it('shows everything in 80 columns', () => {
    expect(barChart(headings, rows, 80)).toEqual([
      'MODEL                                                     COST  REQUESTS  TOKENS',
      'anthropic/claude-opus-5-5  ████████████████████████      $4.00       120    1.2M',
      'openai/gpt-6.1-sol         ██████                        $1.00      1.5K    800K',
      'openai/gpt-6-luna          ▏                         $0.000001         1      12',
      'ollama/qwen                                              $0.00         7      9K',
    ]);
  });

  it('leaves columns out and shortens names in 40 columns', () => {
    expect(barChart(headings, rows, 40)).toEqual([
      'MODEL                               COST',
      'anthropic…-opus-5-5  ████████      $4.00',
      'openai/gpt-6.1-sol   ██            $1.00',
      'openai/gpt-6-luna    ▏         $0.000001',
      'ollama/qwen                        $0.00',
    ]);
  });

  it.each([20, 40, 60, 80, 120, 200])('fits into %i columns', (width) => {
    for (const line of barChart(headings, rows, Math.max(width, 30))) {
      expect(Array.from(line).length).toBeLessThanOrEqual(Math.max(width, 30));
    }
  });

  it('replaces characters that control the terminal', () => {
    const name = 'x\u001b[31m\u202e/y';
    const [, line] = barChart(headings, [{ name, value: 1, cells: [] }], 80);
    expect(line).toMatch(/^x\ufffd\[31m\ufffd\/y /);
  });
});

describe('csvLine', () => {
  it.each([
    [['a', 1, 0.5], 'a,1,0.5'],
    [['a,b', 'say "x"', 'two\nlines'], '"a,b","say ""x""","two\nlines"'],
    [['=1+1', '+1', '-1', '@x', -1], "'=1+1,'+1,'-1,'@x,-1"],
  ])('%j', (cells, line) => {
    expect(csvLine(cells)).toBe(line);
  });
});
