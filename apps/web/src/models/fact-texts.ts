import { t } from '@lingui/core/macro';
import type { ModelFacts, ModelPrice } from '@postern/protocol';
import { formatNumber } from '../languages/formats.ts';

/** The size of the context window; undefined if it isn't known. */
export function contextText({ contextWindow }: ModelFacts): string | undefined {
  if (contextWindow === undefined) return undefined;
  const compact = { notation: 'compact', maximumSignificantDigits: 3 } as const;
  return formatNumber(contextWindow, compact);
}

/** What a million tokens of the prompt and of the answer cost; undefined if it isn't known. */
export function priceText(price: ModelPrice | undefined): string | undefined {
  if (price === undefined) return undefined;
  const { input, output, request = 0 } = price;
  if (input === 0 && output === 0 && request === 0) return t`Free`;
  const [inputPrice, outputPrice] = [usdText(input), usdText(output)];
  return t`${inputPrice} in · ${outputPrice} out`;
}

/** Cents, or two digits that say something. */
function usdText(usd: number): string {
  const digits =
    usd > 0 && usd < 1
      ? { maximumSignificantDigits: 2 }
      : { maximumFractionDigits: 2, trailingZeroDisplay: 'stripIfInteger' as const };
  const style = { style: 'currency', currency: 'USD', currencyDisplay: 'narrowSymbol' } as const;
  return formatNumber(usd, { ...style, ...digits });
}

/** What a model can do, as the picker shows and finds it. */
export type Ability = 'images' | 'pdfs' | 'tools' | 'reasoning';

export function abilitiesOf({ inputModalities, tools, reasoning }: ModelFacts): readonly Ability[] {
  return [
    ...(inputModalities?.includes('image') === true ? (['images'] as const) : []),
    ...(inputModalities?.includes('file') === true ? (['pdfs'] as const) : []),
    ...(tools === true ? (['tools'] as const) : []),
    ...(reasoning === true ? (['reasoning'] as const) : []),
  ];
}
