import { CircleAlert, Info, TriangleAlert } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import type { RequestProblem } from '../api/problem.ts';
import { createLater, useLater } from '../state/later.ts';

const problemFix = createLater(async () => await import('./problem-fix.tsx'));

/** A message in the page, with optional actions. */
export function Notice(props: {
  readonly tone?: 'info' | 'warning' | 'danger';
  readonly title?: ReactNode;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
  /** False for an old problem, which screen readers read in its place only. */
  readonly announced?: boolean;
}): ReactElement {
  const { tone = 'info', announced = true } = props;
  const Icon = { info: Info, warning: TriangleAlert, danger: CircleAlert }[tone];
  return (
    <div
      className={`notice notice-${tone}`}
      role={tone === 'danger' && announced ? 'alert' : undefined}
    >
      <Icon aria-hidden="true" size={17} />
      <div className="notice-text">
        {props.title !== undefined && <strong dir="auto">{props.title}</strong>}
        {props.children}
      </div>
      {props.actions !== undefined && <div className="notice-actions">{props.actions}</div>}
    </div>
  );
}

/** A failed request with its remedy and error code. */
export function ProblemNotice(props: {
  readonly problem: RequestProblem;
  readonly actions?: ReactNode;
  readonly announced?: boolean;
  readonly children?: ReactNode;
}): ReactElement {
  const { message, remedy, code, detail, lang } = props.problem;
  const { announced = true, actions } = props;
  const Fix = useLater(problemFix, actions === undefined)?.ProblemFix;
  return (
    <Notice
      tone="danger"
      title={<span lang={lang}>{message}</span>}
      actions={actions ?? (Fix && <Fix code={code} />)}
      announced={announced}
    >
      {detail !== undefined && (
        <span lang="en" dir="auto">
          {detail}
        </span>
      )}
      {remedy !== undefined && <span lang={lang}>{remedy}</span>}
      {props.children}
      {code !== undefined && <code className="notice-code">{code}</code>}
    </Notice>
  );
}
