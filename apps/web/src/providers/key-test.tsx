import { plural, t } from '@lingui/core/macro';
import { CircleCheck } from 'lucide-react';
import type { KeyTest, ProviderView } from '@postern/protocol';
import { useState, type ReactElement } from 'react';
import { appApi } from '../api/app-api.ts';
import type { RequestProblem } from '../api/problem.ts';
import { Button } from '../controls/button.tsx';
import { ProblemNotice } from '../controls/notice.tsx';
import { formatNumber } from '../languages/formats.ts';

/** Tests the stored key with the provider and shows the result. */
export function KeyTestButton({ provider }: { readonly provider: ProviderView }): ReactElement {
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<KeyTest | RequestProblem>();
  const test = async (): Promise<void> => {
    setBusy(true);
    setOutcome(undefined);
    const answer = await appApi.testKey(provider.id);
    setBusy(false);
    setOutcome(answer.ok ? answer.value : answer.failure);
  };
  return (
    <>
      <Button busy={busy} onClick={() => void test()}>
        {provider.needsKey ? t`Test key` : t`Test`}
      </Button>
      <div className="key-test" aria-live="polite">
        {outcome !== undefined && <Outcome outcome={outcome} />}
      </div>
    </>
  );
}

function Outcome({ outcome }: { readonly outcome: KeyTest | RequestProblem }): ReactElement {
  if ('reason' in outcome) return <ProblemNotice problem={outcome} />;
  if (outcome.ok) {
    const { modelCount } = outcome;
    const latencyMs = formatNumber(Math.round(outcome.latencyMs));
    return (
      <p className="key-test-ok">
        <CircleCheck aria-hidden="true" size={16} />
        {plural(modelCount, {
          one: `Connected. Found # model in ${latencyMs} ms.`,
          other: `Connected. Found # models in ${latencyMs} ms.`,
        })}
      </p>
    );
  }
  const { code, message, remedy } = outcome;
  return <ProblemNotice problem={{ reason: 'refused', code, message, remedy }} />;
}
