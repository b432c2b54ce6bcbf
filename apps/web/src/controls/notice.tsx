import { CircleAlert, Info, TriangleAlert } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import type { RequestProblem } from '../api/problem.ts';

/** A message in the page, with optional actions. */
export function Notice(props: {
  readonly tone?: 'info' | 'warning' | 'danger';
  readonly title?: string;
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
        {props.title !== undefined && <strong>{props.title}</strong>}
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
  const { message, remedy, code } = props.problem;
  const { announced = true } = props;
  return (
    <Notice tone="danger" title={message} actions={props.actions} announced={announced}>
      {remedy !== undefined && <span>{remedy}</span>}
      {props.children}
      {code !== undefined && <code className="notice-code">{code}</code>}
    </Notice>
  );
}
