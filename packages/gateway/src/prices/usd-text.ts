/** Money for people: `$0.50`, `$12.00`, and more digits for small amounts: `$0.0012`. */
export function usdText(microUsd: number): string {
  const usd = microUsd / 1_000_000;
  if (usd === 0 || Math.abs(usd) >= 0.1) return `$${usd.toFixed(2)}`;
  return `$${usd.toFixed(6).replace(/0{1,4}$/, '')}`;
}
