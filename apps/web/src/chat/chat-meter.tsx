import { plural, t } from '@lingui/core/macro';
import { useMemo, type ReactElement } from 'react';
import { models } from '../models/models.ts';
import { useModelFor } from '../models/use-model.ts';
import { useStore } from '../state/store.ts';
import { formatNumber } from '../languages/formats.ts';
import type { OpenChat } from './chat.ts';
import { chatNumbers, formatUsd, limitOf, NEARLY_FULL, type ChatNumbers } from './numbers.ts';
import { visiblePath } from './tree.ts';

/** How much of the model's context a chat fills, and what it has used, behind one small button. */
export function ChatMeter({ open }: { readonly open: OpenChat }): ReactElement | null {
  const { tree, choices, conversation, earlier } = useStore(open.chat);
  const { groups } = useStore(models);
  const asked = useModelFor(open.id, conversation);
  const path = useMemo(
    () => visiblePath(tree, choices).map(({ message }) => message),
    [tree, choices],
  );
  const numbers = useMemo(() => {
    const others = [...tree.byId.values()].filter(({ id }) => !earlier.ids.has(id));
    return chatNumbers(others, path, asked?.model, earlier.numbers);
  }, [tree, path, asked?.model, earlier]);
  const group = groups.find(({ provider }) => provider === asked?.provider);
  const limit = limitOf(group?.models.find(({ id }) => id === asked?.model)?.facts);
  if (numbers.contextTokens === 0) return null;
  const part = limit === undefined ? undefined : numbers.contextTokens / limit;
  const nearlyFull = part !== undefined && part >= NEARLY_FULL;
  return (
    <details className="chat-meter" data-full={nearlyFull}>
      <summary title={t`Tokens and cost of this chat`}>
        {limit === undefined || part === undefined ? (
          <span>{tokensText(numbers.contextTokens)}</span>
        ) : (
          <>
            <meter
              aria-label={t`Context`}
              min={0}
              max={limit}
              high={limit * NEARLY_FULL}
              optimum={0}
              value={Math.min(limit, numbers.contextTokens)}
            />
            <span>{percent(part)}</span>
          </>
        )}
      </summary>
      <Details numbers={numbers} limit={limit} nearlyFull={nearlyFull} />
    </details>
  );
}

function Details(props: {
  readonly numbers: ChatNumbers;
  readonly limit: number | undefined;
  readonly nearlyFull: boolean;
}): ReactElement {
  const { numbers, limit, nearlyFull } = props;
  const tokens = formatNumber(numbers.contextTokens);
  return (
    <div className="chat-meter-details">
      <dl>
        <dt>{numbers.isEstimate ? t`Context (estimate)` : t`Context`}</dt>
        <dd>
          {limit === undefined
            ? tokensText(numbers.contextTokens)
            : t`${tokens} of ${{ limit: formatNumber(limit) }} tokens`}
        </dd>
        {limit === undefined && <dd className="quiet">{t`The model’s limit isn’t known.`}</dd>}
        {numbers.usedTokens > 0 && (
          <>
            <dt>{t`Used in this chat`}</dt>
            <dd>{tokensText(numbers.usedTokens)}</dd>
          </>
        )}
        {numbers.costMicroUsd !== undefined && (
          <>
            <dt>{t`Cost`}</dt>
            <dd>{formatUsd(numbers.costMicroUsd)}</dd>
          </>
        )}
        {numbers.withoutCost > 0 && (
          <dd className="quiet">{t`Answers whose price isn’t known: ${{ count: formatNumber(numbers.withoutCost) }}`}</dd>
        )}
      </dl>
      {nearlyFull && (
        <p className="chat-meter-advice">
          {t`This chat is close to the model’s limit. Start a new chat, or choose a model with a larger context.`}
        </p>
      )}
    </div>
  );
}

function tokensText(tokens: number): string {
  return plural(tokens, { one: '# token', other: '# tokens' });
}

function percent(part: number): string {
  return formatNumber(part, {
    style: 'percent',
    maximumSignificantDigits: part < 0.1 ? 1 : 2,
  });
}
